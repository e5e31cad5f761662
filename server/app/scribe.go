package app

import (
	"context"
	"errors"

	"probity/bidding"
	"probity/server/ledger"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// scribe tells the sequencer what facts mean: which are bounded by a closing
// entry, and what a closing entry says.
type scribe struct {
	engine  store.Engine
	tenders store.Shelf[tender.Tender, *tender.Tender]
}

var _ ledger.Scribe = (*scribe)(nil)

// Arrange drains bids before their closing entry, refuses those behind it, and
// completes the closing entries. Its cost depends on the batch, and for a
// closing entry on the facts of that one tender.
func (s *scribe) Arrange(ctx context.Context, d *ledger.Draft) error {
	d.Facts = bidding.Order(d.Facts)
	tenders := map[string]*tender.Tender{}
	for i, f := range d.Facts {
		closes := f.Name == bidding.FactClose || f.Name == bidding.FactCloseWindow
		if !closes && bidding.Bounded(f.Name, &tender.Tender{CloseFact: "x", SealFact: "x"}) == "" {
			continue
		}
		t, err := s.tender(ctx, tenders, f.Topic)
		if err != nil {
			return err
		}
		if closes {
			d.Facts[i], err = s.bind(ctx, d, i, t)
		} else {
			d.Facts[i], err = s.admit(ctx, f, t, d.Facts[:i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *scribe) tender(ctx context.Context, known map[string]*tender.Tender, id string) (*tender.Tender, error) {
	if t, ok := known[id]; ok {
		return t, nil
	}
	t, err := s.tenders.Get(ctx, id)
	if err == nil {
		known[id] = t
	}
	return t, err
}

// admit refuses a fact whose closing entry is in the log, or before it in this
// batch.
func (s *scribe) admit(ctx context.Context, f event.Event, t *tender.Tender, before []event.Event) (event.Event, error) {
	closer := bidding.Bounded(f.Name, t)
	if closer == "" {
		return f, nil
	}
	for _, b := range before {
		if b.ID == closer {
			return bidding.Refuse(f), nil
		}
	}
	_, err := s.engine.EntryOf(ctx, closer)
	switch {
	case err == nil:
		return bidding.Refuse(f), nil
	case errors.Is(err, &fault.Error{Code: store.ErrMissing.Code}):
		return f, nil
	}
	return f, err
}

// bind completes the closing entry at position i of the draft.
func (s *scribe) bind(ctx context.Context, d *ledger.Draft, i int, t *tender.Tender) (event.Event, error) {
	var before []store.Entry
	for e, err := range d.On(ctx, t.ID) {
		if err != nil {
			return event.Event{}, err
		}
		if e.Index >= d.First+int64(i) {
			break
		}
		before = append(before, e)
	}
	facts, err := bidding.Read(before)
	if err != nil {
		return event.Event{}, err
	}
	return bidding.Bind(d.Facts[i], t, facts)
}
