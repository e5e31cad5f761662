package storetest

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"

	"probity/tender/fault"
	"probity/tender/store"
)

func emptyLog(t *testing.T, e store.Engine) {
	if h, err := e.Head(t.Context()); err != nil || h.Size != 0 || h.Checkpoint != nil {
		t.Errorf("head %+v, %v", h, err)
	}
	if list, err := e.Entries(t.Context(), 0, 10); err != nil || len(list) != 0 {
		t.Errorf("entries %v, %v", list, err)
	}
	if list, err := e.EntriesOn(t.Context(), "", 0, 10); err != nil || len(list) != 0 {
		t.Errorf("entries on nothing %v, %v", list, err)
	}
	_, err := e.EntryOf(t.Context(), "tender/T-1#1")
	coded(t, "entry of nothing", err, store.ErrMissing)
	_, err = e.Tile(t.Context(), "tile/0/000")
	coded(t, "no tile", err, store.ErrMissing)
}

func appended(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "T-1", nil), fact("one"), fact("two"))
	b := batchFor(t, e, "tender/T-1#1", "tender/T-1#1.1", "never put")
	b.Entries[1].Topic = ""
	b.Entries[1].Record, b.Entries[1].Salt = nil, nil // erased
	b.Entries[2].Record = bytes.Repeat([]byte{0, 1, 0xff}, 300_000)
	if err := e.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(b.Entries)
	want[0].Leaf = bytes.Clone(want[0].Leaf)
	b.Entries[0].Leaf[0] ^= 1 // what was given is not kept
	b.Tiles["tile/whole"][0] ^= 1

	all := entries(t, e)
	if !reflect.DeepEqual(all, want) {
		t.Errorf("entries:\n got %.300v\nwant %.300v", all, want)
	}
	all[0].Record[0] ^= 1 // what came back is a copy
	for i, x := range want {
		got, err := e.EntryOf(t.Context(), x.ID)
		if err != nil || !reflect.DeepEqual(got, want[i]) {
			t.Errorf("entry of %s: %.200v, %v", x.ID, got, err)
		}
	}
	if h, err := e.Head(t.Context()); err != nil || !reflect.DeepEqual(h, b.Head) {
		t.Errorf("head %v, %v, want %v", h, err, b.Head)
	}
	tile, err := e.Tile(t.Context(), "tile/whole")
	if err != nil || !bytes.Equal(tile, []byte{3, 3, 3, 3}) {
		t.Errorf("tile %v, %v", tile, err)
	}
	tile[0] ^= 1 // what came back is a copy
	take(t, e, "more")
	if tile, err = e.Tile(t.Context(), "tile/whole"); err != nil || !bytes.Equal(tile, []byte{4, 4, 4, 4, 4}) {
		t.Errorf("wider tile %v, %v", tile, err)
	}
	if list, err := e.Entries(t.Context(), 2, 1); err != nil || len(list) != 1 || list[0].ID != "never put" {
		t.Errorf("one from 2: %.200v, %v", list, err)
	}
}

// unchanged runs f, which must leave log, tiles and outbox as they are.
func unchanged(t *testing.T, e store.Engine, f func()) {
	t.Helper()
	look := func() []any {
		h, err := e.Head(t.Context())
		tile, tileErr := e.Tile(t.Context(), "tile/whole")
		_, ghost := e.Tile(t.Context(), "tile/ghost")
		return []any{h, err, tile, fault.Coded(tileErr, store.ErrMissing.Code), fault.Coded(ghost, store.ErrMissing.Code), entries(t, e), pending(t, e)}
	}
	before := look()
	f()
	if after := look(); !reflect.DeepEqual(after, before) {
		t.Errorf("something happened:\nbefore %.400v\n after %.400v", before, after)
	}
}

func staleAppend(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "T-1", nil), fact("one"), fact("two"), fact("three"))
	old := batchFor(t, e, "tender/T-1#1.2")
	take(t, e, "tender/T-1#1")
	for name, change := range map[string]func(*store.Batch){
		"the head before":    func(b *store.Batch) { *b = old },
		"another checkpoint": func(b *store.Batch) { b.After.Checkpoint = []byte("fork\n") },
		"no checkpoint":      func(b *store.Batch) { b.After.Checkpoint = nil },
		"a head to come": func(b *store.Batch) {
			b.After.Size++
			b.Head.Size++
			b.Entries[0].Index++
		},
	} {
		b := batchFor(t, e, "tender/T-1#1.1")
		change(&b)
		b.Tiles["tile/ghost"] = []byte("ghost")
		unchanged(t, e, func() { coded(t, name, e.Append(t.Context(), b), store.ErrStale) })
	}
}

func unfitAppend(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "T-1", nil), fact("one"), fact("two"), fact("three"))
	take(t, e, "tender/T-1#1")
	for name, change := range map[string]func(*store.Batch){
		"a gap":            func(b *store.Batch) { b.Entries[1].Index++ },
		"the wrong order":  func(b *store.Batch) { b.Entries[0], b.Entries[1] = b.Entries[1], b.Entries[0] },
		"a size too large": func(b *store.Batch) { b.Head.Size++ },
		"no checkpoint":    func(b *store.Batch) { b.Head.Checkpoint = nil },
		"a fact twice":     func(b *store.Batch) { b.Entries[1].ID = b.Entries[0].ID },
		"a fact unnamed":   func(b *store.Batch) { b.Entries[1].ID = "" },
		"half a leaf":      func(b *store.Batch) { b.Entries[1].Leaf = b.Entries[1].Leaf[:16] },
	} {
		b := batchFor(t, e, "tender/T-1#1.1", "tender/T-1#1.2")
		change(&b)
		b.Tiles["tile/ghost"] = []byte("ghost")
		unchanged(t, e, func() { invalid(t, name, e.Append(t.Context(), b)) })
	}
	b := batchFor(t, e, "tender/T-1#1.1", "tender/T-1#1")
	b.Tiles["tile/ghost"] = []byte("ghost")
	unchanged(t, e, func() {
		coded(t, "a fact that is in the log", e.Append(t.Context(), b), store.ErrTaken)
	})
	take(t, e, "tender/T-1#1.1", "tender/T-1#1.2")
}

func racingAppends(t *testing.T, e store.Engine) {
	for round := range 5 {
		put(t, e, doc("tender", fmt.Sprint("T-", round), nil), fact("one"))
		batches := make([]store.Batch, 8)
		for i := range batches {
			batches[i] = batchFor(t, e, fmt.Sprintf("tender/T-%d#1", round), fmt.Sprint("of ", round, i))
		}
		var won atomic.Int32
		won.Store(-1)
		together(len(batches), func(i int) {
			err := e.Append(context.WithoutCancel(t.Context()), batches[i])
			switch {
			case err != nil:
				coded(t, fmt.Sprint("appender ", i), err, store.ErrStale)
			case !won.CompareAndSwap(-1, int32(i)):
				t.Errorf("appenders %d and %d both won", won.Load(), i)
			}
		})
		if won.Load() < 0 {
			t.Fatal("nobody won")
		}
		winner := batches[won.Load()]
		if h, err := e.Head(t.Context()); err != nil || !reflect.DeepEqual(h, winner.Head) {
			t.Errorf("head %v, %v, want the winner's", h, err)
		}
		if got := entries(t, e); len(got) != 2*(round+1) || got[2*round+1].ID != winner.Entries[1].ID {
			t.Errorf("the log has %d entries", len(got))
		}
		tile, err := e.Tile(t.Context(), "tile/0/000")
		if err != nil || !bytes.Equal(tile, winner.Head.Checkpoint) {
			t.Errorf("a loser's tile is there: %q, %v", tile, err)
		}
	}
	if got := pending(t, e); len(got) != 0 {
		t.Errorf("pending %v", got)
	}
}

func topics(t *testing.T, e store.Engine) {
	names := []string{"", "a", "a\x00", "a\x00b", "ab", "é", "采购"}
	for round := range 3 {
		b := batchFor(t, e)
		for i, topic := range names {
			x := entryFor(b.After.Size+int64(i), fmt.Sprintf("fact/%d#%d", i, round))
			x.Topic = topic
			b.Entries = append(b.Entries, x)
		}
		b.Head.Size += int64(len(names))
		if err := e.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	index := func(list []store.Entry) (n []int64) {
		for _, x := range list {
			n = append(n, x.Index)
		}
		return n
	}
	k := int64(len(names))
	for i, topic := range names {
		for _, c := range []struct {
			from  int64
			limit int
			want  []int64
		}{{0, 9, []int64{int64(i), k + int64(i), 2*k + int64(i)}}, {int64(i) + 1, 1, []int64{k + int64(i)}}, {2*k + int64(i), 9, []int64{2*k + int64(i)}}, {3 * k, 9, nil}} {
			list, err := e.EntriesOn(t.Context(), topic, c.from, c.limit)
			if got := index(list); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("topic %q from %d limit %d: %v, %v, want %v", topic, c.from, c.limit, got, err, c.want)
			}
			for _, x := range list {
				if x.Topic != topic {
					t.Errorf("an entry on %q came for %q", x.Topic, topic)
				}
			}
		}
	}
	if list, err := e.EntriesOn(t.Context(), "b", 0, 9); err != nil || len(list) != 0 {
		t.Errorf("a topic without entries: %v, %v", list, err)
	}
}

func cosigned(t *testing.T, e store.Engine) {
	take(t, e, "one")
	b := batchFor(t, e)
	if err := e.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if h, err := e.Head(t.Context()); err != nil || h.Size != 1 || !bytes.Equal(h.Checkpoint, b.Head.Checkpoint) {
		t.Errorf("head %v, %v", h, err)
	}
	coded(t, "for the checkpoint before", e.Append(t.Context(), b), store.ErrStale)
	take(t, e, "two")
}

// readOrder looks at the log while it grows: whoever sees a checkpoint sees
// what it covers.
func readOrder(t *testing.T, e store.Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			h, err := e.Head(t.Context())
			if err != nil || h.Size == 0 {
				continue
			}
			if list, err := e.Entries(t.Context(), h.Size-1, 1); err != nil || len(list) != 1 {
				t.Errorf("head %d without its last entry: %v", h.Size, err)
			}
			if tile, err := e.Tile(t.Context(), "tile/whole"); err != nil || len(tile) <= int(h.Size) {
				t.Errorf("head %d with a tile of %d: %v", h.Size, len(tile), err)
			}
		}
	}()
	for i := range 25 {
		take(t, e, fmt.Sprint("fact ", i))
	}
	cancel()
	<-done
}
