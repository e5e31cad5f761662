package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Read returns the stored bytes of the tile whose whole path is base. They may
// be more than were asked for, never less.
type Read func(base string) ([]byte, error)

// Tree is a log at one size, with its tiles behind Read. It computes proofs
// from them and, with Grow, the tree that follows. It keeps what it has read,
// so it serves one goroutine at a time and one request or batch.
type Tree struct {
	Size  int64
	Read  Read
	tiles map[string][]byte
	nodes map[int64]tlog.Hash // by stored hash index: read before, or new
}

// NewTree returns the tree of a log with so many entries.
func NewTree(size int64, read Read) *Tree {
	return &Tree{Size: size, Read: read, tiles: map[string][]byte{}, nodes: map[int64]tlog.Hash{}}
}

// Growth is what leaves add to a tree.
type Growth struct {
	*Tree                   // the tree with them, which needs nothing stored
	Root  tlog.Hash         // of it
	Tiles map[string][]byte // path of the whole tile to its bytes by now
}

// Grow returns the tree with leaves behind it. The tree itself stays as it is.
func (t *Tree) Grow(leaves [][]byte) (*Growth, error) {
	size := t.Size + int64(len(leaves))
	g := &Growth{Tree: NewTree(size, t.Read), Tiles: map[string][]byte{}}
	g.bound(t)
	for i, leaf := range leaves {
		n := t.Size + int64(i)
		if len(leaf) != LeafSize {
			return nil, fmt.Errorf("ledger: entry %d has %d bytes, not %d", n, len(leaf), LeafSize)
		}
		hashes, err := tlog.StoredHashesForRecordHash(n, nodeOf(leaf), g)
		if err != nil {
			return nil, fmt.Errorf("ledger: add entry %d: %w", n, err)
		}
		first := tlog.StoredHashIndex(0, n)
		for j, h := range hashes {
			g.nodes[first+int64(j)] = h
		}
	}
	for _, tile := range tilesOf(t.Size, size) {
		if err := g.write(tile, t.Size, leaves); err != nil {
			return nil, err
		}
	}
	var err error
	if g.Root, err = tlog.TreeHash(size, g); err != nil {
		return nil, fmt.Errorf("ledger: root of %d: %w", size, err)
	}
	return g, nil
}

// bound lets g read the old tree's tiles, only as far as the old tree goes.
func (g *Growth) bound(old *Tree) {
	g.Read = func(base string) ([]byte, error) {
		if b, ok := g.Tiles[base]; ok {
			return b, nil
		}
		return old.tile(base)
	}
}

// write makes a tile from what the old tree has of it and the new hashes.
func (g *Growth) write(t tlog.Tile, old int64, leaves [][]byte) error {
	had := WidthAt(t, old)
	data := make([]byte, 0, TileSize(t))
	if had > 0 {
		before := t
		before.W = had
		b, err := g.Read(Base(t))
		if err != nil {
			return fmt.Errorf("ledger: read tile %s: %w", Base(t), err)
		}
		if len(b) < TileSize(before) {
			return fmt.Errorf("ledger: tile %s has %d bytes, not %d", Base(t), len(b), TileSize(before))
		}
		data = append(data, b[:TileSize(before)]...)
	}
	for i := had; i < t.W; i++ {
		n := t.N<<Height + int64(i)
		if t.L == Entries {
			data = AppendBundle(data, leaves[n-old])
			continue
		}
		h, ok := g.nodes[tlog.StoredHashIndex(t.L*Height, n)]
		if !ok {
			return fmt.Errorf("ledger: no hash %d of level %d", n, t.L)
		}
		data = append(data, h[:]...)
	}
	g.Tiles[Base(t)] = data
	return nil
}

// ReadHashes serves the arithmetic, as tlog.HashReader.
func (t *Tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		h, ok := t.nodes[x]
		if !ok {
			var err error
			if h, err = t.node(x); err != nil {
				return nil, err
			}
			t.nodes[x] = h
		}
		list[i] = h
	}
	return list, nil
}

// node computes a hash from the tile that holds it.
func (t *Tree) node(index int64) (tlog.Hash, error) {
	tile := tlog.TileForIndex(Height, index)
	data, err := t.tile(Base(tile))
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("ledger: read tile %s: %w", Base(tile), err)
	}
	h, err := tlog.HashFromTile(tile, data, index)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("ledger: tile %s: %w", Base(tile), err)
	}
	return h, nil
}

func (t *Tree) tile(base string) ([]byte, error) {
	if b, ok := t.tiles[base]; ok {
		return b, nil
	}
	b, err := t.Read(base)
	if err == nil {
		t.tiles[base] = b
	}
	return b, err
}

// RootHash returns the root of the tree.
func (t *Tree) RootHash() (tlog.Hash, error) {
	h, err := tlog.TreeHash(t.Size, t)
	if err != nil {
		return h, fmt.Errorf("ledger: root of %d: %w", t.Size, err)
	}
	return h, nil
}

// Prove returns the path from entry index to the root.
func (t *Tree) Prove(index int64) (tlog.RecordProof, error) {
	if index < 0 || index >= t.Size {
		return nil, fmt.Errorf("ledger: entry %d is not in a log of %d", index, t.Size)
	}
	p, err := tlog.ProveRecord(t.Size, index, t)
	if err != nil {
		return nil, fmt.Errorf("ledger: prove entry %d of %d: %w", index, t.Size, err)
	}
	return p, nil
}

// ProveGrowth returns the proof that the tree begins with the whole tree of
// size old. For old 0 there is nothing to prove.
func (t *Tree) ProveGrowth(old int64) (tlog.TreeProof, error) {
	if old < 0 || old > t.Size {
		return nil, fmt.Errorf("ledger: a log of %d entries was never of %d", t.Size, old)
	}
	if old == 0 {
		return nil, nil
	}
	p, err := tlog.ProveTree(t.Size, old, t)
	if err != nil {
		return nil, fmt.Errorf("ledger: prove growth from %d to %d: %w", old, t.Size, err)
	}
	return p, nil
}
