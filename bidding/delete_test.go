package bidding_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/documents/blob"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/tender"
)

var errDisk = errors.New("the disk is away")

// brittle is an object store that fails when it is told to.
type brittle struct {
	blob.Store
	deletes atomic.Int64 // that still succeed; below 0 for all
	puts    atomic.Int64
	after   atomic.Bool // the write takes effect before it fails
}

func (b *brittle) wrap(e app.Engines) app.Engines {
	b.Store, e.Objects = e.Objects, b
	b.deletes.Store(-1)
	b.puts.Store(-1)
	return e
}

// step counts one call; true if it is to fail.
func step(left *atomic.Int64) bool {
	for {
		n := left.Load()
		if n < 0 {
			return false
		}
		if n == 0 {
			return true
		}
		if left.CompareAndSwap(n, n-1) {
			return false
		}
	}
}

func (b *brittle) Delete(ctx context.Context, key string) error {
	if step(&b.deletes) {
		return errDisk
	}
	err := b.Store.Delete(ctx, key)
	if err != nil && b.deletes.Load() >= 0 { // a stop came between: it does not count
		b.deletes.Add(1)
	}
	return err
}

func (b *brittle) Put(ctx context.Context, key string, size int64, sum blob.Sum, r io.Reader) error {
	if !step(&b.puts) {
		return b.Store.Put(ctx, key, size, sum, r)
	}
	if b.after.Load() {
		if err := b.Store.Put(ctx, key, size, sum, r); err != nil {
			return err
		}
	}
	return errDisk
}

// A stop between the log's word and each deletion heals: the next run deletes
// what is left, and nothing that is in force.
func TestDeletionSurvivesACrash(t *testing.T) {
	for left := range int64(4) {
		disk := &brittle{}
		w, h := newHouse(t, two, apptest.Options{Wrap: disk.wrap})
		a := w.Bidder("alpha")
		a.Bid(1, "9")
		w.Settle()
		disk.deletes.Store(left)
		a.Bid(2, "8")
		for len(a.States()) < 2 || a.States()[0] != bidding.Replaced || disk.deletes.Load() > 0 {
			h.Stop()
			h.Start()
		}
		h.Stop()
		if n := len(a.Kept("0001")); n == 0 || n > int(4-left) {
			t.Errorf("%d deletions: %d objects are left", left, n)
		}
		disk.deletes.Store(-1)
		h.Reopen()
		h.Settle()
		if k := h.Keys("bids/" + w.ID + "/" + w.Lot + "/" + a.Org + "/"); len(k) != 4 {
			t.Errorf("%d deletions before the stop: %v are left", left, k)
		}
		h.Close()
	}
}

// A restored object store holds again what was deleted. Carrying the log to its
// readers once more deletes it once more, and leaves what is in force.
func TestRestoreReplaysDeletions(t *testing.T) {
	w, h := newHouse(t, Terms{Grace: 60}, apptest.Options{})
	replaced, withdrawn, lapsed, stays := w.Bidder("replaced"), w.Bidder("withdrawn"), w.Bidder("lapsed"), w.Bidder("stays")
	var old []string
	for _, b := range []*Bidder{replaced, withdrawn} {
		b.Bid(1, "9")
		old = append(old, b.Kept("0001")...)
	}
	s := lapsed.Seal(1, "9")
	w.Ok(lapsed.Submit(s))
	w.Ok(lapsed.Send(s, tender.Whole)) // and never says that it is complete
	old = append(old, lapsed.Kept("0001")...)
	stays.Bid(1, "9")
	replaced.Bid(2, "8")
	w.Ok(withdrawn.Withdraw(2))
	w.Close()
	w.Shut()
	for _, key := range old {
		if got := h.Keys(key); len(got) != 0 {
			t.Errorf("%v is left", got)
		}
	}
	for _, key := range old { // the restore
		w.Ok(h.Objects.Put(w.Ctx(), key, 0, sha256.Sum256(nil), strings.NewReader("")))
	}
	h.Replay(t)
	for _, key := range old {
		if got := h.Keys(key); len(got) != 0 {
			t.Errorf("%v is back", got)
		}
	}
	w.House = h.Bidding()
	for b, seq := range map[*Bidder]string{replaced: "0002", stays: "0001"} {
		if n := len(b.Kept(seq)); n != 2 {
			t.Errorf("%s has %d objects, want header and payload", b.Org, n)
		}
	}
	if o := w.Open(tender.Whole); o.Size != 2 {
		t.Errorf("%d bids were opened", o.Size)
	}
}

// What arrives for a version that went out of force a moment ago goes again.
func TestNothingArrivesForTheDead(t *testing.T) {
	w, h := newHouse(t, Terms{Grace: 60}, apptest.Options{})
	a := w.Bidder("alpha")
	s := a.Seal(1, "9")
	w.Ok(a.Submit(s))
	w.Settle()
	// A server has seen that the version is live and then stands still, while
	// the withdrawal reaches the log and is followed.
	late := *w.Bids
	held := &holds{Objects: w.Bids.Objects, reached: make(chan bool), release: make(chan bool)}
	late.Objects = held
	done := make(chan error)
	go func() {
		_, _, _, err := late.Begin(w.Ctx(), a.Actor, s.Delivery(tender.Whole))
		done <- err
	}()
	<-held.reached
	w.Ok(a.Withdraw(2))
	w.Settle()
	close(held.release)
	w.Code("the header", <-done, "bid.not_live")
	if k := a.Kept("0001"); len(k) != 0 {
		t.Errorf("of the withdrawn bid are left: %v", k)
	}
	_ = h
}

// holds lets a test act between the check and the write of a header.
type holds struct {
	bidding.Objects
	reached, release chan bool
}

func (h *holds) Put(ctx context.Context, key string, b []byte) error {
	close(h.reached)
	<-h.release
	return h.Objects.Put(ctx, key, b)
}
