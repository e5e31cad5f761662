package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"

	"probity/tender/store"
)

var theLog = map[string]func(*testing.T, store.Engine){
	"an empty log":                                    emptyLog,
	"what is appended comes back":                     appended,
	"an append for another head changes nothing":      staleAppend,
	"an append that does not fit changes nothing":     unfitAppend,
	"of racing appends one wins":                      racingAppends,
	"entries of a topic":                              topics,
	"a batch without entries replaces the checkpoint": cosigned,
	"entries and tiles are there before a checkpoint": readOrder,
}

// batchFor makes a batch of the facts with these IDs for the present head. Its
// leaves and tiles are not those of a tree: an engine does not look into them.
func batchFor(t testing.TB, e store.Engine, ids ...string) store.Batch {
	t.Helper()
	b, err := makeBatch(context.WithoutCancel(t.Context()), e, ids)
	if err != nil {
		t.Fatalf("make a batch: %v", err)
	}
	return b
}

func makeBatch(ctx context.Context, e store.Engine, ids []string) (b store.Batch, err error) {
	if b.After, err = e.Head(ctx); err != nil {
		return b, err
	}
	for i, id := range ids {
		b.Entries = append(b.Entries, entryFor(b.After.Size+int64(i), id))
	}
	size := b.After.Size + int64(len(ids))
	note := fmt.Appendf(nil, "checkpoint of %d by %d\n", size, rand.Uint64())
	b.Head = store.Head{Size: size, Checkpoint: note}
	b.Tiles = map[string][]byte{
		fmt.Sprintf("tile/0/%03d", size/256): note,
		"tile/whole":                         bytes.Repeat([]byte{byte(size)}, int(size)+1),
	}
	return b, nil
}

func entryFor(index int64, id string) store.Entry {
	leaf := sha256.Sum256([]byte(id))
	return store.Entry{
		Index: index, ID: id, Name: "tender.test", Topic: "ocds-1", Leaf: leaf[:],
		Record: []byte(`{"id":` + quote(id) + `}`), Salt: []byte("0123456789abcdef"),
	}
}

// take appends the facts with these IDs.
func take(t testing.TB, e store.Engine, ids ...string) store.Batch {
	t.Helper()
	b := batchFor(t, e, ids...)
	if err := e.Append(t.Context(), b); err != nil {
		t.Fatalf("append %v: %v", ids, err)
	}
	return b
}

// entries returns the whole log and checks that it has no gap and no repeat.
func entries(t testing.TB, e store.Engine) (all []store.Entry) {
	t.Helper()
	seen := map[string]bool{}
	for {
		list, err := e.Entries(context.WithoutCancel(t.Context()), int64(len(all)), 7)
		if err != nil {
			t.Fatalf("entries from %d: %v", len(all), err)
		}
		if len(list) == 0 {
			return all
		}
		for _, x := range list {
			if x.Index != int64(len(all)) {
				t.Fatalf("entry %d stands at %d", x.Index, len(all))
			}
			if seen[x.ID] {
				t.Fatalf("fact %s is in the log twice", x.ID)
			}
			seen[x.ID] = true
			all = append(all, x)
		}
	}
}

// sequence appends what waits, at most ten facts.
func sequence(ctx context.Context, e store.Engine) (int, error) {
	head, err := e.Head(ctx) // before Pending: what another takes meanwhile makes this head stale
	if err != nil {
		return 0, err
	}
	list, err := e.Pending(ctx, 10)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	ids := make([]string, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	b, err := makeBatch(ctx, e, ids)
	if err != nil {
		return 0, err
	}
	if b.After.Size != head.Size || !bytes.Equal(b.After.Checkpoint, head.Checkpoint) {
		return 0, store.ErrStale
	}
	return len(ids), e.Append(ctx, b)
}
