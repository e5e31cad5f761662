package archive

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"probity/documents/ledger"
)

// ReadTile returns the bytes of exactly one tile, partial or whole.
type ReadTile func(t tlog.Tile) ([]byte, error)

// Leaves returns the hashes of the tree's leaves at the indexes, each proved to
// be under the checkpoint's root by the tiles that read gives: a tile that does
// not lead to the root is refused and named.
func Leaves(c ledger.Checkpoint, indexes []int64, read ReadTile) ([]tlog.Hash, error) {
	stored := make([]int64, len(indexes))
	for i, n := range indexes {
		if n < 0 || n >= c.Size {
			return nil, fmt.Errorf("archive: entry %d is not in a log of %d", n, c.Size)
		}
		stored[i] = tlog.StoredHashIndex(0, n)
	}
	tree := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, tiles(read))
	hashes, err := tree.ReadHashes(stored)
	if err != nil {
		return nil, fmt.Errorf("archive: prove %d entries of %d: %w", len(indexes), c.Size, err)
	}
	return hashes, nil
}

// RootAt returns the root that the log had at an earlier size, proved in the
// same way.
func RootAt(c ledger.Checkpoint, size int64, read ReadTile) (tlog.Hash, error) {
	if size < 1 || size > c.Size {
		return tlog.Hash{}, fmt.Errorf("archive: a log of %d entries was never of %d", c.Size, size)
	}
	root, err := tlog.TreeHash(size, tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, tiles(read)))
	if err != nil {
		return root, fmt.Errorf("archive: root of %d in %d: %w", size, c.Size, err)
	}
	return root, nil
}

// Needed returns the tiles that prove the entries and the roots at the sizes,
// by their path in an archive: those that Leaves and RootAt read, and no
// others. It proves on the way that they do.
func Needed(c ledger.Checkpoint, indexes, sizes []int64, read ReadTile) (map[string][]byte, error) {
	needed := map[string][]byte{}
	keep := func(t tlog.Tile) ([]byte, error) {
		b, err := read(t)
		if err == nil {
			needed[TilePrefix+ledger.Path(t)] = b
		}
		return b, err
	}
	if _, err := Leaves(c, indexes, keep); err != nil {
		return nil, err
	}
	for _, n := range sizes {
		if _, err := RootAt(c, n, keep); err != nil {
			return nil, err
		}
	}
	return needed, nil
}

// Tile reads a tile of the archive.
func (a *Reader) Tile(t tlog.Tile) ([]byte, error) {
	return a.Read(TilePrefix+ledger.Path(t), int64(ledger.TileSize(t)))
}

// tiles fits a ReadTile to the arithmetic.
type tiles ReadTile

func (tiles) Height() int { return ledger.Height }

func (r tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(list))
	for i, t := range list {
		b, err := r(t)
		if err != nil {
			return nil, err
		}
		if len(b) != ledger.TileSize(t) {
			return nil, fmt.Errorf("archive: tile %s has %d bytes, not %d", ledger.Path(t), len(b), ledger.TileSize(t))
		}
		data[i] = b
	}
	return data, nil
}

// SaveTiles keeps nothing: what is needed is in the archive.
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
