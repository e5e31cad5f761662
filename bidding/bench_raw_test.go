package bidding_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/bidding"
	"probity/server/app/apptest"
	"probity/tender/event"
	"probity/tender/store"
)

// rawAppends is how many documents of a bid's size, each with its fact, the
// engine itself stores durably per second for as many writers.
func rawAppends(b *testing.B, e store.Engine, n int) float64 {
	return rawPuts(b, e, n, func(string) {})
}

func rawPuts(b *testing.B, e store.Engine, n int, wait func(fact string)) float64 {
	b.Helper()
	body := []byte(`{"x":"` + strings.Repeat("x", 1200) + `"}`)
	data := map[string]any{"x": strings.Repeat("x", 900)}
	var next atomic.Int64
	began := time.Now()
	run(crowd, func() bool {
		i := next.Add(1)
		if i > int64(n) {
			return false
		}
		d := &store.Doc{Kind: bidding.Kind, ID: fmt.Sprintf("raw-%d-%d", began.UnixNano(), i), Body: body,
			Keys: store.Keys{"tender": "raw", "lot": "raw", "bidder": "raw"}}
		if err := e.Put(context.Background(), d, event.New("raw.put", "raw", "raw", began, data)); err != nil {
			b.Error(err)
			return false
		}
		wait(event.ID(store.Subject(d.Kind, d.ID), 1, 0))
		return true
	})
	return float64(n) / time.Since(began).Seconds()
}

// rawLogged is rawAppends with the facts taken into the engine's log, by a loop
// that does nothing else; a writer goes on when its entry is there. The log is
// no log any more after it.
func rawLogged(b *testing.B, h *apptest.House, n int) float64 {
	b.Helper()
	h.Stop()
	ctx, stop := context.WithCancel(context.Background())
	var taken sync.Cond
	taken.L = new(sync.Mutex)
	there := map[string]bool{}
	var loop sync.WaitGroup
	loop.Go(func() {
		changes := h.Engine.Changes(ctx)
		for ctx.Err() == nil {
			facts, err := h.Engine.Pending(ctx, 1000)
			if err != nil || len(facts) == 0 {
				select {
				case <-changes:
				case <-ctx.Done():
				}
				continue
			}
			head, err := h.Engine.Head(ctx)
			batch := store.Batch{After: head, Head: store.Head{Size: head.Size + int64(len(facts)), Checkpoint: head.Checkpoint}}
			for i, f := range facts {
				batch.Entries = append(batch.Entries, store.Entry{Index: head.Size + int64(i), ID: f.ID, Name: f.Name, Topic: f.Topic,
					Record: f.Data, Salt: f.Salt, Leaf: make([]byte, 32)})
			}
			if err == nil {
				err = h.Engine.Append(ctx, batch)
			}
			if err != nil && ctx.Err() == nil {
				b.Error(err)
				return
			}
			taken.L.Lock()
			for _, f := range facts {
				there[f.ID] = true
			}
			taken.L.Unlock()
			taken.Broadcast()
		}
	})
	rate := rawPuts(b, h.Engine, n, func(fact string) {
		taken.L.Lock()
		defer taken.L.Unlock()
		for !there[fact] {
			taken.Wait()
		}
	})
	stop()
	loop.Wait()
	return rate
}
