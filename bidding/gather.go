package bidding

import (
	"context"
	"errors"
	"fmt"
	"io"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
)

// logged is what an opening takes from the log, read once.
type logged struct {
	manifest       *seal.Manifest
	extensions     []seal.Extension
	facts          []Placed
	closed, window seal.Closing
}

// read reads what is in the log about the bids of a tender, which are all in.
func (s *Openings) read(ctx context.Context, t *tender.Tender) (*logged, error) {
	m, extensions, err := manifestOf(t)
	if err != nil {
		return nil, err
	}
	facts, err := s.Log.Facts(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	closed, window, err := Lists(facts)
	if err != nil {
		return nil, err
	}
	if closed == nil || window == nil {
		return nil, fault.New(fault.Conflict, "opening.too_early", "The end of the grace window is not in the log yet.")
	}
	return &logged{m, extensions, facts, *closed, *window}, nil
}

// gather puts together what an opener's device, and the server when it
// combines, judges by. Everything but the headers comes from the log.
func (s *Openings) gather(ctx context.Context, l *logged, o *Opening) (seal.Opening, error) {
	batch, err := seal.ParseBatch([]byte(o.Batch))
	if err != nil {
		return seal.Opening{}, err
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return seal.Opening{}, err
	}
	op := seal.Opening{Manifest: l.manifest, Extensions: l.extensions, Closed: l.closed, Window: l.window, Batch: batch, Now: now}
	if op.Cases, err = l.cases(batch); err != nil {
		return op, err
	}
	return op, s.headers(ctx, op.Cases)
}

// cases makes one case, without its header, for each fingerprint of the batch
// and in its order, from the signed records in the log. The list of what is
// stored says which record is meant: a fingerprint can stand in another's
// record too, in one that could never be uploaded.
func (l *logged) cases(batch seal.Batch) ([]seal.Case, error) {
	leaf := map[string]int64{}
	for _, e := range l.window.Entries {
		for _, v := range e.Envelopes {
			if e.State == seal.Stored && e.Lot == batch.Lot && v.Name == batch.Envelope {
				leaf[v.F] = e.Leaf
			}
		}
	}
	at := map[int64]Placed{}
	for _, f := range l.facts {
		if f.Name == FactSubmit {
			at[f.Index] = f
		}
	}
	list := make([]seal.Case, len(batch.Fingerprints))
	for i, print := range batch.Fingerprints {
		f, ok := at[leaf[print]]
		if !ok {
			return nil, fmt.Errorf("bidding: no record of the stored envelope %s is in the log", print)
		}
		r, err := bidRecord(f)
		if err != nil {
			return nil, err
		}
		list[i] = seal.Case{Manifest: l.manifest, Bid: r, Envelope: batch.Envelope}
	}
	return list, nil
}

// headers fills in the stored headers.
func (s *Openings) headers(ctx context.Context, list []seal.Case) error {
	errs := make([]error, len(list))
	parallel(len(list), func(i int) {
		c := &list[i]
		c.Header, errs[i] = s.header(ctx, BidID(c.Bid.Tender, c.Bid.Lot, c.Bid.Bidder), c.Bid.Seq, c.Envelope)
	})
	return errors.Join(errs...)
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
