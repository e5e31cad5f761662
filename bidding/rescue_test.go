package bidding_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/party"
)

func (p proofOf) bytes() []byte { return seal.SeedProof(p.Fingerprint, p.Seed).Bytes() }

type proofOf struct{ *Part }

// Too many openers are lost: bidders publish their own keys, in a fixed time
// that ends before anything is combined. Who does not stays sealed.
func TestRescue(t *testing.T) {
	w := newWorld(t, Terms{})
	a, b, c := w.Bidder("alpha"), w.Bidder("beta"), w.Bidder("gamma")
	sa, sb := a.Bid(1, "9"), b.Bid(1, "8")
	c.Bid(1, "7")
	w.Close()
	w.Shut()
	id := w.Announce(tender.Whole)
	one := w.Openers()[0]
	w.Ok(w.Send(one, id, w.Shares(one, id)))
	reveal := func(by *Bidder, p *Part) error { return w.Openings.Reveal(w.Ctx(), by.Actor, id, proofOf{p}.bytes()) }
	w.Code("a key before it is asked for", reveal(a, sa.Parts[tender.Whole]), "opening.no_rescue")
	fail := func(by party.Actor, seat bidding.Seat, reason string) error {
		_, err := w.Openings.Fail(w.Ctx(), by, id, seat, reason)
		return err
	}
	w.Code("without a reason", fail(Officer, bidding.Seat{Opener: 2}, ""), "opening.no_reason")
	w.Code("by a bidder", fail(a.Actor, bidding.Seat{Opener: 2}, "lost"), "actor.role")
	w.Code("who has answered", fail(Officer, bidding.Seat{Opener: 1}, "lost"), "opening.answered")
	for _, s := range []bidding.Seat{{Opener: 0}, {Opener: 4}, {Group: 1, Opener: 1}, {Group: -1, Opener: 1}} {
		w.Code("a seat that there is not", fail(Officer, s, "lost"), "opening.seat")
	}
	w.Ok(fail(Officer, bidding.Seat{Opener: 2}, "the key is lost"))
	w.Ok(fail(Officer, bidding.Seat{Opener: 2}, "said twice"))
	_, err := w.Openings.Combine(w.Ctx(), Officer, id)
	w.Code("while one more could answer", err, "seal.not_ready")

	opens := w.Tender().Notice.Timetable.Opens
	until := opens.Add(24 * time.Hour)
	rescue := func(by party.Actor, at time.Time, reason string) error {
		_, err := w.Openings.Rescue(w.Ctx(), by, id, at, reason)
		return err
	}
	w.Code("no reason", rescue(Officer, until, ""), "opening.no_reason")
	w.Code("in the past", rescue(Officer, opens, "lost"), "opening.rescue_past")
	w.Code("by a bidder", rescue(a.Actor, until, "lost"), "actor.role")
	w.Ok(rescue(Officer, until, "two keys are lost"))
	w.Code("twice", rescue(Officer, until.Add(time.Hour), "lost"), "opening.rescue_twice")
	w.Ok(fail(Officer, bidding.Seat{Opener: 3}, "the key is lost"))
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Code("combined before the time is over", err, "opening.rescue")

	w.Code("another's key", reveal(b, sa.Parts[tender.Whole]), "seal.proof")
	wrong := *sa.Parts[tender.Whole]
	env := *wrong.Envelope
	env.Seed[0] ^= 1
	wrong.Envelope = &env
	w.Code("a wrong key", reveal(a, &wrong), "opening.wrong_seed")
	w.Code("by somebody without a bid", reveal(w.Bidder("delta"), sa.Parts[tender.Whole]), "bid.missing")
	w.Code("no proof", w.Openings.Reveal(w.Ctx(), a.Actor, id, []byte("{}")), "seal.proof_form")
	w.Ok(reveal(a, sa.Parts[tender.Whole]))
	w.Ok(reveal(a, sa.Parts[tender.Whole]))
	w.Set(until)
	w.Code("at the end", reveal(b, sb.Parts[tender.Whole]), "opening.no_rescue")
	w.Settle()
	if n := len(w.Facts("opening.reveal")); n != 1 {
		t.Errorf("%d keys are in the log", n)
	}

	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Ok(err)
	if x := w.Outcome(id, a); x.State != seal.Opened || x.Offer == nil {
		t.Errorf("who published its key: %s %s", x.State, x.Cause)
	}
	for _, x := range []*Bidder{b, c} {
		if x := w.Outcome(id, x); x.State != seal.Unopened || x.Blame != seal.BlameOpener || x.Proof != "" {
			t.Errorf("who did not: %s %s, blame on %s", x.State, x.Cause, x.Blame)
		}
	}
}

// A key that reaches the store when the answers are fixed changes nothing any
// more: nobody decides after having seen a rival.
func TestNoLateOption(t *testing.T) {
	w := newWorld(t, Terms{})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	sa := a.Bid(1, "9")
	b.Bid(1, "8")
	w.Close()
	w.Shut()
	id := w.Announce(tender.Whole)
	for n := range 3 {
		_, err := w.Openings.Fail(w.Ctx(), Officer, id, bidding.Seat{Opener: n + 1}, "lost")
		w.Ok(err)
	}
	until := w.Tender().Notice.Timetable.Opens.Add(time.Hour)
	_, err := w.Openings.Rescue(w.Ctx(), Officer, id, until, "all keys are lost")
	w.Ok(err)
	slow := *w.Openings // has stored the key in time, and not yet said so
	slow.Openings.Engine = noOpenings{w.Engine}
	if err := slow.Reveal(w.Ctx(), a.Actor, id, proofOf{sa.Parts[tender.Whole]}.bytes()); err == nil {
		t.Fatal("the opening was changed")
	}
	w.Set(until)
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Ok(err)
	if x := w.Outcome(id, a); x.State != seal.Unopened {
		t.Errorf("a key that was not in time made the bid %s", x.State)
	}
}

// Guardians hold the second lock: the committee alone opens nothing, and they
// alone open nothing.
func TestGuardians(t *testing.T) {
	groups := []Group{{Name: "committee", K: 2, N: 3}, {Name: "guardian", K: 1, N: 2, Guardian: true}}
	for says, c := range map[string]struct {
		answer []int
		code   string
	}{
		"the committee alone":  {[]int{0, 1, 2}, "seal.not_ready"},
		"the guardians alone":  {[]int{3, 4}, "seal.not_ready"},
		"one of each":          {[]int{0, 3}, "seal.not_ready"},
		"two and one guardian": {[]int{1, 2, 4}, ""},
		"everybody":            {[]int{0, 1, 2, 3, 4}, ""},
	} {
		w, a, _ := ready(t, Terms{Groups: groups})
		id := w.Announce(tender.Whole)
		for _, n := range c.answer {
			o := w.Openers()[n]
			w.Ok(w.Send(o, id, w.Shares(o, id)))
		}
		_, err := w.Openings.Combine(w.Ctx(), Officer, id)
		w.Code(says, err, c.code)
		if c.code == "" {
			if x := w.Outcome(id, a); x.State != seal.Opened {
				t.Errorf("%s: %s", says, x.State)
			}
		}
	}
}

// The record of an opening can be made again by anybody: from the log, the
// stored bytes and the published proofs comes the same verdict on every bid.
func TestOpeningRecordIsReproducible(t *testing.T) {
	w, a, b := ready(t, Terms{})
	done := w.Open(tender.Whole)
	r, err := w.Openings.ReadRecord(w.Ctx(), done)
	w.Ok(err)
	if r.Hash() != done.Record || len(r.Bids) != 2 || len(r.Openers) != 3 {
		t.Fatalf("the record has hash %s and %d bids, want %s", r.Hash(), len(r.Bids), done.Record)
	}
	m, err := seal.ParseManifest([]byte(w.Tender().Openers.Manifest))
	w.Ok(err)
	records := map[string]seal.Bid{}
	for _, f := range w.Facts(bidding.FactSubmit) {
		var d struct {
			Bid struct {
				Record json.RawMessage `json:"record"`
			} `json:"bid"`
		}
		w.Ok(json.Unmarshal(f.Data, &d))
		x, err := seal.ParseBid(d.Bid.Record)
		w.Ok(err)
		records[x.Bidder] = x
	}
	for i, want := range []*Bidder{a, b} {
		bid := r.Bids[i]
		if bid.Bidder.ID != want.Org || bid.Price == nil {
			t.Errorf("bid %d is of %s, with price %v", i, bid.Bidder.ID, bid.Price)
		}
		base := "bids/" + w.ID + "/" + w.Lot + "/" + want.Org + "/0001/" + tender.Whole + "/"
		header, payload := read(w, base+"header"), read(w, base+"payload")
		p, err := seal.ParseProof([]byte(bid.Proof))
		w.Ok(err)
		v, err := seal.Case{Manifest: m, Bid: records[want.Org], Envelope: tender.Whole, Header: header}.Judge(p, strings.NewReader(string(payload)), nil)
		if err != nil || v.State != bid.State || len(v.Files) != len(bid.Files) {
			t.Errorf("%s: %s, the record says %s; %v", want.Org, v.State, bid.State, err)
		}
	}
}
