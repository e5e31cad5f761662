package tender

import (
	"context"
	"errors"
	"fmt"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// Uptime tells when the platform could not be reached, by its public record.
type Uptime interface {
	// Outages lists those that ended after since, by the legal clock. One that
	// lasts still, or that the record does not tell yet, has no end.
	Outages(ctx context.Context, since time.Time) ([]rules.Outage, error)
}

// watched is the longest time before a deadline in which outages count. Rule
// sets are held to it.
const watched = 31 * 24 * time.Hour

// outages lists what could move the deadline of t.
func (s *Service) outages(ctx context.Context, t *Tender) ([]rules.Outage, error) {
	if s.Uptime == nil || t.Policy == nil || t.Policy.Outage == nil {
		return nil, nil
	}
	list, err := s.Uptime.Outages(ctx, t.Notice.Timetable.Deadline.Add(-watched))
	if err != nil {
		return nil, fmt.Errorf("tender: uptime for %q: %w", t.ID, err)
	}
	return list, nil
}

// AfterOutage moves the deadlines that the rule of their procedure moves when
// the platform was away. It is driven by the end of an outage in the log, and
// is idempotent. Deadlines that have passed are [Service.Tick]'s.
func (s *Service) AfterOutage(ctx context.Context) (int, error) {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return 0, err
	}
	moved := 0
	open := store.Query{Index: "phase", Eq: []any{"yes", string(Published)}, From: now.UnixMilli()}
	err = s.Tenders.All(ctx, open, func(t *Tender) error {
		for { // officers change it meanwhile
			n, err := s.prolonged(ctx, t, now)
			if !errors.Is(err, &fault.Error{Code: "tender.stale"}) {
				moved += n
				return err
			}
			if t, err = s.Tenders.Get(ctx, t.ID); err != nil {
				return err
			}
		}
	})
	return moved, err
}

// prolonged moves the deadline of t, if the rule does.
func (s *Service) prolonged(ctx context.Context, t *Tender, now time.Time) (int, error) {
	list, err := s.outages(ctx, t)
	if err != nil {
		return 0, err
	}
	ask := Ask{By: party.ClockActor, Now: now, Outages: list}
	if _, err := life.Find(t, Prolong, ask); err != nil {
		return 0, nil
	}
	facts, err := s.prolong(t, ask)
	if err != nil {
		return 0, err
	}
	return len(facts), s.Tenders.Put(ctx, t, facts...)
}

// prolong moves the deadline of t to where the outage rule puts it. The fact
// names the outages by their beats, so that anybody can reckon again.
func (s *Service) prolong(t *Tender, ask Ask) ([]event.Event, error) {
	was := t.Notice.Timetable.Deadline
	to := t.afterOutage(ask)
	told := []map[string]any{}
	for _, o := range t.Policy.CountedOutages(was, ask.Outages) {
		told = append(told, map[string]any{"from": event.Time(o.From), "to": event.Time(o.To), "beat": o.Beat})
	}
	fact, err := t.do(Prolong, ask, map[string]any{"before": event.Time(was), "deadline": event.Time(to), "outages": told})
	if err != nil {
		return nil, err
	}
	t.Notice.Timetable.Deadline = to
	t.Notice.Timetable.Opens = t.Notice.Timetable.Opens.Add(to.Sub(was))
	t.Revision++
	extend, err := s.extension(t, ask)
	return []event.Event{fact, extend}, err // in this order, see extension
}

// afterOutage is the deadline that follows from the outages.
func (t *Tender) afterOutage(a Ask) time.Time {
	d := t.Notice.Timetable.Deadline
	if t.Policy == nil {
		return d
	}
	return t.Policy.AfterOutage(d, a.Outages).At
}

// outageMoves: the rule set's outage rule puts the deadline later.
func outageMoves(t *Tender, a Ask) *fault.Error {
	return fault.Unless(t.afterOutage(a).After(t.Notice.Timetable.Deadline), "tender.no_outage",
		"No outage moves the deadline of this tender.")
}

// outageSettled: no outage moves the deadline, and none lasts that may.
func outageSettled(t *Tender, a Ask) *fault.Error {
	for _, o := range a.Outages {
		if o.To.IsZero() {
			return fault.New(fault.Conflict, "tender.away", "The platform cannot be reached. What that means for the deadline is decided when it can.")
		}
	}
	return fault.Unless(!t.afterOutage(a).After(t.Notice.Timetable.Deadline), "tender.outage",
		"An outage moves the deadline of this tender.")
}
