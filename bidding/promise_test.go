package bidding_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/score"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/canon"
)

// TestPromise1 - nobody reads a bid early: not in any byte that the platform
// has stored is there a trace of what a bid says, until it is opened.
func TestPromise1(t *testing.T) {
	const price = "7.654321"
	w, h := newHouse(t, Terms{Grace: 60}, apptest.Options{})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, price)
	b.Bid(1, "9.00")
	w.Close()
	w.Shut()
	if where := stored(t, h.Dir, price); where != "" {
		t.Fatalf("the price stands in %s before the opening", where)
	}
	w.Open(tender.Whole)
	if stored(t, h.Dir, price) == "" {
		t.Fatal("the price is nowhere after the opening: this test looks for the wrong thing")
	}
}

// stored finds a file of the platform that holds the text.
func stored(t *testing.T, dir, text string) (where string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err == nil && bytes.Contains(raw, []byte(text)) {
			where = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return where
}

// TestPromise2 - on time is a fact: what counts is exactly what stands in the
// log before the closing entry, whatever anybody's clock said.
func TestPromise2(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	early, late := w.Bidder("early"), w.Bidder("late")
	early.Bid(1, "9.00")
	sealed := late.Seal(1, "8.00")
	w.Set(Deadline.Add(-time.Millisecond))
	w.Settle()
	w.Close()
	w.Code("a bid at the deadline itself", late.Submit(sealed), "bid.late")
	w.Shut()
	bounds, err := w.Openings.Bounds(w.Ctx(), w.ID)
	w.Ok(err)
	closer := int64(-1)
	for _, f := range w.Facts(bidding.FactClose) {
		closer = f.Index
	}
	list := bounds.Closed.List.Entries
	if len(list) != 1 || list[0].Bidder != early.Org || list[0].Leaf >= closer || closer < 0 {
		t.Errorf("the closing entry at %d has %+v", closer, list)
	}
}

// TestPromise4 - the line may fail, the bid does not: a fingerprint in time is
// the submission; its parts may follow, and only until the window ends.
func TestPromise4(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	slow, lost := w.Bidder("slow"), w.Bidder("lost")
	s, l := slow.Seal(1, "9.00"), lost.Seal(1, "8.00")
	w.Ok(slow.Submit(s))
	w.Ok(lost.Submit(l))
	w.Close()
	w.Ok(slow.Upload(s))
	w.Shut()
	if err := lost.Upload(l); err == nil {
		t.Error("parts were taken after the window")
	}
	bounds, err := w.Openings.Bounds(w.Ctx(), w.ID)
	w.Ok(err)
	states := map[string]string{}
	for _, e := range bounds.Window.List.Entries {
		states[e.Bidder] = e.State
	}
	if states[slow.Org] != seal.Stored || states[lost.Org] != seal.Lapsed {
		t.Errorf("the window closed over %v", states)
	}
}

// TestPromise5 - every decision can be recomputed: the ranking follows, to the
// byte, from the input that is on record, and from nothing else.
func TestPromise5(t *testing.T) {
	w := newWorld(t, Terms{Grace: 60})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9.50")
	b.Bid(1, "9.00")
	w.Close()
	w.Shut()
	w.Open(tender.Whole)
	w.Judge(map[*Bidder]string{a: "9", b: "6"})
	j, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	input, err := j.Input.Canonical()
	w.Ok(err)
	result, err := j.Ranking.Canonical()
	w.Ok(err)
	if _, err := score.Verify(input, result); err != nil {
		t.Errorf("the ranking does not follow from its input: %v", err)
	}
	changed := *j.Ranking
	changed.Entries = append([]score.Entry{}, j.Ranking.Entries...)
	changed.Entries[0].Rank, changed.Entries[1].Rank = 2, 1
	if _, err := score.Verify(input, canon.Must(changed)); err == nil {
		t.Error("another ranking passes for the one that was computed")
	}
}

// TestPromise3 - a receipt means durable: what it proves is there after the
// platform was stopped without warning, in the same place.
func TestPromise3(t *testing.T) {
	w, h := newHouse(t, Terms{Grace: 60}, apptest.Options{})
	a := w.Bidder("alpha")
	w.Ok(a.Submit(a.Seal(1, "9.00")))
	w.Settle()
	fact := w.Facts(bidding.FactSubmit)[0]
	v, err := note.NewVerifier(h.LogKey.Public)
	w.Ok(err)
	trust := ledger.Policy{Origin: "test.example/log", Log: []note.Verifier{v}}
	before, _, err := h.Ledger.Receipt(w.Ctx(), fact.ID)
	w.Ok(err)
	if _, err := before.Verify(trust); err != nil {
		t.Fatalf("the receipt: %v", err)
	}
	h.Reopen()
	after, _, err := h.Ledger.Receipt(w.Ctx(), fact.ID)
	w.Ok(err)
	if _, err := after.Verify(trust); err != nil || after.Index != before.Index || !bytes.Equal(after.Record, before.Record) {
		t.Errorf("after the restart the record is at %d, not %d: %v", after.Index, before.Index, err)
	}
}
