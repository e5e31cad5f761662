package awardtest

import (
	"context"
	"errors"
	"sync"

	"probity/tender/event"
	"probity/tender/store"
)

// ErrBroken is what a breaking engine answers.
var ErrBroken = errors.New("awardtest: the engine broke")

// Engine is an engine that breaks when told to.
type Engine struct {
	store.Engine

	mu    sync.Mutex
	puts  int
	at    int
	after bool
}

// Break makes the n-th write from now (from 1) fail: before it takes effect, or
// after it has. 0 mends the engine.
func (e *Engine) Break(n int, after bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.puts, e.at, e.after = 0, n, after
}

// Broke reports whether the write that was to fail has come.
func (e *Engine) Broke() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.at > 0 && e.puts >= e.at
}

// Put writes, unless it is this write's turn to fail. After it, every write
// fails: the process is gone.
func (e *Engine) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	e.mu.Lock()
	e.puts++
	turn, gone := e.at > 0 && e.puts == e.at, e.at > 0 && e.puts > e.at
	after := e.after
	e.mu.Unlock()
	if gone || turn && !after {
		return ErrBroken
	}
	err := e.Engine.Put(ctx, d, facts...)
	if turn {
		return ErrBroken
	}
	return err
}
