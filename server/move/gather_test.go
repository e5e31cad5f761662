package move_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/documents/ledger"
	"probity/server/app/enginetest"
	sequencer "probity/server/ledger"
	"probity/server/move"
	"probity/server/store/bolt"
	"probity/server/store/mongo"
	"probity/tender/event"
	"probity/tender/store"
)

const origin = "move.example/log"

var kinds = []store.Collection{
	{Kind: "thing", Indexes: []store.Index{{Name: "n", Fields: []string{"n"}}}},
	{Kind: "upload", Ephemeral: true},
	{Kind: "session", Ephemeral: true},
	move.Collection,
}

// TestGather: while several write and the log grows, a copy is of one moment.
// Every document has exactly the facts that its version needs, in the copy's
// log or in its outbox, and two documents that change in turn are never seen
// out of turn.
func TestGather(t *testing.T) {
	for name, open := range map[string]func(*testing.T) store.Movable{
		"bolt": func(t *testing.T) store.Movable {
			return opened(t, filepath.Join(t.TempDir(), "probity.db"))
		},
		"MongoDB": func(t *testing.T) store.Movable {
			c := enginetest.Fresh(t)
			uri, err := c.MongoURI()
			if err != nil {
				t.Fatal(err)
			}
			e, err := mongo.Open(t.Context(), uri, c.Database, kinds, mongo.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { e.Close() })
			return e
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := open(t)
			pause := 20 * time.Millisecond
			if name != "bolt" {
				pause *= 50 // a slow server has no quiet moment otherwise
			}
			stop := work(t, e, pause)
			time.Sleep(max(5*pause, 500*time.Millisecond))
			path := filepath.Join(t.TempDir(), "copy.db")
			if err := move.Gather(t.Context(), e, kinds, path, nil); err != nil {
				t.Fatal(err)
			}
			stop()
			consistent(t, opened(t, path))
		})
	}
}

func opened(t *testing.T, path string) *bolt.Engine {
	t.Helper()
	e, err := bolt.Open(path, kinds, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// work writes and sequences until it is stopped.
func work(t *testing.T, e store.Movable, pause time.Duration) (stop func()) {
	secret, err := ledger.NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sequencer.Start(t.Context(), sequencer.Config{Engine: e, Origin: origin, Keys: []ledger.Key{key}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { s.Run(ctx) })
	for w := range 3 {
		all.Go(func() {
			for n := int64(0); ctx.Err() == nil; n++ {
				if err := inTurn(ctx, e, w, n); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrBusy) {
					t.Errorf("write: %v", err)
					return
				}
				rest := pause
				for range min(n, 30) { // less and less: a slow machine, too, comes to a quiet moment
					rest += rest / 10
				}
				select {
				case <-ctx.Done():
				case <-time.After(rest):
				}
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// inTurn takes the first document of a writer to a version, and then the second.
func inTurn(ctx context.Context, e store.Engine, w int, n int64) error {
	for _, which := range []string{"a", "b"} {
		d := &store.Doc{Kind: "thing", ID: fmt.Sprintf("%s-%d", which, w), Version: n, Keys: store.Keys{"n": n}, Body: fmt.Appendf(nil, `{"n":%d}`, n)}
		if err := e.Put(ctx, d, event.New("thing.turn", "t", "u", time.Now(), map[string]any{"n": n})); err != nil {
			return err
		}
	}
	u := &store.Doc{Kind: "upload", ID: fmt.Sprintf("u-%d-%d", w, n), Body: []byte(`{"done":true}`)}
	if err := e.Put(ctx, u); err != nil {
		return err
	}
	if n > 0 {
		return e.Delete(ctx, "upload", fmt.Sprintf("u-%d-%d", w, n-1), 1)
	}
	return e.Put(ctx, &store.Doc{Kind: "session", ID: fmt.Sprint(w), Body: []byte(`{}`)})
}

func consistent(t *testing.T, e store.Movable) {
	t.Helper()
	found, err := sequencer.CheckLog(t.Context(), e, ledger.Policy{Origin: origin}, nil)
	if err != nil || len(found) > 0 {
		t.Errorf("the log of the copy: %v, %v", found, err)
	}
	facts := map[string]int64{}
	entries, err := e.Entries(t.Context(), 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range entries {
		if kind, id, ok := store.SubjectOf(x.ID); ok && kind == "thing" {
			facts[id]++
		}
	}
	docs, err := e.Documents(t.Context(), "thing", "", 1000)
	if err != nil || len(docs) != 6 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	version := map[string]int64{}
	for _, d := range docs {
		version[d.ID] = d.Version
		if got := facts[d.ID] + int64(len(d.Waiting)); got != d.Version {
			t.Errorf("%s is of version %d, with %d facts in the log and %d waiting", d.ID, d.Version, facts[d.ID], len(d.Waiting))
		}
	}
	for id, v := range version {
		if other, first := strings.CutPrefix(id, "a-"); first && (v < version["b-"+other] || v > version["b-"+other]+1) {
			t.Errorf("%s is of version %d, and what comes after it of %d", id, v, version["b-"+other])
		}
	}
	if len(entries) < 10 {
		t.Errorf("only %d entries: too little happened", len(entries))
	}
	if left, err := e.Documents(t.Context(), "session", "", 10); err != nil || len(left) != 0 {
		t.Errorf("sessions were taken along: %v, %v", left, err)
	}
	if left, err := e.Documents(t.Context(), "upload", "", 100); err != nil || len(left) > 6 {
		t.Errorf("%d uploads, %v", len(left), err)
	}
}
