package tender_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
)

// FuzzNotice reads foreign JSON as the API does. Whatever a notice holds, it is
// refused with a fault that says so, or can be hashed, logged and read back;
// nothing panics.
func FuzzNotice(f *testing.F) {
	n := notice()
	n.Documents = []tender.Document{document("spec", version(1, "a"))}
	good := string(canon.Must(n))
	f.Add(good)
	for _, edit := range [][2]string{
		{`"validityDays":90`, `"validityDays":-9007199254740993`},
		{`"validityDays":90`, `"validityDays":9007199254740993`},
		{`"paymentDays":30`, `"paymentDays":-1`},
		{`"graceMinutes":120`, `"graceMinutes":9007199254740992`},
		{`"number":1`, `"number":-1`},
		{`"size":10`, `"size":9223372036854775807`},
		{`"places":2`, `"places":-2`},
		{`"others":3`, `"others":-3`},
		{`"amount":"100000.00"`, `"amount":"99999999999999999.99"`},
		{`"2026-03-03T15:00:00Z"`, `"9999-12-31T23:59:59-23:59"`},
		{`"2026-03-03T15:00:00Z"`, `"0000-01-01T00:00:00+23:59"`},
		{`"Road salt`, `"𠮷 \ud83e\uddc2 \u0007 \udc00`},
		{`"weight":"60"`, `"weight":"999999999999999999.999999"`},
		{`"lots":[`, `"lots":[{},`},
	} {
		bad := strings.Replace(good, edit[0], edit[1], 1)
		if bad == good {
			f.Fatalf("%s is not in the notice", edit[0])
		}
		f.Add(bad)
	}
	f.Add(`{"procedure":"open"}`)
	f.Fuzz(func(t *testing.T, s string) {
		refusedOrLogged(t, s)
	})
}

// refusedOrLogged reads s as a notice, and reports whether it is one. It is an
// error if the notice is neither refused nor fit for the log.
func refusedOrLogged(t *testing.T, s string) bool {
	t.Helper()
	var n tender.Notice
	if json.Unmarshal([]byte(s), &n) != nil {
		return false
	}
	if bad := n.Check(); bad != nil {
		if bad.Kind != fault.Invalid || bad.Code == "" || bad.Text == "" {
			t.Errorf("refused without a word: %#v", bad)
		}
		return true
	}
	fact := event.New("tender.publish", "ocds-1", "u", today, map[string]any{"notice": n})
	fact.ID = "tender/ocds-1#1"
	if _, err := event.Parse(fact.Record()); err != nil {
		t.Error(err)
	}
	var again tender.Notice
	if err := json.Unmarshal(canon.Must(n), &again); err != nil || again.Hash() != n.Hash() {
		t.Errorf("what was written is not what is read: %v", err)
	}
	return true
}

// TestEveryMemberOfANotice puts every kind of value in every place of a notice,
// and leaves out each of its members.
func TestEveryMemberOfANotice(t *testing.T) {
	t.Parallel()
	n := notice()
	n.Documents = []tender.Document{document("spec", version(1, "a"))}
	n.Lots[0].Items, n.Lots[1].Criteria = n.Lots[0].Items[:1], tender.Criteria{
		Price: tender.Price{Weight: dec("100"), Formula: tender.LowestPrice}, Ties: []tender.Tie{{By: tender.TieDraw}}}
	var tree any
	if err := json.Unmarshal(canon.Must(n), &tree); err != nil {
		t.Fatal(err)
	}
	nasty := []any{
		nil, true, "", "a\u0007", "\u202eb", "𠮷", strings.Repeat("x", 1000), "-1", "999999999999999999.999999",
		0, -1, 1.5, json.Number("9007199254740992"), json.Number("-9223372036854775808"), json.Number("1e400"),
		"0000-01-01T00:00:00+23:59", []any{nil}, map[string]any{"": "x"},
	}
	tried, read := 0, 0
	try := func() {
		b, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		tried++
		if refusedOrLogged(t, string(b)) {
			read++
		}
	}
	everyPlace(tree, func(put func(any), was any) {
		for _, v := range nasty {
			put(v)
			try()
		}
		put(was)
	}, try)
	t.Logf("%d notices, of which %d could be read", tried, read)
	if tried < 3000 || read < 800 {
		t.Errorf("only %d notices were tried, and %d were read", tried, read)
	}
}

// everyPlace calls at for every value in the tree, with what puts another in its
// place, and without after each member of an object was left out.
func everyPlace(tree any, at func(put func(any), was any), without func()) {
	switch x := tree.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			v := x[k]
			at(func(y any) { x[k] = y }, v)
			delete(x, k)
			without()
			x[k] = v
			everyPlace(v, at, without)
		}
	case []any:
		for i, v := range x {
			at(func(y any) { x[i] = y }, v)
			everyPlace(v, at, without)
		}
	}
}
