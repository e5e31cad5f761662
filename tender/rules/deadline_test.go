package rules_test

import (
	"testing"
	"time"

	"probity/tender/rules"
)

const (
	notice    = rules.ElectronicNotice
	documents = rules.ElectronicDocuments
	bids      = rules.ElectronicBids
)

func TestEarliestDeadline(t *testing.T) {
	for _, c := range []struct {
		name, set, procedure string
		facts                []rules.Fact
		days                 int // from 2 March 2026, all counted; the deadline is at the midnight after
	}{
		{"GPA, on paper", "wto-gpa", "open", nil, 40},
		{"GPA, notice online", "wto-gpa", "open", []rules.Fact{notice}, 35},
		{"GPA, documents online", "wto-gpa", "open", []rules.Fact{documents}, 35},
		{"GPA, notice and documents", "wto-gpa", "open", []rules.Fact{notice, documents}, 30},
		{"GPA, all electronic", "wto-gpa", "open", rules.Platform(), 25},
		{"GPA, a fact said twice", "wto-gpa", "open", []rules.Fact{notice, notice}, 35},
		{"GPA, planned in time", "wto-gpa", "open", []rules.Fact{rules.PlannedNotice}, 10},
		{"GPA, planned, and all electronic", "wto-gpa", "open", append(rules.Platform(), rules.PlannedNotice), 10},
		{"GPA, recurring", "wto-gpa", "open", []rules.Fact{rules.Recurring}, 10},
		{"GPA, urgent", "wto-gpa", "open", []rules.Fact{rules.Urgent}, 10},
		{"GPA, commercial goods on paper", "wto-gpa", "open", []rules.Fact{rules.Commercial}, 40},
		{"GPA, commercial goods, notice and documents online", "wto-gpa", "open", []rules.Fact{rules.Commercial, notice, documents}, 13},
		{"GPA, commercial goods, all electronic", "wto-gpa", "open", append(rules.Platform(), rules.Commercial), 10},
		{"GPA, selective", "wto-gpa", "selective", nil, 40},
		{"GPA, selective, all electronic", "wto-gpa", "selective", rules.Platform(), 25},
		{"China; the 20th day is a Sunday", "cn-gpl", "open", rules.Platform(), 21},
		{"China, urgency shortens nothing", "cn-gpl", "open", []rules.Fact{rules.Urgent}, 21},
		{"generic; the same", "generic", "open", rules.Platform(), 21},
		{"generic, urgent", "generic", "open", []rules.Fact{rules.Urgent}, 10},
	} {
		p := policy(t, c.set, c.procedure)
		published := instant(t, p, "2026-03-02 15:00")
		r := p.EarliestDeadline(published, c.facts)
		loc, _ := time.LoadLocation(p.Zone)
		want := (rules.DateIn(published, loc) + rules.Date(c.days) + 1).Start(loc)
		if !r.At.Equal(want) {
			t.Errorf("%s: got %s, want %s: %v", c.name, p.Local(r.At), p.Local(want), r.Steps)
		}
	}
}

// The floor holds for every combination of facts, and no fact ever makes the
// period longer.
func TestFactsNeverLengthen(t *testing.T) {
	facts := rules.Facts()
	for _, set := range rules.Builtin().Sets() {
		for _, name := range set.Procedures() {
			p, _ := set.Policy(name)
			if p.Bids == nil {
				continue
			}
			at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
			for bits := range 1 << len(facts) {
				var have []rules.Fact
				for i, f := range facts {
					if bits&(1<<i) != 0 {
						have = append(have, f)
					}
				}
				r := p.EarliestDeadline(at, have)
				if set.ID == "wto-gpa" && name != "limited" && r.At.Before(at.AddDate(0, 0, 10)) {
					t.Fatalf("%s %s with %v: %s is within 10 days", set.ID, name, have, r.At)
				}
				for i, f := range facts {
					if bits&(1<<i) == 0 && p.EarliestDeadline(at, append(have[:len(have):len(have)], f)).At.After(r.At) {
						t.Fatalf("%s %s with %v: %s makes it longer", set.ID, name, have, f)
					}
				}
			}
		}
	}
}

func TestRequests(t *testing.T) {
	p := policy(t, "wto-gpa", "selective")
	published := instant(t, p, "2026-03-02 15:00")
	for days, facts := range map[int][]rules.Fact{25: rules.Platform(), 10: {rules.Urgent}} {
		want := time.Date(2026, 3, 3+days, 0, 0, 0, 0, time.UTC)
		if r := p.EarliestRequests(published, facts); !r.At.Equal(want) {
			t.Errorf("%v: got %s, want %s", facts, r.At, want)
		}
	}
	if r := policy(t, "generic", "direct").EarliestDeadline(published, nil); !r.At.IsZero() {
		t.Errorf("a direct award has a deadline: %s", r.At)
	}
	cn := policy(t, "cn-gpl", "selective")
	if r := cn.EarliestRequests(instant(t, cn, "2026-03-02 15:00"), nil); !r.At.Equal(instant(t, cn, "2026-03-10 00:00")) {
		t.Errorf("five working days from Monday 2 March end before %s", cn.Local(r.At))
	}
}

func TestAmended(t *testing.T) {
	p := policy(t, "cn-gpl", "open")
	deadline := instant(t, p, "2026-03-25 10:00")
	for _, c := range []struct{ notified, want, code string }{
		{"2026-03-06 10:00", "2026-03-25 10:00", rules.StepAlready}, // 15 days end on Saturday 21, so on Monday 23
		{"2026-03-09 23:59", "2026-03-25 10:00", rules.StepAlready}, // 15 days end on Tuesday 24
		{"2026-03-10 00:00", "2026-03-26 00:00", rules.StepUnknown}, // on Wednesday 25: moved
		{"2026-03-13 10:00", "2026-03-31 00:00", rules.StepUnknown}, // on Saturday 28, so on Monday 30
	} {
		r := p.Amended(instant(t, p, c.notified), deadline)
		if !r.At.Equal(instant(t, p, c.want)) || r.Steps[len(r.Steps)-1].Code != c.code {
			t.Errorf("amended at %s: got %s, %v", c.notified, p.Local(r.At), r.Steps)
		}
	}
	delete(p.Limits, rules.Amendment)
	if r := p.Amended(deadline.Add(-time.Minute), deadline); !r.At.Equal(deadline) {
		t.Errorf("without a rule the deadline moves to %s", r.At)
	}
}

func TestStandstillAndRetention(t *testing.T) {
	p := policy(t, "cn-gpl", "open")
	told := instant(t, p, "2026-03-02 15:00")
	if got := p.StandstillEnds(told); !got.Equal(instant(t, p, "2026-03-12 00:00")) {
		t.Errorf("seven working days end before %s", p.Local(got))
	}
	if got := p.RetainUntil(told); !got.Equal(instant(t, p, "2041-03-05 00:00")) { // 2 March 2041 is a Saturday
		t.Errorf("fifteen years end before %s", p.Local(got))
	}
}

func TestPlannedNotice(t *testing.T) {
	p := policy(t, "wto-gpa", "open")
	published := instant(t, p, "2026-09-01 12:00")
	for planned, want := range map[string]bool{
		"2026-07-22 23:59": true,  // forty whole days lie between
		"2026-07-23 00:00": false, // 39
		"2025-09-01 12:00": true,  // twelve months
		"2025-08-31 12:00": false,
		"2026-10-01 12:00": false, // afterwards
	} {
		if got := p.Planned(instant(t, p, planned), published); got != want {
			t.Errorf("planned at %s: got %v", planned, got)
		}
	}
	if policy(t, "cn-gpl", "open").Planned(published, published) {
		t.Error("a rule set without planned notices counts one")
	}
}

func TestOutages(t *testing.T) {
	p := policy(t, "generic", "open") // 30 minutes in 24 hours: 24 hours more
	deadline := time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	span := func(from, to int) rules.Outage { // minutes before the deadline
		return rules.Outage{From: deadline.Add(-time.Duration(from) * time.Minute), To: deadline.Add(-time.Duration(to) * time.Minute)}
	}
	for _, c := range []struct {
		name    string
		outages []rules.Outage
		minutes int // that the deadline moves
	}{
		{"none", nil, 0},
		{"29 minutes", []rules.Outage{span(60, 31)}, 0},
		{"30 minutes", []rules.Outage{span(60, 30)}, 24*60 - 30},
		{"twice 15 minutes", []rules.Outage{span(600, 585), span(45, 30)}, 24*60 - 30},
		{"the same 20 minutes told twice", []rules.Outage{span(60, 40), span(60, 40)}, 0},
		{"two that overlap", []rules.Outage{span(40, 15), span(60, 30)}, 24*60 - 15},
		{"one inside another", []rules.Outage{span(60, 15), span(50, 45)}, 24*60 - 15},
		{"a day too early", []rules.Outage{span(48*60, 24*60)}, 0},
		{"only the end of it in the last day", []rules.Outage{span(48*60, 24*60-29)}, 0},
		{"so long ago that nothing changes", []rules.Outage{span(24*60, 24*60-30)}, 30},
		{"past the deadline", []rules.Outage{span(30, -60)}, 24*60 + 60},
		{"after the deadline", []rules.Outage{span(-10, -90)}, 0},
		{"backwards", []rules.Outage{span(30, 60)}, 0},
	} {
		r := p.AfterOutage(deadline, c.outages)
		if want := deadline.Add(time.Duration(c.minutes) * time.Minute); !r.At.Equal(want) {
			t.Errorf("%s: got %s, want %s", c.name, r.At, want)
		}
	}
	p.Outage = nil
	if r := p.AfterOutage(deadline, []rules.Outage{span(60, 0)}); !r.At.Equal(deadline) {
		t.Error("without a rule an outage moves the deadline")
	}
}

// TestWholeWindow: parts are taken for as long as the notice says, whatever
// outages take of it. The window here lasts an hour; minutes count from the
// deadline.
func TestWholeWindow(t *testing.T) {
	p := policy(t, "generic", "open")
	deadline := time.Date(2026, 6, 15, 9, 0, 0, 0, time.UTC)
	at := func(m int) time.Time { return deadline.Add(time.Duration(m) * time.Minute) }
	span := func(from, to int) rules.Outage { return rules.Outage{From: at(from), To: at(to)} }
	for _, c := range []struct {
		name    string
		outages []rules.Outage
		end     int
		counted int
	}{
		{"none", nil, 60, 0},
		{"in the middle", []rules.Outage{span(10, 30)}, 80, 1},
		{"across its end", []rules.Outage{span(50, 170)}, 180, 1},
		{"across its start", []rules.Outage{span(-20, 5)}, 65, 1},
		{"all of it", []rules.Outage{span(-5, 600)}, 660, 1},
		{"before the deadline", []rules.Outage{span(-60, 0)}, 60, 0},
		{"at its end", []rules.Outage{span(60, 90)}, 60, 0},
		{"in what was added", []rules.Outage{span(70, 75), span(30, 50)}, 85, 2},
		{"two that overlap", []rules.Outage{span(10, 30), span(20, 40)}, 90, 2},
		{"one within another", []rules.Outage{span(10, 40), span(20, 30)}, 90, 1},
		{"one that lasts", []rules.Outage{{From: at(10)}}, 60, 0},
	} {
		end, counted := p.WholeWindow(deadline, at(60), c.outages)
		if !end.Equal(at(c.end)) || len(counted) != c.counted {
			t.Errorf("%s: it ends at minute %v with %d counted, want %d with %d", c.name, end.Sub(deadline).Minutes(), len(counted), c.end, c.counted)
		}
	}
	p.Outage.WholeWindow = false
	if end, _ := p.WholeWindow(deadline, at(60), []rules.Outage{span(10, 30)}); !end.Equal(at(60)) {
		t.Error("without the rule an outage lengthens the window")
	}
}
