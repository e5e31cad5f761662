package bidding_test

import (
	"strings"
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// Nobody of the panel sees or does anything before having declared, and who has
// declared a conflict is out.
func TestConflictGate(t *testing.T) {
	w, a, b := ready(t, Terms{Panel: 5})
	w.Open(tender.Whole)
	e := w.Evaluators()
	tr := w.Tender()
	stranger := Person("u-stranger", Buyer, party.KindBuyer, party.RoleEvaluator)
	gates := map[string]func(party.Actor) error{
		"seeing bids": func(by party.Actor) error { return w.Judging.Cleared(w.Ctx(), by, tr) },
		"one's sheet": func(by party.Actor) error { _, err := w.Judging.Own(w.Ctx(), by, w.ID, w.Lot); return err },
		"scoring":     func(by party.Actor) error { return w.Score(by, a.Give("5"), b.Give("5")) },
		"finding": func(by party.Actor) error {
			_, err := w.Judging.Find(w.Ctx(), by, w.ID, w.Lot, bidding.Finding{Bidder: a.Org})
			return err
		},
		"dissent":      func(by party.Actor) error { _, err := w.Judging.Dissent(w.Ctx(), by, w.ID, w.Lot, "no"); return err },
		"ranking":      func(by party.Actor) error { _, err := w.Judging.Rank(w.Ctx(), by, w.ID, w.Lot); return err },
		"its question": func(by party.Actor) error { _, err := w.Judging.Questions(w.Ctx(), by, w.ID, w.Lot); return err },
	}
	w.Ok(w.Declare(e[4], a.Org))
	for what, do := range gates {
		w.Code(what+" without a word", do(e[0]), "evaluation.undeclared")
		w.Code(what+" with a conflict", do(e[4]), "evaluation.conflict")
		w.Code(what+" of no member", do(stranger), "evaluation.stranger")
	}
	w.Code("declared by a stranger", w.Declare(stranger), "evaluation.stranger")
	w.Code("declared twice", w.Declare(e[4]), "evaluation.declared")
	w.Code("declared by an officer", w.Declare(Officer), "actor.role")
	r := bidding.DeclarationRecord{Statement: "none", Tender: w.ID, User: e[0].User}
	_, err := w.Judging.Declare(w.Ctx(), e[0], w.ID, r, w.Sign(e[1].User, sign.Declare, r.Bytes()))
	w.Code("signed by another", err, "device.unknown")
	r.User = e[1].User
	_, err = w.Judging.Declare(w.Ctx(), e[0], w.ID, r, w.Sign(e[0].User, sign.Declare, r.Bytes()))
	w.Code("about another", err, "evaluation.declaration")
	for _, x := range e[:4] {
		w.Ok(w.Declare(x))
		w.Ok(w.Score(x, a.Give("5"), b.Give("5")))
	}
	_, err = w.Judging.Find(w.Ctx(), e[0], w.ID, w.Lot, pass(a))
	w.Code("four of five are enough", err, "")
}

func pass(b *Bidder) bidding.Finding {
	return bidding.Finding{Bidder: b.Org, Answers: []score.Answer{{Requirement: "r1", Pass: true}}}
}

// Scores are on the scale, for bids and criteria that there are, each with a
// reason; nobody sees another's before all are in, and none changes after.
func TestScores(t *testing.T) {
	w := newWorld(t, Terms{})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9")
	b.Bid(1, "8")
	w.Close()
	w.Shut()
	e := w.Evaluators()
	for _, x := range e {
		w.Ok(w.Declare(x))
	}
	w.Code("before the opening", w.Score(e[0], a.Give("5")), "evaluation.sealed")
	w.Open(tender.Whole)
	change := func(f func(*bidding.SheetScore)) bidding.SheetScore { s := a.Give("5"); f(&s); return s }
	for says, c := range map[string]struct {
		code string
		list []bidding.SheetScore
	}{
		"off the scale":             {"evaluation.scale", []bidding.SheetScore{a.Give("10.5")}},
		"above the scale":           {"evaluation.scale", []bidding.SheetScore{a.Give("11")}},
		"below the scale":           {"evaluation.scale", []bidding.SheetScore{a.Give("-1")}},
		"twice":                     {"evaluation.twice", []bidding.SheetScore{a.Give("5"), a.Give("6")}},
		"an unknown criterion":      {"evaluation.criterion", []bidding.SheetScore{change(func(s *bidding.SheetScore) { s.Criterion = "q9" })}},
		"an unknown bid":            {"evaluation.bid", []bidding.SheetScore{change(func(s *bidding.SheetScore) { s.Bidder = "org-none" })}},
		"a reason that is too long": {"evaluation.reason", []bidding.SheetScore{change(func(s *bidding.SheetScore) { s.Reason = strings.Repeat("x", score.MaxReason+1) })}},
		"a bid left out":            {"evaluation.incomplete", []bidding.SheetScore{a.Give("5")}},
		"without a reason":          {"evaluation.incomplete", []bidding.SheetScore{b.Give("5"), change(func(s *bidding.SheetScore) { s.Reason = "" })}},
	} {
		w.Code(says, w.Score(e[0], c.list...), c.code)
	}
	all := func(by party.Actor) error { return w.Score(by, a.Give("7"), b.Give("5")) }
	w.Ok(all(e[0]))
	w.Code("changed after handing in", all(e[0]), "evaluation.handed_in")
	seen := func() error { _, err := w.Judging.AllSheets(w.Ctx(), w.Tender(), w.Lot); return err }
	find := func(f bidding.Finding) error { _, err := w.Judging.Find(w.Ctx(), e[0], w.ID, w.Lot, f); return err }
	w.Code("seen before all are in", seen(), "evaluation.not_all")
	w.Code("found before all are in", find(pass(a)), "evaluation.not_all")
	w.Ok(all(e[1]))
	x, err := w.Judging.Save(w.Ctx(), e[2], w.ID, w.Lot, []bidding.SheetScore{a.Give("7"), b.Give("5")})
	w.Ok(err)
	_, err = w.Judging.HandIn(w.Ctx(), e[2], w.ID, w.Lot, w.Sign(e[1].User, sign.Score, x.Record().Bytes()))
	w.Code("signed by another", err, "device.unknown")
	w.Code("saved is not handed in", seen(), "evaluation.not_all")
	w.Ok(all(e[2]))
	w.Code("all are in", seen(), "")
	w.Code("found about nobody", find(bidding.Finding{Bidder: "org-none"}), "evaluation.bid")
	w.Ok(find(pass(a)))
	_, err = w.Judging.Rank(w.Ctx(), e[0], w.ID, w.Lot)
	w.Code("ranked before all is found", err, "score.incomplete")
	w.Ok(find(pass(b)))
	j, err := w.Judging.Rank(w.Ctx(), e[0], w.ID, w.Lot)
	w.Ok(err)
	w.Code("found after the ranking", find(pass(a)), "evaluation.decided")
	for says, lot := range map[string]string{"a lot that there is not": "lot-9", "no lot": ""} {
		for what, err := range map[string]error{
			"rank":      second(w.Judging.Rank(w.Ctx(), e[0], w.ID, lot)),
			"qualify":   second(w.Judging.Qualify(w.Ctx(), e[0], w.ID, lot)),
			"questions": second(w.Judging.Questions(w.Ctx(), e[0], w.ID, lot)),
			"find":      second(w.Judging.Find(w.Ctx(), e[0], w.ID, lot, pass(a))),
			"dissent":   second(w.Judging.Dissent(w.Ctx(), e[0], w.ID, lot, "no")),
			"sheet":     second(w.Judging.Own(w.Ctx(), e[0], w.ID, lot)),
		} {
			w.Code(what+" "+says, err, "lot.missing")
		}
	}
	_, err = w.Judging.Qualify(w.Ctx(), e[0], w.ID, w.Lot)
	w.Code("a technical decision with one envelope", err, "evaluation.lot")

	// 60 points for the lower price, 60 * 8 / 9 = 53.33 for the other, and 40 for
	// quality at ten: 28 and 20.
	want := map[string][2]string{a.Org: {"1", "81.33"}, b.Org: {"2", "80"}}
	for _, x := range j.Ranking.Entries {
		if got := [2]string{string(rune('0' + x.Rank)), x.Total.String()}; got != want[x.Bid] {
			t.Errorf("%s: %v, want %v", x.Bid, got, want[x.Bid])
		}
	}
}

func second[T any](_ T, err error) error { return err }

// The prices of who fails the technical stage are never opened: they are not in
// the batch, no share is asked for them, and nothing combines them.
func TestPricesOfTheFailedStaySealed(t *testing.T) {
	w := newWorld(t, two)
	a, b, c := w.Bidder("alpha"), w.Bidder("beta"), w.Bidder("gamma")
	for _, x := range []*Bidder{a, b, c} {
		x.Bid(1, "9")
	}
	w.Close()
	w.Shut()
	w.Open(tender.Technical)
	_, err := w.Openings.Announce(w.Ctx(), Officer, w.ID, w.Lot, tender.Financial)
	w.Code("prices before the decision", err, "opening.lot")
	w.Judge(map[*Bidder]string{a: "9", b: "6", c: "8"}, b)
	j, err := w.Judging.Qualify(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	_, err = w.Judging.Find(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot, pass(b))
	w.Code("a change of mind", err, "evaluation.decided")
	w.Settle()
	id := w.Announce(tender.Financial)
	o := w.Openers()[0]
	look := w.Look(o, id)
	if look.Batch.Decision != j.Decision.Hash || len(look.Batch.Fingerprints) != 2 || len(look.Batch.Excluded) != 1 || len(look.Cases) != 2 {
		t.Errorf("the batch holds %d and leaves out %d, by %q", len(look.Batch.Fingerprints), len(look.Batch.Excluded), look.Batch.Decision)
	}
	greedy := look // an operator who asks for it all the same
	greedy.Batch.Fingerprints, greedy.Batch.Excluded, greedy.Batch.Decision = append(greedy.Batch.Fingerprints, greedy.Batch.Excluded...), nil, ""
	if _, err := seal.OpenShares(o.Secret, greedy); err == nil {
		t.Error("a device gives shares for more than the logged batch")
	}
	for _, x := range w.Openers() {
		w.Ok(w.Send(x, id, w.Shares(x, id)))
	}
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Ok(err)
	if _, err := w.Openings.Outcomes.Get(w.Ctx(), id+"~"+b.Org); err == nil {
		t.Error("the price of the failed bidder has an outcome")
	}
	r, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	for _, e := range r.Ranking.Entries {
		if (e.Rank == 0) != (e.Bid == b.Org) || e.Bid == b.Org && e.Price != nil {
			t.Errorf("%s: rank %d, price %v", e.Bid, e.Rank, e.Price)
		}
	}
}

// All bids are void: there is still a decision, a ranking of none, no failure.
func TestNothingToRank(t *testing.T) {
	for _, envelopes := range []tender.Envelopes{tender.OneEnvelope, tender.TwoEnvelopes} {
		w, h := newHouse(t, Terms{Envelopes: envelopes}, apptest.Options{})
		a := w.Bidder("alpha")
		a.Bid(1, "9")
		w.Close()
		w.Shut()
		first := w.Tender().Notice.Envelopes.Names()[0]
		w.Ok(h.Objects.Delete(w.Ctx(), "bids/"+w.ID+"/"+w.Lot+"/"+a.Org+"/0001/"+first+"/payload"))
		w.Open(first)
		e := w.Evaluators()
		for _, x := range e {
			w.Ok(w.Declare(x))
			w.Ok(w.Score(x))
		}
		var err error
		if envelopes == tender.TwoEnvelopes {
			_, err = w.Judging.Qualify(w.Ctx(), e[0], w.ID, w.Lot)
		} else {
			_, err = w.Judging.Rank(w.Ctx(), e[0], w.ID, w.Lot)
		}
		w.Code(string(envelopes), err, "score.many")
	}
}

// A member has one dissent on a lot, as last said; the log keeps what was said
// before, and others' stand.
func TestDissentIsSaidAnew(t *testing.T) {
	w, _, _ := ready(t, Terms{Panel: 3})
	e := w.Evaluators()
	w.Open(tender.Whole)
	for _, by := range e[:2] {
		w.Ok(w.Declare(by))
	}
	say := func(by party.Actor, words string) *bidding.Judgement {
		t.Helper()
		j, err := w.Judging.Dissent(w.Ctx(), by, w.ID, w.Lot, words)
		w.Ok(err)
		return j
	}
	say(e[0], "Alpha deserved more.")
	say(e[1], "Beta was late.")
	say(e[0], "Alpha deserved two points more.")
	j := say(e[0], "Alpha deserved two points more.") // a button pressed twice
	if len(j.Dissent) != 2 || j.DissentOf(e[0].User).Text != "Alpha deserved two points more." || j.DissentOf(e[1].User).Text != "Beta was late." {
		t.Errorf("%+v", j.Dissent)
	}
	if j.DissentOf("nobody") != nil {
		t.Error("somebody has said nothing, and dissents")
	}
	w.Settle()
	if n := len(w.Facts("evaluation.dissent")); n != 3 {
		t.Errorf("the log has %d dissents, want three", n)
	}
}
