package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"probity/bidding"
	"probity/documents/blob"
	"probity/documents/uptime"
	sequencer "probity/server/ledger"
	"probity/tender"
	"probity/tender/rules"
	"probity/tender/store"
)

// outages reads from the log when the platform was away.
type outages struct {
	beats  *sequencer.Beats
	engine store.Engine
	clock  *LegalClock
}

var _ tender.Uptime = (*outages)(nil)

// Outages lists what has ended, and what lasts: a beat is owed, and too late.
func (o *outages) Outages(ctx context.Context, since time.Time) ([]rules.Outage, error) {
	last, err := o.beats.Last(ctx)
	if err != nil {
		return nil, err
	}
	ended, err := o.beats.Ended(ctx, last)
	if err != nil {
		return nil, err
	}
	var list []rules.Outage
	for _, b := range ended {
		if x, _ := b.Outage(); x.To.After(since) {
			list = append(list, x)
		}
	}
	now, err := o.engine.Time(ctx)
	if err != nil {
		return nil, err
	}
	if last.Owed() && now.Sub(last.At) > uptime.Gap {
		list = append(list, rules.Outage{From: last.Legal()})
	}
	return list, nil
}

// uptime is what the sequencer must know to keep the record; nil if none is
// kept.
func (a *App) uptime() *sequencer.Uptime {
	if !a.Config.Uptime {
		return nil
	}
	u := &sequencer.Uptime{
		Open: func(ctx context.Context) (bool, error) {
			for _, phase := range []tender.Phase{tender.Published, tender.Closed} { // bids, and then their parts
				q := store.Query{Index: "phase", Eq: []any{"yes", string(phase)}, Limit: 1}
				if list, _, err := a.Tenders.Tenders.Find(ctx, q); err != nil || len(list) > 0 {
					return err == nil, err
				}
			}
			return false, nil
		},
		Fit: a.fit,
	}
	if a.Config.Sandbox {
		u.Ahead = func(ctx context.Context) (time.Duration, error) {
			s, err := a.Clock.ahead(ctx)
			if err != nil {
				return 0, err
			}
			return time.Duration(s.Ahead) * time.Millisecond, nil
		}
	}
	return u
}

// fit says what keeps bids from being taken: metadata and documents must
// answer, and soon, and a restored log must be accepted.
func (a *App) fit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := a.accepting(ctx); err != nil {
		return err
	}
	if err := a.answers(ctx); err != nil {
		return fmt.Errorf("app: metadata: %w", err)
	}
	if err := a.stored(ctx); err != nil {
		return fmt.Errorf("app: documents: %w", err)
	}
	return nil
}

// answers asks the engine for the time.
func (a *App) answers(ctx context.Context) error {
	_, err := a.Engine.Time(ctx)
	return err
}

// stored asks the document store for what is not there.
func (a *App) stored(ctx context.Context) error {
	_, err := a.Objects.Head(ctx, "probe")
	if errors.Is(err, blob.ErrMissing) {
		return nil
	}
	return err
}

// away follows the end of an outage to the deadlines that it moves.
func (a *App) away(ctx context.Context, f bidding.Placed) error {
	b, err := uptime.Parse(f.Event)
	if err != nil {
		return err
	}
	if _, was := b.Outage(); !was {
		return nil
	}
	_, err = a.Tenders.AfterOutage(ctx)
	return err
}
