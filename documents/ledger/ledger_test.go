package ledger

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"testing"

	formats "github.com/transparency-dev/formats/log"
	formatproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "tenders.example/log"

func keys(t testing.TB, name string) (note.Signer, note.Verifier, string) {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return s, v, vkey
}

// log is a log in memory.
type log struct {
	tiles   map[string][]byte
	size    int64
	records [][]byte
	heads   []Checkpoint
}

func salt(i int) []byte { h := sha256.Sum256(fmt.Append(nil, "salt", i)); return h[:SaltSize] }

func (l *log) read(base string) ([]byte, error) {
	b, ok := l.tiles[base]
	if !ok {
		return nil, fmt.Errorf("no tile %s", base)
	}
	return b, nil
}

func (l *log) tree() *Tree { return NewTree(l.size, l.read) }

// add appends n records and checks that tiles only ever grow.
func (l *log) add(t testing.TB, n int) *Growth {
	t.Helper()
	if l.tiles == nil {
		l.tiles = map[string][]byte{}
	}
	var leaves [][]byte
	for range n {
		i := len(l.records)
		l.records = append(l.records, fmt.Appendf(nil, `{"n":%d}`, i))
		leaves = append(leaves, Leaf(salt(i), l.records[i]))
	}
	g, err := l.tree().Grow(leaves)
	if err != nil {
		t.Fatalf("grow by %d: %v", n, err)
	}
	for base, b := range g.Tiles {
		if !bytes.HasPrefix(b, l.tiles[base]) || len(b) == len(l.tiles[base]) {
			t.Fatalf("tile %s of %d bytes became another of %d", base, len(l.tiles[base]), len(b))
		}
	}
	maps.Copy(l.tiles, g.Tiles)
	l.size += int64(n)
	l.heads = append(l.heads, Checkpoint{origin, l.size, g.Root})
	return g
}

func (l *log) receipt(t testing.TB, tree *Tree, i int64, s ...note.Signer) Receipt {
	t.Helper()
	p, err := tree.Prove(i)
	if err != nil {
		t.Fatal(err)
	}
	cp, err := l.heads[len(l.heads)-1].Sign(s...)
	if err != nil {
		t.Fatal(err)
	}
	return Receipt{i, salt(int(i)), l.records[i], p, cp}
}

// TestOthersAgree grows a log in odd steps and has every receipt and the
// growth checked by another implementation.
func TestOthersAgree(t *testing.T) {
	s, v, _ := keys(t, origin)
	l := &log{}
	for _, n := range []int{1, 1, 3, 250, 1, 1, 300, 7, 1000, 0, 1, 1 << 16, 255, 1, 256} {
		g := l.add(t, n)
		head := l.heads[len(l.heads)-1]
		for _, i := range []int64{0, l.size / 3, l.size - int64(n), l.size - 1} {
			if i >= l.size {
				continue
			}
			for name, tree := range map[string]*Tree{"from memory": g.Tree, "from tiles": l.tree()} {
				r := l.receipt(t, tree, i, s)
				others(t, r, v)
				if c, err := r.Verify(Policy{Origin: origin, Log: []note.Verifier{v}}); err != nil || c != head {
					t.Fatalf("%s, entry %d of %d: %v, %v", name, i, l.size, c, err)
				}
			}
		}
		for _, old := range l.heads {
			p, err := l.tree().ProveGrowth(old.Size)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckGrowth(old, head, p); err != nil {
				t.Errorf("growth from %d to %d: %v", old.Size, head.Size, err)
			}
			var hashes [][]byte
			for _, h := range p {
				hashes = append(hashes, h[:])
			}
			if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(old.Size), uint64(head.Size), hashes, old.Root[:], head.Root[:]); err != nil {
				t.Errorf("others on growth from %d to %d: %v", old.Size, head.Size, err)
			}
		}
	}
	rebuilds(t, l)
}

// others verifies a receipt with transparency-dev's code alone.
func others(t *testing.T, r Receipt, v note.Verifier) {
	t.Helper()
	var p formatproof.TLogProof
	if err := p.Unmarshal(r.Marshal()); err != nil {
		t.Fatalf("others cannot read the receipt: %v", err)
	}
	c, _, _, err := formats.ParseCheckpoint(p.Checkpoint, origin, v)
	if err != nil {
		t.Fatalf("others cannot read the checkpoint: %v", err)
	}
	leaf := sha256.Sum256(append([]byte("sealbid/1 leaf\n"), p.ExtraData...))
	var hashes [][]byte
	for _, h := range p.Hashes {
		hashes = append(hashes, h[:])
	}
	err = proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, c.Size, rfc6962.DefaultHasher.HashLeaf(leaf[:]), hashes, c.Hash)
	if err != nil {
		t.Fatalf("others refuse the receipt of %d: %v", r.Index, err)
	}
}

// rebuilds computes the whole log anew from its records.
func rebuilds(t *testing.T, l *log) {
	t.Helper()
	again := map[string][]byte{}
	leaves := func(yield func([]byte, error) bool) {
		for i, r := range l.records {
			if !yield(Leaf(salt(i), r), nil) {
				return
			}
		}
	}
	size, root, err := Rebuild(leaves, func(tile Tile) error {
		if again[Base(tile.Tile)] != nil {
			t.Errorf("tile %s twice", Base(tile.Tile))
		}
		again[Base(tile.Tile)] = tile.Data
		return nil
	})
	head := l.heads[len(l.heads)-1]
	if err != nil || size != head.Size || root != head.Root {
		t.Errorf("rebuilt %d with root %v, %v, want %v", size, root, err, head)
	}
	if !maps.EqualFunc(again, l.tiles, bytes.Equal) {
		t.Errorf("rebuilt %d tiles, want the %d that are there", len(again), len(l.tiles))
	}
}

func TestEmptyLog(t *testing.T) {
	s, v, _ := keys(t, origin)
	b, err := Empty(origin).Sign(s)
	if err != nil {
		t.Fatal(err)
	}
	c, _, _, err := formats.ParseCheckpoint(b, origin, v)
	if err != nil || c.Size != 0 || !bytes.Equal(c.Hash, rfc6962.DefaultHasher.EmptyRoot()) {
		t.Errorf("others read %v, %v", c, err)
	}
	l := &log{}
	l.add(t, 5)
	if err := CheckGrowth(Empty(origin), l.heads[0], nil); err != nil {
		t.Errorf("growth from nothing: %v", err)
	}
	if size, root, err := Rebuild(func(func([]byte, error) bool) {}, nil); size != 0 || root != Empty(origin).Root || err != nil {
		t.Errorf("rebuilt nothing: %d, %v, %v", size, root, err)
	}
}

func TestLeafVector(t *testing.T) {
	got := hex.EncodeToString(Leaf([]byte("0123456789abcdef"), []byte(`{"a":1}`)))
	want := sha256.Sum256([]byte("sealbid/1 leaf\n0123456789abcdef{\"a\":1}"))
	if got != hex.EncodeToString(want[:]) || got != "83bdaa32115648e285061cf25a10c68b82f9db031e6c1ad490741e3c80d99e4b" {
		t.Errorf("leaf is %s, want %x", got, want)
	}
}

// TestReceiptRefusals changes a good receipt in every way that matters.
func TestReceiptRefusals(t *testing.T) {
	s, v, _ := keys(t, origin)
	forger, _, _ := keys(t, origin)
	l := &log{}
	l.add(t, 300)
	good := l.receipt(t, l.tree(), 7, s)
	p := Policy{Origin: origin, Log: []note.Verifier{v}}
	if _, err := good.Verify(p); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(r *Receipt, p *Policy){
		"another record":          func(r *Receipt, _ *Policy) { r.Record = []byte(`{"n":8}`) },
		"another salt":            func(r *Receipt, _ *Policy) { r.Salt = salt(8) },
		"salt moved into record":  func(r *Receipt, _ *Policy) { r.Salt, r.Record = r.Salt[:15], append(r.Salt[15:16:16], r.Record...) },
		"another index":           func(r *Receipt, _ *Policy) { r.Index = 8 },
		"a negative index":        func(r *Receipt, _ *Policy) { r.Index = -1 },
		"an index behind the end": func(r *Receipt, _ *Policy) { r.Index = 300 },
		"a shorter path":          func(r *Receipt, _ *Policy) { r.Proof = r.Proof[1:] },
		"a longer path":           func(r *Receipt, _ *Policy) { r.Proof = append(r.Proof, tlog.Hash{}) },
		"a changed path":          func(r *Receipt, _ *Policy) { r.Proof[3][0] ^= 1 },
		"a forged signature":      func(r *Receipt, _ *Policy) { r.Checkpoint = sign(l.heads[0], forger) },
		"a larger size": func(r *Receipt, _ *Policy) {
			r.Checkpoint = bytes.Replace(r.Checkpoint, []byte("\n300\n"), []byte("\n301\n"), 1)
		},
		"another log's":     func(_ *Receipt, p *Policy) { p.Origin = "tenders.example/other" },
		"a missing witness": func(_ *Receipt, p *Policy) { p.Quorum = 1 },
		"no checkpoint":     func(r *Receipt, _ *Policy) { r.Checkpoint = nil },
	} {
		r, q := good, p
		r.Proof = slices.Clone(good.Proof)
		change(&r, &q)
		if _, err := r.Verify(q); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func sign(c Checkpoint, s ...note.Signer) []byte {
	b, err := c.Sign(s...)
	if err != nil {
		panic(err)
	}
	return b
}
