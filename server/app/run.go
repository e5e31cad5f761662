package app

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// Run serves on l until ctx ends, and does the work behind it. It closes l.
func (a *App) Run(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { a.Work(ctx) })
	err := a.Web.Serve(ctx, l)
	cancel()
	work.Wait()
	return err
}

// Work keeps the log, and carries facts to where they move something, until
// ctx ends.
func (a *App) Work(ctx context.Context) {
	var work sync.WaitGroup
	work.Go(func() { a.Ledger.Run(ctx) })
	for _, r := range a.readers {
		f := &follower{a.Engine, shelf[cursor](a.Engine, cursorKind), r}
		work.Go(func() { f.run(ctx, a.Log) })
	}
	work.Go(func() { a.heal(ctx) })
	work.Wait()
}

// heal finishes, now and then, what a stop has left between an intent and its
// result.
func (a *App) heal(ctx context.Context) {
	every := time.NewTicker(5 * time.Second)
	defer every.Stop()
	for {
		for name, do := range map[string]func() error{
			"openings":   func() error { return a.Openings.Heal(ctx) },
			"awards":     func() error { _, err := a.Awards.Heal(ctx); return err },
			"contracts":  func() error { _, err := a.Contracts.Heal(ctx); return err },
			"complaints": func() error { _, err := a.Complaints.Heal(ctx); return err },
		} {
			if err := do(); err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "could not finish what was begun; will try again", "what", name, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// Close ends the engines. Run must have returned.
func (a *App) Close() error {
	var all []error
	for _, c := range a.closers {
		all = append(all, c.Close())
	}
	return errors.Join(all...)
}
