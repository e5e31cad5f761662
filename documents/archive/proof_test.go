package archive

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"probity/documents/ledger"
)

func TestEntries(t *testing.T) {
	record := []byte(`{"at":"2026-01-01T00:00:00.000Z","n":1}`)
	salt := bytes.Repeat([]byte{7}, 16)
	e := Entry{Index: 5, Leaf: hex.EncodeToString(ledger.Leaf(salt, record)), Record: record, Salt: hex.EncodeToString(salt)}
	shut := Entry{Index: 6, Leaf: e.Leaf, ID: "enquiry/1#1", Name: "enquiry.ask"}
	if !e.Commits() || shut.Commits() {
		t.Error("who commits to what")
	}
	file := append(e.Line(), shut.Line()...)
	for n, p := range Entries(bytes.NewReader(file)) {
		if p.Err != nil || string(p.Entry.Line()) != string([][]byte{e.Line(), shut.Line()}[n-1]) {
			t.Errorf("line %d: %v", n, p.Err)
		}
	}
	for _, bad := range []string{
		"", "{}", " " + string(e.Line()), strings.Replace(string(e.Line()), `"index":5`, `"index":-5`, 1),
		strings.Replace(string(e.Line()), `"salt":"07`, `"salt":"0G`, 1) + "x", `{"index":1,"leaf":"` + e.Leaf + `"}`,
		strings.Replace(string(shut.Line()), `"id":"enquiry/1#1",`, "", 1), string(file),
	} {
		if _, err := ParseEntry([]byte(strings.TrimSuffix(bad, "\n"))); err == nil {
			t.Errorf("took %q", bad)
		}
	}
	n := 0
	for _, p := range Entries(strings.NewReader(strings.TrimSuffix(string(file), "\n"))) {
		if n++; (p.Err != nil) != (n == 2) {
			t.Errorf("line %d without its end: %v", n, p.Err)
		}
	}
}

// tree is a log of size leaves with its tiles.
func tree(t testing.TB, size int) (ledger.Checkpoint, map[string][]byte) {
	t.Helper()
	var leaves [][]byte
	for i := range size {
		leaves = append(leaves, ledger.Leaf(make([]byte, 16), fmt.Append(nil, i)))
	}
	g, err := ledger.NewTree(0, nil).Grow(leaves)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Checkpoint{Origin: origin, Size: g.Size, Root: g.Root}, g.Tiles
}

func TestProof(t *testing.T) {
	for _, size := range []int{1, 2, 255, 256, 257, 600, 70000} {
		c, all := tree(t, size)
		read := func(x tlog.Tile) ([]byte, error) {
			b, ok := all[ledger.Base(x)]
			if !ok {
				return nil, errors.New("no tile")
			}
			return b[:ledger.TileSize(x)], nil
		}
		indexes := []int64{0, int64(size) / 2, int64(size) - 1}
		needed, err := Needed(c, indexes, []int64{int64(size)/3 + 1}, read)
		if err != nil {
			t.Fatal(err)
		}
		given := func(x tlog.Tile) ([]byte, error) {
			b, ok := needed[TilePrefix+ledger.Path(x)]
			if !ok {
				return nil, errors.New("no tile")
			}
			return b, nil
		}
		hashes, err := Leaves(c, indexes, given)
		if err != nil {
			t.Fatalf("%d entries: %v", size, err)
		}
		for i, n := range indexes {
			if hashes[i] != tlog.RecordHash(ledger.Leaf(make([]byte, 16), fmt.Append(nil, n))) {
				t.Errorf("entry %d of %d is another", n, size)
			}
		}
		early := int64(size)/3 + 1
		want, _ := tree(t, int(early))
		if root, err := RootAt(c, early, given); err != nil || root != want.Root {
			t.Errorf("the root at %d of %d is %v, %v", early, size, root, err)
		}
		for path, b := range needed {
			for _, i := range []int{0, len(b) / 2, len(b) - 1} {
				b[i] ^= 1
				_, err1 := Leaves(c, indexes, given)
				if _, err2 := RootAt(c, early, given); err1 == nil && err2 == nil {
					t.Errorf("of %d entries, byte %d of %s can be changed", size, i, path)
				}
				b[i] ^= 1
			}
			delete(needed, path)
			_, err1 := Leaves(c, indexes, given)
			if _, err2 := RootAt(c, early, given); err1 == nil && err2 == nil {
				t.Errorf("of %d entries, %s is not needed", size, path)
			}
			needed[path] = b
		}
		if _, err := Leaves(c, []int64{int64(size)}, given); err == nil {
			t.Error("an entry behind the end is proved")
		}
		if _, err := RootAt(c, int64(size)+1, given); err == nil {
			t.Error("a later root is proved")
		}
	}
}
