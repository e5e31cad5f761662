package apptest

import (
	"context"
	"probity/bidding/biddingtest"
	"sync"
	"time"
)

// Set moves the clock.
func (h *House) Set(t time.Time) {
	h.now.Store(&t)
	if h.App != nil && h.opts.Engines.Shared() {
		if _, err := h.Clock.Step(h.t.Context(), biddingtest.Officer, t); err != nil {
			h.t.Fatal(err)
		}
	}
}

// patience bounds a wait; what takes longer hangs.
const patience = 30 * time.Second

// Settle waits until everything that has happened is in the log and has moved
// what it moves.
func (h *House) Settle() {
	h.t.Helper()
	settled := h.Settled
	if h.opts.Still && h.stop == nil {
		settled = h.Moved // by whoever does the work
	}
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		done, err := settled(h.t.Context())
		switch {
		case done:
			return
		case time.Now().After(end):
			head, _ := h.Engine.Head(h.t.Context())
			waiting, _ := h.Engine.Pending(h.t.Context(), 1000)
			h.t.Fatalf("the platform does not come to rest: %v; %d entries, %d facts wait", err, head.Size, len(waiting))
		}
	}
}

// Sequence lets the log take in what waits for it, and nothing else happen, on a
// platform whose work is stopped.
func (h *House) Sequence() {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	var work sync.WaitGroup
	work.Go(func() { h.Ledger.Run(ctx) })
	defer work.Wait()
	defer cancel()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		waiting, err := h.Engine.Pending(ctx, 1)
		switch {
		case err == nil && len(waiting) == 0:
			return
		case time.Now().After(end):
			h.t.Errorf("the log does not take in what waits: %v", err)
			return
		}
	}
}
