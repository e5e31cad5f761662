package ledger

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"probity/documents/ledger"
	"probity/tender/store"
)

// spoiled is an engine that lies about one thing.
type spoiled struct {
	store.Engine
	entry func(*store.Entry)
	tile  func(path string, b []byte) []byte
	head  func(*store.Head)
}

func (s spoiled) Entries(ctx context.Context, from int64, limit int) ([]store.Entry, error) {
	list, err := s.Engine.Entries(ctx, from, limit)
	for i := range list {
		if s.entry != nil {
			s.entry(&list[i])
		}
	}
	return list, err
}

func (s spoiled) Tile(ctx context.Context, path string) ([]byte, error) {
	b, err := s.Engine.Tile(ctx, path)
	if s.tile != nil && err == nil {
		if b = s.tile(path, b); b == nil {
			return nil, store.ErrMissing
		}
	}
	return b, err
}

func (s spoiled) Head(ctx context.Context) (store.Head, error) {
	h, err := s.Engine.Head(ctx)
	if s.head != nil {
		s.head(&h)
	}
	return h, err
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	_, e := filled(t, 100)
	sound(t, e)
	at := func(i int64, change func(*store.Entry)) func(*store.Entry) {
		return func(x *store.Entry) {
			if x.Index == i {
				change(x)
			}
		}
	}
	forged, err := ledger.Checkpoint{Origin: origin, Size: 301, Root: ledger.Empty(origin).Root}.Sign(newKey(t, origin))
	if err != nil {
		t.Fatal(err)
	}
	cut := func(path string) func(string, []byte) []byte {
		return func(p string, b []byte) []byte {
			if p == path {
				b[40] ^= 1
			}
			return b
		}
	}
	for name, c := range map[string]struct {
		spoiled
		want string
	}{
		"a record changed": {spoiled{entry: at(7, func(x *store.Entry) { x.Record = bytes.Replace(x.Record, []byte("user/1"), []byte("user/2"), 1) })}, "log.leaf log.bundle log.tile log.tile log.root"},
		"a salt changed":   {spoiled{entry: at(7, func(x *store.Entry) { x.Salt[0] ^= 1 })}, "log.leaf log.bundle log.tile log.tile log.root"},
		"a leaf changed":   {spoiled{entry: at(7, func(x *store.Entry) { x.Leaf[0] ^= 1 })}, "log.leaf"},
		"a name changed":   {spoiled{entry: at(7, func(x *store.Entry) { x.Name = "other" })}, "log.record"},
		"a topic changed":  {spoiled{entry: at(7, func(x *store.Entry) { x.Topic = "other" })}, "log.record"},
		"an entry taken out": {spoiled{entry: func(x *store.Entry) {
			if x.Index > 299 {
				x.Index++
			}
		}}, "log.gap log.lookup"},
		"a tile changed":   {spoiled{tile: cut("tile/0/001")}, "log.tile"},
		"a bundle changed": {spoiled{tile: cut("tile/entries/000")}, "log.bundle"},
		"a tile lost": {spoiled{tile: func(p string, b []byte) []byte {
			if p == "tile/1/000" {
				return nil
			}
			return b
		}}, "log.tile"},
		"a forged checkpoint": {spoiled{head: func(h *store.Head) { h.Checkpoint = forged }}, "log.signature log.root"},
		"a larger size":       {spoiled{head: func(h *store.Head) { h.Size++ }}, "log.size"},
	} {
		c.Engine = e
		found, err := CheckLog(t.Context(), c.spoiled, ledger.Policy{Origin: origin}, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var names []string
		for _, f := range found {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); !sameWords(got, c.want) {
			t.Errorf("%s: found %v, want %s", name, found, c.want)
		}
	}
	other := "other.example/log"
	if found, err := CheckLog(t.Context(), e, ledger.Policy{Origin: other}, nil); err != nil || len(found) == 0 {
		t.Errorf("another origin: %v, %v", found, err)
	}
}

func sameWords(a, b string) bool {
	count := map[string]int{}
	for _, w := range strings.Fields(a) {
		count[w]++
	}
	for _, w := range strings.Fields(b) {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
