package award

import (
	"context"
	"fmt"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// Apply does what the award's last step still owes, and returns the award as it
// then is. It may run again after a crash, and any number of servers may run
// it: each effect happens once.
func (s *Service) Apply(ctx context.Context, id string) (*Award, error) {
	return s.Awards.Settle(ctx, id, func(a *Award) ([]event.Event, bool, error) {
		if a.Owed == "" {
			return nil, false, nil
		}
		facts, err := s.effect(ctx, a)
		if err != nil {
			err = fmt.Errorf("award: %s of %q: %w", a.Owed, a.ID, err)
		}
		return facts, true, err
	})
}

// Heal applies every award that owes something, and returns how many it settled.
func (s *Service) Heal(ctx context.Context) (int, error) {
	return s.Awards.Heal(ctx, func(ctx context.Context, id string) error { _, err := s.Apply(ctx, id); return err })
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
