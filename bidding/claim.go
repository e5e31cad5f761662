package bidding

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

const claimKind = "claim"

// Claim says for which bid an organisation competes on a lot, alone or in a
// consortium: it can do so once. It is taken before the bid is stored and
// belongs to the bid; one that a crash left behind without a bid, or whose bid
// no longer names the organisation, can be taken over.
type Claim struct {
	store.Root // ID is BidID(tender, lot, organisation)

	Bid string `json:"bid"`
}

// Keys make claims searchable by bid.
func (c *Claim) Keys() store.Keys { return store.Keys{"bid": c.Bid} }

// claim checks the parties of a bid and takes the lot for each who competes.
func (s *Service) claim(ctx context.Context, b *Bid, bidder tender.OrgName, parties []party.Party, now time.Time) error {
	if f := party.CheckParties(bidder.ID, parties); f != nil {
		return f
	}
	competing := []string{bidder.ID}
	for _, p := range parties {
		if _, err := s.Suppliers.Supplier(ctx, p.Organisation, now); err != nil {
			return fmt.Errorf("bidding: party %q: %w", p.Organisation, err)
		}
		if p.Competes() && p.Organisation != bidder.ID {
			competing = append(competing, p.Organisation)
		}
	}
	for _, org := range competing {
		if err := s.take(ctx, b, org); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) take(ctx context.Context, b *Bid, org string) error {
	id := BidID(b.Tender, b.Lot, org)
	c, err := s.Claims.Get(ctx, id)
	if errors.Is(err, &fault.Error{Code: "claim.missing"}) {
		c, err = &Claim{Root: store.Root{ID: id}}, nil
	}
	if err != nil || c.Bid == b.ID {
		return err
	}
	if c.Bid != "" {
		holds, err := s.holds(ctx, c.Bid, org)
		if err != nil {
			return err
		}
		if holds {
			return fault.New(fault.Conflict, "bid.competes_twice", "%s already competes for this lot in another bid.", org)
		}
	}
	c.Bid = b.ID
	err = s.Claims.Put(ctx, c)
	if errors.Is(err, &fault.Error{Code: "claim.stale"}) || errors.Is(err, &fault.Error{Code: "claim.taken"}) {
		return fault.New(fault.Conflict, "bid.competes_twice", "%s already competes for this lot in another bid.", org)
	}
	return err
}

// holds reports whether the bid has a live version in which org competes.
func (s *Service) holds(ctx context.Context, bid, org string) (bool, error) {
	b, err := s.Bids.Get(ctx, bid)
	if errors.Is(err, &fault.Error{Code: "bid.missing"}) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	v := b.Last()
	if v == nil {
		return false, nil
	}
	if b.Bidder.ID == org {
		return true, nil
	}
	for _, p := range v.Parties {
		if p.Organisation == org && p.Competes() {
			return true, nil
		}
	}
	return false, nil
}

func rawJSON(b []byte) json.RawMessage { return b }

// tenderOf reads which tender a record names, whatever else is wrong with it.
func tenderOf(record []byte) string {
	var r struct {
		Tender string `json:"tender"`
	}
	if json.Unmarshal(record, &r) != nil {
		return ""
	}
	return r.Tender
}
