package security

import (
	"context"
	"time"

	"probity/bidding"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/contract"
	"probity/tender/fault"
	"probity/tender/rules"
	"probity/tender/store"
)

// Cause is why a security is to be returned.
type Cause string

// The causes.
const (
	Unread     Cause = "unread"     // withdrawn, or never stored in full: it did not take part
	Cancelled  Cause = "cancelled"  // the lot, or the whole procedure
	NoAward    Cause = "no-award"   // the lot ended without one
	Lost       Cause = "lost"       // somebody else was awarded the lot
	Forgone    Cause = "forgone"    // the award came to nothing that the bidder had
	Contracted Cause = "contracted" // with the bidder
	Expired    Cause = "expired"    // the security itself, before anything was decided
)

// ending is what ended the need for a security; the zero ending is that it is
// still needed.
type ending struct {
	why   Cause
	since time.Time
	due   time.Time // zero if the rules say nothing
}

// course is what has become of a lot.
type course struct {
	tender   *tender.Tender
	lot      *tender.Lot
	awards   []*award.Award // public ones, oldest first
	contract *contract.Contract
	now      time.Time
}

// course looks up what a lot's endings are told from; it does not depend on how
// many bids there are.
func (s *Service) course(ctx context.Context, t *tender.Tender, lot string) (course, error) {
	c := course{tender: t, lot: t.Lot(lot)}
	if c.lot == nil {
		return c, fault.New(fault.Missing, "lot.missing", "This tender has no such lot.")
	}
	err := s.Awards.All(ctx, store.Query{Index: "lot", Eq: []any{t.ID, lot}}, func(a *award.Award) error {
		if a.Public() && a.State != award.SetAside {
			c.awards = append(c.awards, a)
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	if c.lot.Contract != "" {
		if c.contract, err = s.Contracts.Get(ctx, c.lot.Contract); err != nil {
			return c, err
		}
	}
	c.now, err = s.Clock.Now(ctx)
	return c, err
}

// of tells how it ended for one bid.
func (c course) of(b *bidding.Bid) ending {
	e := c.end(b)
	if e.why != "" && c.tender.Policy != nil {
		if r, ok := c.tender.Policy.Due(limit(e.why, c.tender.Policy), e.since); ok {
			e.due = r.At
		}
	}
	return e
}

// limit is the period in which a security is to be returned. Rules that say
// nothing of bids which took no part have one period for all but the winner's.
func limit(why Cause, p *rules.Policy) rules.LimitID {
	switch why {
	case Contracted:
		return rules.SecurityReturnWinner
	case Unread:
		if _, ok := p.Limit(rules.SecurityReturnWithdrawn); ok {
			return rules.SecurityReturnWithdrawn
		}
	}
	return rules.SecurityReturnLosers
}

func (c course) end(b *bidding.Bid) ending {
	switch {
	case c.tender.Sealed.IsZero(): // nothing was ever to be opened
		return c.over()
	case b.Last() == nil && !dropped(b):
		// The period begins when the buyer learns of it, which is not before
		// nothing can come in any more: who takes part is hidden until then.
		return ending{why: Unread, since: c.tender.Sealed}
	}
	for _, told := range []func(*bidding.Bid) ending{c.forgone, func(*bidding.Bid) ending { return c.over() }, c.decided} {
		if e := told(b); e.why != "" {
			return e
		}
	}
	if s := given(b); len(c.awards) == 0 && !s.Until.After(c.now) {
		return ending{why: Expired, since: s.Until}
	}
	return ending{}
}

// over is how the lot ended without a contract, for everybody.
func (c course) over() ending {
	since := c.lot.EndedAt
	if since.IsZero() {
		since = c.tender.Ended
	}
	switch c.lot.Phase {
	case tender.LotCancelled:
		return ending{why: Cancelled, since: since}
	case tender.LotUnsuccessful:
		return ending{why: NoAward, since: since}
	}
	return ending{}
}

// forgone is that the bidder had an award that came to nothing.
func (c course) forgone(b *bidding.Bid) ending {
	for _, a := range c.awards {
		if a.Ended != nil && a.Decision.Winner != nil && a.Decision.Winner.Supplier.ID == b.Bidder.ID {
			return ending{why: Forgone, since: a.Ended.At}
		}
	}
	return ending{}
}

// decided is what the award that stands says about a bid.
func (c course) decided(b *bidding.Bid) ending {
	if len(c.awards) == 0 {
		return ending{}
	}
	a := c.awards[len(c.awards)-1]
	switch w := a.Decision.Winner; {
	case a.State != award.Decided || w == nil || a.Notified.IsZero():
		return ending{}
	case w.Supplier.ID != b.Bidder.ID:
		return ending{why: Lost, since: a.Notified}
	case c.contract != nil:
		return ending{why: Contracted, since: signed(c.contract)}
	}
	return ending{}
}

// signed is when the second side signed.
func signed(c *contract.Contract) (at time.Time) {
	for _, s := range c.Signatures {
		if s.At.After(at) {
			at = s.At
		}
	}
	return at
}

// dropped reports whether a bid that took part went with its lot.
func dropped(b *bidding.Bid) bool {
	n := len(b.Versions)
	return n > 0 && b.Versions[n-1].State == bidding.Dropped
}
