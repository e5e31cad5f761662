package rules_test

import (
	"strings"
	"testing"

	"probity/tender/fault"
	"probity/tender/rules"
)

func TestCheckTimetable(t *testing.T) {
	p := policy(t, "generic", "open") // 20 days, which here end with Monday 23 March
	at := func(s string) rules.Timetable {
		return rules.Timetable{
			Published: instant(t, p, "2026-03-02 10:00"), Deadline: instant(t, p, s), Opens: instant(t, p, s),
			EnquiriesUntil: p.EnquiriesUntil(instant(t, p, s)), ValidityDays: 60, Facts: rules.Platform(),
		}
	}
	for _, c := range []struct {
		name, deadline string
		change         func(*rules.Timetable)
		fields         string // those that are refused, in order
	}{
		{"the earliest deadline", "2026-03-24 00:00", nil, ""},
		{"a minute earlier", "2026-03-23 23:59", nil, "timetable.deadline"},
		{"urgent", "2026-03-13 00:00", func(x *rules.Timetable) { x.Facts = []rules.Fact{rules.Urgent} }, ""},
		{"no deadline", "2026-03-24 00:00", func(x *rules.Timetable) {
			*x = rules.Timetable{Published: x.Published}
		}, "timetable.deadline"},
		{"in the past", "2026-03-01 00:00", func(x *rules.Timetable) { x.EnquiriesUntil = x.Published.AddDate(0, 0, -5) },
			"timetable.deadline timetable.enquiriesUntil"},
		{"at the moment of publication", "2026-03-02 10:00", func(x *rules.Timetable) { x.EnquiriesUntil = x.Deadline },
			"timetable.deadline timetable.enquiriesUntil"},
		{"questions until too late", "2026-04-01 12:00", func(x *rules.Timetable) { x.EnquiriesUntil = instant(t, p, "2026-03-27 00:01") },
			"timetable.enquiriesUntil"},
		{"questions until after the deadline", "2026-04-01 12:00", func(x *rules.Timetable) { x.EnquiriesUntil = x.Deadline.AddDate(0, 0, 1) },
			"timetable.enquiriesUntil"},
		{"questions end before they begin", "2026-04-01 12:00", func(x *rules.Timetable) { x.EnquiriesUntil = x.Published }, "timetable.enquiriesUntil"},
		{"no time for questions", "2026-04-01 12:00", func(x *rules.Timetable) { x.EnquiriesUntil = rules.Timetable{}.Opens }, ""},
		{"a day of grace", "2026-04-01 12:00", func(x *rules.Timetable) {
			x.GraceMinutes, x.Opens = 24*60, x.Deadline.AddDate(0, 0, 1)
		}, ""},
		{"a minute more than a day", "2026-04-01 12:00", func(x *rules.Timetable) {
			x.GraceMinutes, x.Opens = 24*60+1, x.Deadline.AddDate(0, 0, 2)
		}, "timetable.graceMinutes"},
		{"negative grace", "2026-04-01 12:00", func(x *rules.Timetable) { x.GraceMinutes = -1 }, "timetable.graceMinutes"},
		{"opens within the grace window", "2026-04-01 12:00", func(x *rules.Timetable) { x.GraceMinutes = 1 }, "timetable.opens"},
		{"opens before the deadline", "2026-04-01 12:00", func(x *rules.Timetable) { x.Opens = x.Published }, "timetable.opens"},
		{"bids bind for too short a time", "2026-04-01 12:00", func(x *rules.Timetable) { x.ValidityDays = 59 }, "validityDays"},
		{"much is wrong", "2026-03-10 12:00", func(x *rules.Timetable) { x.ValidityDays, x.GraceMinutes = 1, 9999 },
			"timetable.deadline timetable.graceMinutes timetable.opens validityDays"},
	} {
		x := at(c.deadline)
		if c.change != nil {
			c.change(&x)
		}
		f := p.CheckTimetable(x)
		if c.fields == "" {
			if f != nil {
				t.Errorf("%s: %v %v", c.name, f, f.Field)
			}
			continue
		}
		if f == nil || f.Kind != fault.Invalid || f.Code != "rules.timetable" || len(f.Field) != len(strings.Fields(c.fields)) {
			t.Errorf("%s: got %+v", c.name, f)
			continue
		}
		for path := range strings.FieldsSeq(c.fields) {
			if f.Field[path] == "" {
				t.Errorf("%s: %s is not named in %v", c.name, path, f.Field)
			}
		}
	}
}

func TestTimetableNamesItsSource(t *testing.T) {
	p := policy(t, "wto-gpa", "open")
	f := p.CheckTimetable(rules.Timetable{
		Published: instant(t, p, "2026-03-02 10:00"), Deadline: instant(t, p, "2026-03-12 12:00"),
		Opens: instant(t, p, "2026-03-12 12:00"), Facts: append(rules.Platform(), rules.Commercial),
	})
	const want = "Bids must be taken until 2026-03-13 00:00 (UTC) or later (GPA Art. XI:7)."
	if f == nil || f.Text != want {
		t.Errorf("got %v", f)
	}
}

func TestTimetableAfterPrequalification(t *testing.T) {
	p := policy(t, "wto-gpa", "selective")
	x := rules.Timetable{
		Published: instant(t, p, "2026-03-02 10:00"), RequestsUntil: instant(t, p, "2026-03-28 00:00"),
		Deadline: instant(t, p, "2026-04-23 00:00"), Opens: instant(t, p, "2026-04-23 00:00"), Facts: rules.Platform(),
	}
	if f := p.CheckTimetable(x); f != nil {
		t.Errorf("25 days for requests and 25 for bids: %v", f.Field)
	}
	early := x
	early.RequestsUntil = instant(t, p, "2026-03-27 23:00")
	if f := p.CheckTimetable(early); f == nil || f.Field["timetable.requestsUntil"] == "" {
		t.Errorf("24 days for requests: %v", f)
	}
	late := x
	late.Invited = instant(t, p, "2026-03-29 10:00")
	if f := p.CheckTimetable(late); f == nil || f.Field["timetable.deadline"] == "" {
		t.Errorf("24 days after the invitation: %v", f)
	}
	crossed := x
	crossed.RequestsUntil = x.Deadline
	if f := p.CheckTimetable(crossed); f == nil || f.Field["timetable.requestsUntil"] == "" {
		t.Errorf("requests until the deadline: %v", f)
	}
}

func TestNoGraceInChina(t *testing.T) {
	p := policy(t, "cn-gpl", "open")
	deadline := instant(t, p, "2026-04-01 09:30")
	f := p.CheckTimetable(rules.Timetable{Published: instant(t, p, "2026-03-02 10:00"), Deadline: deadline, GraceMinutes: 1, Opens: deadline.AddDate(0, 0, 1)})
	if f == nil || f.Field["timetable.graceMinutes"] == "" {
		t.Errorf("got %v", f)
	}
}

func TestComplaints(t *testing.T) {
	p := policy(t, "cn-gpl", "open")
	known := instant(t, p, "2026-03-02 10:00") // a Monday
	r, err := p.ComplaintUntil("challenge", known)
	if err != nil || !r.At.Equal(instant(t, p, "2026-03-12 00:00")) {
		t.Errorf("seven working days: got %s, %v", p.Local(r.At), err)
	}
	if r, err = p.DecisionDue("challenge", known); err != nil || !r.At.Equal(instant(t, p, "2026-03-12 00:00")) {
		t.Errorf("seven working days to reply: got %s, %v", p.Local(r.At), err)
	}
	if r, err = p.ComplaintUntil("complaint", known); err != nil || !r.At.Equal(instant(t, p, "2026-03-24 00:00")) {
		t.Errorf("fifteen working days: got %s, %v", p.Local(r.At), err)
	}
	if r, err = p.SuspendedUntil("complaint", known); err != nil || !r.At.Equal(instant(t, p, "2026-04-02 00:00")) {
		t.Errorf("thirty days: got %s, %v", p.Local(r.At), err)
	}
	if r, err = p.SuspendedUntil("challenge", known); err != nil || !r.At.IsZero() {
		t.Errorf("until the reply: got %s, %v", r.At, err)
	}
	for _, ask := range []func() error{
		func() error { _, err := p.ComplaintUntil("appeal", known); return err },
		func() error { _, err := p.DecisionDue("appeal", known); return err },
		func() error { _, err := p.SuspendedUntil("appeal", known); return err },
	} {
		if err := ask(); !fault.Coded(err, "rules.remedy") {
			t.Errorf("an unknown remedy: %v", err)
		}
	}
	challenge, _ := p.Remedy("challenge")
	complaint, _ := p.Remedy("complaint")
	switch {
	case !challenge.Holds(rules.HoldsContract) || challenge.Holds(rules.HoldsOpening):
		t.Error("a challenge holds up the contract and nothing else")
	case complaint.Holds(rules.HoldsContract) || !complaint.MayHold(rules.HoldsContract) || !complaint.MayHold(rules.HoldsOpening):
		t.Error("a complaint holds up what the finance department says")
	case !challenge.Covers(rules.AboutAward) || challenge.To != rules.ToBuyer || complaint.To != rules.ToReview:
		t.Error("a challenge about the award goes to the buyer")
	}
}

func TestCommittee(t *testing.T) {
	p := policy(t, "cn-gpl", "open")
	for _, c := range []struct {
		members, experts int
		ok               bool
	}{
		{5, 4, true}, {5, 5, true}, {5, 3, false}, {7, 5, true}, {7, 4, false}, {6, 6, false}, {3, 3, false}, {4, 4, false},
	} {
		f := p.CheckCommittee("panel", c.members, c.experts)
		if (f == nil) != c.ok || f != nil && f.Field["panel"] == "" {
			t.Errorf("%d members with %d experts: %v", c.members, c.experts, f)
		}
	}
	if f := policy(t, "generic", "open").CheckCommittee("panel", 3, 0); f != nil {
		t.Error(f)
	}
}

func TestPriceRules(t *testing.T) {
	p := policy(t, "cn-gpl", "open")
	for _, c := range []struct{ category, formula, weight, code string }{
		{"goods", "lowest_ratio", "30", ""},
		{"goods", "lowest_ratio", "29.999999", "rules.weight"},
		{"services", "lowest_ratio", "10", ""},
		{"services", "lowest_ratio", "9.5", "rules.weight"},
		{"works", "lowest_ratio", "1", ""},
		{"goods", "lowest_price", "100", ""},
		{"goods", "linear", "50", "rules.formula"},
		{"goods", "", "50", "rules.formula"},
	} {
		w, err := rules.ParsePercent(c.weight)
		if err != nil {
			t.Fatal(err)
		}
		f := p.CheckPrice("price", c.category, c.formula, w)
		if f == nil && c.code != "" || f != nil && f.Code != c.code {
			t.Errorf("%v: %v", c, f)
		}
	}
}

func TestShares(t *testing.T) {
	p := policy(t, "cn-gpl", "open") // bid security up to 2 percent
	for _, c := range []struct {
		whole, part int64
		ok          bool
	}{
		{100_000_00, 2_000_00, true}, {100_000_00, 2_000_01, false}, {99, 1, true}, {99, 2, false}, {49, 1, false}, {50, 1, true},
		{1 << 62, 1 << 56, true}, {1 << 62, 1 << 57, false}, {0, 0, true}, {0, 1, false},
	} {
		if f := p.CheckShare("security.amount", rules.BidSecurity, c.whole, c.part); (f == nil) != c.ok {
			t.Errorf("%d of %d: %v", c.part, c.whole, f)
		}
	}
	if f := policy(t, "wto-gpa", "open").CheckShare("x", rules.BidSecurity, 1, 100); f != nil {
		t.Errorf("a percentage that the Agreement does not know: %v", f)
	}
}

func TestPercents(t *testing.T) {
	for _, s := range []string{"0", "2", "2.5", "0.000001", "100", "1000000"} {
		p, err := rules.ParsePercent(s)
		if err != nil || p.String() != s {
			t.Errorf("%q came back as %q, %v", s, p, err)
		}
	}
	for _, s := range []string{"", ".5", "2.", "2.50", "02", "-1", "+1", "1e2", "2.0000001", "1000001", "1000000.5", "12345678", "2,5", " 2", "0x2"} {
		if p, err := rules.ParsePercent(s); err == nil {
			t.Errorf("%q was read as %s", s, p)
		}
	}
}
