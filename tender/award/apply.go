package award

import (
	"context"
	"fmt"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Apply does what the award's last step still owes, and returns the award as it
// then is. It may run again after a crash, and any number of servers may run
// it: each effect happens once.
func (s *Service) Apply(ctx context.Context, id string) (*Award, error) {
	for try := 0; ; try++ {
		a, err := s.Awards.Get(ctx, id)
		if err != nil || a.Owed == "" {
			return a, err
		}
		facts, err := s.effect(ctx, a)
		if err != nil {
			return nil, fmt.Errorf("award: %s of %q: %w", a.Owed, a.ID, err)
		}
		if err := s.Awards.Put(ctx, a, facts...); err != nil && (!fault.Coded(err, Kind+".stale") || try == 8) {
			return nil, err
		}
	}
}

// Heal applies every award that owes something, and returns how many it
// settled. Faults of one do not keep the others waiting; the first is returned.
func (s *Service) Heal(ctx context.Context) (int, error) {
	var ids []string
	err := s.Awards.All(ctx, store.Query{Index: "owed"}, func(a *Award) error {
		ids = append(ids, a.ID)
		return nil
	})
	n := 0
	for _, id := range ids {
		if _, e := s.Apply(ctx, id); e == nil {
			n++
		} else if err == nil {
			err = e
		}
	}
	return n, err
}

// effect does what is owed and notes in a what is owed next. Notices go out
// before the standstill begins, which is reckoned once and then kept, so that a
// second run cannot give another date.
func (s *Service) effect(ctx context.Context, a *Award) ([]event.Event, error) {
	d := a.Decision
	t, err := s.Tenders.Get(ctx, d.Tender, party.ClockActor)
	if err != nil {
		return nil, err
	}
	l := t.Lot(d.Lot)
	if l == nil {
		return nil, fault.New(fault.Internal, "lot.missing", "The lot of an award is gone.")
	}
	switch a.Owed {
	case OwesNotices:
		return s.tell(ctx, a, t)
	case OwesAward:
		return nil, s.move(ctx, a, l.Award == a.ID || l.Ended(), tender.AwardLot, a.Approved.Person)
	case OwesFailure:
		return nil, s.move(ctx, a, l.Ended(), tender.FailLot, a.Approved.Person)
	case OwesNext:
		return nil, s.move(ctx, a, l.Award != a.ID || l.Phase != tender.Awarded, tender.NextLot, a.Ended.Person)
	}
	return nil, fault.New(fault.Internal, "award.owed", "There is no effect %q.", a.Owed)
}

func (s *Service) tell(ctx context.Context, a *Award, t *tender.Tender) ([]event.Event, error) {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.notify(ctx, a, now); err != nil {
		return nil, err
	}
	a.Notified = now
	a.Owed = OwesFailure
	data := map[string]any{"award": a.ID, "lot": a.Decision.Lot}
	if a.Decision.Winner != nil {
		a.Owed = OwesAward
		a.StandstillEnds = t.Policy.StandstillEnds(now)
		data["standstillEnds"] = event.Time(a.StandstillEnds)
	}
	return []event.Event{event.New("award.notify", t.ID, party.ClockActor.ID(), now, data)}, nil
}

// move takes the lot along, in the name of the person whose word it follows,
// unless it has gone already.
func (s *Service) move(ctx context.Context, a *Award, gone bool, step tender.Action, p Person) error {
	if gone {
		a.Owed = ""
		return nil
	}
	_, err := s.Tenders.MoveLot(ctx, a.Decision.Tender, a.Decision.Lot, step, tender.Ask{By: p.Actor(), Reason: a.why()}, func(l *tender.Lot) error {
		switch {
		case step == tender.AwardLot:
			l.Award, l.StandstillEnds = a.ID, a.StandstillEnds
		case step == tender.NextLot && l.Award != a.ID:
			return fault.New(fault.Conflict, "award.superseded", "The lot has been awarded anew meanwhile.")
		}
		return nil
	})
	if err == nil {
		a.Owed = ""
	}
	return err
}

// why is the reason as the lot keeps it: one line.
func (a *Award) why() string {
	switch {
	case a.Decision.Winner == nil:
		return a.Decision.Without
	case a.Ended != nil:
		return a.Ended.Reason.In("en")
	}
	return ""
}
