package rules_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/tender/rules"
)

// instant reads "2026-03-01 09:30" in the zone of the policy.
func instant(t *testing.T, p *rules.Policy, s string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(p.Zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func policy(t *testing.T, set, procedure string) *rules.Policy {
	t.Helper()
	p, err := rules.Builtin().Policy(set, procedure)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// local returns the Chinese policy with the calendar of the fixture.
func local(t *testing.T) *rules.Policy {
	t.Helper()
	l := rules.Builtin()
	if err := l.Localise("cn-gpl", "Asia/Shanghai", calendar(t)); err != nil {
		t.Fatal(err)
	}
	p, err := l.Policy("cn-gpl", "open")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDue(t *testing.T) {
	p := local(t)
	p.Limits["contract_signing"] = rules.Limit{Span: rules.Span{N: 30, Unit: rules.CalendarDays}, Source: rules.Source{Cite: "x"}}
	for _, c := range []struct {
		name string
		n    int
		unit rules.Unit
		from string
		ends string // first instant after the period
	}{
		{"the day of the event is not counted", 1, rules.CalendarDays, "2026-03-02 09:30", "2026-03-04 00:00"},
		{"however early the event was", 1, rules.CalendarDays, "2026-03-02 00:00", "2026-03-04 00:00"},
		{"or late", 1, rules.CalendarDays, "2026-03-02 23:59", "2026-03-04 00:00"},
		{"a period that ends on a Saturday ends with Monday", 3, rules.CalendarDays, "2026-03-04 09:30", "2026-03-10 00:00"},
		{"not if that Saturday is worked", 3, rules.CalendarDays, "2026-10-07 09:30", "2026-10-11 00:00"},
		{"the feast moves it by a week", 1, rules.CalendarDays, "2026-09-30 12:00", "2026-10-09 00:00"},
		{"working days skip weekends", 5, rules.WorkingDays, "2026-03-02 09:30", "2026-03-10 00:00"},
		{"and feasts, and count days that make up for them", 2, rules.WorkingDays, "2026-09-25 09:30", "2026-09-29 00:00"},
		{"weeks", 2, rules.Weeks, "2026-03-02 09:30", "2026-03-17 00:00"},
		{"months", 1, rules.Months, "2026-01-30 09:30", "2026-03-03 00:00"}, // 28 February is a Saturday
		{"a month without such a day", 1, rules.Months, "2027-01-31 09:30", "2027-03-02 00:00"},
		{"years", 15, rules.Years, "2026-03-02 09:30", "2041-03-05 00:00"}, // 2 March 2041 is a Saturday
		{"a year from a leap day", 1, rules.Years, "2028-02-29 09:30", "2029-03-01 00:00"},
		{"hours run from the event", 24, rules.Hours, "2026-03-06 09:30", "2026-03-07 09:30"},
		{"nothing at all", 0, rules.CalendarDays, "2026-03-07 09:30", "2026-03-07 09:30"},
	} {
		p.Limits[rules.ContractSigning] = rules.Limit{Span: rules.Span{N: c.n, Unit: c.unit}, Source: rules.Source{Cite: "x"}}
		r, ok := p.Due(rules.ContractSigning, instant(t, p, c.from))
		if want := instant(t, p, c.ends); !ok || !r.At.Equal(want) || r.At.Location() != time.UTC {
			t.Errorf("%s: got %s, want %s", c.name, p.Local(r.At), p.Local(want))
		}
	}
}

// Across a change of clocks a day is a day of the calendar, not 24 hours.
func TestDaysAreLocal(t *testing.T) {
	l := rules.Builtin()
	if err := l.Localise("generic", "Europe/Madrid", rules.Calendar{Weekend: []rules.Weekday{"saturday", "sunday"}}); err != nil {
		t.Fatal(err)
	}
	p, _ := l.Policy("generic", "open")
	r, _ := p.Due(rules.Standstill, time.Date(2026, 3, 23, 22, 30, 0, 0, time.UTC)) // 23:30 in Madrid
	if want := time.Date(2026, 4, 2, 22, 0, 0, 0, time.UTC); !r.At.Equal(want) {
		t.Errorf("got %s, want %s", r.At, want)
	}
	r, _ = p.Due(rules.Standstill, time.Date(2026, 3, 23, 23, 30, 0, 0, time.UTC)) // 00:30 of the 24th
	if want := time.Date(2026, 4, 3, 22, 0, 0, 0, time.UTC); !r.At.Equal(want) {
		t.Errorf("got %s, want %s", r.At, want)
	}
}

func TestStepsExplain(t *testing.T) {
	p := local(t)
	r, _ := p.Due(rules.Amendment, instant(t, p, "2026-09-20 09:30")) // ends on 5 October
	var got []string
	for _, s := range r.Steps {
		got = append(got, s.String())
	}
	want := []string{
		"The period is 15 calendar days (GPL Reg. Art. 31).",
		"It is counted from the day after 2026-09-20.",
		"It ends at the end of 2026-10-05.",
		"That is a day off, so it ends at the end of 2026-10-08 (Civil Code Art. 201 and 203).",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	r, _ = p.Due(rules.Amendment, instant(t, p, "2026-12-20 09:30"))
	if last := r.Steps[len(r.Steps)-1]; last.Code != rules.StepUnknown {
		t.Errorf("a reckoning beyond the known holidays ends with %q", last)
	}
}

// What is counted back is the exact inverse of what is counted forward: the
// last moment before it leaves the whole period, the moment itself does not.
func TestBackIsInverse(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	c := calendar(t)
	for _, zone := range []string{"UTC", "Asia/Shanghai", "Europe/Madrid", "America/Havana"} {
		l := rules.Builtin()
		if err := l.Localise("generic", zone, c); err != nil {
			t.Fatal(err)
		}
		p, _ := l.Policy("generic", "open")
		for range 800 {
			n := 1 + rnd.IntN(25)
			unit := []rules.Unit{rules.Hours, rules.CalendarDays, rules.WorkingDays, rules.Weeks}[rnd.IntN(4)]
			p.Rolls.On = rnd.IntN(2) == 0
			s := rules.Limit{Span: rules.Span{N: n, Unit: unit}, Source: rules.Source{Cite: "x"}}
			p.Limits[rules.EnquiriesClose], p.Limits[rules.Amendment] = s, s
			deadline := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rnd.IntN(365*24*60)) * time.Minute)
			until := p.EnquiriesUntil(deadline)
			before := until.Add(-time.Nanosecond)
			if p.AmendmentDeadline(before).After(deadline) {
				t.Fatalf("%s %v: %s before %s is too late", zone, s.Span, before, deadline)
			}
			after := until
			if unit == rules.Hours {
				after = until.Add(time.Nanosecond)
			}
			if !p.AmendmentDeadline(after).After(deadline) {
				t.Fatalf("%s %v: %s before %s is still in time", zone, s.Span, after, deadline)
			}
		}
	}
}

func TestWhatIsNotLimited(t *testing.T) {
	p := policy(t, "cn-gpl", "open")
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	delete(p.Limits, rules.Amendment)
	if _, ok := p.Due(rules.Amendment, at); ok {
		t.Error("a limit that is not there was reckoned")
	}
	if _, ok := policy(t, "generic", "open").Due(rules.EnquiriesClose, at); ok {
		t.Error("a limit that is counted back was counted forward")
	}
	if !p.AmendmentDeadline(at).Equal(at) || !p.EnquiriesUntil(at).Equal(at) || !p.AnswersUntil(at).Equal(at) {
		t.Error("what is not limited moves dates")
	}
	if _, ok := p.Share("no such"); ok {
		t.Error("a percentage that is not there was found")
	}
	if l, ok := p.Limit(rules.Retention); !ok || l.N != 15 {
		t.Error("the retention is not found")
	}
}
