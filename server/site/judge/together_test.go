package judge_test

import (
	"net/http"
	"strings"
	"testing"

	. "probity/bidding/biddingtest"
	"probity/bidding/score"
	"probity/server/site/sitetest"
	"probity/tender"
)

// agreeing is a room whose evaluators have handed in and look for a consensus.
func agreeing(t *testing.T) (r *room, one, other *sitetest.Visitor) {
	r = enter(t, Terms{Change: func(n *tender.Notice) { n.Lots[0].Criteria.Consensus = tender.Agreed }})
	r.Open(tender.Whole)
	var all []*sitetest.Visitor
	for _, e := range r.Evaluators() {
		v := r.as(e, "en")
		r.declare(v, e.User)
		r.score(v, r.a, "5", "as read").To(r.at(""))
		r.score(v, r.b, "5", "as read").To(r.at(""))
		r.handIn(v, e.User).To(r.at(""))
		all = append(all, v)
	}
	return r, all[0], all[1]
}

// Of two evaluators who record findings about one bid at once, the second gets
// their own words back, with what the other has written beside them.
func TestTwoRecordFindingsAtOnce(t *testing.T) {
	r, one, other := agreeing(t)
	form := r.at("/findings/" + r.a.Org)
	one.Get(form).Want(http.StatusOK)
	other.Get(form).Want(http.StatusOK)
	mine := one.Fill(form, "answers[0].pass", "yes", "consensus[0].value", "7", "consensus[0].reason", "solid work")
	theirs := other.Fill(form, "answers[0].pass", "no", "answers[0].reason", "no licence", "consensus[0].value", "3", "consensus[0].reason", "thin work")
	one.Post(form, mine).To(r.at("/consensus"))
	one.Post(form, mine).To(r.at("/consensus")) // a double click is no quarrel

	p := other.Post(form, theirs).Want(http.StatusConflict)
	p.Has(".govuk-error-summary")
	for name, want := range map[string]string{"consensus[0].value": "3"} {
		if got := p.Has("[name='"+name+"']").AttrOr("value", ""); got != want {
			t.Errorf("%s came back as %q", name, got)
		}
	}
	if got := p.Said("[name='consensus[0].reason']"); got != "thin work" {
		t.Errorf("the reason came back as %q", got)
	}
	if got := p.Find(".govuk-inset-text").Text(); !contains(got, "7", "solid work", "Meets it") {
		t.Errorf("what the other has written is not shown: %q", got)
	}
	if got := r.found(one); got != "7" {
		t.Errorf("the consensus is %s", got)
	}

	// Having looked, the second may record what the panel has agreed on.
	other.Submit(form).To(r.at("/consensus"))
	if got := r.found(one); got != "3" {
		t.Errorf("after looking the consensus is %s", got)
	}
	// Another bid is nobody's quarrel.
	form = r.at("/findings/" + r.b.Org)
	one.Get(form).Want(http.StatusOK)
	one.Submit(form, "answers[0].pass", "yes", "consensus[0].value", "7", "consensus[0].reason", "agreed").To(r.at("/consensus"))
}

// found is the consensus about alpha.
func (r *room) found(v *sitetest.Visitor) string {
	return v.Get(r.at("/findings/"+r.a.Org)).Want(http.StatusOK).Has("[name='consensus[0].value']").AttrOr("value", "")
}

// Two windows of one evaluator: what the first has kept is not written over
// unseen, by a button or while one types.
func TestTwoWindowsOfOneEvaluator(t *testing.T) {
	r := enter(t, Terms{})
	r.Open(tender.Whole)
	e := r.Evaluators()[0]
	v := r.as(e, "en")
	r.declare(v, e.User)
	form := r.at("/bids/" + r.a.Org)
	v.Get(form).Want(http.StatusOK)
	first := v.Fill(form, "scores[0].value", "8", "scores[0].reason", "in the first window")
	second := v.Fill(form, "scores[0].value", "2", "scores[0].reason", "in the second window")
	v.Save(form, first).Want(http.StatusNoContent)
	v.Save(form, second).Want(http.StatusPreconditionFailed)
	p := v.Post(form, second).Want(http.StatusPreconditionFailed)
	if got := p.Has("[name='scores[0].value']").AttrOr("value", ""); got != "2" {
		t.Errorf("what was typed came back as %q", got)
	}
	if got := p.Said(".govuk-inset-text"); !contains(got, "8", "in the first window") {
		t.Errorf("what the other window kept is not shown: %q", got)
	}
	v.Submit(form, "then", "").To(r.at(""))
	if got := v.Get(form).Has("[name='scores[0].value']").AttrOr("value", ""); got != "2" {
		t.Errorf("after looking it is %q", got)
	}
}

// Of two evaluators who decide about one price at once, the second gets their
// own words back, and sees what the other has decided.
func TestTwoDecideAboutOnePriceAtOnce(t *testing.T) {
	r := enter(t, Terms{Change: func(n *tender.Notice) {
		value := tender.MustMoney("1000.00", "EUR")
		n.Lots[0].Value, n.Lots[0].Criteria.Low = &value, tender.Low{BelowEstimate: tender.MustDecimal("30")}
	}})
	r.Open(tender.Whole)
	var all []*sitetest.Visitor
	for _, e := range r.Evaluators() {
		v := r.as(e, "en")
		r.declare(v, e.User)
		r.score(v, r.a, "5", "as read").To(r.at(""))
		r.score(v, r.b, "5", "as read").To(r.at(""))
		r.handIn(v, e.User).To(r.at(""))
		all = append(all, v)
	}
	one, other, prices := all[0], all[1], r.at("/prices")
	one.Get(r.at("/findings/" + r.b.Org)).Want(http.StatusOK)
	one.Submit(r.at("/findings/"+r.b.Org), "answers[0].pass", "yes").To(r.at("/consensus"))
	one.Get(prices)
	one.Submit(prices+"/"+r.b.Org+"/ask", "question", "How is this possible?", "days", "5").To(prices)
	rep := r.as(member(r.b), "en")
	link := rep.Get("/clarifications").Has(".govuk-task-list a").AttrOr("href", "")
	rep.Get(link).Want(http.StatusOK)
	rep.Submit(link, "answer", "Own mine, own ships.").To(link)

	decide := prices + "/" + r.b.Org + "/decide"
	one.Get(prices).Want(http.StatusOK)
	other.Get(prices).Want(http.StatusOK)
	mine := one.Fill(decide, "accepted", "yes", "reason", "The ships are theirs.")
	theirs := other.Fill(decide, "accepted", "no", "reason", "No ship was seen.")
	one.Post(decide, mine).To(prices)
	one.Post(decide, mine).To(prices) // a double click is no quarrel
	p := other.Post(decide, theirs).Want(http.StatusConflict)
	if got := p.Said("[name='reason']"); got != "No ship was seen." {
		t.Errorf("the reason came back as %q", got)
	}
	if !contains(p.Text, "The ships are theirs.") {
		t.Error("what the other has decided is not shown")
	}
	if !r.low().Accepted {
		t.Error("the second has replaced what it had not seen")
	}
	other.Submit(decide).To(prices) // having looked
	if d := r.low(); d.Accepted || d.Reason != "No ship was seen." {
		t.Errorf("after looking the decision is %+v", d)
	}
}

// low is what is decided about the price of beta.
func (r *room) low() score.Decision {
	r.Helper()
	j, err := r.Judging.Judgement(r.Ctx(), r.Tender(), r.Lot)
	r.Ok(err)
	return *j.FindingOn(r.b.Org).Low
}

func contains(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}
