package tender_test

import (
	"os"
	"strings"
	"testing"

	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
)

// lift adds a rule set for small bodies, in which one person may combine a and b.
func (w *world) lift(id, a, b string) {
	w.Helper()
	raw, err := os.ReadFile("rules/sets/generic.json")
	w.ok(err)
	text := strings.Replace(string(raw), `"id": "generic"`, `"id": "`+id+`"`, 1)
	text = strings.Replace(text, `"common": {`, `"common": {"combine": [{"a": "`+a+`", "b": "`+b+`", "cite": "House rule", "status": "own"}],`, 1)
	set, err := rules.Parse([]byte(text))
	w.ok(err)
	w.ok(w.Lib.Add(set))
}

// TestDutiesThatARuleSetLifts, and only those: in a small body an opener may
// evaluate where the rules say so, but nobody ever approves their own draft.
func TestDutiesThatARuleSetLifts(t *testing.T) {
	w := newWorld(t)
	w.lift("small", "evaluate", "open")
	w.lift("drafting", "draft", "evaluate")
	w.lift("lax", "draft", "approve")
	openerJudges := func(p *tender.Plan) { p.Panel[0].User = openers[0].User }
	for _, c := range []struct {
		name, set, code string
		change          func(*tender.Plan)
	}{
		{"an opener who evaluates", "generic", "duty.clash", openerJudges},
		{"an opener who evaluates, in a small body", "small", "", openerJudges},
		{"an opener who evaluates, where drafters may", "drafting", "duty.clash", openerJudges},
		{"a drafter who evaluates, in a small body", "small", "duty.clash", func(p *tender.Plan) { p.Panel[0].User = officer.User }},
		{"a drafter who evaluates, where drafters may", "drafting", "", func(p *tender.Plan) { p.Panel[0].User = officer.User }},
		{"a guardian who evaluates, in a small body", "small", "duty.clash", func(p *tender.Plan) { p.Panel[0].User = guardian.User }},
	} {
		p := plan()
		p.RuleSet = c.set
		c.change(&p)
		_, err := w.Create(t.Context(), officer, p)
		w.code(c.name, err, c.code)
	}
	p := plan()
	p.RuleSet = "lax"
	w.draft(p).submit()
	_, err := w.Approve(t.Context(), w.ID, officerApproves, w.sign(officer, sign.Approve, w.approval()))
	w.code("a drafter who approves, whatever the rules say", err, "tender.same_person")
	openerApproves := openers[0]
	openerApproves.Role = party.RoleApprover
	_, err = w.Approve(t.Context(), w.ID, openerApproves, w.sign(openerApproves, sign.Approve, w.approval()))
	w.code("an opener who approves", err, "duty.clash")
}
