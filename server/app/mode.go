package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"probity/bidding/seal"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

const (
	modeKind = "mode"
	codeKind = "code"
)

// mode is what a platform is for good: a sandbox never holds real data, and
// real data are never stepped through time.
type mode struct {
	store.Root // ID is "mode"

	Sandbox bool   `json:"sandbox"`
	Origin  string `json:"origin"`
}

// Keys: there is one such document.
func (*mode) Keys() store.Keys { return nil }

// openMode writes down at the first start what the platform is, and refuses
// any other start of it.
func (a *App) openMode(ctx context.Context) error {
	modes := shelf[mode](a.Engine, modeKind)
	m, err := modes.Get(ctx, "mode")
	if errors.Is(err, &fault.Error{Code: "mode.missing"}) {
		m = &mode{store.Root{ID: "mode"}, a.Config.Sandbox, a.Config.Origin}
		if err = modes.Put(ctx, m); errors.Is(err, &fault.Error{Code: "mode.taken"}) {
			m, err = modes.Get(ctx, "mode") // another server started with us
		}
	}
	switch {
	case err != nil:
		return err
	case m.Sandbox && !a.Config.Sandbox:
		return fmt.Errorf("app: %s holds a sandbox; it cannot become a real platform", a.Config.Place())
	case !m.Sandbox && a.Config.Sandbox:
		return fmt.Errorf("app: %s holds real data; it cannot become a sandbox", a.Config.Place())
	case m.Origin != a.Config.Origin:
		return fmt.Errorf("app: %s holds the log %q, not %q", a.Config.Place(), m.Origin, a.Config.Origin)
	}
	return nil
}

// code is a state of the code that seals bids, by its hash.
type code struct {
	store.Root

	Since time.Time `json:"since"`
}

// Keys: codes are found by hash.
func (*code) Keys() store.Keys { return nil }

// recordCode puts the hash of the sealing code on the record, once for each.
func (a *App) recordCode(ctx context.Context) error {
	now, err := a.Engine.Time(ctx)
	if err != nil {
		return err
	}
	hash := seal.CodeHash()
	fact := event.New("platform.code", "", party.ClockActor.ID(), now, map[string]any{"package": "bidding/seal", "hash": hash})
	err = shelf[code](a.Engine, codeKind).Put(ctx, &code{store.Root{ID: hash}, now}, fact)
	if errors.Is(err, &fault.Error{Code: "code.taken"}) {
		return nil
	}
	return err
}
