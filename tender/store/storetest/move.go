package storetest

import (
	"reflect"
	"slices"
	"testing"

	"probity/tender/event"
	"probity/tender/store"
)

var moving = map[string]func(*testing.T, store.Engine){
	"documents are listed whole, with what waits":     listedWhole,
	"what is imported is as it was, and can be found": imported,
	"an import replaces, facts and keys included":     importReplaces,
	"what is removed is gone, with its facts":         removed,
}

func movable(t *testing.T, e store.Engine) store.Movable {
	t.Helper()
	m, ok := e.(store.Movable)
	if !ok {
		t.Fatalf("%T cannot be moved", e)
	}
	return m
}

// all lists a kind in pages of two.
func all(t *testing.T, m store.Movable, kind string) []store.Stored {
	t.Helper()
	var list []store.Stored
	for after := ""; ; {
		page, err := m.Documents(t.Context(), kind, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		versions, err := m.Versions(t.Context(), kind, after, 2)
		if err != nil || len(versions) != len(page) {
			t.Fatalf("%d versions of %d documents, %v", len(versions), len(page), err)
		}
		for i, d := range page {
			if v := versions[i]; v.ID != d.ID || v.Version != d.Version || v.Kind != kind {
				t.Errorf("version %+v of %q in version %d", v, d.ID, d.Version)
			}
		}
		if list = append(list, page...); len(page) < 2 {
			return list
		}
		after = page[1].ID
	}
}

func listedWhole(t *testing.T, e store.Engine) {
	var ids []string
	for i, id := range oddIDs {
		d := doc("tender", id, store.Keys{"state": "open", "deadline": int64(i)})
		put(t, e, d, fact("one"), fact("two"))
		put(t, e, d, fact("three"))
		ids = append(ids, id)
	}
	put(t, e, doc("bid", "of another kind", nil))
	slices.Sort(ids)
	var got []string
	for _, d := range all(t, movable(t, e), "tender") {
		got = append(got, d.ID)
		same(t, &d.Doc, get(t, e, "tender", d.ID))
		var names, want []string
		for _, f := range d.Waiting {
			names = append(names, f.ID+" "+f.Name)
		}
		for _, x := range []struct {
			version int64
			n       int
			name    string
		}{{1, 0, "one"}, {1, 1, "two"}, {2, 0, "three"}} {
			want = append(want, event.ID("tender/"+d.ID, x.version, x.n)+" "+x.name)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%q waits with %q, want %q", d.ID, names, want)
		}
	}
	if !slices.Equal(got, ids) {
		t.Errorf("listed %q, want %q", got, ids)
	}
}

// stored makes a document of a high version in whose outbox facts wait.
func stored(id, ref string, version int64, facts ...event.Event) store.Stored {
	d := store.Stored{Doc: *doc("tender", id, store.Keys{"ref": ref})}
	d.Version = version
	for n, f := range facts {
		f.ID = event.ID("tender/"+id, version, n)
		d.Waiting = append(d.Waiting, f)
	}
	return d
}

func imported(t *testing.T, e store.Engine) {
	list := []store.Stored{stored("a", "r-a", 7, fact("one"), fact("two")), stored("b", "r-b", 1)}
	for range 2 { // again is no harm
		if err := movable(t, e).Import(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
	if got := all(t, movable(t, e), "tender"); len(got) != 2 || !reflect.DeepEqual(got[0].Waiting, list[0].Waiting) || len(got[1].Waiting) != 0 {
		t.Errorf("imported %+v", got)
	}
	page, err := e.Find(t.Context(), store.Query{Kind: "tender", Index: "ref", Eq: []any{"r-a"}, Limit: 5})
	if err != nil || len(page.Docs) != 1 {
		t.Fatalf("found %+v, %v", page, err)
	}
	same(t, page.Docs[0], &list[0].Doc)
	waiting, err := e.Pending(t.Context(), 10)
	if err != nil || len(waiting) != 2 {
		t.Errorf("%d facts wait, %v", len(waiting), err)
	}
	d := get(t, e, "tender", "a")
	put(t, e, d, fact("three"))
	if d.Version != 8 {
		t.Errorf("the next version is %d", d.Version)
	}
	coded(t, "a second of one reference", movable(t, e).Import(t.Context(), []store.Stored{stored("c", "r-b", 1)}), store.ErrTaken)
}

func importReplaces(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "a", store.Keys{"ref": "old"}), fact("old"))
	if err := movable(t, e).Import(t.Context(), []store.Stored{stored("a", "new", 3, fact("new"))}); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]int{"old": 0, "new": 1} {
		page, err := e.Find(t.Context(), store.Query{Kind: "tender", Index: "ref", Eq: []any{ref}, Limit: 5})
		if err != nil || len(page.Docs) != want {
			t.Errorf("%d documents under %q, %v", len(page.Docs), ref, err)
		}
	}
	waiting, err := e.Pending(t.Context(), 10)
	if err != nil || len(waiting) != 1 || waiting[0].Name != "new" {
		t.Errorf("waiting: %+v, %v", waiting, err)
	}
}

func removed(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "a", store.Keys{"ref": "r"}), fact("one"))
	for range 2 {
		if err := movable(t, e).Remove(t.Context(), "tender", "a"); err != nil {
			t.Fatal(err)
		}
	}
	if got := all(t, movable(t, e), "tender"); len(got) != 0 {
		t.Errorf("left: %+v", got)
	}
	if waiting, err := e.Pending(t.Context(), 10); err != nil || len(waiting) != 0 {
		t.Errorf("waiting: %+v, %v", waiting, err)
	}
	put(t, e, doc("tender", "b", store.Keys{"ref": "r"}))
}
