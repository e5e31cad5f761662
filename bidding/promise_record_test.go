package bidding_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/score"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/party"
)

// Promise 5: every decision can be recomputed. From the record alone anybody
// gets the same lists, the same opening and the same ranking.
func TestPromise5EveryDecisionCanBeRecomputed(t *testing.T) {
	w, a, b := ready(t, Terms{})
	o := w.Open(tender.Whole)
	w.Judge(map[*Bidder]string{a: "7", b: "9"})
	j, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	w.Settle()
	facts := w.Facts("evaluation.rank")
	var logged struct {
		Input   score.Input     `json:"input"`
		Ranking json.RawMessage `json:"ranking"`
		Hash    string          `json:"hash"`
	}
	w.Ok(json.Unmarshal(facts[0].Data, &logged))
	again, err := score.Rank(logged.Input)
	w.Ok(err)
	if !bytes.Equal(canon.Must(again), logged.Ranking) || logged.Hash != j.Hash {
		t.Errorf("the ranking in the log is %s, computed again it is %s", logged.Ranking, canon.Must(again))
	}
	logged.Input.Bids[0].Scores[0].Value = tender.MustDecimal("0")
	if other, err := score.Rank(logged.Input); err == nil && bytes.Equal(canon.Must(other), logged.Ranking) {
		t.Error("another score gives the same ranking")
	}
	closed, window, err := bidding.Lists(w.Facts(""))
	if err != nil || closed == nil || window == nil {
		t.Errorf("the lists cannot be made again: %v", err)
	}
	r, err := w.Openings.ReadRecord(w.Ctx(), o)
	if err != nil || r.Hash() != o.Record {
		t.Errorf("the opening record has another hash: %v", err)
	}
}

// Promise 6: the record proves itself. Every change is a fact in the log with
// who, when and what; what is stored and what is logged tell the same.
func TestPromise6TheRecordProvesItself(t *testing.T) {
	w, a, b := ready(t, two)
	w.Open(tender.Technical)
	w.Judge(map[*Bidder]string{a: "7", b: "9"})
	_, err := w.Judging.Qualify(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	w.Settle()
	w.Open(tender.Financial)
	_, err = w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	w.Settle()
	seen := map[string]int{}
	for _, f := range w.Facts("") {
		seen[f.Name]++
		if f.By == "" || f.At.IsZero() || f.Topic != w.ID || len(f.Salt) != 16 {
			t.Errorf("%s does not say who, when and where: %+v", f.ID, f)
		}
	}
	for name, n := range map[string]int{
		"tender.create": 1, "tender.submit": 1, "tender.approve": 1, "tender.publish": 1, "opener.key": 3, "opener.sign": 3,
		bidding.FactSubmit: 2, bidding.FactStored: 2, bidding.FactClose: 1, bidding.FactCloseWindow: 1, "lot.seal": 1,
		"opening.announce": 2, "opening.answer": 6, "opening.combine": 2, "opening.record": 2, "lot.open": 1, "lot.open-price": 1,
		"evaluation.declare": 3, "evaluation.hand-in": 3, "evaluation.find": 2, "evaluation.qualify": 1, "evaluation.rank": 1, "lot.qualify": 1, "lot.rank": 1,
	} {
		if seen[name] != n {
			t.Errorf("%s is in the log %d times, want %d", name, seen[name], n)
		}
	}
	for _, id := range []string{"opening/" + bidding.OpeningID(w.ID, w.Lot, tender.Technical)} {
		if _, err := w.Engine.EntryOf(w.Ctx(), event.ID(id, 1, 0)); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// Promise 7: rules are data, not memory. What is allowed, by whom, when, stands
// in one table per life cycle: what the tables do not grant, every use case
// refuses, in every role.
func TestPromise7RulesAreData(t *testing.T) {
	w, a, _ := ready(t, two)
	id := w.Announce(tender.Technical)
	everybody := []party.Actor{Officer, Approver, Auditor, a.Actor, w.Openers()[0].Actor, w.Evaluators()[0], Anybody, {},
		Person("u-m", Buyer, party.KindBuyer, party.RoleContractManager), Person("u-r", "org-review", party.KindReview, party.RoleReviewer),
		Person("u-ad", Oversight, party.KindOversight, party.RoleAdministrator), Person("u-o", "org-other", party.KindBuyer, party.RoleOfficer)}
	for right, do := range map[party.Action]func(party.Actor) error{
		party.OpeningRecord:       func(by party.Actor) error { _, err := w.Openings.Combine(w.Ctx(), by, id); return err },
		party.OpeningRelease:      func(by party.Actor) error { _, err := w.Openings.ForOpener(w.Ctx(), by, id); return err },
		party.EvaluationScore:     func(by party.Actor) error { _, err := w.Judging.Own(w.Ctx(), by, w.ID, w.Lot); return err },
		party.EvaluationDecide:    func(by party.Actor) error { _, err := w.Judging.Rank(w.Ctx(), by, w.ID, w.Lot); return err },
		party.EvaluationConsensus: func(by party.Actor) error { _, err := w.Judging.Find(w.Ctx(), by, w.ID, w.Lot, pass(a)); return err },
		party.EvaluationDeclare: func(by party.Actor) error {
			_, err := w.Judging.Declare(w.Ctx(), by, w.ID, bidding.DeclarationRecord{Tender: w.ID, User: by.User, Statement: "x"}, w.Sign(Officer.User, "declare", []byte("{}")))
			return err
		},
		party.BidSubmit: func(by party.Actor) error { _, err := w.Bids.Own(w.Ctx(), by, w.ID, w.Lot); return err },
	} {
		for _, by := range everybody {
			owner := Buyer
			if right == party.BidSubmit {
				owner = by.Org
			}
			granted, err := party.Allowed(by, right, owner), do(by)
			if granted != nil && err == nil {
				t.Errorf("%s: %s may, and the table says %v", right, by.Role, granted)
			}
			if f := codeOf(err); granted == nil && strings.HasPrefix(f, "actor.") {
				t.Errorf("%s: %s may not (%s), and the table grants it", right, by.Role, f)
			}
		}
	}
}
