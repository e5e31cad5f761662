package tender_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"probity/tender"
	"probity/tender/party"
)

// TestCancelling from everywhere: the fact says, lot by lot, which envelopes
// nobody has opened, since those are deleted and never are.
func TestCancelling(t *testing.T) {
	t.Parallel()
	both, price := []string{"technical", "financial"}, []string{"financial"}
	whole := []string{"bid"}
	at := func(salt, brine tender.LotPhase) func(*world) {
		return func(w *world) {
			sealed(w, plan()).count(map[string]int{"salt": 2, "brine": 2})
			w.take("salt", salt)
			w.take("brine", brine)
		}
	}
	for _, c := range []struct {
		name   string
		to     func(*world)
		sealed map[string][]string
	}{
		{"a draft", func(w *world) { w.draft(plan()) }, map[string][]string{}},
		{"what is submitted", func(w *world) { w.draft(plan()).submit() }, map[string][]string{}},
		{"what is approved", func(w *world) { ready(w, plan()) }, map[string][]string{}},
		{"what is published", func(w *world) { published(w, plan()) }, map[string][]string{"salt": both, "brine": both}},
		{"what is closed", func(w *world) { published(w, plan()); w.tick("close", deadline, 1) }, map[string][]string{"salt": both, "brine": both}},
		{"what nobody has counted", func(w *world) { sealed(w, plan()) }, map[string][]string{"salt": both, "brine": both}},
		{"what waits for its opening", at(tender.Waiting, tender.Waiting), map[string][]string{"salt": both, "brine": both}},
		{"what is open in one lot", at(tender.Opened, tender.Waiting), map[string][]string{"salt": price, "brine": both}},
		{"what is open in both", at(tender.Qualified, tender.Opened), map[string][]string{"salt": price, "brine": price}},
		{"what is priced", at(tender.Priced, tender.Qualified), map[string][]string{"brine": price}},
		{"what is awarded", at(tender.Awarded, tender.Standstill), map[string][]string{}},
		{"one envelope, published", func(w *world) { published(w, single()) }, map[string][]string{"salt": whole, "brine": whole}},
		{"one envelope, open", func(w *world) {
			sealed(w, single()).count(map[string]int{"salt": 2, "brine": 2})
			w.take("salt", tender.Opened)
		}, map[string][]string{"brine": whole}},
		{"too few bids for one lot", func(w *world) { sealed(w, plan()).count(map[string]int{"salt": 1}) }, map[string][]string{"salt": both}},
	} {
		w := newWorld(t)
		c.to(w)
		_, err := w.Cancel(t.Context(), w.ID, officer, " ")
		w.code(c.name+" without a reason", err, "tender.no_reason")
		_, err = w.Cancel(t.Context(), w.ID, judge, "because")
		w.code(c.name+" by an evaluator", err, "actor.role")
		_, err = w.Cancel(t.Context(), w.ID, approver, "The yard has burnt down.")
		w.code(c.name, err, "")
		x := w.stand(c.name, tender.Cancelled)
		if x.Reason != "The yard has burnt down." || x.Ended.IsZero() {
			t.Errorf("%s: ended %s because %q", c.name, x.Ended, x.Reason)
		}
		for _, l := range x.Lots {
			if !l.Ended() || l.Reason == "" {
				t.Errorf("%s: lot %s is %s because %q", c.name, l.ID, l.Phase, l.Reason)
			}
		}
		var said struct {
			Reason string              `json:"reason"`
			Sealed map[string][]string `json:"sealed"`
		}
		w.ok(json.Unmarshal(w.facts("tender.cancel")[0].Data, &said))
		if said.Reason != x.Reason || !reflect.DeepEqual(said.Sealed, c.sealed) {
			t.Errorf("%s: the fact says %+v, want %v", c.name, said, c.sealed)
		}
		_, err = w.Cancel(t.Context(), w.ID, officer, "again")
		w.code(c.name+" twice", err, "tender.phase")
		w.tick(c.name+", the clock", deadline.AddDate(1, 0, 0), 0)
		if again := w.count(map[string]int{"salt": 5}); again.Version != x.Version {
			t.Errorf("%s: a count moves what was cancelled", c.name)
		}
	}
}

// single is a plan with one envelope.
func single() tender.Plan {
	p := plan()
	p.Notice.Envelopes = tender.OneEnvelope
	return p
}

// TestContractsAreNotCancelled with their tender; the other lots can be.
func TestContractsAreNotCancelled(t *testing.T) {
	w := sealed(newWorld(t), plan())
	w.count(map[string]int{"salt": 2, "brine": 2})
	w.take("salt", tender.Contracted)
	_, err := w.Cancel(t.Context(), w.ID, officer, "because")
	w.code("a tender with a contract", err, "tender.contract")
	w.code("a lot with a contract", w.move("salt", tender.CancelLot, officer, "because"), "lot.phase")
	w.ok(w.move("brine", tender.CancelLot, officer, "no more money"))
	x := w.stand("after its last lot", tender.Complete)
	if l := x.Lot("brine"); l.Phase != tender.LotCancelled || l.Reason != "no more money" {
		t.Errorf("the lot is %+v", l)
	}
	if f := w.facts("lot.cancel-lot"); len(f) != 1 || string(f[0].Data) != `{"lot":"brine","reason":"no more money","sealed":{"brine":["technical","financial"]}}` {
		t.Errorf("the fact is %s", f[0].Data)
	}
}

// TestLotsThatAreCancelledEarly: a tender whose lots are all gone still closes
// by the clock, and then has failed.
func TestLotsThatAreCancelledEarly(t *testing.T) {
	w := published(newWorld(t), plan())
	for _, lot := range []string{"salt", "brine"} {
		w.ok(w.move(lot, tender.CancelLot, officer, "no more money"))
		w.ok(w.move(lot, tender.CancelLot, officer, "no more money"))
	}
	w.stand("without lots", tender.Published)
	w.tick("at the deadline", deadline, 1)
	w.tick("after the window", deadline.AddDate(0, 0, 1), 1)
	if x := w.count(nil); x.Phase != tender.Failed || x.Ended.IsZero() {
		t.Errorf("it is %s, ended %s", x.Phase, x.Ended)
	}
	if n := len(w.facts("lot.cancel-lot")); n != 2 {
		t.Errorf("%d facts", n)
	}
}

// TestHowItEnds: with one contract it is complete, without any it has failed.
func TestHowItEnds(t *testing.T) {
	for _, c := range []struct {
		name        string
		salt, brine bool // ends in a contract
		want        tender.Phase
	}{
		{"two contracts", true, true, tender.Complete},
		{"one contract", true, false, tender.Complete},
		{"no contract", false, false, tender.Failed},
	} {
		w := sealed(newWorld(t), plan())
		w.count(map[string]int{"salt": 2, "brine": 2})
		for lot, signed := range map[string]bool{"salt": c.salt, "brine": c.brine} {
			if signed {
				w.take(lot, tender.Contracted)
				continue
			}
			w.take(lot, tender.Opened)
			w.code("failing by hand of an officer", w.move(lot, tender.FailLot, officer, "no bid is acceptable"), "actor.role")
			w.ok(w.move(lot, tender.FailLot, judge, "no bid is acceptable"))
		}
		x := w.stand(c.name, c.want)
		if n := len(w.facts("tender.finish")); n != 1 || x.Ended.IsZero() {
			t.Errorf("%s: %d facts of its end at %s", c.name, n, x.Ended)
		}
		_, err := w.Get(t.Context(), w.ID, party.PublicActor)
		w.code(c.name+", seen by anybody", err, "")
	}
}
