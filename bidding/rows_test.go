package bidding_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// watched is an opening that everybody has answered, on an engine that can be
// broken.
func watched(t *testing.T, terms Terms, bids int) (*World, *apptest.House, *storetest.Faulty, string) {
	var engine *storetest.Faulty
	w, h := newHouse(t, terms, apptest.Options{Wrap: func(e app.Engines) app.Engines {
		engine = storetest.NewFaulty(e.Metadata)
		e.Metadata = engine
		return e
	}})
	for i := range bids {
		w.Bidder(fmt.Sprintf("bidder-%d", i)).Bid(1, fmt.Sprint(9+i))
	}
	w.Close()
	w.Shut()
	id := w.Announce(tender.Whole)
	for _, o := range w.Openers() {
		w.Ok(w.Send(o, id, w.Shares(o, id)))
	}
	w.Settle()
	return w, h, engine, id
}

// Bids are seen as they open: in the order of the batch, up to the first that is
// not open, by everybody, and by nobody before the log says that the answers are
// fixed.
func TestRowsAsBidsOpen(t *testing.T) {
	const bids = 6
	w, h, engine, id := watched(t, Terms{}, bids)
	o, err := w.Openings.Openings.Get(w.Ctx(), id)
	w.Ok(err)
	batch, err := seal.ParseBatch([]byte(o.Batch))
	w.Ok(err)
	see := func(says string, want int) {
		t.Helper()
		for who, by := range map[string]party.Actor{"the officer": Officer, "the public": Anybody} {
			rows, more, err := w.Openings.Rows(w.Ctx(), by, id, 0)
			if err != nil || more || len(rows) != want {
				t.Fatalf("%s: %s sees %d bids, want %d; more: %v, %v", says, who, len(rows), want, more, err)
			}
			for i, r := range rows {
				if r.Fingerprint != batch.Fingerprints[i] || r.State != seal.Opened || r.Price == nil {
					t.Errorf("%s: row %d is %+v", says, i, r)
				}
			}
		}
	}
	see("shares are collected", 0)

	h.Stop()
	engine.Break("Put", 2, false) // the intent is stored, and one bid; the next is not
	if _, err := w.Openings.Combine(w.Ctx(), Officer, id); err == nil {
		t.Fatal("nothing broke")
	}
	engine.Mend()
	see("the log does not have it", 0)
	h.Sequence() // work that is started may have opened the rest before this one looks
	open := map[string]bool{}
	w.Ok(w.Openings.Outcomes.All(w.Ctx(), store.Query{Index: "opening", Eq: []any{id}}, func(x *bidding.Outcome) error {
		open[x.Fingerprint] = true
		return nil
	}))
	if len(open) != bids-1 {
		t.Fatalf("%d bids are open, want all but one", len(open))
	}
	first := 0
	for open[batch.Fingerprints[first]] {
		first++
	}
	see("one is not open", first)

	h.Start()
	w.Settle()
	w.Ok(w.Openings.Heal(w.Ctx()))
	see("all are open", bids)
	rest, _, err := w.Openings.Rows(w.Ctx(), Anybody, id, bids-1)
	if err != nil || len(rest) != 1 || rest[0].Fingerprint != batch.Fingerprints[bids-1] {
		t.Errorf("behind all but one there is %+v, %v", rest, err)
	}
	for _, n := range []int{-1, bids + 1} {
		_, _, err := w.Openings.Rows(w.Ctx(), Anybody, id, n)
		w.Code(fmt.Sprint("behind ", n), err, "store.cursor")
	}
	o, err = w.Openings.Openings.Get(w.Ctx(), id)
	w.Ok(err)
	r, err := w.Openings.ReadRecord(w.Ctx(), o)
	w.Ok(err)
	said := map[string]string{}
	for _, b := range r.Bids {
		said[b.Fingerprint] = fmt.Sprintf("%+v", b.Price)
	}
	rows, _, err := w.Openings.Rows(w.Ctx(), Anybody, id, 0)
	w.Ok(err)
	for _, b := range rows {
		if said[b.Fingerprint] != fmt.Sprintf("%+v", b.Price) {
			t.Errorf("the row says %+v, the record %s", b.Price, said[b.Fingerprint])
		}
	}
}

// A lot that is cancelled while its bids are opened shows none of them, and
// nothing of what was read is kept, nor can be any more.
func TestRowsOfACancelledLot(t *testing.T) {
	w, h, engine, id := watched(t, Terms{}, 3)
	h.Stop()
	engine.Break("Put", 3, false)
	if _, err := w.Openings.Combine(w.Ctx(), Officer, id); err == nil {
		t.Fatal("nothing broke")
	}
	engine.Mend()
	if n := kept(w, id); n != 2 {
		t.Fatalf("%d bids are open, want two", n)
	}
	cancelLot(w)
	h.Start()
	w.Settle()
	if rows, _, err := w.Openings.Rows(w.Ctx(), Officer, id, 0); err != nil || len(rows) != 0 {
		t.Errorf("%d bids are seen, %v", len(rows), err)
	}
	nothingLeft(w, h, id)
}

// The same if it is cancelled while a server is at it: that one makes no record.
func TestALotIsCancelledWhileItsBidsAreRead(t *testing.T) {
	w, h, _, id := watched(t, Terms{}, 3)
	h.Stop()
	slow := *w.Openings
	slow.Objects = &atFirst{Objects: slow.Objects, do: func() { cancelLot(w) }}
	_, err := slow.Combine(w.Ctx(), Officer, id)
	w.Code("a record", err, "opening.lot")
	h.Start()
	w.Settle()
	nothingLeft(w, h, id)
}

// Taking back what was read heals after a stop, wherever it was.
func TestTakingBackSurvivesACrash(t *testing.T) {
	for skip := range 3 {
		w, h, engine, id := watched(t, Terms{}, 2)
		h.Stop()
		slow := *w.Openings
		slow.Objects = &atFirst{Objects: slow.Objects, do: func() { cancelLot(w) }}
		_, err := slow.Combine(w.Ctx(), Officer, id)
		w.Code("a record", err, "opening.lot")
		engine.Break("Put", skip, skip == 1)
		h.Start()
		for kept(w, id) > 0 {
			time.Sleep(time.Millisecond)
		}
		w.Settle()
		engine.Mend()
		nothingLeft(w, h, id)
		h.Close()
	}
}

// atFirst does something when the first object is opened.
type atFirst struct {
	bidding.Objects
	once sync.Once
	do   func()
}

func (a *atFirst) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	a.once.Do(a.do)
	return a.Objects.Open(ctx, key)
}

func cancelLot(w *World) {
	w.Helper()
	_, err := w.Tenders.MoveLot(w.Ctx(), w.ID, w.Lot, tender.CancelLot, tender.Ask{By: Officer, Reason: "not needed"}, nil)
	w.Ok(err)
}

// kept is how many outcomes of an opening are found.
func kept(w *World, id string) (n int) {
	w.Ok(w.Openings.Outcomes.All(w.Ctx(), store.Query{Index: "opening", Eq: []any{id}}, func(*bidding.Outcome) error { n++; return nil }))
	return n
}

// nothingLeft checks that nothing of what an opening has read is kept, and that
// whoever has read more can keep nothing of it.
func nothingLeft(w *World, h *apptest.House, id string) {
	w.Helper()
	if n := kept(w, id); n != 0 {
		w.Errorf("%d outcomes are found", n)
	}
	if k := h.Keys("opened/" + w.ID + "/"); len(k) != 0 {
		w.Errorf("%v are left", k)
	}
	w.Ok(w.Bids.Bids.All(w.Ctx(), store.Query{Index: "lot", Eq: []any{w.ID, w.Lot}}, func(b *bidding.Bid) error {
		x, err := w.Openings.Outcomes.Get(w.Ctx(), id+"~"+b.Bidder.ID)
		w.Ok(err)
		if !x.Sealed || x.Offer != nil || x.Files != nil || x.Fingerprint != "" || x.Bidder.ID != "" {
			w.Errorf("of %s is left: %+v", b.Bidder.ID, x)
		}
		w.Code("an outcome that comes later", w.Openings.Outcomes.Put(w.Ctx(), &bidding.Outcome{Root: store.Root{ID: x.ID}, Opening: id}), "outcome.taken")
		return nil
	}))
	o, err := w.Openings.Openings.Get(w.Ctx(), id)
	w.Ok(err)
	_, err = w.Openings.Finish(w.Ctx(), o)
	w.Code("finishing it", err, "opening.lot")
}

// Of technical envelopes no row shows a price or a key.
func TestRowsOfTechnicalEnvelopes(t *testing.T) {
	w, _, _ := ready(t, Terms{Envelopes: tender.TwoEnvelopes})
	id := w.Announce(tender.Technical)
	for _, o := range w.Openers() {
		w.Ok(w.Send(o, id, w.Shares(o, id)))
	}
	_, err := w.Openings.Combine(w.Ctx(), Officer, id)
	w.Ok(err)
	rows, _, err := w.Openings.Rows(w.Ctx(), Anybody, id, 0)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if r.Price != nil || r.Prices != nil || r.Proof != "" {
			t.Errorf("%+v", r)
		}
	}
}
