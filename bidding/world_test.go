package bidding_test

import (
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
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

// clockAt is a clock that stands.
type clockAt time.Time

func (c clockAt) Now(context.Context) (time.Time, error) { return time.Time(c), nil }

// openTender is a service that has read the tender before it closed.
func openTender(w *World, phase tender.Phase) *tender.Service {
	s := &tender.Service{Tenders: w.Tenders.Tenders, Clock: w.Tenders.Clock}
	s.Tenders.Engine = remembers{w.Engine, phase}
	return s
}

// remembers shows tenders as they were in a phase.
type remembers struct {
	store.Engine
	phase tender.Phase
}

func (r remembers) Get(ctx context.Context, kind, id string) (*store.Doc, error) {
	d, err := r.Engine.Get(ctx, kind, id)
	if err == nil && kind == tender.Kind {
		var body map[string]any
		if err := json.Unmarshal(d.Body, &body); err != nil {
			return nil, err
		}
		body["phase"] = r.phase
		d.Body, err = json.Marshal(body)
	}
	return d, err
}

// noOpenings is an engine that fails to store openings.
type noOpenings struct{ store.Engine }

func (n noOpenings) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	if d.Kind == "opening" {
		return store.ErrBusy
	}
	return n.Engine.Put(ctx, d, facts...)
}

// read returns a stored object.
func read(w *World, key string) []byte {
	w.Helper()
	r, err := w.Bids.Objects.Open(w.Ctx(), key)
	w.Ok(err)
	defer r.Close()
	b, err := io.ReadAll(r)
	w.Ok(err)
	return b
}

// codeOf is the code of a refusal, "" for none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}
