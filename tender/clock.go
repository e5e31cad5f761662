package tender

import (
	"context"
	"errors"
	"fmt"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Tick does all that is due at now: it closes tenders and ends grace windows, or
// moves either if the platform was away, and ends standstills. It is idempotent, and any number of servers may call it: the
// version of the tender lets one win. One that cannot be moved does not keep the
// others from it. It returns how many steps it took, and all that went wrong.
func (s *Service) Tick(ctx context.Context, now time.Time) (int, error) {
	moved := 0
	var wrong []error
	err := s.Tenders.All(ctx, store.Query{Index: "due", To: now.UnixMilli() + 1}, func(t *Tender) error {
		n, err := s.tick(ctx, t, now)
		moved += n
		if errors.Is(err, &fault.Error{Code: "tender.stale"}) {
			return nil // another server, or an officer, was faster; next time
		}
		if err != nil {
			wrong = append(wrong, err)
		}
		return ctx.Err()
	})
	return moved, errors.Join(append(wrong, err)...)
}

func (s *Service) tick(ctx context.Context, t *Tender, now time.Time) (int, error) {
	ask := Ask{By: party.ClockActor, Now: now}
	var facts []event.Event
	var err error
	switch t.Phase {
	case Published:
		facts, err = s.atDeadline(ctx, t, ask)
	case Closed:
		facts, err = s.atWindowEnd(ctx, t, ask)
	case Sealed:
		facts, err = t.endStandstills(ask)
	}
	if err != nil || len(facts) == 0 {
		return 0, err
	}
	if err := s.Tenders.Put(ctx, t, facts...); err != nil {
		return 0, fmt.Errorf("tender: tick %q: %w", t.ID, err)
	}
	return len(facts), nil
}

// atDeadline closes t, unless an outage moves its deadline, or lasts and may.
func (s *Service) atDeadline(ctx context.Context, t *Tender, ask Ask) ([]event.Event, error) {
	var err error
	if ask.Outages, err = s.outages(ctx, t); err != nil {
		return nil, err
	}
	switch {
	case outageMoves(t, ask) == nil:
		return s.prolong(t, ask)
	case outageSettled(t, ask) != nil:
		return nil, nil // when it has ended
	}
	fact, err := t.do(Close, ask, map[string]any{"until": event.Time(t.Notice.Timetable.Deadline)})
	if err != nil {
		return nil, err
	}
	t.Closed, t.CloseFact = ask.Now, t.nextFact(0)
	return []event.Event{fact}, nil
}

// atWindowEnd ends the grace window of t, unless an outage lengthens it, or
// lasts and may.
func (s *Service) atWindowEnd(ctx context.Context, t *Tender, ask Ask) ([]event.Event, error) {
	var err error
	if ask.Outages, err = s.outages(ctx, t); err != nil {
		return nil, err
	}
	switch {
	case outageLengthens(t, ask) == nil:
		return t.lengthen(ask)
	case windowWhole(t, ask) != nil:
		return nil, nil // when it has ended
	}
	fact, err := t.do(CloseWindow, ask, map[string]any{"until": event.Time(t.WindowEnds())})
	if err != nil {
		return nil, err
	}
	t.Sealed, t.SealFact = ask.Now, t.nextFact(0)
	return []event.Event{fact}, nil
}

// endStandstills confirms the awards whose standstill is over.
func (t *Tender) endStandstills(ask Ask) (facts []event.Event, err error) {
	for i := range t.Lots {
		l := &t.Lots[i]
		if l.Phase != Standstill || ask.Now.Before(l.StandstillEnds) || t.suspends(l.ID) {
			continue
		}
		fact, err := t.doLot(l.ID, ConfirmLot, ask, map[string]any{"lot": l.ID, "award": l.Award})
		if err != nil {
			return nil, err
		}
		facts = append(facts, fact)
	}
	return facts, nil
}

// nextFact is the id of the n-th fact, from 0, that the next Put stores.
func (t *Tender) nextFact(n int) string { return event.ID(store.Subject(Kind, t.ID), t.Version+1, n) }

// Count takes over from the window-closed record how many bids are stored for
// each lot: those with fewer than the rule set's minimum end here, sealed for
// ever. It is driven by that record and is idempotent.
func (s *Service) Count(ctx context.Context, id string, stored map[string]int) (*Tender, error) {
	return s.change(ctx, id, party.ClockActor, party.Clock, func(t *Tender, ask Ask) ([]event.Event, error) {
		if t.Phase != Sealed {
			return nil, nil
		}
		var facts []event.Event
		for i := range t.Lots {
			l := &t.Lots[i]
			if l.Phase != Competing {
				continue
			}
			action, data := SealLot, map[string]any{"lot": l.ID}
			if stored[l.ID] < max(1, t.Policy.MinimumBids.N) {
				action = FailLot
				ask.Reason = "fewer stored bids than the procedure requires"
				l.Reason = ask.Reason
				data["reason"] = ask.Reason
			}
			l.Stored = stored[l.ID]
			fact, err := t.doLot(l.ID, action, ask, data)
			if err != nil {
				return nil, err
			}
			facts = append(facts, fact)
		}
		return t.finish(facts, ask)
	})
}

// finish ends the tender with its last lot.
func (t *Tender) finish(facts []event.Event, ask Ask) ([]event.Event, error) {
	if t.Phase != Sealed || lotsEnded(t, ask) != nil {
		return facts, nil
	}
	ask.By = party.ClockActor
	fact, err := t.do(Finish, ask, nil)
	if err != nil {
		return nil, err
	}
	t.Ended = ask.Now
	return append(facts, fact), nil
}

// MoveLot performs an action on one lot that another aggregate's fact asks
// for: an opening record, a ranking, an award, a contract. set fills in what
// the action brings, and may refuse when the lot is not as it expects. Where the
// lot has taken the step already, nothing happens.
func (s *Service) MoveLot(ctx context.Context, id, lot string, a Action, ask Ask, set func(*Lot) error) (*Tender, error) {
	return s.change(ctx, id, ask.By, party.TenderRead, func(t *Tender, now Ask) ([]event.Event, error) {
		now.Reason = ask.Reason
		l := t.Lot(lot)
		if r := led(l, a); r != nil {
			return nil, t.mayDo(r.May, now.By)
		}
		data := map[string]any{"lot": lot}
		if ask.Reason != "" {
			data["reason"] = ask.Reason
		}
		if a == CancelLot && l != nil && len(t.sealedOf(*l)) > 0 {
			data["sealed"] = map[string][]string{lot: t.sealedOf(*l)}
		}
		fact, err := t.doLot(lot, a, now, data)
		if err != nil {
			return nil, err
		}
		if set != nil {
			if err := set(l); err != nil {
				return nil, err
			}
		}
		if l.Ended() && l.Phase != Contracted {
			l.Reason = ask.Reason
		}
		return t.finish([]event.Event{fact}, now)
	})
}

// led returns the row by which a has led the lot to where it stands, or nil.
func led(l *Lot, a Action) *lotRow {
	for i, r := range lotLife.Steps {
		if l != nil && r.Do == a && r.To == l.Phase {
			return &lotLife.Steps[i]
		}
	}
	return nil
}
