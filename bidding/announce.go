package bidding

import (
	"context"
	"errors"
	"slices"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Announce fixes what will be opened: every stored bid of the lot, apart from
// those that the technical decision keeps sealed. Nobody releases a share
// before the batch is in the log. Announcing twice gives the same opening.
func (s *Openings) Announce(ctx context.Context, by party.Actor, id, lot, envelope string) (*Opening, error) {
	t, now, err := s.may(ctx, by, id, party.OpeningRecord)
	if err != nil {
		return nil, err
	}
	o, err := s.Openings.Get(ctx, OpeningID(id, lot, envelope))
	if !errors.Is(err, &fault.Error{Code: "opening.missing"}) {
		return o, err
	}
	if err := ready(t, lot, envelope, now); err != nil {
		return nil, err
	}
	batch, err := s.batch(ctx, t, lot, envelope)
	if err != nil {
		return nil, err
	}
	o = &Opening{Root: store.Root{ID: OpeningID(id, lot, envelope)}, Tender: id, Lot: lot, Envelope: envelope,
		Batch: string(batch.Bytes()), Size: len(batch.Fingerprints), Announced: now}
	if err := o.do("announce"); err != nil {
		return nil, err
	}
	fact := event.New("opening.announce", id, by.ID(), now, map[string]any{"lot": lot, "envelope": envelope, "batch": rawJSON(batch.Bytes())})
	return o, s.Openings.Put(ctx, o, fact)
}

// may checks a right in a tender and reads the clock.
func (s *Openings) may(ctx context.Context, by party.Actor, id string, right party.Action) (*tender.Tender, time.Time, error) {
	t, err := s.Tenders.Get(ctx, id, by)
	if err != nil {
		return nil, time.Time{}, err
	}
	if err := party.Allowed(by, right, t.Buyer.ID); err != nil {
		return nil, time.Time{}, err
	}
	now, err := s.Clock.Now(ctx)
	return t, now, err
}

// ready says why an envelope of a lot may not be opened now.
func ready(t *tender.Tender, lot, envelope string, now time.Time) error {
	l, names := t.Lot(lot), t.Notice.Envelopes.Names()
	i := slices.Index(names, envelope)
	switch {
	case l == nil || i < 0:
		return fault.New(fault.Missing, "opening.place", "This tender has no such lot or envelope.")
	case t.Phase != tender.Sealed:
		return fault.New(fault.Conflict, "opening.too_early", "Bids are opened after the grace window has ended, by the log.")
	case now.Before(t.Opens()):
		return fault.New(fault.Conflict, "opening.too_early", "Nothing is opened before %s.", event.Time(t.Opens()))
	case i == 0 && l.Phase != tender.Waiting || i == 1 && l.Phase != tender.Qualified:
		return fault.New(fault.Conflict, "opening.lot", "The %s envelope of a lot that is %s is not opened.", fault.Name{Of: "envelope", Word: envelope}, l.Phase)
	}
	if f := t.Clear(lot); f != nil {
		return f
	}
	return nil
}

// batch makes the list of what is opened from the log alone.
func (s *Openings) batch(ctx context.Context, t *tender.Tender, lot, envelope string) (seal.Batch, error) {
	m, _, err := manifestOf(t)
	if err != nil {
		return seal.Batch{}, err
	}
	facts, err := s.Log.Facts(ctx, t.ID)
	if err != nil {
		return seal.Batch{}, err
	}
	_, window, err := Lists(facts)
	if err != nil {
		return seal.Batch{}, err
	}
	if window == nil {
		return seal.Batch{}, fault.New(fault.Conflict, "opening.too_early", "The end of the grace window is not in the log yet.")
	}
	b, err := seal.NewBatch(m, *window, lot, envelope)
	if err != nil || envelope != tender.Financial {
		return b, err
	}
	decision, excluded, err := s.Panel.Passed(ctx, t.ID, lot)
	if err != nil {
		return seal.Batch{}, err
	}
	return b.Exclude(decision, prints(*window, lot, envelope, excluded))
}

// prints finds the stored fingerprints of bidders for one envelope of a lot.
func prints(window seal.Closing, lot, envelope string, bidders []string) []string {
	list := []string{}
	for _, e := range window.Entries {
		if e.State != seal.Stored || e.Lot != lot || !slices.Contains(bidders, e.Bidder) {
			continue
		}
		for _, v := range e.Envelopes {
			if v.Name == envelope {
				list = append(list, v.F)
			}
		}
	}
	return list
}
