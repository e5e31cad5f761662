package web

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/server/store/bolt"
	"probity/tender/store"
)

// servers are limiters of several servers on one engine, under one clock.
func servers(t *testing.T, n int) (list []*Buckets, engine store.Engine, step func(time.Duration)) {
	t.Helper()
	var now atomic.Pointer[time.Time]
	start := time.Unix(1_000_000, 0)
	now.Store(&start)
	clock := func() time.Time { return *now.Load() }
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "db"), Collections(), bolt.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	for range n {
		b := NewBuckets(100)
		b.Now, b.Tally = clock, Tallies{engine}.Tell
		list = append(list, b)
	}
	return list, engine, func(d time.Duration) { later := clock().Add(d); now.Store(&later) }
}

// passed asks every server in turns, far more often than is allowed, and
// returns how many requests passed.
func passed(list []*Buckets, r Rate) int {
	n := 0
	for range 10 * r.Burst {
		for _, b := range list {
			if d, _ := b.Take(context.Background(), "a", r); d == 0 {
				n++
			}
		}
	}
	return n
}

// TestServersShareTheirCounts holds the limiter to what Tallies promises.
func TestServersShareTheirCounts(t *testing.T) {
	r := Rate{Every: time.Second, Burst: 40}
	for _, n := range []int{1, 2, 5} {
		list, _, step := servers(t, n)
		most := r.Burst + n*r.Burst/4
		got := passed(list, r)
		if got < r.Burst || got > most {
			t.Errorf("%d servers let %d pass at once, want %d to %d", n, got, r.Burst, most)
		}
		for i := range 60 {
			step(time.Second)
			got += passed(list, r)
			if most := most + i + 1; got > most {
				t.Fatalf("%d servers let %d pass in %d s, want at most %d", n, got, i+1, most)
			}
		}
		if got < r.Burst+60-n*r.share() {
			t.Errorf("%d servers let only %d pass in a minute", n, got)
		}
		step(time.Hour)
		if got := passed(list, r); got < r.Burst {
			t.Errorf("after a quiet hour %d servers let %d pass", n, got)
		}
	}
}

// TestServersCountAtOnce: no count is lost when servers tell at the same time.
func TestServersCountAtOnce(t *testing.T) {
	r := Rate{Every: time.Second, Burst: 40}
	list, _, _ := servers(t, 4)
	var all sync.WaitGroup
	var got atomic.Int64
	for _, b := range list {
		for range 2 {
			all.Go(func() { got.Add(int64(passed([]*Buckets{b}, r))) })
		}
	}
	all.Wait()
	if most := int64(r.Burst + len(list)*r.Burst/4); got.Load() > most {
		t.Errorf("%d passed, want at most %d", got.Load(), most)
	}
}

// TestCountsWithoutTheEngine: while the engine is away a server counts alone,
// and does not ask it at every request.
func TestCountsWithoutTheEngine(t *testing.T) {
	list, engine, step := servers(t, 1)
	asked := 0
	list[0].Tally = func(ctx context.Context, key string, n int, r Rate) (time.Duration, error) {
		asked++
		return Tallies{engine}.Tell(ctx, key, n, r)
	}
	engine.Close()
	r := Rate{Every: time.Second, Burst: 40}
	if got := passed(list, r); got != r.Burst || asked != 1 {
		t.Errorf("%d passed, the engine was asked %d times", got, asked)
	}
	step(2 * time.Second)
	if got := passed(list, r); got != 2 || asked != 2 {
		t.Errorf("%d passed later, the engine was asked %d times in all", got, asked)
	}
}

// TestTalliesAreForgotten: what strangers leave behind goes when it is full.
func TestTalliesAreForgotten(t *testing.T) {
	_, engine, step := servers(t, 0)
	x := Tallies{engine}
	for i := range 20 {
		if _, err := x.Tell(t.Context(), fmt.Sprint(i), 1, Rate{Every: time.Duration(i+1) * time.Second}); err != nil {
			t.Fatal(err)
		}
	}
	step(10500 * time.Millisecond)
	now, err := engine.Time(t.Context())
	if err == nil {
		err = x.sweep(t.Context(), now)
	}
	if err != nil {
		t.Fatal(err)
	}
	page, err := engine.Find(t.Context(), store.Query{Kind: tallies.Kind, Index: "expires", Limit: 100})
	if err != nil || len(page.Docs) != 10 {
		t.Errorf("%d are left, %v", len(page.Docs), err)
	}
}
