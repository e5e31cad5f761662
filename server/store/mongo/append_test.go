package mongo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"probity/tender/event"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// batch makes a batch of the facts with these IDs for the present head.
func batch(t *testing.T, e *Engine, record int, ids ...string) store.Batch {
	t.Helper()
	after, err := e.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := store.Batch{After: after, Tiles: map[string][]byte{}}
	for i, id := range ids {
		b.Entries = append(b.Entries, store.Entry{Index: after.Size + int64(i), ID: id, Name: "n", Topic: "t",
			Record: bytes.Repeat([]byte("r"), record), Salt: make([]byte, 16), Leaf: make([]byte, 32)})
	}
	size := after.Size + int64(len(ids))
	b.Head = store.Head{Size: size, Checkpoint: fmt.Appendf(nil, "checkpoint of %d\n", size)}
	b.Tiles["tile/0/000"] = bytes.Repeat([]byte{byte(size)}, int(size))
	b.Tiles[fmt.Sprintf("tile/entries/%03d", size)] = []byte(ids[0])
	return b
}

// die stages a batch and does the first steps of what follows, as a process
// does that dies then. It returns what it held in its hands.
func die(t *testing.T, e *Engine, b store.Batch, steps int) (*head, *payload) {
	t.Helper()
	h, err := e.readHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	won, err := e.stage(t.Context(), h, b)
	if err != nil {
		t.Fatal(err)
	}
	p := payloadOf(b, won.Seq+1)
	half := len(p.Entries) / 2
	for i, step := range []func() error{
		func() error { return e.writeEntries(t.Context(), p.Entries[half:]) },
		func() error { return e.writeTiles(t.Context(), p.Tiles[:1], won.Seq+1) },
		func() error { return e.take(t.Context(), p.Entries[:half]) },
		func() error { return e.writeEntries(t.Context(), p.Entries) },
		func() error { return e.writeTiles(t.Context(), p.Tiles, won.Seq+1) },
		func() error { return e.take(t.Context(), p.Entries) },
	} {
		if i < steps {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return won, p
}

// whole checks that b is in the log of e, and nothing waits.
func whole(t *testing.T, e *Engine, b store.Batch) {
	t.Helper()
	h, err := e.Head(t.Context())
	if err != nil || !reflect.DeepEqual(h, b.Head) {
		t.Errorf("head %v, %v, want %v", h, err, b.Head)
	}
	list, err := e.Entries(t.Context(), b.After.Size, 1000)
	if err != nil || !reflect.DeepEqual(list, b.Entries) {
		t.Errorf("%d entries, %v, want %d", len(list), err, len(b.Entries))
	}
	for path, want := range b.Tiles {
		if got, err := e.Tile(t.Context(), path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("tile %s: %v, %v, want %v", path, got, err, want)
		}
	}
	if facts, err := e.Pending(t.Context(), 10); err != nil || len(facts) > 0 {
		t.Errorf("pending %v, %v", facts, err)
	}
}

func putTwo(t *testing.T, e *Engine, id string) []string {
	t.Helper()
	f := event.New("tender.draft", "ocds-1", "user/1", time.Now(), nil)
	if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: id, Body: []byte("{}")}, f, f); err != nil {
		t.Fatal(err)
	}
	return []string{"tender/" + id + "#1", "tender/" + id + "#1.1"}
}

// TestTheNextFinishes: whatever step a process dies at, what it has staged is
// not seen, and the next Append, Open or watch brings it in.
func TestTheNextFinishes(t *testing.T) {
	name := database(t, t.TempDir())
	e := openAt(t, name, storetest.Kinds)
	for steps := range 7 {
		b := batch(t, e, 10, putTwo(t, e, fmt.Sprint("T-", steps))...)
		won, p := die(t, e, b, steps)
		if h, err := e.Head(t.Context()); err != nil || h.Size != b.After.Size {
			t.Fatalf("after %d steps the head is %v, %v", steps, h, err)
		}
		if list, err := e.Entries(t.Context(), b.After.Size, 9); err != nil || len(list) > 0 {
			t.Fatalf("after %d steps entries are seen: %v, %v", steps, list, err)
		}
		late := b
		late.Head.Checkpoint = []byte("another\n")
		switch steps % 3 {
		case 0:
			if err := e.Append(t.Context(), late); !errors.Is(err, store.ErrStale) {
				t.Fatalf("an append behind a dead one: %v", err)
			}
		case 1:
			openAt(t, name, storetest.Kinds).Close()
		case 2:
			seen := e.rescue(t.Context(), "")
			if e.rescue(t.Context(), seen) != "" {
				t.Fatal("the watch did not bring it in")
			}
		}
		whole(t, e, b)

		more := batch(t, e, 10, fmt.Sprint("more ", steps))
		if err := e.Append(t.Context(), more); err != nil {
			t.Fatal(err)
		}
		if err := e.bring(t.Context(), won, p); err != nil { // it was only slow, and comes back
			t.Fatalf("a slow process: %v", err)
		}
		whole(t, e, more)
	}
}

// TestLargeBatches do not fit into one document.
func TestLargeBatches(t *testing.T) {
	name := database(t, t.TempDir())
	e := openAt(t, name, storetest.Kinds)
	b := batch(t, e, 3<<20, "one", "two", "three", "four")
	if err := e.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	whole(t, e, b)
	b = batch(t, e, 3<<20, "five", "six", "seven")
	die(t, e, b, 1)
	openAt(t, name, storetest.Kinds).Close()
	whole(t, e, b)
	if n, err := e.db.Collection(partName).CountDocuments(t.Context(), byID("x")[:0]); err != nil || n != 0 {
		t.Errorf("%d parts are left, %v", n, err)
	}
}

// TestTwoProcesses append to one log, each with an engine of its own.
func TestTwoProcesses(t *testing.T) {
	name := database(t, t.TempDir())
	a, b := openAt(t, name, storetest.Kinds), openAt(t, name, storetest.Kinds)
	for i := range 6 {
		x, y := batch(t, a, 10, fmt.Sprint("a", i)), batch(t, b, 10, fmt.Sprint("b", i))
		results := make(chan error, 2)
		go func() { results <- a.Append(context.WithoutCancel(t.Context()), x) }()
		go func() { results <- b.Append(context.WithoutCancel(t.Context()), y) }()
		first, second := <-results, <-results
		if first != nil {
			first, second = second, first
		}
		if first != nil || !errors.Is(second, store.ErrStale) {
			t.Fatalf("round %d: %v and %v", i, first, second)
		}
		h, err := b.Head(t.Context())
		if other, otherErr := a.Head(t.Context()); err != nil || otherErr != nil || !reflect.DeepEqual(h, other) || h.Size != int64(i)+1 {
			t.Fatalf("round %d: heads %v and %v", i, h, other)
		}
	}
}
