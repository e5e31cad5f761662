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

// AfterOutage moves the deadlines, and the ends of the grace windows, that the
// rule of their procedure moves when the platform was away. It is driven by the
// end of an outage in the log, and is idempotent. Deadlines that have passed are
// [Service.Tick]'s.
func (s *Service) AfterOutage(ctx context.Context) (int, error) {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return 0, err
	}
	moved := 0
	for _, q := range []store.Query{
		{Index: "phase", Eq: []any{"yes", string(Published)}, From: now.UnixMilli()},
		{Index: "phase", Eq: []any{"yes", string(Closed)}},
	} {
		err := s.Tenders.All(ctx, q, func(t *Tender) error {
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
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// prolonged moves what the rule moves of t: its deadline, or the end of its
// grace window.
func (s *Service) prolonged(ctx context.Context, t *Tender, now time.Time) (int, error) {
	list, err := s.outages(ctx, t)
	if err != nil {
		return 0, err
	}
	ask := Ask{By: party.ClockActor, Now: now, Outages: list}
	var facts []event.Event
	if _, no := life.Find(t, Prolong, ask); no == nil {
		facts, err = s.prolong(t, ask)
	} else if _, no := life.Find(t, Lengthen, ask); no == nil {
		facts, err = t.lengthen(ask)
	}
	if err != nil || len(facts) == 0 {
		return 0, err
	}
	return len(facts), s.Tenders.Put(ctx, t, facts...)
}

// prolong moves the deadline of t to where the outage rule puts it. The fact
// names the outages by their beats, so that anybody can reckon again.
func (s *Service) prolong(t *Tender, ask Ask) ([]event.Event, error) {
	was := t.Notice.Timetable.Deadline
	to := t.afterOutage(ask)
	counted := t.Policy.CountedOutages(was, ask.Outages)
	fact, err := t.do(Prolong, ask, map[string]any{"before": event.Time(was), "deadline": event.Time(to), "outages": tellOutages(counted)})
	if err != nil {
		return nil, err
	}
	t.Notice.Timetable.Deadline = to
	t.Notice.Timetable.Opens = t.Notice.Timetable.Opens.Add(to.Sub(was))
	t.Revision++
	extend, err := s.extension(t, ask)
	return []event.Event{fact, extend}, err // in this order, see extension
}

// lengthen moves the end of the grace window of t to where the outage rule puts
// it. Nothing is opened before that, whatever the notice says.
func (t *Tender) lengthen(ask Ask) ([]event.Event, error) {
	to, counted := t.wholeWindow(ask)
	fact, err := t.do(Lengthen, ask, map[string]any{"before": event.Time(t.WindowEnds()), "until": event.Time(to), "outages": tellOutages(counted)})
	if err != nil {
		return nil, err
	}
	t.Window = to
	return []event.Event{fact}, nil
}

// tellOutages names outages in a fact, by their beats.
func tellOutages(outages []rules.Outage) []map[string]any {
	told := []map[string]any{}
	for _, o := range outages {
		told = append(told, map[string]any{"from": event.Time(o.From), "to": event.Time(o.To), "beat": o.Beat})
	}
	return told
}

// wholeWindow is the end of the grace window that follows from the outages.
func (t *Tender) wholeWindow(a Ask) (time.Time, []rules.Outage) {
	d := t.Notice.Timetable
	if t.Policy == nil {
		return t.WindowEnds(), nil
	}
	return t.Policy.WholeWindow(d.Deadline, d.WindowEnds(), a.Outages)
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

// outageLengthens: the rule set's outage rule lets the grace window end later.
func outageLengthens(t *Tender, a Ask) *fault.Error {
	to, _ := t.wholeWindow(a)
	return fault.Unless(to.After(t.WindowEnds()), "tender.no_outage", "No outage moves the deadline of this tender.")
}

// windowWhole: no outage lengthens the grace window, and none lasts that may.
func windowWhole(t *Tender, a Ask) *fault.Error {
	if f := outageEnded(t, a); f != nil {
		return f
	}
	return fault.Unless(outageLengthens(t, a) != nil, "tender.outage", "An outage moves the deadline of this tender.")
}

// outageEnded: none lasts that may move anything.
func outageEnded(_ *Tender, a Ask) *fault.Error {
	for _, o := range a.Outages {
		if o.To.IsZero() {
			return fault.New(fault.Conflict, "tender.away", "The platform cannot be reached. What that means for the deadline is decided when it can.")
		}
	}
	return nil
}

// outageSettled: no outage moves the deadline, and none lasts that may.
func outageSettled(t *Tender, a Ask) *fault.Error {
	if f := outageEnded(t, a); f != nil {
		return f
	}
	return fault.Unless(!t.afterOutage(a).After(t.Notice.Timetable.Deadline), "tender.outage",
		"An outage moves the deadline of this tender.")
}
