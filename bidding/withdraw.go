package bidding

import (
	"context"
	"errors"

	"probity/bidding/seal"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// Withdraw takes a bid back before the deadline, by a signed record of its own.
// It returns the id of the fact. Refusals are recorded as those of bids are.
func (s *Service) Withdraw(ctx context.Context, by party.Actor, signed sign.Signed) (*Bid, string, error) {
	for try := 0; ; try++ {
		b, fact, err := s.withdraw(ctx, by, signed)
		if stale(err) && try < maxTries {
			continue
		}
		if err != nil {
			return nil, "", s.refuse(ctx, by, signed, err)
		}
		return b, fact, nil
	}
}

func (s *Service) withdraw(ctx context.Context, by party.Actor, signed sign.Signed) (*Bid, string, error) {
	r, err := seal.ParseWithdrawal(signed.Record)
	if err != nil {
		return nil, "", err
	}
	now, bidder, t, err := s.admit(ctx, by, r.Tender, r.Lot, r.Bidder)
	if err != nil {
		return nil, "", err
	}
	if err := s.Devices.Verify(ctx, by.User, sign.Withdraw, signed.Record, signed.Signature); err != nil {
		return nil, "", err
	}
	b, err := s.load(ctx, t.ID, r.Lot, bidder)
	if err != nil {
		return nil, "", err
	}
	if v := b.Last(); v == nil || v.Seq != b.Seq { // none, or withdrawn a moment ago
		return nil, "", fault.New(fault.Conflict, "bid.none", "There is no bid to withdraw.")
	}
	if r.Seq != b.Seq+1 {
		return nil, "", fault.New(fault.Conflict, "bid.seq", "The next record for this lot has number %d, not %d.", b.Seq+1, r.Seq)
	}
	b.Seq = r.Seq
	id := event.ID(store.Subject(Kind, b.ID), b.Version+1, 0)
	b.Withdrawals = append(b.Withdrawals, Withdrawal{r.Seq, signed, by.User, now, id})
	fact := event.New(FactWithdraw, t.ID, by.ID(), now, map[string]any{"withdrawal": signed})
	if err := s.Bids.Put(ctx, b, fact); err != nil {
		return nil, "", err
	}
	return b, id, nil
}

// Own returns a bidder's own bid.
func (s *Service) Own(ctx context.Context, by party.Actor, id, lot string) (*Bid, error) {
	if f := party.Allowed(by, party.BidSubmit, by.Org); f != nil {
		return nil, f
	}
	b, err := s.Bids.Get(ctx, BidID(id, lot, by.Org))
	if err == nil && b.Seq == 0 { // it is only named in another's
		return nil, fault.New(fault.Missing, "bid.missing", "There is no such bid.")
	}
	return b, err
}

// Has reports whether an organisation has a live bid for the lot.
func (s *Service) Has(ctx context.Context, id, lot, org string) (bool, error) {
	b, err := s.Bids.Get(ctx, BidID(id, lot, org))
	if errors.Is(err, &fault.Error{Code: "bid.missing"}) {
		return false, nil
	}
	return err == nil && b.Last() != nil, err
}
