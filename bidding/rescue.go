package bidding

import (
	"context"
	"errors"
	"slices"
	"time"

	"probity/bidding/seal"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Rescue calls on bidders to publish the keys of their own envelopes, because
// too many openers have failed. The time for it is fixed here, in public, and
// nothing is combined before it has ended: no bidder can decide after having
// seen a rival.
func (s *Openings) Rescue(ctx context.Context, by party.Actor, id string, until time.Time, reason string) (*Opening, error) {
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	_, now, err := s.may(ctx, by, o.Tender, party.OpeningRecord)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, fault.Field("opening.no_reason", "reason", "Say why bidders must open their own bids.")
	}
	if !until.After(now) {
		return nil, fault.Field("opening.rescue_past", "until", "The time for publishing keys must lie ahead.")
	}
	return s.change(ctx, id, func(o *Opening) ([]event.Event, error) {
		if err := o.do("rescue"); err != nil {
			return nil, err
		}
		if !o.RescueEnds.IsZero() {
			return nil, fault.New(fault.Conflict, "opening.rescue_twice", "Bidders have been called already, until %s.", event.Time(o.RescueEnds))
		}
		o.RescueEnds = until.UTC().Truncate(time.Millisecond)
		return []event.Event{event.New("opening.rescue", o.Tender, by.ID(), now, map[string]any{
			"opening": o.ID, "until": event.Time(until), "reason": reason})}, nil
	})
}

// Reveal takes a bidder's own key to its envelope, strictly before the end of
// the rescue. A key that does not reproduce the seal proves nothing and is
// refused.
func (s *Openings) Reveal(ctx context.Context, by party.Actor, id string, raw []byte) error {
	p, err := seal.ParseProof(raw)
	if err != nil {
		return err
	}
	if p.Seed == "" {
		return fault.New(fault.Invalid, "opening.no_seed", "Send the key from your recovery file.")
	}
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := party.Allowed(by, party.BidRescue, by.Org); err != nil {
		return err
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return err
	}
	if o.RescueEnds.IsZero() || !now.Before(o.RescueEnds) {
		return fault.New(fault.Conflict, "opening.no_rescue", "Keys are not asked for at this time.")
	}
	if err := s.ownEnvelope(ctx, by, o, p); err != nil {
		return err
	}
	err = s.Reveals.Put(ctx, &Reveal{Root: store.Root{ID: p.F}, Opening: id, Proof: string(raw)})
	if err != nil && !errors.Is(err, &fault.Error{Code: "reveal.taken"}) {
		return err
	}
	_, err = s.change(ctx, id, func(o *Opening) ([]event.Event, error) {
		if slices.Contains(o.Revealed, p.F) {
			return nil, nil
		}
		if err := o.do("reveal"); err != nil {
			return nil, err
		}
		o.Revealed = append(o.Revealed, p.F)
		return []event.Event{event.New("opening.reveal", o.Tender, by.ID(), now, map[string]any{"opening": id, "f": p.F})}, nil
	})
	return err
}

// ownEnvelope refuses a key that is not the actor's own, or does not re-seal:
// only a key that opens the envelope, were its bytes at hand, is one.
func (s *Openings) ownEnvelope(ctx context.Context, by party.Actor, o *Opening, p seal.Proof) error {
	b, err := s.Bids.Get(ctx, BidID(o.Tender, o.Lot, by.Org))
	if err != nil {
		return err
	}
	t, err := s.Tenders.Tenders.Get(ctx, o.Tender)
	if err != nil {
		return err
	}
	m, _, err := manifestOf(t)
	if err != nil {
		return err
	}
	v := b.Last()
	if v == nil {
		return fault.New(fault.Conflict, "bid.not_live", "This version of the bid is not in force any more.")
	}
	c, err := s.theCase(ctx, m, b, v, o.Envelope)
	if err != nil {
		return err
	}
	verdict, err := c.Judge(p, nil, nil)
	if err != nil {
		return err
	}
	if p.F != c.Fingerprint().String() || verdict.Cause != seal.CausePayloadMissing {
		return fault.New(fault.Invalid, "opening.wrong_seed", "This key does not reproduce your seal.")
	}
	return nil
}
