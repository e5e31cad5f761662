package bidding

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/store"
)

// Follow takes over what a fact in the log means for bids. It is called for
// every fact, in the order of the log, at least once; doing it again changes
// nothing. What the log has not settled is never done: an earlier bid stays in
// force, parts and all, until its replacement has its place.
func (s *Service) Follow(ctx context.Context, f Placed) error {
	switch f.Name {
	case FactSubmit:
		r, err := bidRecord(f)
		if err != nil {
			return err
		}
		if r.Seq == 1 {
			return nil // there is nothing before it
		}
		return s.retire(ctx, BidID(r.Tender, r.Lot, r.Bidder), StepReplace, func(v *Version) bool { return v.Seq < r.Seq })
	case FactWithdraw:
		r, err := withdrawal(f)
		if err != nil {
			return err
		}
		return s.retire(ctx, BidID(r.Tender, r.Lot, r.Bidder), StepWithdraw, func(v *Version) bool { return v.Seq < r.Seq })
	case FactLate:
		return s.refused(ctx, f)
	case "tender." + string(tender.Cancel), "lot." + string(tender.CancelLot):
		return s.drop(ctx, f)
	case "tender." + string(tender.Reseal):
		return s.supersede(ctx, f.Topic)
	}
	return nil
}

// retire moves the versions that which names out of force and then deletes
// their sealed parts and headers. Their records stay.
func (s *Service) retire(ctx context.Context, id string, step Step, which func(*Version) bool) error {
	for {
		b, err := s.Bids.Get(ctx, id)
		if errors.Is(err, &fault.Error{Code: "bid.missing"}) {
			return nil
		}
		if err != nil {
			return err
		}
		var moved []int64
		changed := false
		for i := range b.Versions {
			v := &b.Versions[i]
			if !which(v) {
				continue
			}
			if v.Live() {
				if err := v.do(step); err != nil {
					return err
				}
				changed = true
			}
			moved = append(moved, v.Seq)
		}
		if changed {
			err := s.Bids.Put(ctx, b)
			if errors.Is(err, &fault.Error{Code: "bid.stale"}) {
				continue
			}
			if err != nil {
				return err
			}
		}
		return s.forget(ctx, b.ID, moved)
	}
}

// forget deletes what was stored for versions that are never to be opened. It
// also runs when they were moved before, so that a crash in between heals.
func (s *Service) forget(ctx context.Context, bid string, seqs []int64) error {
	for _, seq := range seqs {
		uploads, _, err := s.Uploads.Find(ctx, store.Query{Index: "bid", Eq: []any{bid, seq}, Limit: 16})
		if err != nil {
			return err
		}
		for _, u := range uploads {
			if err := errors.Join(s.Objects.Abort(ctx, u), s.Uploads.Delete(ctx, u)); err != nil {
				return err
			}
		}
		if err := s.Objects.DeleteAll(ctx, object(bid, seq)+"/"); err != nil {
			return fmt.Errorf("bidding: delete version %d of %q: %w", seq, bid, err)
		}
	}
	return nil
}

// refused marks the version whose fact came behind the closing entry.
func (s *Service) refused(ctx context.Context, f Placed) error {
	id, seq, err := lateBid(f)
	if err != nil || id == "" {
		return err
	}
	return s.retire(ctx, id, StepRefuse, func(v *Version) bool { return v.Seq == seq })
}

// each calls f for all bids of a tender or of one of its lots.
func (s *Service) each(ctx context.Context, id, lot string, f func(*Bid) error) error {
	q := store.Query{Index: "lot", Eq: []any{id}}
	if lot != "" {
		q.Eq = append(q.Eq, lot)
	}
	return s.Bids.All(ctx, q, f)
}

// drop deletes the envelopes that a cancellation leaves sealed for ever. A bid
// of which nothing was opened ends with it.
func (s *Service) drop(ctx context.Context, f Placed) error {
	var d struct {
		Sealed map[string][]string `json:"sealed"`
	}
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return fmt.Errorf("bidding: fact %s: %w", f.ID, err)
	}
	for lot, envelopes := range d.Sealed {
		err := s.each(ctx, f.Topic, lot, func(b *Bid) error {
			if v := b.Last(); v != nil && len(envelopes) < len(v.Envelopes) {
				return s.dropSome(ctx, b, v.Seq, envelopes)
			}
			return s.retire(ctx, b.ID, StepDrop, func(*Version) bool { return true })
		})
		if err != nil {
			return err
		}
		for _, name := range envelopes {
			if err := s.unread(ctx, OpeningID(f.Topic, lot, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// unread takes back what an opening had read when it was cut off by the
// cancellation, before there was a record of it. Another server may be at it
// still. So the place of every outcome is taken, also of those that there are
// not yet: whoever comes later finds it taken, and keeps nothing.
func (s *Service) unread(ctx context.Context, id string) error {
	openings := store.Shelf[Opening, *Opening]{Engine: s.Bids.Engine, Kind: openingKind}
	o, err := openings.Get(ctx, id)
	if errors.Is(err, &fault.Error{Code: "opening.missing"}) || err == nil && o.State == Recorded {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.each(ctx, o.Tender, o.Lot, func(b *Bid) error { return s.shut(ctx, o, b.Bidder.ID) }); err != nil {
		return err
	}
	return s.Objects.DeleteAll(ctx, openedFolder(o))
}

// shut puts an empty outcome where the outcome of a bidder is, or would be.
func (s *Service) shut(ctx context.Context, o *Opening, bidder string) error {
	outcomes := store.Shelf[Outcome, *Outcome]{Engine: s.Bids.Engine, Kind: outcomeKind}
	empty := &Outcome{Root: store.Root{ID: outcomeID(o.ID, bidder)}, Sealed: true}
	for {
		was, err := outcomes.Get(ctx, empty.ID)
		switch {
		case errors.Is(err, &fault.Error{Code: "outcome.missing"}):
			empty.Version = 0
		case err != nil:
			return err
		case was.Sealed:
			return nil
		default:
			empty.Version = was.Version
		}
		err = outcomes.Put(ctx, empty)
		if !errors.Is(err, &fault.Error{Code: "outcome.taken"}) && !errors.Is(err, &fault.Error{Code: "outcome.stale"}) {
			return err
		}
	}
}

func (s *Service) dropSome(ctx context.Context, b *Bid, seq int64, envelopes []string) error {
	for _, name := range envelopes {
		if err := s.Objects.DeleteAll(ctx, object(b.ID, seq, name)+"/"); err != nil {
			return fmt.Errorf("bidding: delete %s of %q: %w", name, b.ID, err)
		}
	}
	return nil
}

// supersede takes the bids out of force that were made for openers who have
// been replaced.
func (s *Service) supersede(ctx context.Context, id string) error {
	t, err := s.Tenders.Tenders.Get(ctx, id)
	if err != nil {
		return err
	}
	old := func(v *Version) bool {
		r, err := seal.ParseBid(v.Record.Record)
		return err == nil && r.Openers != t.Openers.Hash
	}
	return s.each(ctx, id, "", func(b *Bid) error { return s.retire(ctx, b.ID, StepRenew, old) })
}

// settled says which step a version has taken by the list of the window's
// closing entry. All but those that are stored have ended.
var settled = map[string]Step{
	seal.Lapsed: StepLapse, seal.Replaced: StepReplace, seal.Withdrawn: StepWithdraw, seal.Superseded: StepRenew,
}

// Settle takes over the list of the window's closing entry: what has ended is
// deleted, and each lot learns how many bids it has.
func (s *Service) Settle(ctx context.Context, window seal.Closing) error {
	t, err := s.Tenders.Tenders.Get(ctx, window.Tender)
	if err != nil {
		return err
	}
	stored := map[string]int{}
	for _, l := range t.Lots {
		stored[l.ID] = 0
	}
	for _, e := range window.Entries {
		step, ends := settled[e.State]
		if l := t.Lot(e.Lot); l != nil && l.Phase == tender.LotCancelled {
			step, ends = StepDrop, true // it came in while the lot was cancelled
		}
		if !ends {
			stored[e.Lot]++
			continue
		}
		is := func(v *Version) bool { return v.Seq == e.Seq }
		if err := s.retire(ctx, BidID(window.Tender, e.Lot, e.Bidder), step, is); err != nil {
			return err
		}
	}
	_, err = s.Tenders.Count(ctx, window.Tender, stored)
	return err
}
