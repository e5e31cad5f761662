package bolt

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"probity/tender/fault"
	"probity/tender/store"
)

const (
	// maxBatch bounds the writes of one transaction, and so its memory.
	maxBatch = 1024

	// linger is how long a transaction waits for the writers that the one
	// before it has just let go. They come back at once or not at all, and
	// without them every second transaction would be almost empty.
	linger = 500 * time.Microsecond
)

// write is one change on its way into the file.
type write struct {
	ctx context.Context

	// do checks everything, then writes. A fault that it returns is a refusal,
	// made before the first write. Any other error, and a panic, undo the whole
	// transaction; the other writes are then done again without this one, so
	// do must bear being called twice.
	do func(tx *bbolt.Tx) error

	// then runs when the transaction is durable, in the committer.
	then func()

	err  error
	done chan struct{}
}

// put queues a write and waits until it is durable or refused. When ctx ends
// while it waits, the outcome is unknown.
func (e *Engine) put(ctx context.Context, do func(tx *bbolt.Tx) error, then func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{ctx: ctx, do: do, then: then, done: make(chan struct{})}
	if err := e.enqueue(w); err != nil {
		return err
	}
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) enqueue(w *write) error {
	e.closing.RLock()
	defer e.closing.RUnlock()
	if e.closed {
		return store.ErrBusy
	}
	select {
	case e.queue <- w:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// commit is the committer: the only goroutine that writes to the file.
func (e *Engine) commit() {
	defer close(e.done)
	last := 0
	for w := range e.queue {
		batch := e.gather(w, last)
		last = max(len(batch), last/2) // one lone append between two crowds does not make them small
		for len(batch) > 0 {
			batch = e.try(batch)
		}
		e.ticks.tick()
	}
}

// gather takes what is queued behind the first write. After a large batch it
// waits a moment for the same writers to come back.
func (e *Engine) gather(first *write, last int) []*write {
	batch := []*write{first}
	var late <-chan time.Time
	for len(batch) < maxBatch {
		select {
		case w, ok := <-e.queue:
			if !ok {
				return batch
			}
			batch = append(batch, w)
			continue
		default:
		}
		if len(batch) >= last/2 || last < 8 {
			return batch
		}
		if late == nil {
			late = time.After(linger)
		}
		select {
		case w, ok := <-e.queue:
			if !ok {
				return batch
			}
			batch = append(batch, w)
		case <-late:
			return batch
		}
	}
	return batch
}

// errNothing ends a transaction in which every write was refused.
var errNothing = errors.New("bolt: nothing to write")

// try does all of batch in one transaction. If one of them breaks, only that
// one is answered, and the others are returned to be done again.
func (e *Engine) try(batch []*write) (again []*write) {
	broken := -1
	err := safely(func() error {
		return e.db.Update(func(tx *bbolt.Tx) error {
			refused := 0
			for i, w := range batch {
				if w.err = w.run(tx); w.err == nil {
					continue
				}
				if !refusal(w.err) {
					broken = i
					return w.err
				}
				refused++
			}
			if refused == len(batch) {
				return errNothing
			}
			return e.clock.store(tx)
		})
	})
	if broken >= 0 {
		batch[broken].answer(fmt.Errorf("bolt: write: %w", err))
		return append(append([]*write(nil), batch[:broken]...), batch[broken+1:]...)
	}
	for _, w := range batch {
		switch {
		case err == nil && w.err == nil && w.then != nil:
			w.then()
		case err != nil && w.err == nil:
			w.err = store.ErrBusy.Because(fmt.Errorf("bolt: commit: %w", err))
		}
		w.answer(w.err)
	}
	return nil
}

func (w *write) answer(err error) {
	w.err = err
	close(w.done)
}

// run does one write, unless the caller has given up meanwhile.
func (w *write) run(tx *bbolt.Tx) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	return safely(func() error { return w.do(tx) })
}

// refusal reports whether err was returned before anything was written.
func refusal(err error) bool {
	_, isFault := errors.AsType[*fault.Error](err)
	return isFault || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// safely turns a panic into an error.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("bolt: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// subscribers are told of every commit.
type subscribers struct {
	mu  sync.Mutex
	all map[chan struct{}]struct{}
}

func (s *subscribers) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.all {
		select {
		case c <- struct{}{}:
		default: // it has a tick to look at already
		}
	}
}

// Changes receives after commits until ctx ends.
func (e *Engine) Changes(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	if ctx.Err() != nil {
		return c
	}
	e.ticks.mu.Lock()
	defer e.ticks.mu.Unlock()
	if e.ticks.all == nil {
		e.ticks.all = make(map[chan struct{}]struct{})
	}
	e.ticks.all[c] = struct{}{}
	context.AfterFunc(ctx, func() {
		e.ticks.mu.Lock()
		defer e.ticks.mu.Unlock()
		delete(e.ticks.all, c)
	})
	return c
}
