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
		{time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC), "1 January 2027", "2027年1月1日"}, // in the zone that is shown
		{date, "11 February 2027", "2027年2月11日"},
		{plan.Date("2027-03-15"), "15 March 2027", "2027年3月15日"},
		{plan.Date("2027-03"), "March 2027", "2027年3月"},
		{"2027-01", "January 2027", "2027年1月"},
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
