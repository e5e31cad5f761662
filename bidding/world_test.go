package bidding_test

import (
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/tender"
)

// newWorld is a published procedure on a platform of its own.
func newWorld(t testing.TB, terms Terms) *World {
	t.Helper()
	w, _ := newHouse(t, terms, apptest.Options{})
	return w
}

func newHouse(t testing.TB, terms Terms, o apptest.Options) (*World, *apptest.House) {
	t.Helper()
	h := apptest.Open(t, o)
	return New(t, h.Bidding(), terms), h
}

var two = Terms{Envelopes: tender.TwoEnvelopes, Grace: 60}

func TestWholeProcedure(t *testing.T) {
	w := newWorld(t, two)
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	a.Bid(1, "9.50")
	b.Bid(1, "9.00")
	w.Close()
	w.Shut()
	w.Open(tender.Technical)
	w.Judge(map[*Bidder]string{a: "9", b: "6"})
	_, err := w.Judging.Qualify(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	w.Settle()
	o := w.Open(tender.Financial)
	if o.State != bidding.Recorded {
		t.Fatalf("the opening is %s", o.State)
	}
	j, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	for _, e := range j.Ranking.Entries {
		t.Log(e.Bid, e.Rank, e.Total)
	}
}
