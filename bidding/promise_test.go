package bidding_test

import (
	"bytes"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/event"
)

// Promise 1: nobody reads a bid early. Bids are sealed on the bidder's own
// machine for k of n openers; the server never holds a key before the opening.
//
// Everything that the platform has stored is searched for what is in a bid and
// for what could open it; and fewer openers than k, with all of it, open nothing.
func TestPromise1NobodyReadsABidEarly(t *testing.T) {
	w, h := newHouse(t, Terms{Groups: []Group{{Name: "committee", K: 3, N: 5}}}, apptest.Options{})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	s := a.Bid(1, "7654.321")
	b.Bid(1, "8")
	w.Close()
	w.Shut()
	id := w.Announce(tender.Whole)
	for _, o := range w.Openers()[:2] {
		w.Ok(w.Send(o, id, w.Shares(o, id)))
	}
	_, err := w.Openings.Combine(w.Ctx(), Officer, id)
	w.Code("two of three openers", err, "seal.not_ready")
	w.Settle()

	p := s.Parts[tender.Whole]
	identity, err := seal.PayloadIdentity(p.Seed, p.Header.Context)
	w.Ok(err)
	secrets := map[string][]byte{"the price": []byte("7654.321"), "the method": []byte("We salt the roads of org-alpha."),
		"the seed": p.Seed[:], "the seed in hex": []byte(strings.ToUpper(hex.EncodeToString(p.Seed[:]))), "the seed in small hex": []byte(hex.EncodeToString(p.Seed[:])),
		"the identity": []byte(identity.String())}
	for _, o := range w.Openers() {
		secrets["the key of "+o.User] = []byte(o.Secret.Secret())
	}
	files := 0
	w.Ok(filepath.WalkDir(h.Dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		raw, err := os.ReadFile(name)
		for what, secret := range secrets {
			if bytes.Contains(raw, secret) {
				t.Errorf("%s is in %s before the opening", what, filepath.Base(name))
			}
		}
		return err
	}))
	if files < 5 {
		t.Fatalf("%d files were searched", files)
	}
	third := w.Openers()[2]
	w.Ok(w.Send(third, id, w.Shares(third, id)))
	_, err = w.Openings.Combine(w.Ctx(), Officer, id)
	w.Ok(err)
	if x := w.Outcome(id, a); x.Offer == nil || x.Offer.Prices[0].UnitPrice.String() != "7654.321" {
		t.Errorf("with three it does not open: %s %s", x.State, x.Cause)
	}
}

// Promise 2: on time is a fact, not an opinion. A bid is on time exactly if its
// record stands in the log before the log's closing entry for that tender; once
// the time is at or after the deadline, nothing more is admitted.
func TestPromise2OnTimeIsAFact(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	var bidders []*Bidder
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		b := w.Bidder(name)
		bidders = append(bidders, b)
		w.Set(Deadline.Add(time.Duration(i-3) * time.Millisecond)) // three before, one at, one after
		if err := b.Submit(b.Seal(1, "9")); (err == nil) != (i < 3) {
			t.Errorf("bid %d: %v", i, err)
		}
		w.Settle()
	}
	var closed int64 = -1
	on := map[string]int64{}
	for _, f := range w.Facts("") {
		switch f.Name {
		case bidding.FactClose:
			if closed >= 0 {
				t.Error("there are two closing entries")
			}
			closed = f.Index
		case bidding.FactSubmit:
			on[f.By] = f.Index
		}
	}
	bounds, err := w.Openings.Bounds(w.Ctx(), w.ID)
	w.Ok(err)
	if closed < 0 || len(bounds.Closed.List.Entries) != 3 || len(on) != 3 {
		t.Fatalf("closed at %d with %d bids, %d records", closed, len(bounds.Closed.List.Entries), len(on))
	}
	for _, e := range bounds.Closed.List.Entries {
		if e.Leaf >= closed || e.State != seal.Live || !slices.ContainsFunc(bidders[:3], func(b *Bidder) bool { return b.Org == e.Bidder && on[b.User] == e.Leaf }) {
			t.Errorf("%+v counts", e)
		}
	}
}

// Promise 3: a receipt means durable. Whoever holds a receipt holds a signed
// proof that the record is in the log; no restart loses a receipted record.
func TestPromise3AReceiptMeansDurable(t *testing.T) {
	w, h := newHouse(t, Terms{}, apptest.Options{})
	a := w.Bidder("alpha")
	s := a.Seal(1, "9")
	_, v, err := w.Bids.Submit(w.Ctx(), a.Actor, bidding.Submission{Signed: s.Signed})
	w.Ok(err)
	r, _, err := h.Ledger.Wait(w.Ctx(), v.Fact)
	w.Ok(err)
	h.Reopen()
	key, err := note.NewVerifier(h.LogKey.Public)
	w.Ok(err)
	parsed, err := ledger.ParseReceipt(r.Marshal())
	w.Ok(err)
	_, err = parsed.Verify(ledger.Policy{Origin: h.Config.Origin, Log: []note.Verifier{key}})
	w.Ok(err)
	e, err := h.Engine.EntryOf(w.Ctx(), v.Fact)
	if err != nil || e.Index != r.Index || !bytes.Equal(e.Record, r.Record) {
		t.Errorf("after a restart entry %d is at %d, %v", r.Index, e.Index, err)
	}
	f, err := event.Parse(parsed.Record)
	if err != nil || !bytes.Contains(f.Data, s.Signed.Record) {
		t.Errorf("the receipt is not over the very record that was sent: %v", err)
	}
	parsed.Record = bytes.Replace(parsed.Record, []byte("org-alpha"), []byte("org-alphb"), 1)
	if _, err := parsed.Verify(ledger.Policy{Origin: h.Config.Origin, Log: []note.Verifier{key}}); err == nil {
		t.Error("a receipt with a changed record is good")
	}
}

// Promise 4: the line may fail, the bid does not. The fingerprint is in before
// the deadline; the sealed documents follow, resumed as often as needed, within
// the grace window.
func TestPromise4TheLineMayFail(t *testing.T) {
	w, h := newHouse(t, Terms{Grace: 60}, apptest.Options{})
	a, late := w.Bidder("alpha"), w.Bidder("late")
	s, sl := a.Seal(1, "9"), late.Seal(1, "9")
	w.Ok(a.Submit(s))
	w.Ok(late.Submit(sl))
	w.Close()
	d := s.Delivery(tender.Whole)
	u, _, _, err := w.Bids.Begin(w.Ctx(), a.Actor, d)
	w.Ok(err)
	half := s.Parts[tender.Whole].Payload[:100]
	if err := w.Bids.Part(w.Ctx(), u.ID, 1, bytes.NewReader(half)); err == nil {
		t.Error("half a part is taken for a whole one")
	}
	h.Reopen()
	w.House = h.Bidding()
	w.Set(Deadline.Add(time.Hour - time.Millisecond))
	w.Ok(a.Upload(s))
	w.Set(Deadline.Add(time.Hour))
	w.Code("a millisecond later", late.Upload(sl), "bid.window_over")
	w.Shut()
	id := w.Open(tender.Whole).ID
	if x := w.Outcome(id, a); x.State != seal.Opened {
		t.Errorf("%s %s", x.State, x.Cause)
	}
	want(t, "who never came", late, bidding.Lapsed)
}
