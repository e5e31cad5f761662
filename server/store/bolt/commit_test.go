package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// TestOneBrokenWriteHarmsNoOther puts writes that panic or fail halfway among
// good ones, in one transaction.
func TestOneBrokenWriteHarmsNoOther(t *testing.T) {
	e := openAt(t, filepath.Join(t.TempDir(), "probity.db"), storetest.Kinds)
	hold := holdCommitter(t, e)
	half := func(tx *bbolt.Tx) error {
		return tx.Bucket(tileRows).Put([]byte("half done"), []byte("x"))
	}
	bad := map[string]func(tx *bbolt.Tx) error{
		"panics": func(tx *bbolt.Tx) error { half(tx); panic("on purpose") },
		"fails":  func(tx *bbolt.Tx) error { half(tx); return errors.New("on purpose") },
	}
	var wg sync.WaitGroup
	for name, do := range bad {
		wg.Go(func() {
			err := e.put(t.Context(), do, func() { t.Errorf("%s: was called durable", name) })
			if err == nil || fault.From(err).Kind != fault.Internal || !strings.Contains(err.Error(), "on purpose") {
				t.Errorf("%s: err = %v", name, err)
			}
		})
	}
	for i := range 20 {
		wg.Go(func() {
			d := &store.Doc{Kind: "tender", ID: fmt.Sprint(i), Body: []byte("{}")}
			if err := e.Put(t.Context(), d, aFact()); err != nil {
				t.Errorf("a good write: %v", err)
			}
		})
	}
	hold()
	wg.Wait()
	if _, err := e.Tile(t.Context(), "half done"); !fault.Coded(err, store.ErrMissing.Code) {
		t.Errorf("half a write is there: %v", err)
	}
	if list, err := e.Pending(t.Context(), 99); err != nil || len(list) != 20 {
		t.Errorf("%d facts, %v, want 20", len(list), err)
	}
}

// holdCommitter keeps the committer busy until the returned function is
// called, so that what is written meanwhile shares a transaction.
func holdCommitter(t *testing.T, e *Engine) (release func()) {
	in, out := make(chan struct{}), make(chan struct{})
	go e.put(t.Context(), func(*bbolt.Tx) error { close(in); <-out; return nil }, nil)
	<-in
	return func() {
		for len(e.queue) < 22 {
			time.Sleep(time.Millisecond)
		}
		close(out)
	}
}

// TestGivingUpWhileQueued: a write whose caller has gone before its turn is
// not done.
func TestGivingUpWhileQueued(t *testing.T) {
	e := openAt(t, filepath.Join(t.TempDir(), "probity.db"), storetest.Kinds)
	in, out := make(chan struct{}), make(chan struct{})
	go e.put(t.Context(), func(*bbolt.Tx) error { close(in); <-out; return nil }, nil)
	<-in
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- e.Put(ctx, &store.Doc{Kind: "tender", ID: "a", Body: []byte("{}")}) }()
	for len(e.queue) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	close(out)
	if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: "a", Body: []byte("{}")}); err != nil {
		t.Errorf("the write of a caller who had gone was done: %v", err)
	}
}

func TestCloseFinishesWhatIsUnderWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "probity.db")
	e := openAt(t, path, storetest.Kinds)
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := map[string]bool{}
	for i := range 50 {
		wg.Go(func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d", i, n)
				err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: id, Body: []byte("{}")})
				if err != nil {
					if !fault.Coded(err, store.ErrBusy.Code) {
						t.Errorf("put while closing: %v", err)
					}
					return
				}
				mu.Lock()
				stored[id] = true
				mu.Unlock()
			}
		})
	}
	time.Sleep(30 * time.Millisecond)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	e = openAt(t, path, storetest.Kinds)
	for id := range stored {
		if _, err := e.Get(t.Context(), "tender", id); err != nil {
			t.Errorf("%s was acknowledged: %v", id, err)
		}
	}
}

// TestSnapshot copies the store to a slow reader while it is written to.
func TestSnapshot(t *testing.T) {
	dir := t.TempDir()
	e := openAt(t, filepath.Join(dir, "probity.db"), storetest.Kinds)
	body := []byte(`{"pad":"` + strings.Repeat("x", 4000) + `"}`)
	for i := range 100 {
		if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: fmt.Sprint("before ", i), Body: body}, aFact()); err != nil {
			t.Fatal(err)
		}
	}
	var copied bytes.Buffer
	wrote := 0
	slow := writerFunc(func(b []byte) (int, error) {
		wrote++
		if n := e.db.Stats().OpenTxN; n != 0 {
			t.Errorf("%d read transactions are open while the copy is sent", n)
		}
		d := &store.Doc{Kind: "tender", ID: fmt.Sprint("during ", wrote), Body: body}
		if err := e.Put(t.Context(), d); err != nil {
			t.Errorf("put during a snapshot: %v", err)
		}
		return copied.Write(b)
	})
	if err := e.Snapshot(t.Context(), slow); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "copy.db")
	if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	c := openAt(t, path, storetest.Kinds)
	for i := range 100 {
		if _, err := c.Get(t.Context(), "tender", fmt.Sprint("before ", i)); err != nil {
			t.Fatalf("the copy lacks %d: %v", i, err)
		}
	}
	if list, err := c.Pending(t.Context(), 999); err != nil || len(list) != 100 {
		t.Errorf("the copy has %d facts, %v", len(list), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".snapshot-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := e.Snapshot(t.Context(), writerFunc(func([]byte) (int, error) { return 0, io.ErrClosedPipe })); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a writer that breaks: %v", err)
	}
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// FuzzRows feeds damaged rows to their readers: errors, never a panic.
func FuzzRows(f *testing.F) {
	f.Add(docRow(3, store.Keys{"a": int64(-1), "b": "x", "c": []string{"y", ""}}, []byte("{}")))
	f.Add(factRow(aFact()))
	f.Add(entryRow(store.Entry{ID: "a#1", Leaf: make([]byte, 32), Record: []byte("r")}))
	f.Add(headRow(store.Head{Size: 7, Checkpoint: []byte("note")}))
	f.Fuzz(func(t *testing.T, row []byte) {
		if d, err := readDoc("tender", "a", row); err == nil {
			if again, err := readDoc("tender", "a", docRow(d.Version, d.Keys, d.Body)); err != nil || again.Version != d.Version {
				t.Errorf("a row that reads does not write: %v", err)
			}
		}
		readFact(row)
		readEntry(1, row)
		readHead(row)
	})
}
