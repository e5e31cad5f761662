package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/store"
)

// Tallies share the counts of [Buckets] among servers, through the engine.
//
// What they keep: n servers together let a key have Burst requests, and one more
// per Every, and on top of that at most a quarter of Burst for each server, which
// the others had not heard of yet. A server tells after every eighth of Burst,
// so that a request in fifty costs a read and a write at the usual rates; those
// that are refused cost nothing, and a key of which less comes is never written
// down. While the engine is away each server counts for itself.
type Tallies struct{ Engine store.Engine }

// tally is the bucket of all servers.
type tally struct {
	store.Root // a hash: the document names neither person nor address

	Full time.Time `json:"full"` // by the engine's clock, see bucket
}

// Keys makes tallies findable by when they may be forgotten: they are full.
func (x *tally) Keys() store.Keys { return store.Keys{"expires": x.Full.UnixMilli()} }

var tallies = store.Collection{Kind: "tally", Ephemeral: true, Indexes: []store.Index{
	{Name: "expires", Fields: []string{"expires"}},
}}

func (t Tallies) shelf() store.Shelf[tally, *tally] {
	return store.Shelf[tally, *tally]{Engine: t.Engine, Kind: tallies.Kind}
}

// Tell adds n requests of key, and returns how far its bucket is from full.
func (t Tallies) Tell(ctx context.Context, key string, n int, r Rate) (time.Duration, error) {
	h := canon.Hash("tally", canon.Must([]string{key}))
	id := hex.EncodeToString(h[:])
	for try := range 20 {
		now, err := t.Engine.Time(ctx)
		if err != nil {
			return 0, err
		}
		x, err := t.shelf().Get(ctx, id)
		switch {
		case fault.Coded(err, "tally.missing"):
			x = &tally{Root: store.Root{ID: id}}
		case err != nil:
			return 0, err
		}
		if x.Full.Before(now) {
			x.Full = now
		}
		x.Full = x.Full.Add(time.Duration(n) * r.Every)
		err = t.shelf().Put(ctx, x)
		if err == nil {
			return x.Full.Sub(now), nil
		}
		if !fault.Coded(err, "tally.stale") && !fault.Coded(err, "tally.taken") {
			return 0, err
		}
		time.Sleep(rand.N(time.Millisecond << min(try, 5)))
	}
	return 0, fmt.Errorf("web: tally: too many servers at once")
}

// sweep forgets tallies that are full.
func (t Tallies) sweep(ctx context.Context, now time.Time) error {
	return t.shelf().All(ctx, store.Query{Index: "expires", To: now.UnixMilli()}, func(x *tally) error {
		if err := t.shelf().Delete(ctx, x); err != nil && !fault.Coded(err, "tally.stale") {
			return err
		}
		return nil
	})
}
