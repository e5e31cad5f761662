package paper

import (
	"regexp"
	"slices"
	"testing"
	"time"
)

func TestCataloguesHaveEqualKeysAndPlaces(t *testing.T) {
	places := regexp.MustCompile(`%(\[\d\])?[ds]`)
	sorted := func(s string) []string {
		var out []string
		for _, p := range places.FindAllString(s, -1) {
			out = append(out, p[len(p)-1:])
		}
		slices.Sort(out)
		return out
	}
	for key, en := range words["en"] {
		zh, ok := words["zh"][key]
		if !ok || en == "" || zh == "" {
			t.Errorf("%s is missing or empty in one language", key)
		}
		if !slices.Equal(sorted(en), sorted(zh)) {
			t.Errorf("%s: %q and %q take different values", key, en, zh)
		}
	}
	for key := range words["zh"] {
		if _, ok := words["en"][key]; !ok {
			t.Errorf("%s is not in English", key)
		}
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "0": "0", "999": "999", "1000": "1,000", "1234567.123456": "1,234,567.123456", "-1234.5": "-1,234.5", "1000.00": "1,000.00",
		"12 %": "12 %", "1e6": "1e6", "1,000": "1,000", ".5": ".5", "-": "-", "1.2.3": "1.2.3",
	} {
		if got := group(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestTimesAreInUTC(t *testing.T) {
	beijing := time.FixedZone("", 8*3600)
	for want, in := range map[string]time.Time{
		"":                            {},
		"2026-12-01 12:00:00 UTC":     time.Date(2026, 12, 1, 20, 0, 0, 0, beijing),
		"2026-12-01 11:59:59.999 UTC": noon.Add(-time.Millisecond),
	} {
		if got := when(in); got != want {
			t.Errorf("%v is %q, want %q", in, got, want)
		}
	}
}

func TestTextFallsBackToTheLanguagesThereAre(t *testing.T) {
	for _, c := range []struct {
		v    voice
		text Text
		want string
	}{
		{voice{"en", "zh"}, Text{"en": "a", "zh": "甲"}, "a\n甲"},
		{voice{"zh", "en"}, Text{"en": "a", "zh": "甲"}, "甲\na"},
		{voice{"en"}, Text{"en": "a", "zh": "甲"}, "a"},
		{voice{"en", "zh"}, Text{"en": "X1", "zh": "X1"}, "X1"},
		{voice{"en"}, Text{"zh": "甲"}, "甲"},
		{voice{"en"}, Text{"fr": "b", "de": "c"}, "c\nb"},
		{voice{"en"}, nil, ""},
	} {
		if got := c.v.text(c.text); got != c.want {
			t.Errorf("%v of %v is %q, want %q", c.v, c.text, got, c.want)
		}
	}
}
