package bidding_test

import (
	"fmt"
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/store/storetest"
)

// A stop at every write of an opening, before it took effect and after, heals:
// the opening ends with one record, every bid is open once, and the lot has
// moved.
func TestOpeningSurvivesACrash(t *testing.T) {
	const writes = 6 // intent, two outcomes, record, lot, end
	terms := Terms{}
	for n := range 2*writes + 2 {
		terms.Lots = append(terms.Lots, fmt.Sprintf("lot-%d", n+1))
	}
	var engine *storetest.Faulty
	w, h := newHouse(t, terms, apptest.Options{Wrap: func(e app.Engines) app.Engines {
		engine = storetest.NewFaulty(e.Metadata)
		e.Metadata = engine
		return e
	}})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	for _, lot := range terms.Lots {
		w.Lot = lot
		a.Bid(1, "9")
		b.Bid(1, "8")
	}
	w.Close()
	w.Shut()
	for n, lot := range terms.Lots {
		w.Lot = lot
		id := w.Announce(tender.Whole)
		for _, o := range w.Openers() {
			w.Ok(w.Send(o, id, w.Shares(o, id)))
		}
		w.Settle()
		h.Stop()
		skip, after := n%(writes+1), n >= writes+1
		engine.Break("Put", skip, after)
		_, err := w.Openings.Combine(w.Ctx(), Officer, id)
		if stopped := err != nil; stopped != (skip < writes) {
			t.Errorf("write %d: the opening is stopped: %v", skip, err)
		}
		engine.Mend()
		w.Ok(w.Openings.Heal(w.Ctx()))
		h.Start()
		w.Settle()
		complete(t, w, id, fmt.Sprintf("write %d, in effect: %v", skip, after))
	}
	for _, name := range []string{"opening.combine", "opening.record", "lot.open"} {
		if n := len(w.Facts(name)); n != len(terms.Lots) {
			t.Errorf("%s is in the log %d times, want %d", name, n, len(terms.Lots))
		}
	}
}

// complete holds that an opening has ended as it should.
func complete(t *testing.T, w *World, id, says string) {
	t.Helper()
	o, err := w.Openings.Openings.Get(w.Ctx(), id)
	w.Ok(err)
	if o.State == bidding.Announced { // the intent was not stored: it is combined again
		o, err = w.Openings.Combine(w.Ctx(), Officer, id)
		w.Ok(err)
		w.Settle()
	}
	if o.State != bidding.Recorded || !o.Moved || w.Tender().Lot(w.Lot).Phase != tender.Opened {
		t.Errorf("%s: the opening is %s, the lot is %s", says, o.State, w.Tender().Lot(w.Lot).Phase)
	}
	r, err := w.Openings.ReadRecord(w.Ctx(), o)
	if err != nil || r.Hash() != o.Record || len(r.Bids) != 2 {
		t.Errorf("%s: a record of %d bids, %v", says, len(r.Bids), err)
	}
	for _, x := range r.Bids {
		if x.State != seal.Opened || x.Price == nil {
			t.Errorf("%s: %s is %s", says, x.Bidder.ID, x.State)
		}
	}
}

// The same when the object store breaks: at the files of the bids, and at the
// record.
func TestOpeningSurvivesALostDisk(t *testing.T) {
	const writes = 3 // a file of each bid, and the record
	terms := Terms{}
	for n := range 2 * writes {
		terms.Lots = append(terms.Lots, fmt.Sprintf("lot-%d", n+1))
	}
	disk := &brittle{}
	w, h := newHouse(t, terms, apptest.Options{Wrap: disk.wrap})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	for _, lot := range terms.Lots {
		w.Lot = lot
		a.Bid(1, "9")
		b.Bid(1, "8")
	}
	w.Close()
	w.Shut()
	for n, lot := range terms.Lots {
		w.Lot = lot
		id := w.Announce(tender.Whole)
		for _, o := range w.Openers() {
			w.Ok(w.Send(o, id, w.Shares(o, id)))
		}
		h.Stop()
		disk.after.Store(n >= writes)
		disk.puts.Store(int64(n % writes))
		if _, err := w.Openings.Combine(w.Ctx(), Officer, id); err == nil {
			t.Errorf("write %d: nothing broke", n%writes)
		}
		disk.puts.Store(-1)
		w.Ok(w.Openings.Heal(w.Ctx()))
		h.Start()
		w.Settle()
		complete(t, w, id, fmt.Sprintf("object %d, in effect: %v", n%writes, n >= writes))
	}
}

// An opening that cannot be finished, because its lot was cancelled, keeps no
// other from being finished, and reads nothing.
func TestHealGoesOn(t *testing.T) {
	var engine *storetest.Faulty
	w, h := newHouse(t, Terms{Lots: []string{"lot-1", "lot-2"}}, apptest.Options{Wrap: func(e app.Engines) app.Engines {
		engine = storetest.NewFaulty(e.Metadata)
		e.Metadata = engine
		return e
	}})
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	ids := map[string]string{}
	for _, lot := range w.Terms.Lots {
		w.Lot = lot
		a.Bid(1, "9")
		b.Bid(1, "8")
	}
	w.Close()
	w.Shut()
	for _, lot := range w.Terms.Lots {
		w.Lot = lot
		ids[lot] = w.Announce(tender.Whole)
		for _, o := range w.Openers() {
			w.Ok(w.Send(o, ids[lot], w.Shares(o, ids[lot])))
		}
	}
	h.Stop()
	for _, id := range ids {
		engine.Break("Put", 1, false) // behind the intent
		if _, err := w.Openings.Combine(w.Ctx(), Officer, id); err == nil {
			t.Fatal("nothing broke")
		}
		engine.Mend()
	}
	_, err := w.Tenders.MoveLot(w.Ctx(), w.ID, "lot-1", tender.CancelLot, tender.Ask{By: Officer, Reason: "not needed"}, nil)
	w.Ok(err)
	h.Start()
	w.Settle()
	w.Ok(w.Openings.Heal(w.Ctx()))
	w.Settle()
	w.Lot = "lot-2"
	complete(t, w, ids["lot-2"], "the other lot")
	if o, err := w.Openings.Openings.Get(w.Ctx(), ids["lot-1"]); err != nil || o.State != bidding.Combining {
		t.Errorf("the cancelled one is %s, %v", o.State, err)
	}
	if k := w.Objects("opened/" + w.ID + "/lot-1/"); len(k) != 0 {
		t.Errorf("%v was read", k)
	}
}
