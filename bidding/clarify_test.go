package bidding_test

import (
	"strings"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/score"
	"probity/tender"
	"probity/tender/party"
)

// clarified is a lot with prices on the table, and a question about one.
func clarified(t *testing.T, change func(*tender.Notice)) (*World, *Bidder, *Bidder, func(Asking) (*bidding.Clarification, error)) {
	w, a, b := ready(t, Terms{Change: change})
	w.Open(tender.Whole)
	w.Judge(map[*Bidder]string{a: "7", b: "5"})
	return w, a, b, func(q Asking) (*bidding.Clarification, error) {
		return w.Judging.Clarify(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot, q)
	}
}

// Asking is how the tests below say it.
type Asking = bidding.Asking

func due(w *World) time.Time { return w.Tender().Notice.Timetable.Opens.AddDate(0, 0, 7) }

func member(b *Bidder) party.Actor {
	return Person("u-"+b.Org, b.Org, party.KindSupplier, party.RoleRepresentative)
}

// Nobody is decided about for a low price who was not asked and given time.
func TestLowPriceIsAskedAbout(t *testing.T) {
	w, a, b, ask := clarified(t, nil)
	low := func(accepted bool) error {
		f := pass(a)
		f.Low = &score.Decision{Accepted: accepted, Reason: "as the bidder explains"}
		_, err := w.Judging.Find(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot, f)
		return err
	}
	w.Code("unasked", low(false), "evaluation.unheard")
	q := Asking{Bidder: a.Org, About: score.QuestionLow, Question: "How do you do it?", Due: due(w)}
	for says, c := range map[string]struct {
		code   string
		change func(*Asking)
	}{
		"about nobody":                {"evaluation.bid", func(q *Asking) { q.Bidder = "org-none" }},
		"about nothing":               {"clarification.about", func(q *Asking) { q.About = "weather" }},
		"about no correction":         {"clarification.about", func(q *Asking) { q.About = score.QuestionCorrection }},
		"without words":               {"clarification.question", func(q *Asking) { q.Question = " " }},
		"with too many":               {"text.long", func(q *Asking) { q.Question = strings.Repeat("x", 2001) }},
		"without time":                {"clarification.due", func(q *Asking) { q.Due = w.Tender().Notice.Timetable.Deadline }},
		"with all the time there is ": {"clarification.due", func(q *Asking) { q.Due = due(w).AddDate(1, 0, 0) }},
	} {
		x := q
		c.change(&x)
		_, err := ask(x)
		w.Code(says, err, c.code)
	}
	_, err := w.Judging.Clarify(w.Ctx(), member(b), w.ID, w.Lot, q)
	w.Code("by a rival", err, "actor.role")
	c, err := ask(q)
	w.Ok(err)
	_, err = ask(q)
	w.Code("twice at once", err, "clarification.open")
	w.Code("before the answer", low(true), "evaluation.waiting")

	_, err = w.Judging.Clarification(w.Ctx(), member(b), c.ID)
	w.Code("read by a rival", err, "clarification.missing")
	say := func(by party.Actor, e bidding.Explanation) error {
		_, err := w.Judging.Explain(w.Ctx(), by, c.ID, e)
		return err
	}
	yes := true
	w.Code("answered by a rival", say(member(b), bidding.Explanation{Answer: "cheap"}), "clarification.missing")
	w.Code("without an answer", say(member(a), bidding.Explanation{}), "clarification.answer")
	w.Code("accepting nothing", say(member(a), bidding.Explanation{Answer: "x", Accepted: &yes}), "clarification.accepted")
	w.Ok(say(member(a), bidding.Explanation{Answer: "Own mine."}))
	w.Code("answered twice", say(member(a), bidding.Explanation{Answer: "Own mine!"}), "clarification.answered")
	list, _, err := w.Judging.AskedOf(w.Ctx(), member(a), "", 10)
	if w.Ok(err); len(list) != 1 || list[0].Answer != "Own mine." {
		t.Errorf("the bidder sees %+v", list)
	}
	w.Ok(low(true))
	r, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	if r.Ranking.Entries[0].Status != score.Valid {
		t.Errorf("%+v", r.Ranking.Entries)
	}
	_, err = ask(q)
	w.Code("after the ranking", err, "evaluation.lot")
	w.Settle()
	if n := len(w.Facts("evaluation.clarify")) + len(w.Facts("evaluation.explain")); n != 2 {
		t.Errorf("%d facts", n)
	}
}

// Who lets the time pass has been heard, one moment earlier has not.
func TestSilenceIsAnAnswer(t *testing.T) {
	w, a, _, ask := clarified(t, nil)
	q := Asking{Bidder: a.Org, About: score.QuestionLow, Question: "How?", Due: due(w)}
	c, err := ask(q)
	w.Ok(err)
	f := pass(a)
	f.Low = &score.Decision{Reason: "no answer"}
	w.Set(q.Due.Add(-time.Millisecond))
	_, err = w.Judging.Find(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot, f)
	w.Code("before the time is over", err, "evaluation.waiting")
	w.Set(q.Due)
	_, err = w.Judging.Explain(w.Ctx(), member(a), c.ID, bidding.Explanation{Answer: "late"})
	w.Code("at the end itself", err, "clarification.late")
	_, err = w.Judging.Find(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot, f)
	w.Ok(err)
	r, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	for _, e := range r.Ranking.Entries {
		if (e.Bid == a.Org) != (e.Status == score.Rejected) {
			t.Errorf("%s is %s", e.Bid, e.Status)
		}
	}
}

// What is offered is what is possible: every act that a standing lists is done,
// and what it does not list is refused.
func TestStanding(t *testing.T) {
	w, a, b := ready(t, Terms{})
	e := w.Evaluators()
	stands := func(by party.Actor, why string, want ...bidding.Act) {
		t.Helper()
		x, err := w.Judging.Standing(w.Ctx(), by, w.ID, w.Lot)
		w.Ok(err)
		if len(x.Actions) != len(want) || x.Why != why {
			t.Fatalf("%v %q, want %v %q", x.Actions, x.Why, want, why)
		}
		for _, act := range want {
			if !x.May(act) {
				t.Errorf("%v lacks %s", x.Actions, act)
			}
		}
	}
	stands(e[0], "evaluation.undeclared", bidding.ActDeclare)
	w.Ok(w.Declare(e[0]))
	stands(e[0], "evaluation.sealed")
	w.Open(tender.Whole)
	stands(e[0], "evaluation.not_all", bidding.ActRead, bidding.ActScore, bidding.ActHandIn)
	stands(Officer, "evaluation.not_all", bidding.ActRead)
	w.Ok(w.Score(e[0], a.Give("7"), b.Give("5")))
	stands(e[0], "evaluation.not_all", bidding.ActRead)
	for _, x := range e[1:] {
		w.Ok(w.Declare(x))
		w.Ok(w.Score(x, a.Give("7"), b.Give("5")))
	}
	all := []bidding.Act{bidding.ActRead, bidding.ActSheets, bidding.ActFind, bidding.ActDissent, bidding.ActClarify, bidding.ActSettle}
	stands(e[0], "score.incomplete", all...)
	stands(Officer, "score.incomplete", bidding.ActRead, bidding.ActSheets, bidding.ActClarify)
	for _, x := range []*Bidder{a, b} {
		_, err := w.Judging.Find(w.Ctx(), e[0], w.ID, w.Lot, pass(x))
		w.Ok(err)
	}
	stands(e[1], "", append(all, bidding.ActRank)...)
	_, err := w.Judging.Rank(w.Ctx(), e[1], w.ID, w.Lot)
	w.Ok(err)
	stands(e[1], "", bidding.ActRead, bidding.ActSheets, bidding.ActDissent, bidding.ActReport)

	list, _, err := w.Judging.Mine(w.Ctx(), e[2], "", 10)
	if w.Ok(err); len(list) != 1 || len(list[0].Lots) != 1 || !list[0].Lots[0].Panel[0].HandedIn {
		t.Errorf("assigned: %+v", list)
	}
	if list, _, err = w.Judging.Mine(w.Ctx(), Person("u-else", Buyer, party.KindBuyer, party.RoleEvaluator), "", 10); err != nil || len(list) != 0 {
		t.Errorf("another's: %+v %v", list, err)
	}
	_, err = w.Judging.SaveDraft(w.Ctx(), e[0], w.ID, w.Lot, bidding.SheetDraft{Seen: 1})
	w.Code("a stale window", err, "sheet.stale")
}
