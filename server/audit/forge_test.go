package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"probity/bidding"
	"probity/bidding/score"
	"probity/documents/archive"
	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/event"
)

// forgery is a log that was kept by somebody who lies from the start: facts say
// something else, and leaves, tiles, checkpoint and manifest fit.
type forgery struct {
	t     testing.TB
	files files
	facts []*forged
}

// forged is one entry of it.
type forged struct {
	file  string // that it stands in
	index int64
	salt  []byte
	event.Event
}

func newForgery(t testing.TB) *forgery {
	t.Helper()
	x := &forgery{t: t, files: unpack(t, told().full)}
	for _, file := range []string{archive.EntriesPath, archive.PlatformPath} {
		for _, p := range archive.Entries(bytes.NewReader(x.files[file])) {
			f, err := event.Parse(p.Entry.Record)
			if err != nil {
				t.Fatal(err)
			}
			salt, _ := hex.DecodeString(p.Entry.Salt)
			x.facts = append(x.facts, &forged{file, p.Entry.Index, salt, f})
		}
	}
	return x
}

// fact returns the n-th fact of a name, from 0.
func (x *forgery) fact(name string, n int) *forged {
	x.t.Helper()
	for _, f := range x.facts {
		if f.Name == name {
			if n == 0 {
				return f
			}
			n--
		}
	}
	x.t.Fatalf("there is no %s", name)
	return nil
}

// by returns the first fact of a name by a person.
func (x *forgery) by(name, user string) *forged {
	x.t.Helper()
	for n := 0; ; n++ {
		if f := x.fact(name, n); f.By == user {
			return f
		}
	}
}

// says changes what a fact says at a path of members, and numbers of lists.
func (f *forged) says(value any, path ...any) {
	var data any
	if err := json.Unmarshal(f.Data, &data); err != nil {
		panic(err)
	}
	at := data
	for _, step := range path[:len(path)-1] {
		switch s := step.(type) {
		case string:
			at = at.(map[string]any)[s]
		case int:
			at = at.([]any)[s]
		}
	}
	switch s := path[len(path)-1].(type) {
	case string:
		at.(map[string]any)[s] = value
	case int:
		at.([]any)[s] = value
	}
	f.Data = canon.Must(data)
}

// get reads what a fact says into v.
func (f *forged) get(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(f.Data, v); err != nil {
		t.Fatal(err)
	}
}

// pack keeps the log anew and puts the archive together.
func (x *forgery) pack() []byte {
	x.t.Helper()
	a, err := archive.Open(bytes.NewReader(told().full), int64(len(told().full)))
	if err != nil {
		x.t.Fatal(err)
	}
	leaves := make([][]byte, a.Manifest.Size)
	for i := range leaves {
		other := sha256.Sum256(fmt.Append(nil, i)) // an entry of somebody else
		leaves[i] = other[:]
	}
	slices.SortFunc(x.facts, func(a, b *forged) int { return int(a.index - b.index) })
	text := map[string][]byte{}
	var indexes []int64
	closed := int64(0)
	for _, f := range x.facts {
		record := f.Record()
		leaves[f.index] = ledger.Leaf(f.salt, record)
		e := archive.Entry{Index: f.index, Leaf: hex.EncodeToString(leaves[f.index]), Record: record, Salt: hex.EncodeToString(f.salt)}
		text[f.file] = append(text[f.file], e.Line()...)
		indexes = append(indexes, f.index)
		if f.Name == bidding.FactCloseWindow {
			closed = f.index + 1
		}
	}
	maps.Copy(x.files, text)
	g, err := ledger.NewTree(0, nil).Grow(leaves)
	if err != nil {
		x.t.Fatal(err)
	}
	c := ledger.Checkpoint{Origin: a.Manifest.Origin, Size: g.Size, Root: g.Root}
	if x.files[archive.CheckpointPath], err = c.Sign(told().w.LogKey); err != nil {
		x.t.Fatal(err)
	}
	tiles, err := archive.Needed(c, indexes, []int64{closed}, func(t tlog.Tile) ([]byte, error) {
		return g.Tiles[ledger.Base(t)][:ledger.TileSize(t)], nil
	})
	if err != nil {
		x.t.Fatal(err)
	}
	maps.DeleteFunc(x.files, func(path string, _ []byte) bool { return bytes.HasPrefix([]byte(path), []byte("log/tile/")) })
	maps.Copy(x.files, tiles)
	return x.files.pack(x.t, told().full, keeper)
}

// record changes an opening record, and the hash of it that was logged.
func (x *forgery) record(n int, change func(*bidding.Record)) {
	x.t.Helper()
	f := x.fact("opening.record", n)
	var d struct{ Lot, Envelope string }
	f.get(x.t, &d)
	path := "openings/" + d.Lot + "/" + d.Envelope + "/record.json"
	r, err := bidding.ParseRecord(x.files[path])
	if err != nil {
		x.t.Fatal(err)
	}
	change(&r)
	x.files[path] = r.Bytes()
	f.says(r.Hash(), "record")
}

// rank changes the input of the ranking, and ranks by it.
func (x *forgery) rank(change func(*score.Input)) {
	x.t.Helper()
	f := x.fact("evaluation.rank", 0)
	var d struct{ Input score.Input }
	f.get(x.t, &d)
	change(&d.Input)
	r, err := score.Rank(d.Input)
	if err != nil {
		x.t.Fatal(err)
	}
	hash := canon.Hash("ranking", canon.Must(r))
	f.says(json.RawMessage(canon.Must(d.Input)), "input")
	f.says(json.RawMessage(canon.Must(r)), "ranking")
	f.says(hex.EncodeToString(hash[:]), "hash")
}

// TestLiesFromTheStart: the keeper of the log has logged something else than
// what was done, and everything about the log is in order. What people have
// signed, what was sealed and what can be computed gives it away.
func TestLiesFromTheStart(t *testing.T) {
	for _, c := range lies {
		t.Run(c.what, func(t *testing.T) {
			x := newForgery(t)
			c.lie(x)
			got := codes(t, x.pack())
			if !slices.Contains(got, c.want) {
				t.Errorf("found %v, want %s", got, c.want)
			}
			for _, code := range got {
				if code[:4] == "log." || code[:8] == "archive." {
					t.Errorf("the log itself is in order, and %s was found", code)
				}
			}
		})
	}
}

// TestTruthForged: the forger's tools alone give nothing away but the root of
// the log, which is another because the other entries of the log are.
func TestTruthForged(t *testing.T) {
	if got := codes(t, newForgery(t).pack()); !slices.Equal(got, []string{"evaluation.draw"}) {
		t.Errorf("found %v", got)
	}
}

var before = -48 * time.Hour
