package ledger

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func TestPaths(t *testing.T) {
	for path, want := range map[string]tlog.Tile{
		"tile/0/000":                 {H: 8, L: 0, N: 0, W: 256},
		"tile/0/000.p/1":             {H: 8, L: 0, N: 0, W: 1},
		"tile/2/x001/x234/067.p/255": {H: 8, L: 2, N: 1234067, W: 255},
		"tile/entries/999":           {H: 8, L: Entries, N: 999, W: 256},
		"tile/entries/x001/000":      {H: 8, L: Entries, N: 1000, W: 256},
	} {
		if got, err := ParsePath(path); err != nil || got != want {
			t.Errorf("%s: %v, %v", path, got, err)
		}
		if got := Path(want); got != path {
			t.Errorf("%v: %s, want %s", want, got, path)
		}
	}
	for _, path := range []string{
		"", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/000", "tile/-1/000", "tile/8/000",
		"tile/00/000", "tile/+1/000", "tile/0/-01", "tile/0/+01", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
		"tile/data/000", "tile/8/0/000", "/tile/0/000", "tile/0/000/", "tile/0/../0/000", "tile/0/x001/x000", "tile/0/001/000", "tile/0/000.p/1.p/1",
		"tile/0/" + strings.Repeat("x999/", 12) + "999", "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/entries/000\x00", "tile/0/x001.p/000",
	} {
		if got, err := ParsePath(path); err == nil {
			t.Errorf("%q was read as %v", path, got)
		}
	}
}

func TestCheckpointForms(t *testing.T) {
	good := Empty(origin).Text()
	if _, err := ParseCheckpoint(good); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":          "",
		"no origin":        strings.TrimPrefix(good, origin),
		"a plus":           strings.Replace(good, "\n0\n", "\n+0\n", 1),
		"a leading zero":   strings.Replace(good, "\n0\n", "\n00\n", 1),
		"a negative size":  strings.Replace(good, "\n0\n", "\n-1\n", 1),
		"a huge size":      strings.Replace(good, "\n0\n", "\n9007199254740993\n", 1),
		"a space":          strings.Replace(good, "\n0\n", "\n 0\n", 1),
		"a carriage":       strings.ReplaceAll(good, "\n", "\r\n"),
		"an extension":     good + "extension\n",
		"no last newline":  strings.TrimSuffix(good, "\n"),
		"a short root":     strings.Replace(good, "4", "", 1),
		"a loose last bit": strings.Replace(good, "uFU=", "uFV=", 1),
	} {
		if text == good {
			t.Fatalf("%s: the case changes nothing", name)
		}
		if c, err := ParseCheckpoint(text); err == nil {
			t.Errorf("%s: read as %v", name, c)
		}
	}
}

func TestBundles(t *testing.T) {
	var b []byte
	for i := range Width {
		b = AppendBundle(b, Leaf(salt(i), nil))
	}
	leaves, err := ParseBundle(b)
	if err != nil || len(leaves) != Width || !bytes.Equal(leaves[255], Leaf(salt(255), nil)) {
		t.Fatalf("%d leaves, %v", len(leaves), err)
	}
	for name, bad := range map[string][]byte{
		"one byte short": b[1:], "too many": AppendBundle(bytes.Clone(b), leaves[0]), "another length": append([]byte{0, 31}, b[2:]...),
	} {
		if _, err := ParseBundle(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestReceiptForms: one receipt has one sequence of bytes.
func TestReceiptForms(t *testing.T) {
	s, _, _ := keys(t, origin)
	l := &log{}
	l.add(t, 5)
	good := string(l.receipt(t, l.tree(), 3, s).Marshal())
	if _, err := ParseReceipt([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"another header":        strings.Replace(good, "@v1", "@v2", 1),
		"no word extra":         strings.Replace(good, "extra ", "", 1),
		"extra without padding": strings.Replace(good, "=\nindex", "\nindex", 1),
		"no word index":         strings.Replace(good, "index ", "", 1),
		"a plus":                strings.Replace(good, "index 3", "index +3", 1),
		"a leading zero":        strings.Replace(good, "index 3", "index 03", 1),
		"a negative index":      strings.Replace(good, "index 3", "index -3", 1),
		"a space":               strings.Replace(good, "index 3", "index 3 ", 1),
		"a carriage":            strings.Replace(good, "index 3\n", "index 3\r\n", 1),
		"a path of words":       strings.Replace(good, "index 3\n", "index 3\nnot a hash\n", 1),
		"an endless path":       strings.Replace(good, "index 3\n", "index 3\n"+strings.Repeat("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", 54), 1),
		"no checkpoint":         good[:strings.Index(good, "\n\n")],
		"nothing":               "",
	} {
		if text == good {
			t.Fatalf("%s: the case changes nothing", name)
		}
		if _, err := ParseReceipt([]byte(text)); err == nil {
			t.Errorf("%s: read", name)
		}
	}
	if _, err := ParseReceipt(make([]byte, maxReceipt+1)); err == nil {
		t.Error("a receipt of more than 8 MB was read")
	}
}

func FuzzParsePath(f *testing.F) {
	f.Add("tile/0/000")
	f.Add("tile/entries/x001/234.p/7")
	f.Fuzz(func(t *testing.T, path string) {
		if tile, err := ParsePath(path); err == nil && (Path(tile) != path || TileSize(tile) < 1) {
			t.Errorf("%q is %v, which is %q", path, tile, Path(tile))
		}
	})
}

func FuzzParseReceipt(f *testing.F) {
	s, v, _ := keys(f, origin)
	l := &log{}
	l.add(f, 5)
	f.Add(l.receipt(f, l.tree(), 3, s).Marshal())
	f.Add(Receipt{Salt: make([]byte, 16), Checkpoint: []byte("x")}.Marshal())
	p := Policy{Origin: origin, Log: []note.Verifier{v}}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseReceipt(b)
		if err != nil {
			return
		}
		if !bytes.Equal(r.Marshal(), b) {
			t.Error("a receipt was read that we would write otherwise")
		}
		if _, err := r.Verify(p); err == nil && !bytes.Equal(r.Record, l.records[r.Index]) {
			t.Errorf("a foreign receipt of %d was believed", r.Index)
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	s, v, _ := keys(f, origin)
	f.Add(sign(Empty(origin), s))
	p := Policy{Origin: origin, Log: []note.Verifier{v}}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Peek(b)
		if err == nil && !bytes.HasPrefix(b, []byte(c.Text()+"\n")) {
			t.Errorf("%q was read as %v", b, c)
		}
		if c, err := p.Open(b); err == nil && c != Empty(origin) {
			t.Errorf("%v was believed", c)
		}
		ParseBundle(b)
		NewWitness(string(b))
		NewCosigner(string(b), nil)
		OpenHandover(origin, v, b)
		Merge(b, b)
	})
}

func BenchmarkVerify(b *testing.B) {
	s, v, _ := keys(b, origin)
	l := &log{}
	l.add(b, 100_000)
	raw := l.receipt(b, l.tree(), 777, s).Marshal()
	p := Policy{Origin: origin, Log: []note.Verifier{v}}
	for b.Loop() {
		r, err := ParseReceipt(raw)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Verify(p); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(raw)), "bytes")
}

// BenchmarkBatch: 200 leaves behind 100,000, and all 200 proofs.
func BenchmarkBatch(b *testing.B) {
	l := &log{}
	l.add(b, 100_000)
	leaves := make([][]byte, 200)
	for i := range leaves {
		leaves[i] = Leaf(salt(i), nil)
	}
	for b.Loop() {
		g, err := l.tree().Grow(leaves)
		if err != nil {
			b.Fatal(err)
		}
		for i := range leaves {
			if _, err := g.Prove(l.size + int64(i)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
