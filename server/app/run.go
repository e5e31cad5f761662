package app

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"probity/server/keeping"
)

// Run serves on l until ctx ends, and does the work behind it until the last
// request has its answer. It closes l.
func (a *App) Run(ctx context.Context, l net.Listener) error {
	metrics, err := a.listenMetrics()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	behind, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { a.Work(behind) })
	work.Go(func() { a.administer(behind) })
	work.Go(func() { a.remember(behind) })
	if metrics != nil {
		work.Go(func() { a.serveMetrics(behind, metrics) })
	}
	err = a.Web.Serve(ctx, l)
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
		f := &follower{engine: a.Engine, cursors: shelf[cursor](a.Engine, cursorKind), reader: r, turn: a.turn}
		work.Go(func() { f.run(ctx, a.Log) })
	}
	work.Go(func() { a.Keeper.Run(ctx) })
	work.Go(func() { a.heal(ctx) })
	work.Go(func() { a.refile(ctx) })
	work.Go(func() { a.Notices.Run(ctx, a.post, a.turn.has, a.Log) })
	work.Go(func() { a.sweep(ctx) })
	work.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnLife)
	defer cancel()
	if err := a.turn.giveUp(last); err != nil {
		a.Log.WarnContext(last, "the turn was not given up; another server takes it when it has ended", "error", err)
	}
}

// heal finishes, now and then, what a stop has left between an intent and its
// result.
func (a *App) heal(ctx context.Context) {
	every := time.NewTicker(5 * time.Second)
	defer every.Stop()
	for ; ; wait(ctx, every.C) {
		if ctx.Err() != nil {
			return
		}
		if !a.turn.has(ctx) {
			continue
		}
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
	}
}

// wait waits for c, or for the end of ctx.
func wait(ctx context.Context, c <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-c:
	}
}

// sweep takes away, every hour or so, what nothing refers to. Servers that were
// started together do not do it together.
func (a *App) sweep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour/2 + rand.N(time.Hour)):
		}
		done, err := a.Keeping.Sweep(ctx, time.Now())
		if err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "the sweep of the object store did not come to its end; it will be tried again", "error", err)
		} else if done != (keeping.Swept{}) {
			a.Log.InfoContext(ctx, "swept the object store", "uploads", done.Uploads, "leftovers", done.Leftovers, "orphans", done.Orphans)
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
