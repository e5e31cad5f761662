package ledger

import (
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"
)

// Tile is one whole or last partial tile of a rebuilt tree.
type Tile struct {
	tlog.Tile
	Data []byte
}

// Rebuild computes the tree of all leaves anew and hands over each tile once,
// when it is whole or the leaves have ended. It needs memory for the right
// edge of the tree only. It ends at the first error of either side.
func Rebuild(leaves iter.Seq2[[]byte, error], each func(Tile) error) (size int64, root tlog.Hash, err error) {
	r := &rebuilding{edge: map[string]Tile{}, each: each}
	var chunk [][]byte
	for leaf, err := range leaves {
		if err != nil {
			return 0, root, err
		}
		if chunk = append(chunk, leaf); len(chunk) == Width {
			if err := r.grow(chunk); err != nil {
				return 0, root, err
			}
			chunk = nil
		}
	}
	if err := r.grow(chunk); err != nil {
		return 0, root, err
	}
	for _, t := range r.edge {
		if t.W < Width {
			if err := each(t); err != nil {
				return 0, root, err
			}
		}
	}
	root, err = NewTree(r.size, r.read).RootHash()
	return r.size, root, err
}

type rebuilding struct {
	size int64
	edge map[string]Tile // base to tile: the last two of each level
	each func(Tile) error
}

func (r *rebuilding) read(base string) ([]byte, error) {
	t, ok := r.edge[base]
	if !ok {
		return nil, fmt.Errorf("ledger: tile %s is not at the edge", base)
	}
	return t.Data, nil
}

func (r *rebuilding) grow(leaves [][]byte) error {
	g, err := NewTree(r.size, r.read).Grow(leaves)
	if err != nil {
		return err
	}
	for _, t := range tilesOf(r.size, g.Size) {
		r.edge[Base(t)] = Tile{t, g.Tiles[Base(t)]}
		if t.W < Width {
			continue
		}
		if err := r.each(r.edge[Base(t)]); err != nil {
			return err
		}
		if t.N > 1 { // no later hash is made of this one's
			t.N -= 2
			delete(r.edge, Base(t))
		}
	}
	r.size = g.Size
	return nil
}
