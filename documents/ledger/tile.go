package ledger

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The tree is cut into tiles of eight levels; Width hashes are a whole one.
const (
	Height = 8
	Width  = 1 << Height
)

// Entries is the level of the bundles, which hold the leaves themselves.
const Entries = -1

// maxTile bounds the numbers of tiles: 2^53 entries are more than will come,
// and every number below is exact everywhere.
const maxTile = 1 << (53 - Height)

// Path returns where a tile is published: tile/L/N, with .p/W behind it if it
// is partial. N is written in groups of three digits, all but the last marked
// with an x.
func Path(t tlog.Tile) string {
	p := Base(t)
	if t.W != Width {
		p += ".p/" + strconv.Itoa(t.W)
	}
	return p
}

// Base returns the path of the whole tile of which t is a part.
func Base(t tlog.Tile) string {
	n := t.N
	s := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	if t.L == Entries {
		return "tile/entries/" + s
	}
	return "tile/" + strconv.Itoa(t.L) + "/" + s
}

// ParsePath reads a path as it comes in a request, and refuses all that Path
// does not write.
func ParsePath(path string) (tlog.Tile, error) {
	bad := fmt.Errorf("ledger: %.80q is not the path of a tile", path)
	part := strings.Split(path, "/")
	if len(path) > 80 || len(part) < 3 || part[0] != "tile" {
		return tlog.Tile{}, bad
	}
	t := tlog.Tile{H: Height, L: Entries, W: Width}
	if part[1] != "entries" {
		level, err := strconv.Atoi(part[1])
		if err != nil || level < 0 || level > 7 { // 256^7 leaves are above 2^53
			return t, bad
		}
		t.L = level
	}
	number := part[2:]
	if i := len(number) - 2; i >= 0 && strings.HasSuffix(number[i], ".p") {
		w, err := strconv.Atoi(number[i+1])
		if err != nil || w < 1 || w >= Width {
			return t, bad
		}
		t.W = w
		number = append(append([]string(nil), number[:i]...), strings.TrimSuffix(number[i], ".p"))
	}
	for _, group := range number {
		n, err := strconv.Atoi(strings.TrimPrefix(group, "x"))
		if err != nil || n < 0 || n > 999 || t.N > maxTile {
			return t, bad
		}
		t.N = t.N*1000 + int64(n)
	}
	if t.N >= maxTile || Path(t) != path {
		return t, bad
	}
	return t, nil
}

// TileSize returns the bytes of a tile.
func TileSize(t tlog.Tile) int {
	if t.L == Entries {
		return t.W * bundled
	}
	return t.W * tlog.HashSize
}

// bundled is the size of one entry in a bundle: two bytes of length, then the
// leaf. All leaves are of one size, so a bundle can be cut anywhere.
const bundled = 2 + LeafSize

// AppendBundle adds a leaf to a bundle.
func AppendBundle(b, leaf []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, LeafSize), leaf...)
}

// ParseBundle returns the leaves of a bundle and refuses any other form.
func ParseBundle(b []byte) ([][]byte, error) {
	if len(b)%bundled != 0 || len(b) > Width*bundled {
		return nil, fmt.Errorf("ledger: a bundle has %d bytes, not up to %d times %d", len(b), Width, bundled)
	}
	var leaves [][]byte
	for ; len(b) > 0; b = b[bundled:] {
		if binary.BigEndian.Uint16(b) != LeafSize {
			return nil, fmt.Errorf("ledger: entry %d of a bundle has %d bytes, not %d", len(leaves), binary.BigEndian.Uint16(b), LeafSize)
		}
		leaves = append(leaves, b[2:bundled:bundled])
	}
	return leaves, nil
}

// tilesOf returns the tiles, bundles included, that change when a tree grows.
func tilesOf(old, size int64) []tlog.Tile {
	tiles := tlog.NewTiles(Height, old, size)
	for _, t := range tiles {
		if t.L == 0 {
			t.L = Entries
			tiles = append(tiles, t)
		}
	}
	return tiles
}

// WidthAt returns how many hashes a tile has in a tree of this size.
func WidthAt(t tlog.Tile, size int64) int {
	level := max(t.L, 0)
	return int(min(max(size>>(Height*level)-t.N<<Height, 0), Width))
}

// Whole reports whether these are the bytes of a whole tile or bundle: they
// will never be more.
func Whole(b []byte) bool {
	return len(b) == Width*tlog.HashSize || len(b) == Width*bundled
}
