package tender

import (
	"context"
	"slices"
	"time"

	"probity/tender/event"
	"probity/tender/party"
)

// Suspension is what a complaint holds up until it is decided. Those that have
// ended stay, so that one that is told twice holds nothing up again.
type Suspension struct {
	Complaint string    `json:"complaint"`
	Lot       string    `json:"lot,omitempty"` // "" for all lots
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until,omitzero"`
}

// suspends reports whether a complaint holds up the lot.
func (t *Tender) suspends(lot string) bool {
	return slices.ContainsFunc(t.Suspended, func(s Suspension) bool {
		return s.Until.IsZero() && (s.Lot == "" || s.Lot == lot)
	})
}

// Suspend holds a lot ("" for all) up until the complaint is decided.
func (s *Service) Suspend(ctx context.Context, id, lot, complaint string) (*Tender, error) {
	return s.change(ctx, id, party.ClockActor, party.Clock, func(t *Tender, ask Ask) ([]event.Event, error) {
		if slices.ContainsFunc(t.Suspended, func(x Suspension) bool { return x.Complaint == complaint }) {
			return nil, nil
		}
		t.Suspended = append(t.Suspended, Suspension{Complaint: complaint, Lot: lot, Since: ask.Now})
		t.hold(ask.Now)
		return []event.Event{event.New("tender.suspend", t.ID, ask.By.ID(), ask.Now,
			map[string]any{"complaint": complaint, "lot": lot})}, nil
	})
}

// Resume ends what a complaint held up, and gives back to running standstills
// the time that was lost.
func (s *Service) Resume(ctx context.Context, id, complaint string) (*Tender, error) {
	return s.change(ctx, id, party.ClockActor, party.Clock, func(t *Tender, ask Ask) ([]event.Event, error) {
		i := slices.IndexFunc(t.Suspended, func(x Suspension) bool { return x.Complaint == complaint && x.Until.IsZero() })
		if i < 0 {
			return nil, nil
		}
		t.Suspended[i].Until = ask.Now
		t.hold(ask.Now)
		return []event.Event{event.New("tender.resume", t.ID, ask.By.ID(), ask.Now,
			map[string]any{"complaint": complaint, "lot": t.Suspended[i].Lot})}, nil
	})
}

// hold notes for each lot since when it is held up, and lengthens a standstill
// when the last complaint about its lot has been decided: time that two
// complaints held up together counts once.
func (t *Tender) hold(now time.Time) {
	for i := range t.Lots {
		l := &t.Lots[i]
		switch held := t.suspends(l.ID); {
		case held && l.HeldSince.IsZero():
			l.HeldSince = now
		case !held && !l.HeldSince.IsZero():
			if l.Phase == Standstill {
				l.StandstillEnds = l.StandstillEnds.Add(now.Sub(l.HeldSince))
			}
			l.HeldSince = time.Time{}
		}
	}
}
