package mongo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"sync"
	"testing"

	"probity/tender/event"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

var sayOnce sync.Once

// address is the server that the tests run on.
func address(t testing.TB) string {
	t.Helper()
	uri := os.Getenv("MONGODB_URI")
	if uri == "" {
		t.Skip("MONGODB_URI names no server. One is in server/store/mongo/ferret: go run . -dir FOLDER")
	}
	return uri
}

// openAt opens the database of a name, which is removed at the end.
func openAt(t testing.TB, name string, kinds []store.Collection) *Engine {
	t.Helper()
	e, err := Open(t.Context(), address(t), name, kinds, Options{})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	sayOnce.Do(func() { t.Logf("on %s", e.Server()) })
	t.Cleanup(func() { e.Close() })
	return e
}

// fresh opens an empty database.
func fresh(t testing.TB, kinds []store.Collection) *Engine {
	t.Helper()
	return openAt(t, database(t, t.TempDir()), kinds)
}

// database is the name of the one that stands for a folder. It is removed when
// the test ends.
func database(t testing.TB, dir string) string {
	name := fmt.Sprintf("probity-test-%x", sha256.Sum256([]byte(dir)))[:30]
	uri := address(t)
	t.Cleanup(func() {
		client, err := connect(uri)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Disconnect(context.Background())
		if err := client.Database(name).Drop(context.Background()); err != nil {
			t.Errorf("drop: %v", err)
		}
	})
	return name
}

func TestEngine(t *testing.T) {
	address(t)
	storetest.TestEngine(t, func(t testing.TB, kinds []store.Collection) store.Engine { return fresh(t, kinds) })
}

// TestCrash kills processes that write; the server lives on, as it does when a
// server process of ours dies.
func TestCrash(t *testing.T) {
	address(t)
	rounds := 10
	if testing.Short() {
		rounds = 6
	}
	storetest.TestCrash(t, rounds, func(t testing.TB, dir string, kinds []store.Collection) store.Engine {
		return &held{Engine: openAt(t, database(t, dir), kinds), first: make(chan struct{})}
	})
}

// held holds back what the writers are told until the first batch is in the
// log. The moment to be killed is counted from the first acknowledgement, and
// on a server that does one command at a time it would come before that.
type held struct {
	store.Engine
	first chan struct{}
	once  sync.Once
}

func (h *held) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	if err := h.Engine.Put(ctx, d, facts...); err != nil {
		return err
	}
	<-h.first
	return nil
}

func (h *held) Append(ctx context.Context, b store.Batch) error {
	if err := h.Engine.Append(ctx, b); err != nil {
		return err
	}
	h.once.Do(func() { close(h.first) })
	return nil
}
