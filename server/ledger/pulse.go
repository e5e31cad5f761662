package ledger

import (
	"context"
	"fmt"
	"time"

	"probity/documents/uptime"
	"probity/tender/event"
)

// Uptime makes the log a record of when bids could be handed in (see
// documents/uptime).
type Uptime struct {
	// Open reports whether any procedure takes bids, or their parts.
	Open func(context.Context) (bool, error)

	// Fit says what keeps bids from being taken although the log can be
	// written; nil if nothing does. While it fails there are no beats.
	Fit func(context.Context) error

	// Ahead is by how much a sandbox's legal clock is ahead; nil on a real one.
	Ahead func(context.Context) (time.Duration, error)
}

// pulse is what the loop knows of the uptime record.
type pulse struct {
	beats  *Beats
	last   uptime.Beat
	fresh  bool      // whether last is of the head that is known
	looked bool      // whether it was asked since the start if any procedure is open
	tried  time.Time // when a beat was due last, and was not to be had
}

// again is how long to wait with a beat that is due after it was not to be had.
const again = 5 * time.Second

// pulled returns the beat that is due before anything else is done, or nil. If
// the log was away, that is the first thing that it says: no deadline that has
// passed meanwhile is acted on before.
func (s *Sequencer) pulled(ctx context.Context, now time.Time) (*event.Event, error) {
	if s.Uptime == nil {
		return nil, nil
	}
	if !s.pulse.fresh {
		last, err := s.pulse.beats.Last(ctx)
		if err != nil {
			return nil, err
		}
		s.pulse.last, s.pulse.fresh = last, true
	}
	if !s.pulse.last.Owed() || now.Sub(s.pulse.last.At) <= uptime.Gap {
		return nil, nil
	}
	return s.beat(ctx, now)
}

// due returns the beat that stands first in a batch of so many facts, or nil.
func (s *Sequencer) due(ctx context.Context, now time.Time, facts int) (*event.Event, error) {
	if s.Uptime == nil {
		return nil, nil
	}
	last := s.pulse.last
	stepped, err := s.stepped(ctx, facts)
	switch {
	case err != nil:
		return nil, err
	case last.Owed() && !stepped && now.Sub(last.At) < uptime.Every:
		return nil, nil
	case !last.Owed() && facts == 0 && s.pulse.looked: // to open a procedure takes a fact
		return nil, nil
	}
	return s.beat(ctx, now)
}

// stepped reports whether a sandbox's clock was moved since the last beat: it
// has another legal time from then on.
func (s *Sequencer) stepped(ctx context.Context, facts int) (bool, error) {
	if s.Uptime.Ahead == nil || facts == 0 || !s.pulse.last.Owed() {
		return false, nil
	}
	ahead, err := s.Uptime.Ahead(ctx)
	return ahead != s.pulse.last.Ahead, err
}

// beat makes the next beat, if the platform is fit for one and there is
// anything to be told.
func (s *Sequencer) beat(ctx context.Context, now time.Time) (*event.Event, error) {
	if wait := now.Sub(s.pulse.tried); wait >= 0 && wait < again {
		return nil, nil
	}
	open, err := s.Uptime.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: uptime: %w", err)
	}
	s.pulse.looked = true
	if !open && !s.pulse.last.Owed() {
		return nil, nil
	}
	if s.Uptime.Fit != nil {
		if err := s.Uptime.Fit(ctx); err != nil {
			s.pulse.tried = now
			s.Log.Error("bids cannot be taken; the uptime record has no beat", "error", err)
			return nil, nil
		}
	}
	ahead := time.Duration(0)
	if s.Uptime.Ahead != nil {
		if ahead, err = s.Uptime.Ahead(ctx); err != nil {
			return nil, fmt.Errorf("ledger: uptime: %w", err)
		}
	}
	f := s.pulse.last.Next(now, ahead, !open).Event()
	return &f, nil
}

// first puts the beat before the facts of a batch.
func first(beat *event.Event, facts []event.Event) []event.Event {
	if beat == nil {
		return facts
	}
	return append([]event.Event{*beat}, facts...)
}

// felt notes the beat of a batch that was appended.
func (s *Sequencer) felt(beat *event.Event) {
	if beat == nil {
		return
	}
	b, err := uptime.Parse(*beat)
	if err != nil { // we have made it
		s.pulse.fresh = false
		return
	}
	if o, away := b.Outage(); away {
		s.Log.Warn("the platform was away", "from", o.From, "to", o.To, "beat", b.N)
	}
	s.pulse.last = b
}
