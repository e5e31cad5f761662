package bidding

import (
	"context"
	"errors"

	"probity/bidding/seal"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Finish says that all parts of an envelope are there. Once every envelope of
// the version is complete the bid is stored, and a fact says so.
func (s *Service) Finish(ctx context.Context, by party.Actor, d Delivery) (*Bid, *Version, error) {
	b, v, _, err := s.uploading(ctx, by, d.Tender, d.Lot, d.Seq)
	if err != nil {
		return nil, nil, err
	}
	u, err := s.Uploads.Get(ctx, uploadID(b.ID, v.Seq, d.Envelope))
	if err != nil {
		return nil, nil, err
	}
	if !u.Done {
		if err := s.Objects.Finish(ctx, u); err != nil {
			return nil, nil, err
		}
		if err := s.stillLive(ctx, b.ID, v.Seq); err != nil {
			return nil, nil, err
		}
		u.Done = true
		if err := s.Uploads.Put(ctx, u); err != nil && !errors.Is(err, &fault.Error{Code: "upload.stale"}) {
			return nil, nil, err
		}
	}
	return s.settle(ctx, by, b.ID, v.Seq)
}

// settle marks what is complete, and the version as stored once all is. Any
// number of calls at once come to the same end.
func (s *Service) settle(ctx context.Context, by party.Actor, id string, seq int64) (*Bid, *Version, error) {
	for {
		b, err := s.Bids.Get(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		v := b.At(seq)
		if v.State != Registered {
			return b, v, nil
		}
		all, err := s.arrived(ctx, b, v)
		if err != nil {
			return nil, nil, err
		}
		if !all {
			return b, v, nil
		}
		now, err := s.Clock.Now(ctx)
		if err != nil {
			return nil, nil, err
		}
		if err := v.do(StepStore); err != nil {
			return nil, nil, err
		}
		v.Complete = event.ID(store.Subject(Kind, b.ID), b.Version+1, 0)
		fact := event.New(FactStored, b.Tender, by.ID(), now, storedData{b.Bidder.ID, refs(v), b.Lot, v.Seq})
		if err := s.Bids.Put(ctx, b, fact); errors.Is(err, &fault.Error{Code: "bid.stale"}) {
			continue
		}
		return b, v, err
	}
}

// arrived marks the envelopes whose uploads are done; true if all are.
func (s *Service) arrived(ctx context.Context, b *Bid, v *Version) (bool, error) {
	all := true
	for i := range v.Envelopes {
		u, err := s.Uploads.Get(ctx, uploadID(b.ID, v.Seq, v.Envelopes[i].Name))
		if err != nil && !errors.Is(err, &fault.Error{Code: "upload.missing"}) {
			return false, err
		}
		v.Envelopes[i].Stored = err == nil && u.Done
		all = all && v.Envelopes[i].Stored
	}
	return all, nil
}

func refs(v *Version) []seal.EnvelopeRef {
	var list []seal.EnvelopeRef
	for _, e := range v.Envelopes {
		list = append(list, seal.EnvelopeRef{F: e.Fingerprint, Name: e.Name})
	}
	return list
}
