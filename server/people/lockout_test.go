package people

import (
	"errors"
	"sync"
	"testing"
	"time"
)

func TestLocksGrowAndForget(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	try := func(account, address string) time.Duration {
		err := w.locker(w.time(), account, address).try(ctx)
		var wait Wait
		if err != nil && !errors.As(err, &wait) {
			t.Fatal(err)
		}
		return time.Duration(wait)
	}
	var waits []time.Duration
	for range 12 {
		d := try("a", "1")
		if d > 0 {
			waits = append(waits, d)
			w.wait(d)
			if try("a", "1") != 0 {
				t.Fatal("the wait was longer than said")
			}
		}
	}
	for i := 1; i < len(waits); i++ {
		if waits[i] < waits[i-1] || waits[i] > 15*time.Minute {
			t.Errorf("waits %v", waits)
		}
	}
	if len(waits) < 5 {
		t.Fatalf("waits %v", waits)
	}
	if d := try("b", "2"); d != 0 {
		t.Errorf("somebody else elsewhere waits %v", d)
	}
	if d := try("a", "2"); d > 30*time.Second {
		t.Errorf("the owner waits %v at their own address", d)
	}
	w.wait(80 * time.Minute)
	for range 5 {
		if d := try("a", "1"); d != 0 {
			t.Errorf("after a quiet hour: %v", d)
		}
	}
}

func TestNobodyLocksAnotherOutForLong(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	owner := func() locker { return w.locker(w.time(), "owner", "home") }
	if err := errors.Join(owner().try(ctx), owner().opened(ctx)); err != nil {
		t.Fatal(err)
	}
	for i := range 200 { // a guesser with many addresses
		_ = w.locker(w.time(), "owner", "evil "+string(rune('a'+i))).try(ctx)
	}
	if err := owner().try(ctx); err != nil {
		t.Errorf("the owner is kept out of a known place: %v", err)
	}
	for i := range 100 { // and one who guesses at everybody from the same house
		_ = w.locker(w.time(), "victim "+string(rune('a'+i)), "home").try(ctx)
	}
	if err := owner().try(ctx); err != nil {
		t.Errorf("the owner is kept out by a neighbour: %v", err)
	}
	stranger := w.locker(w.time(), "owner", "hotel")
	err := stranger.try(ctx)
	var wait Wait
	if !errors.As(err, &wait) || time.Duration(wait) > 30*time.Second {
		t.Errorf("from a new place: %v", err)
	}
}

func TestAMinistrySignsInFromOneAddress(t *testing.T) {
	w := newWorld(t)
	for i := range 100 {
		l := w.locker(w.time(), "person "+string(rune('a'+i)), "ministry")
		if err := errors.Join(l.try(t.Context()), l.opened(t.Context())); err != nil {
			t.Fatalf("person %d: %v", i, err)
		}
	}
}

func TestTriesSideBySideAllCount(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	let := 0
	for range 30 {
		wg.Go(func() {
			if w.locker(w.time(), "a", "1").try(t.Context()) == nil {
				mu.Lock()
				let++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if let > pacePair.free+1 {
		t.Errorf("%d of 30 tries at once were let through", let)
	}
}
