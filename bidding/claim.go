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

	Bid string    `json:"bid"`
	Seq int64     `json:"seq"` // of the bid's record that it was taken for
	At  time.Time `json:"at"`
}

// claimRests is how long a claim stands without its bid. A submission takes
// seconds; one that has taken longer was cut off by a crash.
const claimRests = 2 * time.Minute

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
		if err := s.take(ctx, b, org, now); err != nil {
			return err
		}
	}
	return nil
}

// take makes the lot org's for the next record of b.
func (s *Service) take(ctx context.Context, b *Bid, org string, now time.Time) error {
	id := BidID(b.Tender, b.Lot, org)
	c, err := s.Claims.Get(ctx, id)
	if errors.Is(err, &fault.Error{Code: "claim.missing"}) {
		c, err = &Claim{Root: store.Root{ID: id}}, nil
	}
	if err != nil || c.Bid == b.ID && b.names(org) {
		return err
	}
	if c.Bid != "" && c.Bid != b.ID {
		held, err := s.held(ctx, c, org, now)
		if err != nil {
			return err
		}
		if held {
			return competesTwice(org)
		}
	}
	c.Bid, c.Seq, c.At = b.ID, b.Seq+1, now
	err = s.Claims.Put(ctx, c)
	if errors.Is(err, &fault.Error{Code: "claim.stale"}) || errors.Is(err, &fault.Error{Code: "claim.taken"}) {
		return competesTwice(org)
	}
	return err
}

func competesTwice(org string) error {
	return fault.New(fault.Conflict, "bid.competes_twice", "%s already competes for this lot in another bid.", org)
}

// held reports whether a claim's bid has a live version in which org competes,
// or is just being handed in.
func (s *Service) held(ctx context.Context, c *Claim, org string, now time.Time) (bool, error) {
	b, err := s.Bids.Get(ctx, c.Bid)
	if errors.Is(err, &fault.Error{Code: "bid.missing"}) {
		b, err = &Bid{}, nil
	}
	if err != nil {
		return false, err
	}
	return b.names(org) || b.Seq < c.Seq && now.Before(c.At.Add(claimRests)), nil
}

// names reports whether org competes with the version that is live.
func (b *Bid) names(org string) bool {
	v := b.Last()
	if v == nil {
		return false
	}
	if b.Bidder.ID == org {
		return true
	}
	for _, p := range v.Parties {
		if p.Organisation == org && p.Competes() {
			return true
		}
	}
	return false
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
