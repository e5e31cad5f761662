package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"probity/tender/fault"
	"probity/tender/store"
)

const turnKind = "turn"

// Of many servers one has its turn: it takes facts into the log, follows the
// log, and finishes what others have left. That only saves work. All of them
// could do all of it at once, and for a moment two may: what is right is decided
// by the engine's compare-and-swaps and by nothing here.
//
// A turn lasts turnLife by the engine's clock and is renewed while its server
// lives; after a kill another takes over when it has ended. A server that stops
// in good order gives it up.
type turn struct {
	engine store.Engine
	name   string // of this process: host, number, and something of its own

	mu    sync.Mutex
	mine  bool
	again time.Time // when to look at the document next, by this process's clock
}

// seat is the document.
type seat struct {
	store.Root // ID is "log"

	Holder string    `json:"holder"`
	Until  time.Time `json:"until"`
}

// Keys: there is one such document.
func (*seat) Keys() store.Keys { return nil }

var turns = store.Collection{Kind: turnKind, Ephemeral: true}

const (
	turnLife  = time.Second
	turnRenew = turnLife / 4
)

func newTurn(e store.Engine) *turn {
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	return &turn{engine: e, name: fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text())}
}

// Holder says which process has its turn, as host/number/name, and "" if none
// has taken it or the last one has given it up.
func Holder(ctx context.Context, e store.Engine) (string, error) {
	s, err := shelf[seat](e, turnKind).Get(ctx, "log")
	if errors.Is(err, &fault.Error{Code: "turn.missing"}) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return s.Holder, nil
}

// has reports whether it is this server's turn. In doubt it is: what is done
// twice is done once.
func (t *turn) has(ctx context.Context) bool {
	if t == nil {
		return true // there is one server
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Now().Before(t.again) {
		return t.mine
	}
	mine, err := t.take(ctx)
	if err != nil {
		return true
	}
	t.mine, t.again = mine, time.Now().Add(turnRenew)
	return mine
}

// held is the last answer of has.
func (t *turn) held() bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mine
}

// take takes or renews the turn, if it is free or ours.
func (t *turn) take(ctx context.Context) (bool, error) {
	now, err := t.engine.Time(ctx)
	if err != nil {
		return false, err
	}
	seats := shelf[seat](t.engine, turnKind)
	s, err := seats.Get(ctx, "log")
	switch {
	case errors.Is(err, &fault.Error{Code: "turn.missing"}):
		s = &seat{Root: store.Root{ID: "log"}}
	case err != nil:
		return false, err
	case s.Holder != t.name && now.Before(s.Until):
		return false, nil
	}
	s.Holder, s.Until = t.name, now.Add(turnLife)
	err = seats.Put(ctx, s)
	if f := fault.From(err); err != nil && (f.Kind == fault.Stale || f.Code == "turn.taken") {
		return false, nil
	}
	return err == nil, err
}

// giveUp lets the next server begin at once.
func (t *turn) giveUp(ctx context.Context) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	seats := shelf[seat](t.engine, turnKind)
	s, err := seats.Get(ctx, "log")
	if err != nil || s.Holder != t.name {
		return err
	}
	t.mine, t.again = false, time.Now().Add(turnLife)
	s.Holder, s.Until = "", time.Time{}
	return seats.Put(ctx, s)
}
