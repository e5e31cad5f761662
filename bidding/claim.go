package bidding

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
)

// Claim says with which other bid an organisation competes for a lot, as a
// member of a consortium: it can compete once. It is kept in the document of
// the organisation's own bid, so that naming it and its own bidding cannot both
// succeed. It is taken before the bid that names it is stored; one that a crash
// left behind, or whose bid no longer names the organisation, can be taken over.
type Claim struct {
	Bid string    `json:"bid"`
	Seq int64     `json:"seq"` // of the bid's record that it was taken for
	At  time.Time `json:"at"`
}

// claimRests is how long a claim stands without its bid. A submission takes
// seconds; one that has taken longer was cut off by a crash.
const claimRests = 2 * time.Minute

// claim checks the parties of a bid, that the bidder does not compete with
// another, and takes the lot for each who competes with it.
func (s *Service) claim(ctx context.Context, b *Bid, bidder tender.OrgName, parties []party.Party, now time.Time) error {
	if f := party.CheckParties(bidder.ID, parties); f != nil {
		return f
	}
	if held, err := s.held(ctx, b, now); err != nil || held {
		return cmp.Or(err, competesTwice(bidder.ID))
	}
	b.Claim = nil
	for _, p := range parties {
		name, err := s.Suppliers.Supplier(ctx, p.Organisation, now)
		if err != nil {
			return fmt.Errorf("bidding: party %q: %w", p.Organisation, err)
		}
		if !p.Competes() || p.Organisation == bidder.ID || b.names(p.Organisation) {
			continue
		}
		if err := s.take(ctx, b, name, now); err != nil {
			return err
		}
	}
	return nil
}

// take makes the lot org's for the next record of b.
func (s *Service) take(ctx context.Context, b *Bid, org tender.OrgName, now time.Time) error {
	own, err := s.load(ctx, b.Tender, b.Lot, org)
	if err != nil {
		return err
	}
	if own.Last() != nil {
		return competesTwice(org.ID)
	}
	if own.Claim == nil || own.Claim.Bid != b.ID {
		if held, err := s.held(ctx, own, now); err != nil || held {
			return cmp.Or(err, competesTwice(org.ID))
		}
	}
	own.Claim = &Claim{b.ID, b.Seq + 1, now}
	err = s.Bids.Put(ctx, own)
	if stale(err) {
		return competesTwice(org.ID)
	}
	return err
}

func competesTwice(org string) error {
	return fault.New(fault.Conflict, "bid.competes_twice", "%s already competes for this lot in another bid.", org)
}

// held reports whether the organisation of own competes with another bid: one
// that has a live version that names it, or is just being handed in.
func (s *Service) held(ctx context.Context, own *Bid, now time.Time) (bool, error) {
	c := own.Claim
	if c == nil {
		return false, nil
	}
	b, err := s.Bids.Get(ctx, c.Bid)
	if errors.Is(err, &fault.Error{Code: "bid.missing"}) {
		b, err = &Bid{}, nil
	}
	if err != nil {
		return false, err
	}
	return b.names(own.Bidder.ID) || b.Seq < c.Seq && now.Before(c.At.Add(claimRests)), nil
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
