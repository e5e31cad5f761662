package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

var documents = map[string]func(*testing.T, store.Engine){
	"what is missing is a fault":                            missing,
	"what is put comes back":                                roundTrip,
	"what comes back is a copy, what is given is not kept":  copies,
	"put leaves its document alone":                         leavesAlone,
	"a stale put changes nothing, not even the outbox":      stale,
	"an id that is in use is taken, per kind":               takenID,
	"a unique value is taken, free again when it is let go": unique,
	"a unique value of several fields, or one of several":   uniqueParts,
	"one of many writers wins":                              race,
	"one of many newcomers gets the unique value":           raceUnique,
	"no update is lost":                                     lostUpdate,
	"what an engine cannot keep is refused, harmlessly":     refused,
	"large bodies come back":                                large,
	"ephemeral documents can be deleted, others cannot":     deletion,
}

func missing(t *testing.T, e store.Engine) {
	for _, id := range []string{"T-1", "nothing here/#?é", " "} {
		_, err := e.Get(t.Context(), "tender", id)
		coded(t, id, err, store.ErrMissing)
	}
	err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: "T-1", Version: 3, Body: []byte("{}")})
	coded(t, "a change of what is not there", err, store.ErrStale)
}

// oddIDs would meet somewhere if an engine folded case, normalised Unicode,
// trimmed, escaped or split.
var oddIDs = []string{
	"T-1", "t-1", "T 1", "Т-1", "T-1 ", "a/b#c", "a/b", "a", "a%2Fb", "$where", "a.b", "..", "/",
	"é", "e\u0301", "\U0001F600", "采购", "a\x00b", "a\x00", "\x00", "\xef\xbf\xbf", strings.Repeat("x", store.MaxID), `"\`,
}

func roundTrip(t *testing.T, e store.Engine) {
	want := map[string]*store.Doc{}
	for i, id := range oddIDs {
		d := doc("tender", id, store.Keys{"name": id, "no": int64(i) - 5, "tag": []string{id, "x"}, "loose": "not indexed"})
		d.Body = fmt.Appendf(nil, `{"a":{"b":[1,2.5,-3,"%d",true,null,{}]},"empty":"","big":9007199254740993,"dollar":{"$set":1,"x.y":2},"s":%s}`, i, quote(id))
		put(t, e, d)
		want[id] = d
	}
	for id, d := range want {
		same(t, get(t, e, "tender", id), d)
	}
	d := want["a"]
	d.Keys, d.Body = store.Keys{}, []byte(`{}`)
	put(t, e, d)
	same(t, get(t, e, "tender", "a"), d)
}

func copies(t *testing.T, e store.Engine) {
	d := doc("tender", "T-1", store.Keys{"tag": []string{"salt", "road"}, "name": "n"})
	put(t, e, d)
	want := get(t, e, "tender", "T-1")
	spoil := func(x *store.Doc) {
		x.Keys["tag"].([]string)[0] = "spoilt"
		x.Keys["name"] = "spoilt"
		x.Body[2] = 'X'
	}
	spoil(d)
	spoil(get(t, e, "tender", "T-1"))
	page, err := e.Find(t.Context(), store.Query{Kind: "tender", Index: "name", Limit: 5})
	if err != nil || len(page.Docs) != 1 {
		t.Fatalf("find: %d documents, %v", len(page.Docs), err)
	}
	spoil(page.Docs[0])
	same(t, get(t, e, "tender", "T-1"), want)
}

func leavesAlone(t *testing.T, e store.Engine) {
	d := doc("tender", "T-1", store.Keys{"name": "n"})
	f := fact("tender.draft")
	f.ID = "chosen by the caller"
	if err := e.Put(t.Context(), d, f); err != nil {
		t.Fatal(err)
	}
	same(t, d, doc("tender", "T-1", store.Keys{"name": "n"}))
	if got := pending(t, e); len(got) != 1 || got[0] != "tender/T-1#1" {
		t.Errorf("pending %v", got)
	}
}

// stale covers the lost update, the double submit and the form that was left
// open: state, keys and outbox stay as they were.
func stale(t *testing.T, e store.Engine) {
	d := doc("tender", "T-1", store.Keys{"ref": "R"})
	put(t, e, d)
	put(t, e, d)
	for _, version := range []int64{1, 3, 4, -1, 1 << 40} {
		x := doc("tender", "T-1", store.Keys{"ref": "stale"})
		x.Version = version
		coded(t, fmt.Sprint("version ", version), e.Put(t.Context(), x, fact("tender.stale")), store.ErrStale)
	}
	same(t, get(t, e, "tender", "T-1"), d)
	if got := pending(t, e); len(got) != 0 {
		t.Errorf("stale puts left facts: %v", got)
	}
	put(t, e, doc("tender", "T-2", store.Keys{"ref": "stale"}))
}

func takenID(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "T-1", store.Keys{"ref": "R"}))
	x := doc("tender", "T-1", store.Keys{"ref": "other"})
	coded(t, "the same id", e.Put(t.Context(), x, fact("tender.ghost")), store.ErrTaken)
	put(t, e, doc("bid", "T-1", store.Keys{"ref": "R"}))
	if got := pending(t, e); len(got) != 0 {
		t.Errorf("a refused put left facts: %v", got)
	}
}

func unique(t *testing.T, e store.Engine) {
	a := doc("tender", "a", store.Keys{"ref": "R"})
	put(t, e, a)
	b := doc("tender", "b", store.Keys{"ref": "R"})
	coded(t, "a new document", e.Put(t.Context(), b, fact("tender.ghost")), store.ErrTaken)
	if _, err := e.Get(t.Context(), "tender", "b"); !fault.Coded(err, store.ErrMissing.Code) {
		t.Errorf("a refused put left a document: %v", err)
	}
	b.Keys = store.Keys{"ref": "Q"}
	put(t, e, b)
	b.Keys = store.Keys{"ref": "R"}
	coded(t, "a change", e.Put(t.Context(), b, fact("tender.ghost")), store.ErrTaken)
	if got := get(t, e, "tender", "b"); got.Version != 1 || got.Keys["ref"] != "Q" {
		t.Errorf("a refused change left %v", got)
	}
	put(t, e, a) // its own value is not in its way
	a.Keys = store.Keys{}
	put(t, e, a)
	put(t, e, b) // R is free now
	put(t, e, doc("tender", "c", store.Keys{"ref": "Q"}))
	put(t, e, doc("tender", "d", nil)) // without the field: free
	put(t, e, doc("tender", "e", nil))
	put(t, e, doc("tender", "f", store.Keys{"ref": "R\x00"})) // not the same value
	put(t, e, doc("tender", "g", store.Keys{"ref": "S\x00"}))
	put(t, e, doc("tender", "h", store.Keys{"ref": "S"}))
	if got := pending(t, e); len(got) != 0 {
		t.Errorf("refused puts left facts: %v", got)
	}
}

func uniqueParts(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "a", store.Keys{"buyer": "b1", "no": int64(1), "alias": []string{"x", "y"}}))
	put(t, e, doc("tender", "b", store.Keys{"buyer": "b1", "no": int64(2), "alias": []string{}}))
	put(t, e, doc("tender", "c", store.Keys{"buyer": "b2", "no": int64(1), "alias": []string{"z", "z"}}))
	put(t, e, doc("tender", "d", store.Keys{"buyer": "b1"}))
	coded(t, "both parts", e.Put(t.Context(), doc("tender", "e", store.Keys{"buyer": "b2", "no": int64(1)})), store.ErrTaken)
	coded(t, "one of several", e.Put(t.Context(), doc("tender", "f", store.Keys{"alias": []string{"w", "y"}})), store.ErrTaken)
}

func race(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "T-1", nil), fact("tender.draft"))
	var won atomic.Int32
	together(12, func(i int) {
		x := doc("tender", "T-1", store.Keys{"name": fmt.Sprint("writer ", i)})
		x.Version = 1
		if err := e.Put(context.WithoutCancel(t.Context()), x, fact("tender.edit")); err == nil {
			won.Add(1)
		} else {
			coded(t, fmt.Sprint("writer ", i), err, store.ErrStale)
		}
	})
	if got := pending(t, e); won.Load() != 1 || len(got) != 2 {
		t.Errorf("%d writers won and left %v", won.Load(), got)
	}
	if got := get(t, e, "tender", "T-1").Version; got != 2 {
		t.Errorf("version %d, want 2", got)
	}
}

func raceUnique(t *testing.T, e store.Engine) {
	var won atomic.Int32
	together(12, func(i int) {
		x := doc("tender", fmt.Sprint("T-", i), store.Keys{"ref": "the one"})
		if err := e.Put(context.WithoutCancel(t.Context()), x, fact("tender.draft")); err == nil {
			won.Add(1)
		} else {
			coded(t, fmt.Sprint("newcomer ", i), err, store.ErrTaken)
		}
	})
	if got := pending(t, e); won.Load() != 1 || len(got) != 1 {
		t.Errorf("%d newcomers won and left %v", won.Load(), got)
	}
}

func lostUpdate(t *testing.T, e store.Engine) {
	const writers, each = 8, 6
	put(t, e, doc("tender", "hot", store.Keys{"no": int64(0)}))
	together(writers, func(w int) {
		for n := 0; n < each; {
			d, err := e.Get(context.WithoutCancel(t.Context()), "tender", "hot")
			if err != nil {
				t.Error(err)
				return
			}
			d.Keys["no"] = d.Keys["no"].(int64) + 1
			err = e.Put(context.WithoutCancel(t.Context()), d, fact("tender.hit"))
			if err == nil {
				n++
			} else if !fault.Coded(err, store.ErrStale.Code) {
				t.Errorf("writer %d: %v", w, err)
				return
			}
		}
	})
	d := get(t, e, "tender", "hot")
	if d.Version != 1+writers*each || d.Keys["no"] != int64(writers*each) {
		t.Errorf("version %d with %v, want %d updates", d.Version, d.Keys, writers*each)
	}
	for i, id := range pending(t, e) {
		if want := event.ID("tender/hot", int64(i)+2, 0); id != want {
			t.Fatalf("fact %d is %s, want %s", i, id, want)
		}
	}
}

// together runs f n times at once.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-start; f(i) })
	}
	close(start)
	wg.Wait()
}
