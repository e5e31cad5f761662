package mongo

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// watch tells readers to look, from time to time, and brings in a batch whose
// process has died on the way.
func (e *Engine) watch(ctx context.Context, o Options) {
	poll, rescue := time.NewTicker(o.Poll), time.NewTicker(o.Rescue)
	defer poll.Stop()
	defer rescue.Stop()
	polls, seen := 0, "" // seen is a batch that was on its way when last looked
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
			if polls++; polls%calm == 0 || !e.hears.Load() {
				e.ticks.tick()
			}
		case <-rescue.C:
			seen = e.rescue(ctx, seen)
		}
	}
}

// calm is how many polls become one while the deployment reports its changes.
const calm = 8

// rescue finishes a batch that was there the last time too, and returns the
// one that is there now. What it cannot do now, it or another does later.
func (e *Engine) rescue(ctx context.Context, seen string) string {
	h, err := e.readHead(ctx)
	if err != nil || h.Next == nil {
		return ""
	}
	if h.Next.ID == seen && e.finish(ctx, h) == nil {
		return ""
	}
	return h.Next.ID
}

// listen ticks for every change that the deployment reports, where facts could
// come with it or the log has grown. A standalone server reports none and says
// so at once; polling must then do.
func (e *Engine) listen(ctx context.Context) {
	silent := bson.A{entryName, tileName, partName, metaName}
	for kind, c := range e.kinds {
		if c.Ephemeral {
			silent = append(silent, kind)
		}
	}
	told := mongo.Pipeline{
		{{Key: "$match", Value: bson.D{{Key: "ns.coll", Value: bson.D{{Key: "$nin", Value: silent}}}}}},
		{{Key: "$project", Value: byID(1)}},
	}
	for ctx.Err() == nil {
		stream, err := e.db.Watch(ctx, told)
		if err != nil && !away(err) {
			return
		}
		if err == nil {
			e.hear(ctx, stream)
		}
		select { // a primary stepped down; look for the next one
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// hear ticks until the stream breaks off.
func (e *Engine) hear(ctx context.Context, stream *mongo.ChangeStream) {
	e.hears.Store(true)
	defer e.hears.Store(false)
	defer stream.Close(context.WithoutCancel(ctx))
	for stream.Next(ctx) {
		e.ticks.tick()
	}
}

// subscribers are those who want to know of writes.
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

func (s *subscribers) add(c chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = make(map[chan struct{}]struct{})
	}
	s.all[c] = struct{}{}
}

func (s *subscribers) drop(c chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
}

// Changes receives after what this process has done, after what others have
// where the deployment reports it, and every Options.Poll.
func (e *Engine) Changes(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	if ctx.Err() != nil {
		return c
	}
	e.ticks.add(c)
	context.AfterFunc(ctx, func() { e.ticks.drop(c) })
	return c
}
