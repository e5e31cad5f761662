package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/server/store/bolt"
	"probity/tender/event"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

const origin = "tenders.example/log"

func newKey(t testing.TB, origin string) ledger.Key {
	t.Helper()
	skey, err := ledger.NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ledger.ReadKey(skey)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func engine(t testing.TB) *storetest.Faulty {
	t.Helper()
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), storetest.Kinds, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return storetest.NewFaulty(e)
}

func start(t testing.TB, c Config) *Sequencer {
	t.Helper()
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	return s
}

// run keeps the log until the test ends.
func run(t testing.TB, s *Sequencer) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

// put stores a new document with so many facts on a topic and returns the ID
// of the first.
func put(t testing.TB, e store.Engine, id, topic string, facts int) string {
	t.Helper()
	var list []event.Event
	for n := range facts {
		list = append(list, event.New("bid.submit", topic, "user/1", time.Now(), map[string]any{"id": id, "n": n}))
	}
	d := &store.Doc{Kind: "tender", ID: id, Body: []byte("{}")}
	if err := e.Put(context.WithoutCancel(t.Context()), d, list...); err != nil {
		t.Fatalf("put: %v", err)
	}
	return event.ID("tender/"+id, 1, 0)
}

func policy(t testing.TB, keys ...ledger.Key) ledger.Policy {
	t.Helper()
	p := ledger.Policy{Origin: origin}
	for _, k := range keys {
		v, err := note.NewVerifier(k.Public)
		if err != nil {
			t.Fatal(err)
		}
		p.Log = append(p.Log, v)
	}
	return p
}

// receipt waits for a fact and checks its receipt as a stranger would.
func receipt(t testing.TB, s *Sequencer, id string) (ledger.Receipt, store.Entry) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
	defer cancel()
	r, x, err := s.Wait(ctx, id)
	if err != nil {
		t.Fatalf("wait for %s: %v", id, err)
	}
	parsed, err := ledger.ParseReceipt(r.Marshal())
	if err != nil {
		t.Fatalf("receipt of %s: %v", id, err)
	}
	if _, err := parsed.Verify(policy(t, s.Keys...)); err != nil {
		t.Fatalf("receipt of %s: %v", id, err)
	}
	f, err := event.Parse(r.Record)
	if err != nil || f.ID != id || x.ID != id || x.Index != r.Index {
		t.Fatalf("receipt of %s is for %q: %v", id, f.ID, err)
	}
	return r, x
}

// sound ends a test: the whole log is computed anew.
func sound(t testing.TB, e store.Engine) {
	t.Helper()
	found, err := CheckLog(context.WithoutCancel(t.Context()), e, ledger.Policy{Origin: origin}, nil)
	if err != nil || len(found) > 0 {
		t.Errorf("check: %v, %v", found, err)
	}
}

func TestReceipts(t *testing.T) {
	e := engine(t)
	s := start(t, Config{Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}})
	run(t, s)
	var wg sync.WaitGroup
	for c := range 40 {
		wg.Go(func() {
			for n := range 10 {
				receipt(t, s, put(t, e, fmt.Sprintf("%d-%d", c, n), "ocds-1", 2))
			}
		})
	}
	wg.Wait()
	h, err := e.Head(t.Context())
	if err != nil || h.Size != 1+800 {
		t.Errorf("head %d, %v", h.Size, err)
	}
	receipt(t, s, "tender/3-3#1.1") // long after
	sound(t, e)
}

// TestTwoProcesses: two sequencers over one engine, and waiters at either.
func TestTwoProcesses(t *testing.T) {
	e := engine(t)
	c := Config{Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}}
	a, b := start(t, c), start(t, c)
	idle := start(t, c) // never runs: hears of everything from the engine alone
	run(t, a)
	run(t, b)
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			id := put(t, e, fmt.Sprint(i), "ocds-1", 1)
			receipt(t, []*Sequencer{a, b, idle}[i%3], id)
		})
	}
	wg.Wait()
	sound(t, e)
}

func TestBothStartAtOnce(t *testing.T) {
	e := engine(t)
	key := newKey(t, origin)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := Start(t.Context(), Config{Engine: e, Origin: origin, Keys: []ledger.Key{key}}); err != nil {
				t.Errorf("start: %v", err)
			}
		})
	}
	wg.Wait()
	if h, err := e.Head(t.Context()); err != nil || h.Size != 1 {
		t.Errorf("head %d, %v: the log began more than once", h.Size, err)
	}
	sound(t, e)
}

// TestAppendFails breaks the append in both ways, several times in a row, and
// looks for a second root of any size, a lost fact, a fact twice.
func TestAppendFails(t *testing.T) {
	for name, after := range map[string]bool{"before it took effect": false, "after it took effect": true} {
		t.Run(name, func(t *testing.T) {
			e := engine(t)
			s := start(t, Config{Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}})
			spy := &roots{Faulty: e, seen: map[int64]string{}}
			s.Engine = spy
			run(t, s)
			for i := range 12 {
				switch i % 4 {
				case 1:
					e.Break("Append", 0, after)
				case 2:
					e.Break("Append", 0, after)
					e.Break("Append", 0, !after)
				case 3:
					e.Break("Append", 0, after)
					e.Break("Head", 0, false)
					e.Break("Pending", 0, false)
					e.Break("Time", 1, false)
				}
				receipt(t, s, put(t, e, fmt.Sprint(i), "ocds-1", 3))
			}
			sound(t, e)
			if spy.forks > 0 {
				t.Errorf("%d times a second root of one size could be seen", spy.forks)
			}
		})
	}
}

// roots watches the head for two roots of one size.
type roots struct {
	*storetest.Faulty
	mu    sync.Mutex
	seen  map[int64]string
	forks int
}

func (r *roots) Append(ctx context.Context, b store.Batch) error {
	err := r.Faulty.Append(ctx, b)
	h, headErr := r.Engine.Head(ctx)
	if headErr != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c, peekErr := ledger.Peek(h.Checkpoint)
	if peekErr != nil || r.seen[c.Size] != "" && r.seen[c.Size] != c.Root.String() {
		r.forks++
	}
	r.seen[c.Size] = c.Root.String()
	return err
}

func TestEverythingElseFails(t *testing.T) {
	for _, method := range []string{"Head", "Time", "Pending", "Tile"} {
		t.Run(method, func(t *testing.T) {
			e := engine(t)
			s := start(t, Config{Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}})
			s.known = false
			run(t, s)
			for i := range 4 {
				e.Break(method, i, false)
				id := put(t, e, fmt.Sprint(i), "ocds-1", 1)
				for { // the waiter may meet the failure itself: it says so, and asks again
					_, _, err := s.Wait(t.Context(), id)
					if err == nil {
						break
					}
					if !errors.Is(err, storetest.ErrBroken) {
						t.Fatal(err)
					}
				}
				e.Mend() // what nobody has met yet must not meet the last look
				receipt(t, s, id)
			}
			sound(t, e.Engine)
		})
	}
}
