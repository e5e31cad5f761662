package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// refused offers what no engine keeps. The engine answers with an Invalid
// fault before anything is queued, and works on as if nothing had been.
func refused(t *testing.T, e store.Engine) {
	type phase string
	text := strings.Repeat("k", store.MaxKey+1)
	for name, d := range map[string]*store.Doc{
		"an int":                     doc("tender", "x", store.Keys{"no": 1}),
		"a float":                    doc("tender", "x", store.Keys{"no": 1.5}),
		"a time":                     doc("tender", "x", store.Keys{"deadline": time.Now()}),
		"a bool":                     doc("tender", "x", store.Keys{"state": true}),
		"nil":                        doc("tender", "x", store.Keys{"state": nil}),
		"a named string":             doc("tender", "x", store.Keys{"state": phase("draft")}),
		"a slice of ints":            doc("tender", "x", store.Keys{"tag": []int64{1}}),
		"a string that is no text":   doc("tender", "x", store.Keys{"name": "\xff"}),
		"an element that is no text": doc("tender", "x", store.Keys{"tag": []string{"a", "\xff"}}),
		"a long string":              doc("tender", "x", store.Keys{"name": text}),
		"too many values":            doc("tender", "x", store.Keys{"tag": make([]string, store.MaxMany+1)}),
		"several in two fields":      doc("tender", "x", store.Keys{"tag": []string{"a"}, "deadline": []string{"b"}}),
		"a field with a dot":         doc("tender", "x", store.Keys{"a.b": "c"}),
		"a field with a dollar":      doc("tender", "x", store.Keys{"$a": "c"}),
		"a field without a name":     doc("tender", "x", store.Keys{"": "c"}),
		"no id":                      doc("tender", "", nil),
		"a long id":                  doc("tender", strings.Repeat("x", store.MaxID+1), nil),
		"an id that is no text":      {Kind: "tender", ID: "\xff", Body: []byte("{}")},
		"a kind not declared":        doc("unknown", "x", nil),
		"no body":                    {Kind: "tender", ID: "x"},
		"a body that is no object":   {Kind: "tender", ID: "x", Body: []byte(`[1]`)},
		"two bodies":                 {Kind: "tender", ID: "x", Body: []byte(`{}{}`)},
		"half a body":                {Kind: "tender", ID: "x", Body: []byte(`{"a":`)},
		"a body of too many bytes":   {Kind: "tender", ID: "x", Body: []byte(`{"a":"` + strings.Repeat("a", store.MaxBody) + `"}`)},
	} {
		invalid(t, name, e.Put(t.Context(), d, fact("tender.ghost")))
	}
	for name, f := range badFacts() {
		invalid(t, name, e.Put(t.Context(), doc("tender", "x", nil), f))
	}
	invalid(t, "a fact of an ephemeral kind", e.Put(t.Context(), doc("session", "x", nil), fact("session.ghost")))
	invalid(t, "deleting what stays", e.Delete(t.Context(), "tender", "x", 1))

	if _, err := e.Get(t.Context(), "tender", "x"); !fault.Coded(err, store.ErrMissing.Code) {
		t.Errorf("a refused put left a document: %v", err)
	}
	if got := pending(t, e); len(got) != 0 {
		t.Errorf("refused puts left facts: %v", got)
	}
	put(t, e, doc("tender", "x", store.Keys{"no": int64(1)}), fact("tender.draft"))
}

func badFacts() map[string]event.Event {
	bad := map[string]event.Event{}
	for name, spoil := range map[string]func(*event.Event){
		"a fact without a name":     func(f *event.Event) { f.Name = "" },
		"a fact of nobody":          func(f *event.Event) { f.By = "" },
		"a fact without salt":       func(f *event.Event) { f.Salt = nil },
		"a fact with half the salt": func(f *event.Event) { f.Salt = f.Salt[:8] },
		"data with a space":         func(f *event.Event) { f.Data = []byte(`{"a": 1}`) },
		"data that is a list":       func(f *event.Event) { f.Data = []byte(`[]`) },
		"no data":                   func(f *event.Event) { f.Data = nil },
		"a topic that is no text":   func(f *event.Event) { f.Topic = "\xff" },
		"a fact after year 9999":    func(f *event.Event) { f.At = f.At.AddDate(9000, 0, 0) },
	} {
		f := fact("tender.ghost")
		spoil(&f)
		bad[name] = f
	}
	return bad
}

func invalid(t testing.TB, what string, err error) {
	t.Helper()
	if err == nil || fault.From(err).Kind != fault.Invalid {
		t.Errorf("%s: err = %v, want an Invalid fault", what, err)
	}
}

func large(t *testing.T, e store.Engine) {
	for _, size := range []int{100, 70_000, 1 << 20, 5 << 20} {
		d := doc("tender", fmt.Sprint("large ", size), nil)
		d.Body = []byte(`{"text":"` + strings.Repeat("ü", size/2) + `"}`)
		f := fact("tender.large")
		f.Data = []byte(`{"text":"` + strings.Repeat("y", min(size, 1<<20)) + `"}`)
		put(t, e, d, f)
		same(t, get(t, e, "tender", d.ID), d)
	}
	list, err := e.Pending(t.Context(), 10)
	if err != nil || len(list) != 4 || len(list[3].Data) < 1<<20 {
		t.Errorf("pending: %d facts, %v", len(list), err)
	}
}

func deletion(t *testing.T, e store.Engine) {
	d := doc("session", "s", store.Keys{"user": "u"})
	put(t, e, d)
	put(t, e, d)
	for _, version := range []int64{0, 1, 3} {
		coded(t, fmt.Sprint("version ", version), e.Delete(t.Context(), "session", "s", version), store.ErrStale)
	}
	get(t, e, "session", "s")
	for range 2 { // there, and gone already
		if err := e.Delete(t.Context(), "session", "s", 2); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := e.Get(t.Context(), "session", "s"); !fault.Coded(err, store.ErrMissing.Code) {
		t.Errorf("get after delete: %v", err)
	}
	page, err := e.Find(t.Context(), store.Query{Kind: "session", Index: "user", Eq: []any{"u"}, Limit: 9})
	if err != nil || len(page.Docs) != 0 {
		t.Errorf("find after delete: %d documents, %v", len(page.Docs), err)
	}
	d.Version = 0
	put(t, e, d)
}
