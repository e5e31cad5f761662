package open_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/store"
)

// gate is an engine that takes in how bids were opened up to one fingerprint.
type gate struct {
	store.Engine
	upTo atomic.Pointer[string]
}

func (g *gate) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	if print, is := d.Keys["fingerprint"].(string); is && d.Kind == "outcome" && print > *g.upTo.Load() {
		return errors.New("the gate is shut")
	}
	return g.Engine.Put(ctx, d, facts...)
}

// Bids are seen one after the other, by the officer and by a stranger, while the
// rest is still being opened; what is there stays when more comes, and the record
// takes its place. Loading the page again does the same.
func TestBidsAreSeenAsTheyOpen(t *testing.T) {
	browsertest.Need(t)
	g := new(gate)
	g.upTo.Store(new(string))
	s := apptest.Open(t, apptest.Options{Wrap: func(e app.Engines) app.Engines {
		g.Engine, e.Metadata = e.Metadata, g
		return e
	}}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), biddingtest.Terms{})
	const bids = 5
	for i := range bids {
		w.Bidder(fmt.Sprintf("salt-%d", i)).Bid(1, fmt.Sprint(100+i))
	}
	w.Close()
	w.Shut()
	id := w.Announce(tender.Whole)
	for _, o := range w.Openers() {
		w.Ok(w.Send(o, id, w.Shares(o, id)))
	}
	o, err := w.Openings.Openings.Get(w.Ctx(), id)
	w.Ok(err)
	batch, err := seal.ParseBatch([]byte(o.Batch))
	w.Ok(err)

	ceremony := "/open/openings/" + id
	officer, stranger, again := browsertest.Open(t, s.URL, browsertest.Look{}), browsertest.Open(t, s.URL, browsertest.Look{}), browsertest.Open(t, s.URL, browsertest.Look{})
	officer.SignIn(s.House, biddingtest.Officer)
	officer.Go(ceremony)
	stranger.Go(ceremony)
	const rows = `document.querySelectorAll('[data-live-part=rows] tbody tr').length`
	for _, n := range []int{0, 2, 4} {
		if n > 0 {
			g.upTo.Store(&batch.Fingerprints[n-1])
		}
		if _, err := w.Openings.Combine(w.Ctx(), biddingtest.Officer, id); err == nil {
			t.Fatal("all bids are open")
		}
		for who, p := range map[string]*browsertest.Page{"the officer": officer, "a stranger": stranger} {
			p.Until(fmt.Sprintf(`document.querySelector('[data-live-part=rows]').dataset.liveVersion === '%s' && %s === %d`, map[bool]string{true: "rows", false: "none"}[n > 0], rows, n))
			if n == 2 {
				p.Eval(`document.querySelector('[data-live-part=rows] tbody tr').dataset.mine = 'yes'`, nil)
				p.Check()
			}
			if n == 4 && !p.Has("[data-live-part=rows] tr[data-mine]") {
				t.Errorf("%s: what was shown is made anew", who)
			}
		}
		again.Go(ceremony)
		again.Until(fmt.Sprintf(`%s === %d`, rows, n))
	}
	if stranger.Has("progress") {
		t.Error("a stranger is told how many bids there are before there is a record")
	}
	g.upTo.Store(&batch.Fingerprints[bids-1])
	done, err := w.Openings.Combine(w.Ctx(), biddingtest.Officer, id)
	w.Ok(err)
	if done.State != bidding.Recorded {
		t.Errorf("the opening is %s", done.State)
	}
	for _, p := range []*browsertest.Page{officer, stranger} {
		p.Until(fmt.Sprintf(`document.querySelectorAll('[data-live-part=record] tbody tr').length === %d && %s === 0`, bids, rows))
	}
}
