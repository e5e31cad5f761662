package security

import (
	"context"

	"probity/bidding"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/contract"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// Tenders is what securities need of procedures.
type Tenders interface {
	// Get returns a tender that by may see.
	Get(ctx context.Context, id string, by party.Actor) (*tender.Tender, error)
}

// Service is what can be done with bid securities. Its fields are set once, in
// main.
type Service struct {
	Settlements store.Shelf[Settlement, *Settlement]
	Bids        store.Shelf[bidding.Bid, *bidding.Bid]
	Awards      store.Shelf[award.Award, *award.Award]
	Contracts   store.Shelf[contract.Contract, *contract.Contract]
	Tenders     Tenders
	Clock       tender.Clock
}

// List returns one page of the securities that were given for a lot, by bid,
// and the cursor of the next. It is for those who may know of them, once
// nothing can come in any more.
func (s *Service) List(ctx context.Context, t *tender.Tender, lot string, by party.Actor, page store.Query) ([]Holding, string, error) {
	if err := party.Allowed(by, party.SecurityRead, t.Buyer.ID); err != nil {
		return nil, "", err
	}
	c, err := s.told(ctx, t, lot)
	if err != nil {
		return nil, "", err
	}
	bids, next, err := s.Bids.Find(ctx, store.Query{Index: "lot", Eq: []any{t.ID, lot}, After: page.After, Limit: page.Limit})
	if err != nil {
		return nil, "", err
	}
	settled, err := s.settled(ctx, t, lot)
	if err != nil {
		return nil, "", err
	}
	list := []Holding{}
	for _, b := range bids {
		if given(b) != nil {
			list = append(list, settled.of(b).view(c.scene(b, by)))
		}
	}
	return list, next, nil
}

// Own returns what became of the security of by's own organisation. It is
// missing if none was given.
func (s *Service) Own(ctx context.Context, t *tender.Tender, lot string, by party.Actor) (*Holding, error) {
	if err := party.Allowed(by, party.BidReadOwn, by.Org); err != nil {
		return nil, err
	}
	c, err := s.told(ctx, t, lot)
	if err != nil {
		return nil, err
	}
	x, sc, err := s.load(ctx, c, by.Org, by)
	if err != nil {
		return nil, err
	}
	v := x.view(sc)
	return &v, nil
}

// Return records that a security was given back on a day.
func (s *Service) Return(ctx context.Context, t *tender.Tender, lot, bidder string, by party.Actor, day rules.Date) (*Holding, error) {
	return s.settle(ctx, t, lot, bidder, turn{Return, by, sent{day: day}})
}

// Keep records that a security is forfeited, and why.
func (s *Service) Keep(ctx context.Context, t *tender.Tender, lot, bidder string, by party.Actor, reason tender.Text) (*Holding, error) {
	return s.settle(ctx, t, lot, bidder, turn{Keep, by, sent{reason: reason}})
}

// Correct takes back what is recorded of a security, and says why it was wrong.
// It stays to be read; the buyer holds the security until something else is
// recorded. seen is the version that was looked at.
func (s *Service) Correct(ctx context.Context, t *tender.Tender, lot, bidder string, by party.Actor, reason tender.Text, seen int64) (*Holding, error) {
	return s.settle(ctx, t, lot, bidder, turn{Correct, by, sent{reason: reason, seen: seen}})
}

// turn is a step as it is asked for.
type turn struct {
	act Action
	by  party.Actor
	in  sent
}

// settle takes a step. A security is settled once: of two who do, the second is
// told that it has been.
func (s *Service) settle(ctx context.Context, t *tender.Tender, lot, bidder string, do turn) (*Holding, error) {
	if err := party.Allowed(do.by, party.SecurityReturn, t.Buyer.ID); err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		v, err := s.step(ctx, t, lot, bidder, do)
		if (fault.Coded(err, Kind+".stale") || fault.Coded(err, Kind+".taken")) && try < 8 {
			continue
		}
		return v, err
	}
}

func (s *Service) step(ctx context.Context, t *tender.Tender, lot, bidder string, do turn) (*Holding, error) {
	c, err := s.told(ctx, t, lot)
	if err != nil {
		return nil, err
	}
	x, sc, err := s.load(ctx, c, bidder, do.by)
	if err != nil {
		return nil, err
	}
	sc.in = do.in
	fact, err := x.do(do.act, sc)
	if err != nil {
		return nil, err
	}
	if err := s.Settlements.Put(ctx, x, fact); err != nil {
		return nil, err
	}
	v := x.view(sc)
	return &v, nil
}

// Late lists the bidders of a lot who did not get their security back in time.
func (s *Service) Late(ctx context.Context, t *tender.Tender, lot string) ([]string, error) {
	c, err := s.told(ctx, t, lot)
	if fault.Coded(err, "security.early") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	settled, err := s.settled(ctx, t, lot)
	if err != nil {
		return nil, err
	}
	var late []string
	err = s.Bids.All(ctx, store.Query{Index: "lot", Eq: []any{t.ID, lot}}, func(b *bidding.Bid) error {
		if given(b) != nil && settled.of(b).view(c.scene(b, party.ClockActor)).Late {
			late = append(late, b.Bidder.ID)
		}
		return nil
	})
	return late, err
}

// told is the course of a lot of which anybody may be told who takes part.
func (s *Service) told(ctx context.Context, t *tender.Tender, lot string) (course, error) {
	if t.Sealed.IsZero() && t.Phase != tender.Cancelled {
		return course{}, fault.New(fault.Conflict, "security.early", "Who has given a security is told when nothing can come in any more.")
	}
	return s.course(ctx, t, lot)
}

// load returns what became of one bidder's security, and the scene for it.
func (s *Service) load(ctx context.Context, c course, bidder string, by party.Actor) (*Settlement, scene, error) {
	b, err := s.Bids.Get(ctx, bidding.BidID(c.tender.ID, c.lot.ID, bidder))
	if err == nil && given(b) == nil || fault.Coded(err, "bid.missing") {
		err = fault.New(fault.Missing, "security.missing", "There is no such bid security.")
	}
	if err != nil {
		return nil, scene{}, err
	}
	x, err := s.Settlements.Get(ctx, b.ID)
	if fault.Coded(err, Kind+".missing") {
		x, err = held(b), nil
	}
	return x, c.scene(b, by), err
}

// settlements are what is recorded of the securities for a lot, by bid.
type settlements map[string]*Settlement

// settled reads all that is recorded for a lot: a query for many securities,
// not one for each.
func (s *Service) settled(ctx context.Context, t *tender.Tender, lot string) (settlements, error) {
	m := settlements{}
	err := s.Settlements.All(ctx, store.Query{Index: "lot", Eq: []any{t.ID, lot}}, func(x *Settlement) error {
		m[x.ID] = x
		return nil
	})
	return m, err
}

// of is what is recorded of a bid's security, or that the buyer holds it.
func (m settlements) of(b *bidding.Bid) *Settlement {
	if x := m[b.ID]; x != nil {
		return x
	}
	return held(b)
}

// held is a security of which nothing was ever recorded.
func held(b *bidding.Bid) *Settlement {
	return &Settlement{Root: store.Root{ID: b.ID}, Tender: b.Tender, Lot: b.Lot, Bidder: b.Bidder, State: Held, Security: *given(b)}
}

func (c course) scene(b *bidding.Bid, by party.Actor) scene {
	return scene{tender: c.tender, end: c.of(b), by: by, now: c.now}
}

// view shows a security to whoever the scene is about.
func (s *Settlement) view(sc scene) Holding {
	v := Holding{Tender: s.Tender, Lot: s.Lot, Bidder: s.Bidder, Security: s.Security, State: s.State, Actions: life.Offered(s, sc),
		Earlier: s.Earlier, Version: s.Version,
		Why: sc.end.why, Since: sc.end.since, Due: sc.end.due, Late: !sc.end.due.IsZero() && !sc.now.Before(sc.end.due)}
	if s.State != Held {
		by := s.By
		v.Why, v.Since, v.Due, v.Late, v.Day, v.Reason, v.Settled = s.Why, s.Since, s.Due, s.Late, s.Day, s.Reason, &by
	}
	return v
}
