package ledger

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

func TestStartRefuses(t *testing.T) {
	e := engine(t)
	key := newKey(t, origin)
	start(t, Config{Engine: e, Origin: origin, Keys: []ledger.Key{key}})
	before, err := e.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := "other.example/log"
	for name, c := range map[string]struct {
		config Config
		code   string
	}{
		"another origin":    {Config{Origin: other, Keys: []ledger.Key{newKey(t, other)}}, "log.origin"},
		"a key of another":  {Config{Origin: origin, Keys: []ledger.Key{newKey(t, other)}}, "log.origin"},
		"a new key, no old": {Config{Origin: origin, Keys: []ledger.Key{newKey(t, origin)}}, "log.key"},
	} {
		c.config.Engine = e
		if _, err := Start(t.Context(), c.config); fault.From(err).Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if _, err := Start(t.Context(), Config{Engine: e, Origin: origin}); err == nil {
		t.Error("started without a key")
	}
	after, err := e.Head(t.Context())
	if err != nil || !bytes.Equal(before.Checkpoint, after.Checkpoint) {
		t.Errorf("a refused start wrote: %v", err)
	}
	damaged(t, e, key)
}

// damaged replaces the root tile behind the log's back.
func damaged(t *testing.T, e store.Engine, key ledger.Key) {
	t.Helper()
	h, err := e.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := store.Batch{After: h, Head: h, Tiles: map[string][]byte{"tile/0/000": make([]byte, 32)}}
	if err := e.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{Engine: e, Origin: origin, Keys: []ledger.Key{key}}); fault.From(err).Code != "log.damaged" {
		t.Errorf("a damaged log: %v", err)
	}
}

func TestRotation(t *testing.T) {
	e := engine(t)
	first, second, third := newKey(t, origin), newKey(t, origin), newKey(t, origin)
	for i, keys := range [][]ledger.Key{{first}, {second, first}, {second}, {third, second}} {
		s := start(t, Config{Engine: e, Origin: origin, Keys: keys})
		start(t, s.Config) // a restart with the same keys adds nothing
		if _, err := s.append(t.Context(), []event.Event{coverFact(time.Now())}); err != nil {
			t.Fatal(err)
		}
		h, err := e.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			if _, err := policy(t, k).Open(h.Checkpoint); err != nil {
				t.Errorf("round %d: the checkpoint is not signed by %s: %v", i, k.Public, err)
			}
		}
	}
	keys, err := Keys(t.Context(), e, origin)
	if err != nil || !slices.Equal(keys, []string{first.Public, second.Public, third.Public}) {
		t.Errorf("keys %v, %v", keys, err)
	}
	x, err := e.EntryOf(t.Context(), "log/key#2")
	if err != nil || x.Name != "log.key" {
		t.Errorf("the handover: %+v, %v", x, err)
	}
	a, err := Announce(t.Context(), e, origin)
	if err != nil || a.Origin != origin || !slices.Equal(a.Keys, keys) || len(a.Handovers) != 2 {
		t.Fatalf("announced %+v, %v", a, err)
	}
	for i, h := range a.Handovers {
		v, err := note.NewVerifier(keys[i])
		if err != nil {
			t.Fatal(err)
		}
		if next, err := ledger.OpenHandover(origin, v, []byte(h)); err != nil || next != keys[i+1] {
			t.Errorf("handover %d is to %q, %v", i, next, err)
		}
	}
	if _, err := Start(t.Context(), Config{Engine: e, Origin: origin, Keys: []ledger.Key{first}}); fault.From(err).Code != "log.key" {
		t.Errorf("started with a key that was handed over: %v", err)
	}
	sound(t, e)
}
