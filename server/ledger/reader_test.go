package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"probity/documents/ledger"
	"probity/tender/store"
)

// filled returns a log of 1 + 3*n entries.
func filled(t testing.TB, n int) (*Sequencer, store.Engine) {
	t.Helper()
	e := engine(t)
	s := start(t, Config{Engine: e, Origin: origin, Keys: []ledger.Key{newKey(t, origin)}})
	for i := range n {
		put(t, e, fmt.Sprint(i), "ocds-1", 3)
		if i%50 == 49 || i == n-1 {
			if _, err := s.step(t.Context(), true); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s, e.Engine
}

// TestStrangers fetches the log as monitors do, by path, and finds what the
// checkpoint says.
func TestStrangers(t *testing.T) {
	s, e := filled(t, 200)
	r := NewReader(e, origin)
	signed, err := r.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := policy(t, s.Keys...).Open(signed)
	if err != nil || c.Size != 601 {
		t.Fatalf("checkpoint of %d, %v", c.Size, err)
	}
	fetch := func(tile tlog.Tile) []byte {
		b, err := r.Tile(t.Context(), ledger.Path(tile))
		if err != nil || len(b) != ledger.TileSize(tile) {
			t.Fatalf("%s: %d bytes, %v", ledger.Path(tile), len(b), err)
		}
		return b
	}
	var leaves [][]byte
	for n, w := range []int{256, 256, 89} {
		list, err := ledger.ParseBundle(fetch(tlog.Tile{H: 8, L: ledger.Entries, N: int64(n), W: w}))
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, list...)
		fetch(tlog.Tile{H: 8, L: 0, N: int64(n), W: w})
	}
	whole := fetch(tlog.Tile{H: 8, L: 0, N: 2, W: 89})
	for _, w := range []int{1, 50, 88} { // narrower ones are prefixes
		if part := fetch(tlog.Tile{H: 8, L: 0, N: 2, W: w}); !bytes.HasPrefix(whole, part) {
			t.Errorf("the tile of width %d is another", w)
		}
	}
	g, err := ledger.NewTree(0, nil).Grow(leaves)
	if err != nil || g.Root != c.Root {
		t.Errorf("the bundles give root %v, %v, the checkpoint says %v", g.Root, err, c.Root)
	}
	for _, path := range []string{"tile/0/002", "tile/0/002.p/90", "tile/0/003.p/1", "tile/1/000.p/3", "tile/2/000.p/1", "tile/entries/002"} {
		if _, err := r.Tile(t.Context(), path); !errors.Is(err, ErrRange) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range []string{"", "checkpoint", "tile/0/2", "tile/0/../../meta", "tile/0/000.p/256", strings.Repeat("tile/", 1000)} {
		if _, err := r.Tile(t.Context(), path); !errors.Is(err, ErrPath) {
			t.Errorf("%q: %v", path, err)
		}
	}
	for _, pair := range [][2]int64{{0, 601}, {1, 601}, {301, 601}, {601, 601}, {100, 300}} {
		if _, err := r.Growth(t.Context(), pair[0], pair[1]); err != nil {
			t.Errorf("growth %v: %v", pair, err)
		}
	}
	for _, pair := range [][2]int64{{-1, 5}, {5, 4}, {5, 602}} {
		if _, err := r.Growth(t.Context(), pair[0], pair[1]); !errors.Is(err, ErrRange) {
			t.Errorf("growth %v: %v", pair, err)
		}
	}
	for _, index := range []int64{-1, 601} {
		if _, _, err := r.Prove(t.Context(), index); !errors.Is(err, ErrRange) {
			t.Errorf("proof of %d: %v", index, err)
		}
	}
	if _, err := NewReader(engine(t), origin).Checkpoint(t.Context()); !errors.Is(err, ErrRange) {
		t.Errorf("checkpoint of no log: %v", err)
	}
}

func TestWaitEnds(t *testing.T) {
	s, _ := filled(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
	defer cancel()
	if _, _, err := s.Wait(ctx, "tender/never#1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	if len(s.waiting.of) != 0 {
		t.Errorf("%d waiters are left behind", len(s.waiting.of))
	}
}

func TestErased(t *testing.T) {
	s, e := filled(t, 1)
	x := store.Entry{Index: 4, ID: "tender/gone#1", Name: "x", Leaf: make([]byte, 32)}
	g, err := s.tree(t.Context(), 4).Grow([][]byte{x.Leaf})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := ledger.Checkpoint{Origin: origin, Size: 5, Root: g.Root}.Sign(s.signers()...)
	if err != nil {
		t.Fatal(err)
	}
	b := store.Batch{After: s.head, Head: store.Head{Size: 5, Checkpoint: signed}, Entries: []store.Entry{x}, Tiles: g.Tiles}
	if err := e.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Receipt(t.Context(), x.ID); !errors.Is(err, ErrErased) {
		t.Errorf("receipt of an erased record: %v", err)
	}
	sound(t, e)
}
