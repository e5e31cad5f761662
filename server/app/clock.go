package app

import (
	"context"
	"errors"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

const clockKind = "clock"

// LegalClock is the engine's time, or in a sandbox that time moved forward by
// steps that are facts like all others. Deadlines follow it; sessions, codes
// and upload tickets follow the engine's time alone.
type LegalClock struct {
	Engine  store.Engine
	Sandbox bool
	steps   store.Shelf[stepped, *stepped]
}

// stepped is how far a sandbox has been moved.
type stepped struct {
	store.Root

	Ahead int64 `json:"ahead"` // milliseconds, never less than before
}

// Keys: there is one such document.
func (*stepped) Keys() store.Keys { return nil }

func newClock(e store.Engine, sandbox bool) *LegalClock {
	return &LegalClock{e, sandbox, store.Shelf[stepped, *stepped]{Engine: e, Kind: clockKind}}
}

// Now is the legal time.
func (c *LegalClock) Now(ctx context.Context) (time.Time, error) {
	now, err := c.Engine.Time(ctx)
	if err != nil || !c.Sandbox {
		return now, err
	}
	s, err := c.ahead(ctx)
	if err != nil {
		return now, err
	}
	return now.Add(time.Duration(s.Ahead) * time.Millisecond), nil
}

func (c *LegalClock) ahead(ctx context.Context) (*stepped, error) {
	s, err := c.steps.Get(ctx, "legal")
	if errors.Is(err, &fault.Error{Code: "clock.missing"}) {
		return &stepped{Root: store.Root{ID: "legal"}}, nil
	}
	return s, err
}

// Step moves a sandbox's clock to a later time. Nothing can move it back, and
// nothing can move the clock of a platform that is not a sandbox.
func (c *LegalClock) Step(ctx context.Context, by party.Actor, to time.Time) (time.Time, error) {
	if !c.Sandbox {
		return time.Time{}, fault.New(fault.Missing, "clock.real", "Only a sandbox has a clock that can be stepped.")
	}
	if err := by.Check(); err != nil || !by.SignedIn() {
		return time.Time{}, fault.New(fault.Unknown, "actor.unknown", "Please sign in.")
	}
	for {
		now, err := c.Now(ctx)
		if err != nil {
			return now, err
		}
		if !to.After(now) {
			return now, nil
		}
		s, err := c.ahead(ctx)
		if err != nil {
			return now, err
		}
		s.Ahead += to.Sub(now).Milliseconds()
		err = c.steps.Put(ctx, s, event.New("sandbox.step", "", by.ID(), to, map[string]any{"ahead": s.Ahead}))
		if f := fault.From(err); err != nil && (f.Kind == fault.Stale || f.Code == "clock.taken") {
			continue
		}
		return to, err
	}
}
