// Package storetest says, as tests, what a store.Engine must do. Start with
// [TestEngine], whose table is the contract once more, in sentences; then
// [TestCrash], which kills a process that writes. [Faulty] breaks an engine on
// purpose, for the tests of those who use one.
//
// An engine's own test is a few lines: TestEngine(t, open), TestCrash(t, open).
package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// Open returns an empty engine with these kinds. It arranges for its own end
// with t.Cleanup.
type Open func(t testing.TB, kinds []store.Collection) store.Engine

// Kinds is what the suite declares.
var Kinds = []store.Collection{
	{Kind: "tender", Indexes: []store.Index{
		{Name: "ref", Fields: []string{"ref"}, Unique: true},
		{Name: "state", Fields: []string{"state", "deadline"}},
		{Name: "tag", Fields: []string{"tag", "deadline"}},
		{Name: "name", Fields: []string{"name"}},
		{Name: "alias", Fields: []string{"alias"}, Unique: true},
		{Name: "buyer-no", Fields: []string{"buyer", "no"}, Unique: true},
	}},
	{Kind: "bid", Indexes: []store.Index{{Name: "ref", Fields: []string{"ref"}, Unique: true}}},
	{Kind: "session", Ephemeral: true, Indexes: []store.Index{{Name: "user", Fields: []string{"user"}}}},
}

// TestEngine runs the contract against empty engines made by open. Each
// sentence gets its own, so that a failure in one says nothing of the others.
func TestEngine(t *testing.T, open Open) {
	parts := map[string]func(*testing.T, store.Engine){}
	for _, table := range []map[string]func(*testing.T, store.Engine){documents, finding, facts, theLog, moving, generally} {
		maps.Copy(parts, table)
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		t.Run(name, func(t *testing.T) { parts[name](t, open(t, Kinds)) })
	}
}

// noon is a moment with milliseconds, which must survive.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 987e6, time.UTC)

func doc(kind, id string, keys store.Keys) *store.Doc {
	return &store.Doc{Kind: kind, ID: id, Keys: keys, Body: []byte(`{"id":` + quote(id) + `}`)}
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func fact(name string) event.Event {
	return event.New(name, "ocds-1", "user/1", noon, map[string]any{"n": 1})
}

// put stores d and follows its version.
func put(t testing.TB, e store.Engine, d *store.Doc, facts ...event.Event) {
	t.Helper()
	if err := e.Put(t.Context(), d, facts...); err != nil {
		t.Fatalf("put %s %q: %v", d.Kind, d.ID, err)
	}
	d.Version++
}

func get(t testing.TB, e store.Engine, kind, id string) *store.Doc {
	t.Helper()
	d, err := e.Get(t.Context(), kind, id)
	if err != nil {
		t.Fatalf("get %s %q: %v", kind, id, err)
	}
	return d
}

// same compares documents; bodies as JSON.
func same(t testing.TB, got, want *store.Doc) {
	t.Helper()
	if got.Kind != want.Kind || got.ID != want.ID || got.Version != want.Version {
		t.Errorf("got %s %q version %d, want %s %q version %d", got.Kind, got.ID, got.Version, want.Kind, want.ID, want.Version)
	}
	if len(got.Keys)+len(want.Keys) > 0 && !reflect.DeepEqual(got.Keys, want.Keys) {
		t.Errorf("keys %#v, want %#v", got.Keys, want.Keys)
	}
	if !sameJSON(t, got.Body, want.Body) {
		t.Errorf("body %.200s, want %.200s", got.Body, want.Body)
	}
}

func sameJSON(t testing.TB, a, b []byte) bool {
	t.Helper()
	read := func(raw []byte) (v any) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Errorf("not JSON: %v: %.100q", err, raw)
		}
		return v
	}
	return reflect.DeepEqual(read(a), read(b))
}

func coded(t testing.TB, what string, err error, want *fault.Error) {
	t.Helper()
	if !fault.Coded(err, want.Code) {
		t.Errorf("%s: err = %v, want %s", what, err, want.Code)
	}
}

// pending returns the IDs of all facts that wait.
func pending(t testing.TB, e store.Engine) []string {
	t.Helper()
	list, err := e.Pending(t.Context(), 10_000)
	if err != nil {
		t.Fatalf("pending: %v", err)
	}
	ids := []string{}
	for _, f := range list {
		ids = append(ids, f.ID)
	}
	return ids
}

// generally holds what is true of every method.
var generally = map[string]func(*testing.T, store.Engine){
	"a dead context does nothing":                deadContext,
	"time is UTC, in milliseconds, never back":   timeMoves,
	"writes are announced":                       changes,
	"closing twice is no harm, later calls fail": closing,
}

func deadContext(t *testing.T, e store.Engine) {
	d := doc("tender", "T-1", store.Keys{"ref": "R"})
	put(t, e, d, fact("tender.draft"))
	put(t, e, doc("session", "S-1", nil))
	before := pending(t, e)

	dead, cancel := context.WithCancel(t.Context())
	cancel()
	b := batchFor(t, e, before...)
	calls := map[string]func() error{
		"Get":       func() error { _, err := e.Get(dead, "tender", "T-1"); return err },
		"Put":       func() error { return e.Put(dead, d, fact("tender.publish")) },
		"Delete":    func() error { return e.Delete(dead, "session", "S-1", 1) },
		"Find":      func() error { _, err := e.Find(dead, store.Query{Kind: "tender", Index: "ref", Limit: 1}); return err },
		"Time":      func() error { _, err := e.Time(dead); return err },
		"Pending":   func() error { _, err := e.Pending(dead, 1); return err },
		"Head":      func() error { _, err := e.Head(dead); return err },
		"Append":    func() error { return e.Append(dead, b) },
		"Tile":      func() error { _, err := e.Tile(dead, "tile/0/000"); return err },
		"Entries":   func() error { _, err := e.Entries(dead, 0, 1); return err },
		"EntriesOn": func() error { _, err := e.EntriesOn(dead, "ocds-1", 0, 1); return err },
		"EntryOf":   func() error { _, err := e.EntryOf(dead, "x"); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: err = %v, want context.Canceled", name, err)
		}
	}
	same(t, get(t, e, "tender", "T-1"), d)
	get(t, e, "session", "S-1")
	if got := pending(t, e); !slices.Equal(got, before) {
		t.Errorf("pending %v, want %v", got, before)
	}
}

func timeMoves(t *testing.T, e store.Engine) {
	var last time.Time
	for i := range 200 {
		now, err := e.Time(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if now.Location() != time.UTC || !now.Equal(now.Truncate(time.Millisecond)) {
			t.Fatalf("%v is not in UTC and whole milliseconds", now)
		}
		if now.Before(last) {
			t.Fatalf("time went back from %v to %v", last, now)
		}
		if last = now; i == 100 {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if d := time.Since(last).Abs(); d > time.Minute {
		t.Errorf("the engine's time is off by %v", d)
	}
}

func changes(t *testing.T, e store.Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tick := e.Changes(ctx)
	put(t, e, doc("tender", "T-1", nil), fact("tender.draft"))
	select {
	case <-tick:
	case <-time.After(5 * time.Second):
		t.Error("a fact was not announced within 5 s")
	}
}

func closing(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "T-1", nil))
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
	if _, err := e.Get(t.Context(), "tender", "T-1"); err == nil || fault.Coded(err, store.ErrMissing.Code) {
		t.Errorf("get after close: err = %v", err)
	}
	if err := e.Put(t.Context(), doc("tender", fmt.Sprint("T-", 2), nil)); err == nil {
		t.Error("put after close succeeded")
	}
}
