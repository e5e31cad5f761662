package people

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"time"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/store"
)

// A lock slows down who guesses. Each try counts against three of them before
// the password is looked at, so that tries made side by side count as well:
//
//   - the account at one address: grows to 15 minutes;
//   - the address, whatever the account: the same, after more tries;
//   - the account, wherever from: grows to 30 seconds only.
//
// The last two do not bind an address from which the owner has signed in before.
// So a guesser with many addresses gets 120 tries an hour, and locks nobody out
// of where they work. One who sits at the very address of the owner can slow
// them there, by a quarter of an hour at a time; every other place is open then.
// Accounts that do not exist have locks like all others.
type lock struct {
	store.Root // a hash: the document names neither person nor address

	Tries   int       `json:"tries"`
	Until   time.Time `json:"until"`
	Known   bool      `json:"known,omitempty"` // the owner has signed in from here
	Expires time.Time `json:"expires"`
}

// Keys makes locks findable by when they may be forgotten.
func (l *lock) Keys() store.Keys { return store.Keys{"expires": l.Expires.UnixMilli()} }

var locks = store.Collection{Kind: "lock", Ephemeral: true, Indexes: byExpiry}

// pace is how a kind of lock grows: after free tries the delay starts at a
// second and doubles up to most.
type pace struct {
	free int
	most time.Duration
}

var (
	pacePair    = pace{5, 15 * time.Minute}
	paceAddress = pace{30, 15 * time.Minute}
	paceAccount = pace{10, 30 * time.Second}
)

func (p pace) delay(tries int) time.Duration {
	if tries <= p.free {
		return 0
	}
	return min(p.most, time.Second<<min(tries-p.free-1, 20))
}

const (
	forgetTries = time.Hour           // of quiet
	forgetKnown = 90 * 24 * time.Hour // since the last sign-in
)

// locker is the set of locks that one try counts against.
type locker struct {
	s                      *Service
	now                    time.Time
	pair, address, account string
}

func (s *Service) locker(now time.Time, account, address string) locker {
	id := func(kind string, parts ...string) string {
		h := canon.Hash("lock", canon.Must(append(parts, kind)))
		return hex.EncodeToString(h[:])
	}
	return locker{s, now, id("pair", account, address), id("address", address), id("account", account)}
}

// Wait is the cause of a refusal that time heals.
type Wait time.Duration

func (w Wait) Error() string { return "wait " + time.Duration(w).String() }

// RetryAfter is how long to wait.
func (w Wait) RetryAfter() time.Duration { return time.Duration(w) }

// try counts one try, or refuses it if one of the locks is shut.
func (l locker) try(ctx context.Context) error {
	known, err := l.count(ctx, l.pair, pacePair)
	if err != nil || known {
		return err
	}
	if _, err := l.count(ctx, l.address, paceAddress); err != nil {
		return err
	}
	_, err = l.count(ctx, l.account, paceAccount)
	return err
}

// slow counts a try of one thing that a person does to their own account.
func (s *Service) slow(ctx context.Context, now time.Time, what string) error {
	l := s.locker(now, what, "")
	_, err := l.count(ctx, l.pair, pacePair)
	return err
}

// count adds a try to one lock.
func (l locker) count(ctx context.Context, id string, p pace) (known bool, err error) {
	err = l.change(ctx, id, func(x *lock) error {
		if wait := x.Until.Sub(l.now); wait > 0 {
			return fault.New(fault.Limited, "session.locked", "Too many tries. Wait a little, then try again.").Because(Wait(wait))
		}
		x.Tries++
		x.Until = l.now.Add(p.delay(x.Tries))
		x.Expires = later(x.Expires, l.now.Add(forgetTries))
		known = x.Known
		return nil
	})
	return known, err
}

// opened forgives the tries after a sign-in. Of those of the address it takes
// back this one only: a whole ministry signs in from one address, but somebody
// there may have an account of their own and guess at others.
func (l locker) opened(ctx context.Context) error {
	known := false
	for _, id := range []string{l.pair, l.account, l.address} {
		if id == l.address && known {
			continue // it was not counted
		}
		err := l.change(ctx, id, func(x *lock) error {
			switch id {
			case l.address:
				x.Tries = max(0, x.Tries-1)
				if paceAddress.delay(x.Tries) == 0 {
					x.Until = l.now
				}
			case l.pair:
				known = x.Known
				x.Known, x.Expires = true, l.now.Add(forgetKnown)
				fallthrough
			default:
				x.Tries, x.Until = 0, time.Time{}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// change loads, changes and stores one lock; who comes second starts again.
func (l locker) change(ctx context.Context, id string, f func(*lock) error) error {
	for try := range 20 {
		x, err := l.get(ctx, id)
		if err != nil {
			return err
		}
		if err := f(x); err != nil {
			return err
		}
		if err = l.put(ctx, x); err == nil || !lost(err) {
			return err
		}
		time.Sleep(rand.N(time.Millisecond << min(try, 5)))
	}
	return fault.New(fault.Limited, "session.locked", "Too many tries at once. Wait a little, then try again.").Because(Wait(time.Second))
}

func (l locker) get(ctx context.Context, id string) (*lock, error) {
	x, err := l.shelf().Get(ctx, id)
	if fault.Coded(err, "lock.missing") {
		return &lock{Root: store.Root{ID: id}, Expires: l.now.Add(forgetTries)}, nil
	}
	if err == nil && !l.now.Before(x.Until.Add(forgetTries)) {
		x.Tries = 0 // quiet for long enough
	}
	return x, err
}

func (l locker) put(ctx context.Context, x *lock) error { return l.shelf().Put(ctx, x) }

func (l locker) shelf() store.Shelf[lock, *lock] {
	return store.Shelf[lock, *lock]{Engine: l.s.Engine, Kind: locks.Kind}
}

// lost reports that somebody else's write came first.
func lost(err error) bool {
	k := fault.From(err).Kind
	return k == fault.Stale || k == fault.Conflict
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
