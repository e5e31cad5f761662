package bidding

import (
	"context"
	"errors"
	"sync/atomic"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Combine fixes the answers that count and opens the bids with them. From the
// moment the intent is stored the result is determined; if the server stops in
// between, [Openings.Finish] comes to the same end.
func (s *Openings) Combine(ctx context.Context, by party.Actor, id string) (*Opening, error) {
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	t, now, err := s.may(ctx, by, o.Tender, party.OpeningRecord)
	if err != nil {
		return nil, err
	}
	if o.State == Announced {
		if f := t.Clear(o.Lot); f != nil {
			return nil, f
		}
		in, err := s.answered(ctx, t, o)
		if err != nil {
			return nil, err
		}
		if err := seal.Ready(in.Opening, in.answers, in.failed); err != nil {
			return nil, err
		}
		o, err = s.change(ctx, id, func(o *Opening) ([]event.Event, error) {
			if now.Before(o.RescueEnds) {
				return nil, fault.New(fault.Conflict, "opening.rescue", "Bidders may publish their keys until %s.", event.Time(o.RescueEnds))
			}
			if err := o.do("combine"); err != nil {
				return nil, err
			}
			return []event.Event{event.New("opening.combine", o.Tender, by.ID(), now, map[string]any{"opening": o.ID, "given": append([]Given{}, o.Given...)})}, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return s.Finish(ctx, o)
}

// Finish completes an opening whose answers are fixed, and moves the lot. It
// can be repeated.
func (s *Openings) Finish(ctx context.Context, o *Opening) (*Opening, error) {
	t, err := s.Tenders.Tenders.Get(ctx, o.Tender)
	if err != nil {
		return nil, err
	}
	if o.State != Recorded {
		if err := staysSealed(t, o.Lot); err != nil {
			return nil, err
		}
	}
	if o.State == Combining {
		if o, err = s.finish(ctx, t, o); err != nil {
			return nil, err
		}
	}
	if o.State != Recorded || o.Moved {
		return o, nil
	}
	action := tender.OpenLot
	if o.Envelope == tender.Financial {
		action = tender.PriceLot
	}
	_, err = s.Tenders.MoveLot(ctx, o.Tender, o.Lot, action, tender.Ask{By: party.ClockActor}, nil)
	if err != nil && !errors.Is(err, &fault.Error{Code: "lot.phase"}) { // that one is further on already
		return o, err
	}
	return s.moved(ctx, o)
}

// staysSealed refuses to open the bids of a lot that has ended.
func staysSealed(t *tender.Tender, lot string) error {
	if l := t.Lot(lot); l != nil && l.Ended() {
		return fault.New(fault.Conflict, "opening.lot", "The lot has ended. Its bids stay sealed.")
	}
	return nil
}

// moved notes that nothing is left to do.
func (s *Openings) moved(ctx context.Context, o *Opening) (*Opening, error) {
	o.Moved = true
	err := s.Openings.Put(ctx, o)
	if errors.Is(err, &fault.Error{Code: "opening.stale"}) {
		return s.Openings.Get(ctx, o.ID) // another server was faster
	}
	return o, err
}

func (s *Openings) finish(ctx context.Context, t *tender.Tender, o *Opening) (*Opening, error) {
	in, err := s.answered(ctx, t, o)
	if err != nil {
		return nil, err
	}
	results, err := seal.Combine(in.Opening, in.answers, in.failed)
	if err != nil {
		return nil, err
	}
	list := make([]*Outcome, len(results))
	errs := make([]error, len(results))
	var opened atomic.Int64
	s.progress.Store(o.ID, &opened)
	defer s.progress.Delete(o.ID)
	parallel(len(results), func(i int) {
		list[i], errs[i] = s.open(ctx, t, o, results[i])
		opened.Add(1)
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	// It takes minutes where bids are many. A lot that was cancelled meanwhile
	// gets no record: what was read is taken back.
	if t, err = s.Tenders.Tenders.Get(ctx, o.Tender); err != nil {
		return nil, err
	}
	if err := staysSealed(t, o.Lot); err != nil {
		return nil, err
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return nil, err
	}
	record := makeRecord(t, o, list)
	if err := s.Objects.Put(ctx, recordKey(o), record.Bytes()); err != nil {
		return nil, err
	}
	return s.change(ctx, o.ID, func(o *Opening) ([]event.Event, error) {
		if o.State == Recorded {
			return nil, nil
		}
		if err := o.do("record"); err != nil {
			return nil, err
		}
		o.Record, o.Done = record.Hash(), now
		return []event.Event{event.New("opening.record", o.Tender, party.ClockActor.ID(), now, map[string]any{
			"opening": o.ID, "record": o.Record, "lot": o.Lot, "envelope": o.Envelope})}, nil
	})
}

// protocol is everything that the protocol runs over.
type protocol struct {
	seal.Opening
	answers []seal.Answer
	failed  []seal.Seat
}

// answered reads what an opening names: the answers that were given, and the
// keys that were published in time.
func (s *Openings) answered(ctx context.Context, t *tender.Tender, o *Opening) (*protocol, error) {
	l, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	var in protocol
	if in.Opening, err = s.gather(ctx, l, o); err != nil {
		return nil, err
	}
	for _, g := range o.Given {
		doc, err := s.Answers.Get(ctx, answerID(o.ID, g.Seat))
		if err != nil {
			return nil, err
		}
		a, err := seal.ParseAnswer([]byte(doc.Bytes))
		if err != nil {
			return nil, err
		}
		in.answers = append(in.answers, a)
	}
	for _, f := range o.Revealed {
		r, err := s.Reveals.Get(ctx, f)
		if err != nil {
			return nil, err
		}
		p, err := seal.ParseProof([]byte(r.Proof))
		if err != nil {
			return nil, err
		}
		in.Revealed = append(in.Revealed, p)
	}
	for _, f := range o.Failed {
		in.failed = append(in.failed, seal.Seat(f))
	}
	return &in, nil
}

// Heal finishes the openings that a stop has left between intent and record,
// or between record and lot. One that cannot be finished keeps no other.
func (s *Openings) Heal(ctx context.Context) error {
	list, _, err := s.Openings.Find(ctx, store.Query{Index: "combining", Eq: []any{"yes"}, Limit: 1000})
	if err != nil {
		return err
	}
	var all []error
	for _, o := range list {
		_, err := s.Finish(ctx, o)
		if f := fault.From(err); err != nil && f.Kind != fault.Conflict { // suspended, or ended
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
