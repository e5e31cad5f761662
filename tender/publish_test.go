package tender_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
)

// shanghai is an hour there, which is eight hours earlier in UTC.
func shanghai(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour-8, 0, 0, 0, time.UTC)
}

func utc(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
}

// TestTheEarliestDeadline of each rule set, to the second. Days are counted from
// the day after the notice, and are free to their end.
func TestTheEarliestDeadline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, set   string
		facts       []rules.Fact
		at, soonest time.Time
	}{
		{"generic: 20 days after Tuesday 3 March end on Monday 23", "generic", nil, utc(3, 3, 15), utc(3, 24, 0)},
		{"generic: 20 days after Monday 2 March end on a Sunday, so on Monday 23", "generic", nil, utc(3, 2, 15), utc(3, 24, 0)},
		{"generic, in the last second of a day", "generic", nil, utc(3, 4, 0).Add(-time.Second), utc(3, 24, 0)},
		{"generic, in the first of the next", "generic", nil, utc(3, 4, 0), utc(3, 25, 0)},
		{"generic, urgent: 10 days end on Friday 13", "generic", []rules.Fact{rules.Urgent}, utc(3, 3, 15), utc(3, 14, 0)},
		{"GPA: 40 days less 15, since all is electronic", "wto-gpa", nil, utc(3, 3, 15), utc(3, 29, 0)},
		{"GPA, urgent: 10 days", "wto-gpa", []rules.Fact{rules.Urgent}, utc(3, 3, 15), utc(3, 14, 0)},
		{"China: 20 days after 3 March end on Monday 23, in Shanghai", "cn-gpl", nil, shanghai(3, 3, 23), shanghai(3, 24, 0)},
		{"China, an hour later", "cn-gpl", nil, shanghai(3, 4, 0), shanghai(3, 25, 0)},
		{"China, urgent: that shortens nothing", "cn-gpl", []rules.Fact{rules.Urgent}, shanghai(3, 3, 23), shanghai(3, 24, 0)},
	} {
		w := newWorld(t)
		w.set(c.at.Add(-24 * time.Hour)) // when it is drafted does not matter
		p := planFor(c.set)
		p.Notice.Circumstances = c.facts
		set := func(d time.Time) {
			n := &p.Notice.Timetable
			n.Publish, n.EnquiriesUntil = c.at, d.AddDate(0, 0, -7)
			n.Deadline, n.Opens = d, d.Add(3*time.Hour)
		}
		set(c.soonest.Add(-time.Second))
		ready(w, p)
		w.set(c.at)
		_, err := w.Publish(t.Context(), w.ID, officer)
		w.code(c.name+", a second too early", err, "rules.timetable")
		if x := w.tender(); x.Phase != tender.Approved || x.Public() || len(x.Lots) > 0 {
			t.Errorf("%s: a refused publication leaves a tender that is %s", c.name, x.Phase)
		}
		set(c.soonest)
		ready(w, p)
		w.set(c.at)
		_, err = w.Publish(t.Context(), w.ID, officer)
		w.code(c.name, err, "")
	}
}

// TestTimetablesThatBreakTheRules are refused with the field that does.
func TestTimetablesThatBreakTheRules(t *testing.T) {
	for _, c := range []struct {
		name, set, field string
		spoil            func(*tender.Notice)
	}{
		{"questions until four days before the deadline", "generic", "timetable.enquiriesUntil", func(n *tender.Notice) { n.Timetable.EnquiriesUntil = deadline.AddDate(0, 0, -4) }},
		{"questions that end with the notice", "generic", "timetable.enquiriesUntil", func(n *tender.Notice) { n.Timetable.EnquiriesUntil = today }},
		{"bids that bind for 59 days", "generic", "validityDays", func(n *tender.Notice) { n.ValidityDays = 59 }},
		{"bids that bind for 89 days in China", "cn-gpl", "validityDays", func(n *tender.Notice) { n.ValidityDays = 89 }},
		{"a grace window in China", "cn-gpl", "timetable.graceMinutes", func(n *tender.Notice) { n.Timetable.GraceMinutes = 1 }},
	} {
		w := newWorld(t)
		p := planFor(c.set)
		c.spoil(&p.Notice)
		ready(w, p)
		_, err := w.Publish(t.Context(), w.ID, officer)
		w.code(c.name, err, "rules.timetable")
		if f := fieldsOf(err); f[c.field] == "" || len(f) != 1 {
			t.Errorf("%s: names %v", c.name, f)
		}
	}
}

// TestWhatARuleSetDoesNotKnow is refused when the draft is submitted, and again
// when it is published under rules that have changed meanwhile.
func TestWhatARuleSetDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, set, code, field string
		spoil                  func(*tender.Plan)
	}{
		{"three evaluators", "generic", "", "", func(*tender.Plan) {}},
		{"two evaluators", "generic", "rules.committee", "panel", func(p *tender.Plan) { p.Panel = p.Panel[:2] }},
		{"four evaluators", "generic", "rules.committee", "panel", func(p *tender.Plan) { p.Panel = append(p.Panel, tender.Member{User: "u-4", Name: "Four"}) }},
		{"three evaluators in China", "cn-gpl", "rules.committee", "panel", func(p *tender.Plan) { p.Panel = p.Panel[:3] }},
		{"a mean in China", "cn-gpl", "rules.formula", "lots[1].criteria.price.formula", func(p *tender.Plan) {
			p.Notice.Lots[1].Criteria.Price.Formula, p.Notice.Lots[1].Criteria.Price.Zero = tender.Linear, tender.ZeroAtTwice
		}},
		{"a price of 29 percent for goods in China", "cn-gpl", "rules.weight", "lots[0].criteria.price.weight", func(p *tender.Plan) { weigh(p, "29") }},
		{"a price of 30 percent for goods in China", "cn-gpl", "", "", func(p *tender.Plan) { weigh(p, "30") }},
		{"a bid security of 3 percent of the value", "generic", "", "", func(p *tender.Plan) { p.Notice.Security.Amount = *eur("3000.00") }},
		{"a bid security of a cent more", "generic", "rules.percent", "security.amount", func(p *tender.Plan) { p.Notice.Security.Amount = *eur("3000.01") }},
		{"a bid security of 2 percent of the budget", "cn-gpl", "", "", func(p *tender.Plan) { p.Notice.Security.Amount = *eur("2400.00") }},
		{"a bid security of a cent more in China", "cn-gpl", "rules.percent", "security.amount", func(p *tender.Plan) { p.Notice.Security.Amount = *eur("2400.01") }},
		{"a bid security of a value that is not told", "generic", "", "", func(p *tender.Plan) { p.Notice.Value = nil }},
		{"quotations in two envelopes", "generic", "rules.envelopes", "envelopes", func(p *tender.Plan) { p.Notice.Procedure = "quotations" }},
	} {
		w := newWorld(t)
		p := planFor(c.set)
		c.spoil(&p)
		w.draft(p)
		_, err := w.Submit(t.Context(), w.ID, officer)
		w.code(c.name, err, c.code)
		if c.code != "" && fieldsOf(err)[c.field] == "" {
			t.Errorf("%s: names %v", c.name, fieldsOf(err))
		}
	}
	w := ready(newWorld(t), plan())
	w.force(func(x *tender.Tender) { x.Panel = x.Panel[:1] })
	_, err := w.Publish(t.Context(), w.ID, officer)
	w.code("at publication", err, "rules.committee")
}

// weigh gives the price of the first lot a weight, and quality the rest.
func weigh(p *tender.Plan, price string) {
	c := &p.Notice.Lots[0].Criteria
	c.Price.Weight = dec(price)
	c.Quality[0].Weight = dec("85").Sub(dec(price))
}

func TestWhatIsPublished(t *testing.T) {
	w := published(newWorld(t), plan())
	x := w.tender()
	if x.Phase != tender.Published || x.Revision != 1 || !x.Published.Equal(today) || !x.Public() {
		t.Errorf("it is %s, revision %d, since %s", x.Phase, x.Revision, x.Published)
	}
	want := []tender.Lot{{ID: "salt", Phase: tender.Competing}, {ID: "brine", Phase: tender.Competing}}
	if !reflect.DeepEqual(x.Lots, want) {
		t.Errorf("its lots are %+v", x.Lots)
	}
	var said struct {
		Notice   tender.Notice  `json:"notice"`
		Policy   *rules.Policy  `json:"policy"`
		RuleSet  string         `json:"ruleSet"`
		Buyer    tender.OrgName `json:"buyer"`
		Openers  string         `json:"openers"`
		Revision int            `json:"revision"`
	}
	fact := w.facts("tender.publish")[0]
	w.ok(json.Unmarshal(fact.Data, &said))
	if said.Notice.Hash() != x.Notice.Hash() || said.Notice.Hash() != x.Approval.Notice {
		t.Error("what is published is not what was approved")
	}
	if said.Policy.Hash() != x.Policy.Hash() || said.RuleSet != "generic" || said.Buyer.ID != buyer || said.Revision != 1 || said.Openers != x.Openers.Manifest {
		t.Errorf("the fact says %s", fact.Data)
	}
	if fact.ID != x.Openers.Fact || fact.By != officer.User || !fact.At.Equal(today) {
		t.Errorf("the fact %s by %s, the manifest stands in %s", fact.ID, fact.By, x.Openers.Fact)
	}
	for _, a := range everyOpener() {
		if strings.Contains(string(fact.Data), w.secret(a.User).Secret()) {
			t.Error("the fact has a secret")
		}
	}
}

// TestThePolicyIsFrozen: new rules are for new tenders.
func TestThePolicyIsFrozen(t *testing.T) {
	w := newWorld(t)
	ready(w, plan())
	before := w.tender().Policy.Hash()
	w.ok(w.Lib.Localise("generic", "Europe/Madrid", w.tender().Policy.Calendar))
	_, err := w.Publish(t.Context(), w.ID, officer)
	w.ok(err)
	at := w.tender().Policy
	if at.Zone != "Europe/Madrid" || at.Hash() == before {
		t.Error("the policy is not that of the day of publication")
	}
	w.ok(w.Lib.Localise("generic", "Asia/Tokyo", at.Calendar))
	_, err = w.Extend(t.Context(), w.ID, officer, deadline.AddDate(0, 0, 1), "more time")
	w.ok(err)
	if w.tender().Policy.Hash() != at.Hash() {
		t.Error("the policy of a published tender has changed")
	}
}

// TestWhoMayDoWhatNow: the buttons are those of the table.
func TestWhoMayDoWhatNow(t *testing.T) {
	w := newWorld(t).draft(plan())
	at := func(by party.Actor, now time.Time) string {
		var list []string
		for _, a := range w.tender().Actions(tender.Ask{By: by, Now: now}) {
			list = append(list, string(a))
		}
		return strings.Join(list, " ")
	}
	actions := func(by party.Actor) string { return at(by, today) }
	for _, c := range []struct{ name, got, want string }{
		{"an officer with a draft", actions(officer), "edit submit cancel"},
		{"an approver with a draft", actions(approver), "cancel"},
		{"another buyer with a draft", actions(foreign), ""},
		{"the clock with a draft", actions(party.ClockActor), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s may %q, want %q", c.name, c.got, c.want)
		}
	}
	w.submit()
	drafter := officer
	drafter.Role = party.RoleApprover
	if got := actions(drafter); got != "cancel" {
		t.Errorf("who drafted it may %q", got)
	}
	if got := actions(approver); got != "return approve cancel" {
		t.Errorf("an approver of what is submitted may %q", got)
	}
	w.approve().give(everyOpener()...).agree(everyOpener()...)
	if _, err := w.Publish(t.Context(), w.ID, officer); err != nil {
		t.Fatal(err)
	}
	if got := actions(officer); got != "amend extend openers cancel" {
		t.Errorf("an officer of what is published may %q", got)
	}
	for _, c := range []struct {
		name, got, want string
	}{
		{"the clock before the deadline", actions(party.ClockActor), ""},
		{"the clock at the deadline", at(party.ClockActor, deadline), "close"},
		{"an officer at the deadline", at(officer, deadline), "cancel"},
	} {
		if c.got != c.want {
			t.Errorf("%s may %q, want %q", c.name, c.got, c.want)
		}
	}
	if got := w.tender().LotActions("salt", tender.Ask{By: officer}); len(got) != 1 || got[0] != tender.CancelLot {
		t.Errorf("an officer may do %v to a lot", got)
	}
	if got := w.tender().LotActions("sand", tender.Ask{By: officer}); got != nil {
		t.Errorf("an officer may do %v to no lot", got)
	}
}
