package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"probity/bidding"
	"probity/tender/fault"
	"probity/tender/store"
)

const cursorKind = "cursor"

// cursor is how far a reader of the log has come.
type cursor struct {
	store.Root // ID is the reader's name

	Next int64 `json:"next"` // index of the first entry that it has not taken in
}

// Keys: cursors are found by name.
func (*cursor) Keys() store.Keys { return nil }

// Reader takes in the facts of the log, in order and at least once each. Taking
// one in again must change nothing.
type Reader struct {
	Name string
	Take func(context.Context, bidding.Placed) error
}

// follower hands the log to one reader.
type follower struct {
	engine  store.Engine
	cursors store.Shelf[cursor, *cursor]
	reader  Reader
	turn    *turn

	at *cursor // as this process has left it; nil if it is to be read
}

// followBatch is how many entries are read at once.
const followBatch = 256

// once takes in all that is new, and returns how much it was. A crash, or
// another server at the same work, means that some facts are taken in twice.
func (f *follower) once(ctx context.Context) (total int, err error) {
	if err := f.find(ctx); err != nil {
		return 0, err
	}
	for n := followBatch; n == followBatch; total += n {
		if n, err = f.batch(ctx); err != nil {
			return total, err
		}
	}
	return total, nil
}

// find reads the cursor, unless this process was the last to move it.
func (f *follower) find(ctx context.Context) error {
	if f.at != nil {
		return nil
	}
	at, err := f.cursors.Get(ctx, f.reader.Name)
	if errors.Is(err, &fault.Error{Code: "cursor.missing"}) {
		at, err = &cursor{Root: store.Root{ID: f.reader.Name}}, nil
	}
	if err == nil {
		f.at = at
	}
	return err
}

// batch takes in what follows the cursor, and returns how much it was: less than
// followBatch if there is no more, or if another server is at it.
func (f *follower) batch(ctx context.Context) (int, error) {
	entries, err := f.engine.Entries(ctx, f.at.Next, followBatch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	facts, err := bidding.Read(entries)
	if err != nil {
		return 0, err
	}
	for _, x := range facts {
		if err := f.reader.Take(ctx, x); err != nil {
			return 0, fmt.Errorf("%s: fact %s: %w", f.reader.Name, x.ID, err)
		}
	}
	f.at.Next += int64(len(entries))
	err = f.cursors.Put(ctx, f.at)
	if err == nil {
		return len(entries), nil
	}
	f.at = nil
	if at := fault.From(err); at.Kind == fault.Stale || at.Code == "cursor.taken" {
		return 0, nil
	}
	return 0, err
}

// Settled reports whether everything that has happened until now is in the log
// and has moved what it moves. Somebody may do something new at any time.
func (a *App) Settled(ctx context.Context) (bool, error) {
	head, ok, err := a.moved(ctx)
	return ok && a.Keeper.Kept() >= head.Size, err
}

// Moved is Settled for the platform as a whole: what this process keeps for
// itself may be behind.
func (a *App) Moved(ctx context.Context) (bool, error) {
	_, ok, err := a.moved(ctx)
	return ok, err
}

func (a *App) moved(ctx context.Context) (head store.Head, ok bool, err error) {
	if err := a.tick(ctx, time.Time{}); err != nil && fault.From(err).Kind != fault.Stale {
		return head, false, err
	}
	if head, err = a.Engine.Head(ctx); err != nil {
		return head, false, err
	}
	for _, r := range a.readers {
		at, err := shelf[cursor](a.Engine, cursorKind).Get(ctx, r.Name)
		if errors.Is(err, &fault.Error{Code: "cursor.missing"}) || err == nil && at.Next < head.Size {
			return head, false, nil
		}
		if err != nil {
			return head, false, err
		}
	}
	waiting, err := a.Engine.Pending(ctx, 1)
	if err != nil || len(waiting) > 0 {
		return head, false, err
	}
	after, err := a.Engine.Head(ctx)
	return head, err == nil && after.Size == head.Size, err
}

// rewind sets a reader's cursor to the start of the log.
func rewind(ctx context.Context, cursors store.Shelf[cursor, *cursor], name string) error {
	at, err := cursors.Get(ctx, name)
	if errors.Is(err, &fault.Error{Code: "cursor.missing"}) {
		return nil
	}
	if err != nil {
		return err
	}
	at.Next = 0
	return cursors.Put(ctx, at)
}

// run follows until ctx ends. What fails is tried again.
func (f *follower) run(ctx context.Context, log *slog.Logger) {
	changes := f.engine.Changes(ctx)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for ctx.Err() == nil {
		if !f.turn.has(ctx) {
			f.at = nil // another server moves it
			wait(ctx, tick.C)
			continue
		}
		if _, err := f.once(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "a reader of the log stopped; it will try again", "reader", f.reader.Name, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-changes:
		case <-tick.C:
		}
	}
}
