package storetest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"

	"probity/tender/store"
)

var finding = map[string]func(*testing.T, store.Engine){
	"strings are ordered by their bytes":         stringOrder,
	"numbers are ordered, negatives first":       numberOrder,
	"ties are ordered by id, in both directions": ties,
	"ranges hold their start and not their end":  ranges,
	"one entry per value of a list":              manyValues,
	"an absent field is in no index":             absent,
	"an index follows its documents":             follows,
	"pages join to the whole list, and end":      pages,
	"a list is stable while others write":        stablePages,
	"a foreign cursor is refused":                foreignCursor,
	"a query that cannot be answered is refused": badQuery,
}

// list reads a whole list in pages of the given size.
func list(t testing.TB, e store.Engine, q store.Query) (ids []string) {
	t.Helper()
	for range 1000 {
		page, err := e.Find(t.Context(), q)
		if err != nil {
			t.Fatalf("find %+v: %v", q, err)
		}
		if len(page.Docs) > q.Limit || len(page.Docs) < q.Limit && page.Next != "" {
			t.Fatalf("a page of %d documents with limit %d, next %q", len(page.Docs), q.Limit, page.Next)
		}
		for _, d := range page.Docs {
			ids = append(ids, d.ID)
		}
		if q.After = page.Next; q.After == "" {
			return ids
		}
	}
	t.Fatalf("find %+v does not end", q)
	return nil
}

// lists checks a query forwards and backwards, in pages of several sizes.
func lists(t testing.TB, e store.Engine, q store.Query, want ...string) {
	t.Helper()
	for _, limit := range []int{1, 2, 3, 1000} {
		for _, desc := range []bool{false, true} {
			q.Limit, q.Desc = limit, desc
			expect := slices.Clone(want)
			if desc {
				slices.Reverse(expect)
			}
			if got := list(t, e, q); !slices.Equal(got, expect) {
				t.Fatalf("%s %v [%v, %v) limit %d desc %v:\n got %q\nwant %q", q.Index, q.Eq, q.From, q.To, limit, desc, got, expect)
			}
		}
	}
}

func stringOrder(t *testing.T, e store.Engine) {
	names := []string{
		"", "\x00", "\x00\x00", "\x00\x01", "\x00\xef\xbf\xbf", "\x01", " ", "A", "a", "a\x00", "a\x00b", "a\x01", "a ", "aa", "b",
		"é", "e\u0301", "采", "\ufffd", "\uffff", "\U0001F600", "\U0010ffff", strings.Repeat("z", store.MaxKey),
	}
	sort.Strings(names)
	var want []string
	for i, name := range names {
		id := fmt.Sprintf("%02d", len(names)-i) // against the order of the names
		put(t, e, doc("tender", id, store.Keys{"name": name}))
		want = append(want, id)
	}
	lists(t, e, store.Query{Kind: "tender", Index: "name"}, want...)
	lists(t, e, store.Query{Kind: "tender", Index: "name", From: names[4], To: names[9]}, want[4:9]...)
	for i, name := range names {
		lists(t, e, store.Query{Kind: "tender", Index: "name", Eq: []any{name}}, want[i])
	}
}

func numberOrder(t *testing.T, e store.Engine) {
	numbers := []int64{math.MinInt64, math.MinInt64 + 1, -1 << 53, -257, -256, -1, 0, 1, 255, 256, 1<<53 + 1, math.MaxInt64 - 1, math.MaxInt64}
	var want []string
	for i, n := range numbers {
		id := fmt.Sprintf("%02d", len(numbers)-i)
		put(t, e, doc("tender", id, store.Keys{"state": "s", "deadline": n}))
		want = append(want, id)
	}
	q := store.Query{Kind: "tender", Index: "state", Eq: []any{"s"}}
	lists(t, e, q, want...)
	q.From, q.To = int64(-256), int64(256)
	lists(t, e, q, want[4:9]...)
	q.From, q.To = nil, int64(-1)
	lists(t, e, q, want[:5]...)
	q.From, q.To = int64(math.MaxInt64), nil
	lists(t, e, q, want[12:]...)
}

func ties(t *testing.T, e store.Engine) {
	ids := []string{"a", "a\x00", "a\x00b", "a/b", "aa", "b", "é"}
	for _, i := range []int{3, 0, 6, 2, 5, 1, 4} {
		put(t, e, doc("tender", ids[i], store.Keys{"state": "s", "deadline": int64(7)}))
	}
	lists(t, e, store.Query{Kind: "tender", Index: "state", Eq: []any{"s"}}, ids...)
	lists(t, e, store.Query{Kind: "tender", Index: "state", Eq: []any{"s", int64(7)}}, ids...)
}

func ranges(t *testing.T, e store.Engine) {
	for i := range 9 {
		put(t, e, doc("tender", fmt.Sprint(i), store.Keys{"state": fmt.Sprint("s", i%3), "deadline": int64(i)}))
	}
	q := func(from, to any, eq ...any) store.Query {
		return store.Query{Kind: "tender", Index: "state", Eq: eq, From: from, To: to}
	}
	lists(t, e, q(int64(3), int64(6), "s0"), "3")
	lists(t, e, q(int64(3), nil, "s0"), "3", "6")
	lists(t, e, q(nil, int64(6), "s0"), "0", "3")
	lists(t, e, q(int64(6), int64(6), "s0"))
	lists(t, e, q(int64(6), int64(3), "s0"))
	lists(t, e, q("s1", "s2"), "1", "4", "7")
	lists(t, e, q(nil, nil), "0", "3", "6", "1", "4", "7", "2", "5", "8")
	lists(t, e, q(nil, nil, "s9"))
	lists(t, e, q(nil, nil, "s"))
}

func manyValues(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "a", store.Keys{"tag": []string{"salt", "road", "salt"}, "deadline": int64(2)}))
	put(t, e, doc("tender", "b", store.Keys{"tag": []string{"salt"}, "deadline": int64(1)}))
	put(t, e, doc("tender", "c", store.Keys{"tag": "salt", "deadline": int64(3)}))
	put(t, e, doc("tender", "d", store.Keys{"tag": []string{}, "deadline": int64(4)}))
	lists(t, e, store.Query{Kind: "tender", Index: "tag", Eq: []any{"salt"}}, "b", "a", "c")
	lists(t, e, store.Query{Kind: "tender", Index: "tag", Eq: []any{"road"}}, "a")
	lists(t, e, store.Query{Kind: "tender", Index: "tag", Eq: []any{"salt"}, From: int64(2)}, "a", "c")
}

func absent(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "both", store.Keys{"state": "s", "deadline": int64(1)}))
	put(t, e, doc("tender", "first", store.Keys{"state": "s"}))
	put(t, e, doc("tender", "second", store.Keys{"deadline": int64(1)}))
	put(t, e, doc("tender", "none", nil))
	put(t, e, doc("tender", "empty", store.Keys{"state": "", "deadline": int64(0)}))
	lists(t, e, store.Query{Kind: "tender", Index: "state"}, "empty", "both")
	lists(t, e, store.Query{Kind: "tender", Index: "state", Eq: []any{""}}, "empty")
}

func follows(t *testing.T, e store.Engine) {
	d := doc("tender", "T-1", store.Keys{"state": "draft", "deadline": int64(1), "tag": []string{"a", "b"}})
	put(t, e, d)
	d.Keys = store.Keys{"state": "open", "deadline": int64(1), "tag": []string{"b", "c"}}
	put(t, e, d)
	lists(t, e, store.Query{Kind: "tender", Index: "state", Eq: []any{"draft"}})
	lists(t, e, store.Query{Kind: "tender", Index: "state", Eq: []any{"open"}}, "T-1")
	lists(t, e, store.Query{Kind: "tender", Index: "tag", Eq: []any{"a"}})
	lists(t, e, store.Query{Kind: "tender", Index: "tag", Eq: []any{"b"}}, "T-1")
	d.Keys = nil
	put(t, e, d)
	lists(t, e, store.Query{Kind: "tender", Index: "tag", Eq: []any{"b"}})
}

func pages(t *testing.T, e store.Engine) {
	var want []string
	for i := range 30 {
		id := fmt.Sprintf("%02d", i)
		put(t, e, doc("tender", id, store.Keys{"state": "s", "deadline": int64(i / 4)}))
		want = append(want, id)
	}
	q := store.Query{Kind: "tender", Index: "state", Eq: []any{"s"}}
	lists(t, e, q, want...)
	for _, limit := range []int{5, 10, 15, 30} { // the last page is full: still no next
		q.Limit = limit
		if got := list(t, e, q); !slices.Equal(got, want) {
			t.Errorf("limit %d: %q", limit, got)
		}
	}
	q.Limit = 30
	if page, err := e.Find(t.Context(), q); err != nil || page.Next != "" {
		t.Errorf("a full last page has next %q, %v", page.Next, err)
	}
}

// stablePages adds and removes documents around those that stay, between the
// pages and during them.
func stablePages(t *testing.T, e store.Engine) {
	var want []string
	for i := range 20 {
		id := fmt.Sprintf("keep-%02d", i)
		put(t, e, doc("session", id, store.Keys{"user": "u"}))
		want = append(want, id)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ctx.Err() == nil; i++ {
			d := doc("session", fmt.Sprintf("keep-%02d-%d", i%20, i), store.Keys{"user": "u"})
			if e.Put(ctx, d) == nil && i%3 > 0 {
				e.Delete(ctx, d.Kind, d.ID, 1)
			}
		}
	}()
	for _, desc := range []bool{false, true} {
		var got []string
		for _, id := range list(t, e, store.Query{Kind: "session", Index: "user", Eq: []any{"u"}, Desc: desc, Limit: 3}) {
			if strings.Count(id, "-") == 1 {
				got = append(got, id)
			}
		}
		expect := slices.Clone(want)
		if desc {
			slices.Reverse(expect)
		}
		if !slices.Equal(got, expect) {
			t.Errorf("desc %v:\n got %q\nwant %q", desc, got, expect)
		}
	}
	cancel()
	<-done
}

func foreignCursor(t *testing.T, e store.Engine) {
	for i := range 6 {
		put(t, e, doc("tender", fmt.Sprint(i), store.Keys{"state": "s", "deadline": int64(i), "name": "n"}))
	}
	q := store.Query{Kind: "tender", Index: "state", Eq: []any{"s"}, Limit: 2}
	page, err := e.Find(t.Context(), q)
	if err != nil || page.Next == "" {
		t.Fatalf("find: next %q, %v", page.Next, err)
	}
	for name, change := range map[string]func(*store.Query){
		"another direction": func(q *store.Query) { q.Desc = true },
		"another value":     func(q *store.Query) { q.Eq = []any{"t"} },
		"another range":     func(q *store.Query) { q.From = int64(1) },
		"another index":     func(q *store.Query) { q.Index, q.Eq = "name", []any{"n"} },
		"a changed cursor":  func(q *store.Query) { q.After = "A" + q.After[1:] + "A" },
		"half a cursor":     func(q *store.Query) { q.After = q.After[:len(q.After)/2] },
		"no cursor":         func(q *store.Query) { q.After = "not a cursor!" },
	} {
		x := q
		x.After = page.Next
		change(&x)
		_, err := e.Find(t.Context(), x)
		coded(t, name, err, store.ErrCursor)
	}
	q.After, q.Limit = page.Next, 3 // another size of page is the same list
	if page, err = e.Find(t.Context(), q); err != nil || len(page.Docs) != 3 || page.Docs[0].ID != "2" {
		t.Errorf("a longer page: %d documents, %v", len(page.Docs), err)
	}
}

func badQuery(t *testing.T, e store.Engine) {
	put(t, e, doc("tender", "a", store.Keys{"tag": []string{"x", "y"}, "deadline": int64(1)}))
	for name, q := range map[string]store.Query{
		"no limit":                  {Kind: "tender", Index: "ref"},
		"a negative limit":          {Kind: "tender", Index: "ref", Limit: -1},
		"too large a limit":         {Kind: "tender", Index: "ref", Limit: store.MaxLimit + 1},
		"an unknown index":          {Kind: "tender", Index: "nonsense", Limit: 1},
		"an unknown kind":           {Kind: "nonsense", Index: "ref", Limit: 1},
		"too many values":           {Kind: "tender", Index: "ref", Eq: []any{"a", "b"}, Limit: 1},
		"no field left for a range": {Kind: "tender", Index: "ref", Eq: []any{"a"}, From: "b", Limit: 1},
		"a value of a wrong type":   {Kind: "tender", Index: "ref", Eq: []any{1.5}, Limit: 1},
		"an int":                    {Kind: "tender", Index: "ref", Eq: []any{1}, Limit: 1},
		"an absent value":           {Kind: "tender", Index: "ref", Eq: []any{nil}, Limit: 1},
		"several values at once":    {Kind: "tender", Index: "tag", Eq: []any{[]string{"x"}}, Limit: 1},
		"a range over two types":    {Kind: "tender", Index: "ref", From: "a", To: int64(1), Limit: 1},
		"a list left open":          {Kind: "tender", Index: "tag", Limit: 1},
		"a range over a list":       {Kind: "tender", Index: "tag", From: "a", Limit: 1},
	} {
		_, err := e.Find(t.Context(), q)
		invalid(t, name, err)
	}
}
