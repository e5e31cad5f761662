package tender_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

func TestADraftIsWhatItsOfficerWrote(t *testing.T) {
	w := newWorld(t).draft(plan())
	x := w.tender()
	if x.Phase != tender.Draft || x.Version != 1 || x.Buyer.ID != buyer || x.RuleSet != "generic" || x.Policy == nil || x.Public() {
		t.Errorf("the draft is %+v", x)
	}
	if x.Notice.Hash() != func() string { n := notice(); return n.Hash() }() {
		t.Error("the stored notice is not the one that was written")
	}
	for user, d := range map[string]party.Duty{officer.User: party.DutyDraft, openers[0].User: party.DutyOpen, guardian.User: party.DutyGuard, judge.User: party.DutyEvaluate} {
		if !x.Has(user, d) {
			t.Errorf("%s has not the duty %s", user, d)
		}
	}
	if f := w.facts("tender.create"); len(f) != 1 || f[0].By != officer.User || !strings.Contains(string(f[0].Data), "Road salt") {
		t.Errorf("the fact is %v", f)
	}
}

func TestWhoMayCreate(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name string
		by   party.Actor
		code string
	}{
		{"an officer", officer, ""},
		{"an approver", approver, "actor.role"},
		{"a supplier", bidder, "actor.role"},
		{"the clock", party.ClockActor, "actor.role"},
		{"the public", party.PublicActor, "actor.unknown"},
		{"nobody", party.Actor{}, "actor.unknown"},
		{"an officer of a body that nobody has confirmed", shadow, "org.unconfirmed"},
	} {
		_, err := w.Create(t.Context(), c.by, plan())
		w.code(c.name, err, c.code)
	}
}

// TestPlansThatNoDraftCanHold: a draft may be unfinished, but not contradict
// itself in what people do, nor hold what cannot be written down.
func TestPlansThatNoDraftCanHold(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, code string
		change     func(*tender.Plan)
	}{
		{"an empty notice", "", func(p *tender.Plan) { p.Notice = tender.Notice{Procedure: "open"} }},
		{"no committee yet", "", func(p *tender.Plan) { p.Groups, p.Panel = nil, nil }},
		{"an unknown rule set", "rules.set", func(p *tender.Plan) { p.RuleSet = "moon" }},
		{"an unknown procedure", "rules.procedure", func(p *tender.Plan) { p.Notice.Procedure = "lottery" }},
		{"a file that was not uploaded", "document.missing", func(p *tender.Plan) { p.Notice.Documents = []tender.Document{document("spec", version(1, "a"))} }},
		{"versions with a gap", "document.number", func(p *tender.Plan) { p.Notice.Documents = []tender.Document{document("spec", version(2, "a"))} }},
		{"negative minutes", "notice.form", func(p *tender.Plan) { p.Notice.Timetable.GraceMinutes = -1 }},
		{"days beyond 2^53", "notice.form", func(p *tender.Plan) { p.Notice.ValidityDays = math.MaxInt }},
		{"an amount without a currency", "notice.form", func(p *tender.Plan) { p.Notice.Value = &tender.Money{Minor: 1} }},
		{"a date after the year 9999", "notice.form", func(p *tender.Plan) { p.Notice.Timetable.Opens = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"the drafter as evaluator", "duty.clash", func(p *tender.Plan) { p.Panel[0].User = officer.User }},
		{"the drafter as guardian", "duty.clash", func(p *tender.Plan) { p.Groups[1].Members[0].User = officer.User }},
		{"the drafter as opener", "", func(p *tender.Plan) { p.Groups[0].Members[0].User = officer.User }},
		{"an opener as guardian", "duty.clash", func(p *tender.Plan) { p.Groups[1].Members[0].User = openers[0].User }},
		{"an opener as evaluator", "duty.clash", func(p *tender.Plan) { p.Panel[0].User = openers[0].User }},
		{"a guardian as evaluator", "duty.clash", func(p *tender.Plan) { p.Panel[0].User = guardian.User }},
	} {
		p := plan()
		c.change(&p)
		x, err := w.Create(t.Context(), officer, p)
		w.code(c.name, err, c.code)
		if err != nil && x != nil {
			t.Errorf("%s: there is a tender beside the error", c.name)
		}
	}
}

func TestEditing(t *testing.T) {
	w := newWorld(t).draft(plan())
	p := plan()
	p.Notice.Title = en("Grit")
	p.Panel[0] = tender.Member{User: "u-judge-4", Name: "Four"}
	for _, c := range []struct {
		name, code string
		by         party.Actor
		version    int64
	}{
		{"by an approver", "actor.role", approver, 1},
		{"by another buyer", "tender.missing", foreign, 1},
		{"by a supplier", "tender.missing", bidder, 1},
		{"of a version that is not yet", "tender.stale", officer, 2},
		{"by a colleague", "", colleague, 1},
		{"of a version that was", "tender.stale", officer, 1},
		{"again", "", officer, 2},
	} {
		_, err := w.Edit(t.Context(), w.ID, c.version, c.by, p)
		w.code(c.name, err, c.code)
	}
	x := w.tender()
	if x.Version != 3 || x.Notice.Title["en"] != "Grit" || x.Has(judge.User, party.DutyEvaluate) || !x.Has("u-judge-2", party.DutyEvaluate) {
		t.Errorf("after editing: %+v", x)
	}
	if !x.Has(officer.User, party.DutyDraft) || !x.Has(colleague.User, party.DutyDraft) {
		t.Error("who has drafted is forgotten")
	}
	_, err := w.Edit(t.Context(), "ocds-test-none", 1, officer, p)
	w.code("what there is not", err, "tender.missing")
	w.submit()
	_, err = w.Edit(t.Context(), w.ID, 0, officer, p)
	w.code("what is submitted", err, "tender.phase")
}

// TestAPlanStaysItsOwners: what a caller passes in is not changed by us, and
// what they change later does not change the draft.
func TestAPlanStaysItsOwners(t *testing.T) {
	w := newWorld(t)
	p := plan()
	p.Groups[0].Members[0].Key = "age1pq1forged"
	was, _ := json.Marshal(p.Groups)
	x, err := w.Create(t.Context(), officer, p)
	w.ok(err)
	if is, _ := json.Marshal(p.Groups); string(is) != string(was) {
		t.Errorf("the caller's groups became %s", is)
	}
	if x.Openers.Groups[0].Members[0].Key != "" {
		t.Error("an officer has given an opener's key")
	}
}

func TestSubmitAndReturn(t *testing.T) {
	w := newWorld(t)
	p := plan()
	p.Notice.Title = nil
	w.draft(p)
	_, err := w.Submit(t.Context(), w.ID, officer)
	w.code("without a title", err, "text.missing")
	for _, c := range []struct {
		name, code string
		change     func(*tender.Plan)
	}{
		{"without openers", "openers.groups", func(p *tender.Plan) { p.Groups = nil }},
		{"with a threshold above the number", "openers.threshold", func(p *tender.Plan) { p.Groups[0].K = 4 }},
		{"with a threshold of none", "openers.threshold", func(p *tender.Plan) { p.Groups[0].K = 0 }},
		{"with a group without a name", "openers.name", func(p *tender.Plan) { p.Groups[0].Name = "" }},
		{"with an opener named twice", "openers.twice", func(p *tender.Plan) { p.Groups[0].Members[1] = p.Groups[0].Members[0] }},
		{"with nine groups", "openers.groups", func(p *tender.Plan) { p.Groups = make([]tender.OpenerGroup, 9) }},
		{"with two groups of one name", "openers.name", func(p *tender.Plan) { p.Groups[1].Name = p.Groups[0].Name }},
		{"with an opener who is nobody", "openers.member", func(p *tender.Plan) { p.Groups[0].Members[0].User = "" }},
		{"with an opener without a name", "openers.member", func(p *tender.Plan) { p.Groups[0].Members[0].Name = "" }},
		{"with an opener named in control characters", "openers.member", func(p *tender.Plan) { p.Groups[0].Members[0].Name = "A\x07" }},
		{"without evaluators", "tender.no_panel", func(p *tender.Plan) { p.Panel = nil }},
		{"with an evaluator named twice", "tender.panel", func(p *tender.Plan) { p.Panel[1] = p.Panel[0] }},
		{"with an evaluator who is nobody", "tender.panel", func(p *tender.Plan) { p.Panel[1].User = "" }},
		{"with everything", "", func(*tender.Plan) {}},
	} {
		p := plan()
		c.change(&p)
		_, err := w.Edit(t.Context(), w.ID, 0, officer, p)
		w.ok(err)
		_, err = w.Submit(t.Context(), w.ID, officer)
		w.code(c.name, err, c.code)
	}
	_, err = w.Submit(t.Context(), w.ID, officer)
	w.code("twice", err, "tender.phase")
	_, err = w.Return(t.Context(), w.ID, approver, " \n")
	w.code("returned without a reason", err, "tender.no_reason")
	_, err = w.Return(t.Context(), w.ID, approver, "bell\x07")
	w.code("returned with control characters", err, "text.control")
	_, err = w.Return(t.Context(), w.ID, approver, strings.Repeat("x", tender.MaxText+1))
	w.code("returned with a book", err, "text.long")
	_, err = w.Return(t.Context(), w.ID, officer, "mine")
	w.code("returned by an officer", err, "actor.role")
	_, err = w.Return(t.Context(), w.ID, officerApproves, "mine")
	w.code("returned by the drafter", err, "tender.same_person")
	_, err = w.Return(t.Context(), w.ID, approver, "The quantities are wrong.\r\n")
	w.code("returned", err, "")
	if x := w.tender(); x.Phase != tender.Draft || x.Reason == "" {
		t.Errorf("after the return it is %s, %q", x.Phase, x.Reason)
	}
}

// TestALookIsFresh: what is shared is the version that is stored.
func TestALookIsFresh(t *testing.T) {
	w := newWorld(t).draft(plan())
	_, err := w.Look(t.Context(), "ocds-test-none", officer)
	w.code("at what there is not", err, "tender.missing")
	for version := int64(1); version < 4; version++ {
		first, err := w.Look(t.Context(), w.ID, officer)
		w.ok(err)
		second, err := w.Look(t.Context(), w.ID, approver)
		w.ok(err)
		if first.Version != version || second != first {
			t.Errorf("looking at version %d twice gives %d and %d", version, first.Version, second.Version)
		}
		_, err = w.Edit(t.Context(), w.ID, version, officer, plan())
		w.ok(err)
	}
}

// TestWhoSeesADraft: to strangers it does not exist, whatever they try.
func TestWhoSeesADraft(t *testing.T) {
	w := newWorld(t).draft(plan())
	for _, by := range []party.Actor{officer, colleague, approver, openers[0], judge, manager, guardian, outside, auditor} {
		_, err := w.Get(t.Context(), w.ID, by)
		w.code(by.User, err, "")
	}
	for _, by := range []party.Actor{foreign, bidder, party.PublicActor, {}} {
		x, err := w.Get(t.Context(), w.ID, by)
		w.code("seen by "+by.User, err, "tender.missing")
		if x != nil || fault.From(err).Kind != fault.Missing {
			t.Errorf("%s gets %v with %v", by.User, x, err)
		}
		x, err = w.Look(t.Context(), w.ID, by)
		w.code("looked at by "+by.User, err, "tender.missing")
		if x != nil {
			t.Errorf("%s sees %v", by.User, x)
		}
		_, err = w.Cancel(t.Context(), w.ID, by, "because")
		w.code("cancelled by "+by.User, err, "tender.missing")
	}
	_, err := w.Cancel(t.Context(), w.ID, officer, "no longer needed")
	w.ok(err)
	_, err = w.Get(t.Context(), w.ID, party.PublicActor)
	w.code("a draft that was cancelled", err, "tender.missing")
	w = published(newWorld(t), plan())
	_, err = w.Get(t.Context(), w.ID, party.PublicActor)
	w.code("a published one", err, "")
}

// A request that broke off after it took effect, and is repeated, drafts once.
func TestARepeatedRequestDraftsOnce(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		x, err := w.Create(store.WithIDs(t.Context(), func() string { return "ocds-test-once" }), officer, plan())
		if w.ok(err); x.ID != "ocds-test-once" || x.Version != 1 {
			t.Errorf("drafted: %s of version %d", x.ID, x.Version)
		}
	}
}
