package complaint

import (
	"context"
	"fmt"
	"slices"
	"time"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// Apply does what the complaint's last step still owes. It may run again after
// a crash, and any number of servers may run it. An order that the buyer has to
// carry out stays owed until the buyer has; that is not an error.
//
// A run that was overtaken finds its write stale and starts again with what is
// owed then, so a suspension that came too late is ended at once.
func (s *Service) Apply(ctx context.Context, id string) error {
	_, err := s.Complaints.Settle(ctx, id, func(c *Complaint) (facts []event.Event, done bool, err error) {
		if c.Owed == "" {
			return nil, false, nil
		}
		if done, err = s.effect(ctx, c); err != nil {
			return nil, false, fmt.Errorf("complaint: %s of %q: %w", c.Owed, c.ID, err)
		}
		if done {
			facts, err = s.settle(ctx, c)
		}
		return facts, done, err
	})
	return err
}

// Heal applies every complaint that owes something, and returns how many it settled.
func (s *Service) Heal(ctx context.Context) (int, error) { return s.Complaints.Heal(ctx, s.Apply) }

// Settle stops a procedure where open complaints demand it by now. Services call
// it before they take a step that could be held up.
func (s *Service) Settle(ctx context.Context, tenderID string) error {
	return s.Complaints.All(ctx, store.Query{Index: "tender", Eq: []any{tenderID}}, func(c *Complaint) error {
		if c.Owed == "" {
			return nil
		}
		return s.Apply(ctx, c.ID)
	})
}

// Tick ends the suspensions that have lasted as long as they may, and heals. It
// returns how many complaints it released.
func (s *Service) Tick(ctx context.Context, now time.Time) (int, error) {
	var ids []string
	q := store.Query{Index: "until", To: now.UnixMilli() + 1}
	err := s.Complaints.All(ctx, q, func(c *Complaint) error {
		ids = append(ids, c.ID)
		return nil
	})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, id := range ids {
		_, err := s.change(ctx, id, party.ClockActor, Release, nil, func(c *Complaint, _ scene) (map[string]any, error) {
			data := map[string]any{"until": event.Time(c.Until)}
			c.release()
			c.Holds, c.Until = c.Remedy.Suspends, time.Time{}
			return data, nil
		})
		if err != nil && !fault.Coded(err, "complaint.suspension") && !fault.Coded(err, "complaint.state") {
			return n, err
		}
		n++
	}
	_, err = s.Heal(ctx)
	return n, err
}

// effect does what is owed, and reports whether it is done.
func (s *Service) effect(ctx context.Context, c *Complaint) (bool, error) {
	switch c.Owed {
	case OwesSuspension:
		return s.stop(ctx, c)
	case OwesRelease:
		_, err := s.Tenders.Resume(ctx, c.Tender, c.ID)
		return true, err
	case OwesOrder:
		done, err := s.obey(ctx, c)
		if err != nil || !done {
			return false, err
		}
		_, err = s.Tenders.Resume(ctx, c.Tender, c.ID)
		return true, err
	}
	return false, fault.New(fault.Internal, "complaint.owed", "There is no effect %q.", c.Owed)
}

// stop suspends the lot once it has come to a step that is held up, and reports
// whether it has. Until then the complaint does not stand in the way, and stays
// in the list of those that owe something.
func (s *Service) stop(ctx context.Context, c *Complaint) (bool, error) {
	t, err := s.Tenders.Get(ctx, c.Tender, party.ClockActor)
	if err != nil {
		return false, err
	}
	for _, l := range t.Lots {
		if (c.Lot == "" || c.Lot == l.ID) && slices.ContainsFunc(c.Holds, func(h rules.Held) bool { return slices.Contains(next[l.Phase], h) }) {
			_, err := s.Tenders.Suspend(ctx, c.Tender, c.Lot, c.ID)
			return true, err
		}
	}
	return false, nil
}

// next says what is done next with a lot in each phase.
var next = map[tender.LotPhase][]rules.Held{
	tender.Competing:  {rules.HoldsOpening},
	tender.Waiting:    {rules.HoldsOpening},
	tender.Opened:     {rules.HoldsEvaluation},
	tender.Qualified:  {rules.HoldsEvaluation, rules.HoldsOpening},
	tender.Priced:     {rules.HoldsEvaluation},
	tender.Ranked:     {rules.HoldsAward},
	tender.Standstill: {rules.HoldsContract},
	tender.Awarded:    {rules.HoldsContract},
}

// obey carries out what was ordered. The suspension still holds while it runs,
// so nothing can be awarded in between.
func (s *Service) obey(ctx context.Context, c *Complaint) (bool, error) {
	d := c.Decision
	t, err := s.Tenders.Get(ctx, c.Tender, party.ClockActor)
	if err != nil {
		return false, err
	}
	switch d.Order {
	case OrderSetAside, OrderReevaluate:
		return true, s.annul(ctx, c, t)
	case OrderCancelLot:
		return t.Lot(c.Lot).Ended(), nil
	case OrderCancelTender:
		return !t.Ended.IsZero(), nil
	}
	return true, nil
}

// annul sets the award aside and gives the lot back to the ranking, in the name
// of the reviewer.
func (s *Service) annul(ctx context.Context, c *Complaint, t *tender.Tender) error {
	d := c.Decision
	if d.Award == "" {
		return nil
	}
	if _, err := s.Awards.SetAside(ctx, d.Award, c.ID, d.Actor(), d.Reasons); err != nil {
		return err
	}
	l := t.Lot(c.Lot)
	if l.Award != d.Award || l.Phase != tender.Standstill && l.Phase != tender.Awarded {
		return nil
	}
	ask := tender.Ask{By: d.Actor(), Reason: "decision about complaint " + c.ID}
	_, err := s.Tenders.MoveLot(ctx, c.Tender, c.Lot, tender.ReviseLot, ask, func(l *tender.Lot) error {
		if l.Award != d.Award {
			return fault.New(fault.Conflict, "award.superseded", "The lot has been awarded anew meanwhile.")
		}
		return nil
	})
	return err
}

// settle notes that what was owed is done.
func (s *Service) settle(ctx context.Context, c *Complaint) ([]event.Event, error) {
	owed := c.Owed
	c.Owed = ""
	c.Suspended = owed == OwesSuspension
	if owed == OwesRelease && c.Decision == nil && c.Withdrawn == nil {
		c.hold(nil) // what the filing holds up stays so
	}
	if owed != OwesOrder {
		return nil, nil
	}
	sc, err := s.scene(ctx, c.Tender, party.ClockActor)
	if err != nil {
		return nil, err
	}
	fact, err := c.do(Resolve, sc, func() (map[string]any, error) {
		c.Resolved = sc.now
		return map[string]any{"order": c.Decision.Order}, nil
	})
	return []event.Event{fact}, err
}
