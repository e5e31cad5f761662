package bidding

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

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
		if now.Before(o.RescueEnds) {
			return nil, fault.New(fault.Conflict, "opening.rescue", "Bidders may publish their keys until %s.", event.Time(o.RescueEnds))
		}
		if f := t.Clear(o.Lot); f != nil {
			return nil, f
		}
		if _, err := s.combined(ctx, t, o); err != nil { // refuses while shares are missing
			return nil, err
		}
		o, err = s.change(ctx, id, func(o *Opening) ([]event.Event, error) {
			if err := o.do("combine"); err != nil {
				return nil, err
			}
			return []event.Event{event.New("opening.combine", o.Tender, by.ID(), now, map[string]any{"opening": o.ID, "given": o.Given})}, nil
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
	if o.State == Combining {
		if o, err = s.finish(ctx, t, o); err != nil {
			return nil, err
		}
	}
	if o.State != Recorded {
		return o, nil
	}
	action := tender.OpenLot
	if o.Envelope == tender.Financial {
		action = tender.PriceLot
	}
	_, err = s.Tenders.MoveLot(ctx, o.Tender, o.Lot, action, tender.Ask{By: party.ClockActor}, nil)
	return o, err
}

func (s *Openings) finish(ctx context.Context, t *tender.Tender, o *Opening) (*Opening, error) {
	results, err := s.combined(ctx, t, o)
	if err != nil {
		return nil, err
	}
	list := make([]*Outcome, len(results))
	errs := make([]error, len(results))
	parallel(len(results), func(i int) { list[i], errs[i] = s.open(ctx, t, o, results[i]) })
	if err := errors.Join(errs...); err != nil {
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

// combined runs the protocol over what is stored, without changing anything.
func (s *Openings) combined(ctx context.Context, t *tender.Tender, o *Opening) ([]seal.Result, error) {
	op, err := s.Package(ctx, t, o)
	if err != nil {
		return nil, err
	}
	var answers []seal.Answer
	for _, g := range o.Given {
		doc, err := s.Answers.Get(ctx, fmt.Sprintf("%s~%d~%d", o.ID, g.Group, g.Opener))
		if err != nil {
			return nil, err
		}
		a, err := seal.ParseAnswer([]byte(doc.Bytes))
		if err != nil {
			return nil, err
		}
		answers = append(answers, a)
	}
	err = s.Reveals.All(ctx, store.Query{Index: "opening", Eq: []any{o.ID}}, func(r *Reveal) error {
		p, err := seal.ParseProof([]byte(r.Proof))
		op.Revealed = append(op.Revealed, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	var failed []seal.Seat
	for _, f := range o.Failed {
		failed = append(failed, seal.Seat(f))
	}
	return seal.Combine(op, answers, failed)
}

// Package gathers what an opener's device, and the server when it combines,
// judges by. Everything but the headers comes from the log.
func (s *Openings) Package(ctx context.Context, t *tender.Tender, o *Opening) (seal.Opening, error) {
	m, extensions, err := manifestOf(t)
	if err != nil {
		return seal.Opening{}, err
	}
	facts, err := s.Log.Facts(ctx, t.ID)
	if err != nil {
		return seal.Opening{}, err
	}
	closed, window, err := Lists(facts)
	if err != nil || window == nil {
		return seal.Opening{}, errors.Join(err, errors.New("bidding: the closing entries are not both in the log"))
	}
	batch, err := seal.ParseBatch([]byte(o.Batch))
	if err != nil {
		return seal.Opening{}, err
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return seal.Opening{}, err
	}
	op := seal.Opening{Manifest: m, Extensions: extensions, Closed: *closed, Window: *window, Batch: batch, Now: now}
	op.Cases, err = s.cases(ctx, m, facts, batch)
	return op, err
}

// cases makes one case for each fingerprint of the batch, from the signed
// records in the log and the stored headers.
func (s *Openings) cases(ctx context.Context, m *seal.Manifest, facts []Placed, batch seal.Batch) ([]seal.Case, error) {
	var list []seal.Case
	for _, f := range facts {
		if f.Name != FactSubmit {
			continue
		}
		r, err := bidRecord(f)
		if err != nil {
			return nil, err
		}
		print, ok := r.Envelope(batch.Envelope)
		if !ok || r.Lot != batch.Lot || !slices.Contains(batch.Fingerprints, print.String()) {
			continue
		}
		c := seal.Case{Manifest: m, Bid: r, Envelope: batch.Envelope}
		if c.Header, err = s.header(ctx, BidID(r.Tender, r.Lot, r.Bidder), r.Seq, batch.Envelope); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func (s *Openings) theCase(ctx context.Context, m *seal.Manifest, b *Bid, v *Version, envelope string) (seal.Case, error) {
	r, err := seal.ParseBid(v.Record.Record)
	if err != nil {
		return seal.Case{}, err
	}
	h, err := s.header(ctx, b.ID, v.Seq, envelope)
	return seal.Case{Manifest: m, Bid: r, Envelope: envelope, Header: h}, err
}

// header reads a stored header; nil if it is gone, which is the operator's
// fault and shown as such.
func (s *Openings) header(ctx context.Context, bid string, seq int64, envelope string) ([]byte, error) {
	r, err := s.Objects.Open(ctx, object(bid, seq, envelope, "header"))
	if fault.From(err).Kind == fault.Missing && err != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, 8<<20))
}

// Heal finishes the openings that a stop has left between intent and record.
func (s *Openings) Heal(ctx context.Context) error {
	list, _, err := s.Openings.Find(ctx, store.Query{Index: "combining", Eq: []any{"yes"}, Limit: 100})
	if err != nil {
		return err
	}
	for _, o := range list {
		if _, err := s.Finish(ctx, o); err != nil {
			return err
		}
	}
	return nil
}
