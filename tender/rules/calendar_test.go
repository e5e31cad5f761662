package rules_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"probity/tender/fault"
	"probity/tender/rules"
)

func date(t *testing.T, s string) rules.Date {
	t.Helper()
	d, err := rules.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func calendar(t *testing.T) rules.Calendar {
	t.Helper()
	b, err := os.ReadFile("testdata/calendar.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := rules.ParseCalendar(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWorkingDays(t *testing.T) {
	c := calendar(t)
	for _, x := range []struct {
		day  string
		want bool
	}{
		{"2026-09-25", true},  // Friday
		{"2026-09-26", false}, // Saturday
		{"2026-09-27", true},  // Sunday that is worked
		{"2026-10-01", false}, // Thursday, holiday
		{"2026-10-08", true},
		{"2026-10-10", true}, // Saturday that is worked
		{"2026-10-11", false},
	} {
		if got := c.IsWorkingDay(date(t, x.day)); got != x.want {
			t.Errorf("%s: got %v", x.day, got)
		}
	}
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-09-25", 0, "2026-09-25"},
		{"2026-09-25", 1, "2026-09-27"}, // not Monday: the Sunday is worked
		{"2026-09-26", 1, "2026-09-27"}, // the day itself is not counted, off or not
		{"2026-09-27", 1, "2026-09-28"},
		{"2026-09-30", 1, "2026-10-08"}, // over the whole feast
		{"2026-09-30", 3, "2026-10-10"},
		{"2026-09-30", 4, "2026-10-12"},
	} {
		got := c.AddWorkingDays(date(t, x.from), x.n)
		if got != date(t, x.want) {
			t.Errorf("%d working days after %s: got %s, want %s", x.n, x.from, got, x.want)
		}
		if n := c.WorkingDays(date(t, x.from), got); n != x.n {
			t.Errorf("from %s to %s: counted %d, want %d", x.from, got, n, x.n)
		}
	}
	if got := c.NextWorkingDay(date(t, "2026-10-01")); got != date(t, "2026-10-08") {
		t.Errorf("the next working day is %s", got)
	}
	if !c.Covers(date(t, "2026-12-31")) || c.Covers(date(t, "2027-01-01")) {
		t.Error("the calendar does not know what it knows")
	}
}

func TestBadCalendars(t *testing.T) {
	good, err := os.ReadFile("testdata/calendar.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new string }{
		"another form":              {"probity-calendar/1", "probity-calendar/2"},
		"no such weekday":           {`"sunday"`, `"domingo"`},
		"a weekday twice":           {`"sunday"`, `"saturday"`},
		"no working day in a week":  {`"saturday", "sunday"`, `"sunday","monday","tuesday","wednesday","thursday","friday","saturday"`},
		"a day out of order":        {"2026-10-02", "2026-09-30"},
		"a day twice":               {"2026-10-02", "2026-10-01"},
		"no such day":               {"2026-10-02", "2026-02-30"},
		"a day in another form":     {"2026-10-02", "2026-10-2"},
		"worked and a holiday":      {"2026-10-10", "2026-10-07"},
		"known until too early":     {"2026-12-31", "2026-10-06"},
		"no source":                 {`"cite": "Made up for tests",`, ``},
		"an unknown member":         {`"cite"`, `"source"`},
		"a member twice":            {`"cite": "Made up for tests",`, `"cite": "a", "Cite": "b",`},
		"a name with a control":     {"Autumn feast", "Autumn\\u0007feast"},
		"a null":                    {`"Made up for tests"`, `null`},
		"something after it":        {"2026-10-10\"}\n  ]\n}", "2026-10-10\"}\n  ]\n}{}"},
		"a number for a date":       {`"2026-10-10"`, `20261010`},
		"the first day of all days": {"2026-05-01", "1970-01-01"},
	} {
		bad := strings.Replace(string(good), c.old, c.new, 1)
		if bad == string(good) {
			t.Fatalf("%s: nothing was replaced", name)
		}
		_, err := rules.ParseCalendar([]byte(bad))
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDates(t *testing.T) {
	for _, s := range []string{"1970-01-02", "2026-02-28", "2028-02-29", "9999-12-31"} {
		if got := date(t, s).String(); got != s {
			t.Errorf("%s came back as %s", s, got)
		}
	}
	for _, s := range []string{"", "1970-01-01", "1969-12-31", "2026-02-29", "2026-1-1", "26-01-01", "2026-01-01 ", "10000-01-01", "2026/01/01"} {
		if d, err := rules.ParseDate(s); err == nil {
			t.Errorf("%q was read as %s", s, d)
		}
	}
	if d := date(t, "2026-03-02"); d.Weekday() != time.Monday {
		t.Errorf("2 March 2026 is a %s", d.Weekday())
	}
}

// Where clocks are changed at midnight, the day begins at the first instant
// there is, and always after the day before it.
func TestDaysBegin(t *testing.T) {
	for _, c := range []struct{ zone, day, want string }{
		{"UTC", "2026-03-01", "2026-03-01T00:00:00Z"},
		{"Asia/Shanghai", "2026-03-01", "2026-02-28T16:00:00Z"},
		{"Europe/Madrid", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"Europe/Madrid", "2026-03-30", "2026-03-29T22:00:00Z"},
		{"Europe/Madrid", "2026-10-26", "2026-10-25T23:00:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // no midnight: 00:00 is 01:00
		{"America/Havana", "2025-03-09", "2025-03-09T05:00:00Z"},    // the same
		{"America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"},    // two midnights: 01:00 is 00:00
		{"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"},       // no midnight
		{"Asia/Beirut", "2026-10-25", "2026-10-24T22:00:00Z"},       // 00:00 is 23:00 of the day before
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},      // the day before it was left out
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := date(t, c.day).Start(loc).Format(time.RFC3339); got != c.want {
			t.Errorf("%s begins in %s at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
	for _, zone := range []string{"America/Havana", "Asia/Beirut", "America/Sao_Paulo", "Africa/Cairo", "America/St_Johns", "Australia/Lord_Howe", "America/Asuncion"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for d := date(t, "2000-01-02"); d < date(t, "2030-01-01"); d++ {
			start := d.Start(loc)
			if rules.DateIn(start, loc) != d || rules.DateIn(start.Add(-time.Second), loc) >= d {
				t.Fatalf("%s begins in %s at %s", d, zone, start.In(loc))
			}
		}
	}
}
