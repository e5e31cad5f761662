// Package bolt is the embedded engine: one file of go.etcd.io/bbolt, one
// process, no server. It keeps the contract of store.Engine and adds to it
// [Engine.Snapshot] for backups.
//
// Start with [Open], then commit.go: all writes of the process go through one
// goroutine that puts many of them into one durable transaction. A write is
// checked before it is queued, so what reaches that goroutine can only be
// refused for what is stored.
//
// Frozen, since files outlive programs: the names of the buckets, the order of
// the fields in rows (row.go) and the encoding of index keys (key.go). A new
// form of any of them gets a new value of format, and Open converts.
//
//	meta                "format", "clock", "head", "index/KIND/NAME"
//	doc/KIND            id                    -> row of the document
//	index/KIND/NAME     values of fields, id  -> id
//	outbox              sequence              -> row of the fact
//	entry               index                 -> row of the entry
//	entry-of            fact id               -> index
//	entry-on            topic, index          -> nothing
//	tile                path                  -> bytes
package bolt

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"probity/tender/store"
)

// Options changes what Open does; the zero value is right for production.
type Options struct {
	// Now replaces the wall clock, for tests.
	Now func() time.Time

	// ClockMayLag opens a file whose last write is more than ten minutes ahead
	// of the wall clock. The engine's time then stands still until the wall
	// clock has caught up, and so does every deadline.
	ClockMayLag bool
}

// Engine is a store.Engine in one file.
type Engine struct {
	db    *bbolt.DB
	kinds map[string]store.Collection
	clock clock

	closing sync.RWMutex // held for reading while a call uses queue
	closed  bool
	queue   chan *write
	done    chan struct{} // closed when the committer has ended

	waiting map[string][]byte // fact id -> outbox key; the committer's own
	ticks   subscribers
}

var _ store.Engine = (*Engine)(nil)

// Close ends the engine after the calls that are under way. Later calls get
// ErrBusy.
func (e *Engine) Close() error {
	e.closing.Lock()
	if e.closed {
		e.closing.Unlock()
		return nil
	}
	e.closed = true
	close(e.queue)
	e.closing.Unlock()

	<-e.done
	if err := e.db.Close(); err != nil {
		return fmt.Errorf("bolt: close: %w", err)
	}
	return nil
}

// view runs f in a read transaction. f must copy what it keeps, and must not
// wait for anything: an open read transaction keeps old pages from being used
// again.
func (e *Engine) view(ctx context.Context, f func(tx *bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.closing.RLock()
	defer e.closing.RUnlock()
	if e.closed {
		return store.ErrBusy
	}
	return e.db.View(f)
}

// kind returns the declaration of a kind.
func (e *Engine) kind(name string) (store.Collection, error) {
	c, ok := e.kinds[name]
	if !ok {
		return c, store.ErrInput.Because(fmt.Errorf("bolt: kind %q was not declared", name))
	}
	return c, nil
}
