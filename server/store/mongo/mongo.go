// Package mongo is the engine for growing: MongoDB, or a server that speaks
// its protocol, and any number of processes on it. It keeps the contract of
// store.Engine with nothing but writes to single documents, so it needs no
// replica set for correctness and no transaction anywhere.
//
// Start with [Open] and row.go, which says what a document looks like; then
// doc.go (one update guarded by the version is the whole of Put) and append.go
// (how a batch of the log gets in, whoever dies meanwhile).
//
// Frozen, since databases outlive programs: the names of collections and
// fields, the way of JSON into BSON (body.go), and the steps of append.go, of
// which programs of two releases may do one each. A new form gets a new value
// of form, in a document that Open looks at first.
//
//	KIND         documents of that kind
//	log.head     one document: the end of the log, and the batch on its way in
//	log.part     pieces of a batch too large for log.head; gone when it is in
//	log.entry    _id is the index
//	log.tile     _id is the path
//	probity      one document: the form of all this
//
// A collection whose kind has no unique index may be sharded, by
// {_id: "hashed"}; one with a unique index cannot be, since no shard sees what
// the others hold, and the log must not be.
package mongo

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"probity/tender/store"
)

// Options changes what Open does; the zero value is right for production.
type Options struct {
	// Poll is how often readers of Changes are told to look, since writes of
	// other processes are not heard of on every deployment; 250 ms if 0. Where
	// they are, it is every eighth time.
	Poll time.Duration

	// Rescue is how long a batch of the log may be on its way before any
	// process brings it in for the one that has begun it; 2 s if 0.
	Rescue time.Duration

	// Existing refuses a database in which there is nothing yet, as ErrMissing,
	// and makes nothing in it.
	Existing bool

	levels *levels // of tests; nil for those of this release
}

// Engine is a store.Engine in one database.
type Engine struct {
	client *mongo.Client
	db     *mongo.Database
	kinds  map[string]store.Collection
	server server
	levels levels
	clock  clock

	size   atomic.Int64         // of the log, at least
	known  atomic.Pointer[head] // as last published by this process; may be old
	ticks  subscribers
	hears  atomic.Bool        // the deployment reports changes
	ending context.CancelFunc // of what runs beside the calls
	beside sync.WaitGroup

	closing sync.RWMutex // held for reading by every call
	closed  bool
}

var _ store.Engine = (*Engine)(nil)

// callLimit ends a call that has no end of its own: an answer that takes so
// long does not come.
const callLimit = 30 * time.Second

// begin opens a call. The caller calls end when it is over, and uses the
// context that it gets.
func (e *Engine) begin(ctx context.Context) (inner context.Context, end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	e.closing.RLock()
	if e.closed {
		e.closing.RUnlock()
		return nil, nil, store.ErrBusy
	}
	inner, cancel := context.WithTimeout(ctx, callLimit)
	return inner, func() { cancel(); e.closing.RUnlock() }, nil
}

// Close ends the engine after the calls that are under way. Later calls get
// ErrBusy.
func (e *Engine) Close() error {
	e.closing.Lock()
	defer e.closing.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	e.ending()
	e.beside.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	if err := e.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("mongo: close: %w", err)
	}
	return nil
}

// kind returns the declaration of a kind.
func (e *Engine) kind(name string) (store.Collection, error) {
	c, ok := e.kinds[name]
	if !ok {
		return c, store.ErrInput.Because(fmt.Errorf("mongo: kind %q was not declared", name))
	}
	return c, nil
}

// Server says in a few words which server this is, for logs and reports.
func (e *Engine) Server() string { return e.server.String() }
