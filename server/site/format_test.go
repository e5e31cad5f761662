package site

import (
	"testing"
	"time"

	"probity/tender/plan"
	"probity/tender/rules"
)

func TestDay(t *testing.T) {
	shanghai := time.FixedZone("UTC+8", 8*3600)
	date, err := rules.ParseDate("2027-02-11")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of     any
		en, zh string
	}{
		{time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC), "1\u00a0January\u00a02027", "2027年1月1日"}, // in the zone that is shown
		{date, "11\u00a0February\u00a02027", "2027年2月11日"},
		{plan.Date("2027-03-15"), "15\u00a0March\u00a02027", "2027年3月15日"},
		{plan.Date("2027-03"), "March\u00a02027", "2027年3月"},
		{"2027-01", "January\u00a02027", "2027年1月"},
		{"soon", "soon", "soon"},
		{time.Time{}, "–", "–"},
		{rules.Date(0), "–", "–"},
		{"", "–", "–"},
	} {
		if en, zh := (format{"en", shanghai}).day(c.of), (format{"zh", shanghai}).day(c.of); en != c.en || zh != c.zh {
			t.Errorf("%v is %q and %q, not %q and %q", c.of, en, zh, c.en, c.zh)
		}
	}
}

// A line may break between a day and its hour, and nowhere else in a moment.
func TestMoment(t *testing.T) {
	at := time.Date(2027, 1, 12, 9, 5, 0, 0, time.UTC)
	for lang, want := range map[string]string{"en": "12\u00a0January\u00a02027, 17:05\u00a0(UTC+8)", "zh": "2027年1月12日 17:05\u2060（UTC+8）"} {
		if got := (format{lang, time.FixedZone("UTC+8", 8*3600)}).moment(at); got != want {
			t.Errorf("in %s: %q, not %q", lang, got, want)
		}
	}
}
