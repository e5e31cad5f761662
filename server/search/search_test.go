package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"probity/tender"
)

func notice(id, title string, change ...func(*Notice)) Notice {
	n := Notice{ID: id, Title: tender.Text{"en": title}, Category: tender.Goods, Procedure: "open", Status: Open, Published: int64(len(id)), Fields: []Field{{title, 6}}}
	for _, c := range change {
		c(&n)
	}
	return n
}

func ids(f Found) string {
	var list []string
	for _, n := range f.Notices {
		list = append(list, n.ID)
	}
	return strings.Join(list, " ")
}

func find(x *Index, words string) string {
	f := x.Search(Query{Words: words, Limit: 100})
	list := strings.Fields(ids(f))
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestWords(t *testing.T) {
	x := new(Index)
	for id, title := range map[string]string{
		"a": "彩色多普勒超声诊断仪采购项目", "b": "长江大桥检测服务 Bridge inspection", "c": "LED路灯节能改造", "d": "Electric buses for the city, 2027",
		"e": "Two boxes of studies on glass", "f": "ＡＢＣ１２３ full-width", "g": "Café tables — Straße",
	} {
		x.Put(notice(id, title))
	}
	for words, want := range map[string]string{
		"超声诊断仪": "a", "桥": "b", "大桥 检测": "b", "检桥": "", "桥 灯": "", "路灯": "c", "led 路灯": "c", "灯": "c",
		"bridge": "b", "BRIDGES": "b", "inspection bridge": "b", "buses": "d", "box": "e", "study": "e", "glass": "e",
		"abc123": "f", "STRASSE": "g", "café": "g", "nothing": "", "...": "", "2027": "d", "led路灯": "c", "采": "a",
	} {
		if got := find(x, words); got != want {
			t.Errorf("%q finds %q, not %q", words, got, want)
		}
	}
}

func TestFitComesFirst(t *testing.T) {
	x := new(Index)
	x.Put(Notice{ID: "body", Fields: []Field{{"road works of many kinds with a bridge somewhere", 1}}})
	x.Put(Notice{ID: "title", Fields: []Field{{"bridge", 6}}})
	x.Put(Notice{ID: "none", Fields: []Field{{"school", 6}}})
	if got := ids(x.Search(Query{Words: "bridge", Limit: 9})); got != "title body" {
		t.Errorf("%q", got)
	}
}

func TestFilters(t *testing.T) {
	x := new(Index)
	yuan := func(s string) *tender.Money { m := tender.MustMoney(s, "CNY"); return &m }
	x.Put(notice("1", "one", func(n *Notice) {
		n.Buyer.ID, n.Value, n.Classes, n.Published, n.Deadline = "B1", yuan("100"), []Class{{"CPV", "33112000-8"}}, 100, 500
	}))
	x.Put(notice("2", "two", func(n *Notice) {
		n.Buyer.ID, n.Value, n.Status, n.Category, n.Published, n.Deadline = "B2", yuan("200"), Awarded, tender.Works, 200, 300
		n.Classes, n.Suppliers = []Class{{"CPV", "45221100-3"}, {"CPV", "33100000-1"}}, []string{"S"}
	}))
	x.Put(notice("3", "three", func(n *Notice) {
		n.Buyer.ID, n.Procedure, n.Published, n.Deadline = "B1", "selective", 300, 400
	}))
	for name, c := range map[string]struct {
		q    Query
		want string
	}{
		"all, the newest first":    {Query{}, "3 2 1"},
		"buyer":                    {Query{Buyer: "B1"}, "3 1"},
		"status":                   {Query{Status: []Status{Awarded}}, "2"},
		"two statuses":             {Query{Status: []Status{Awarded, Open}}, "3 2 1"},
		"category":                 {Query{Category: []tender.Category{tender.Works}}, "2"},
		"procedure":                {Query{Procedure: []string{"selective"}}, "3"},
		"class":                    {Query{Class: Class{"CPV", "33112000-8"}}, "1"},
		"class above":              {Query{Class: Class{"CPV", "33000000-0"}}, "2 1"},
		"division with a zero":     {Query{Class: Class{"CPV", "30000000-9"}}, ""},
		"another list":             {Query{Class: Class{"UNSPSC", "33000000-0"}}, ""},
		"supplier":                 {Query{Supplier: "S"}, "2"},
		"published from, included": {Query{PublishedFrom: 200}, "3 2"},
		"published to, excluded":   {Query{PublishedTo: 200}, "1"},
		"deadline":                 {Query{DeadlineFrom: 400, DeadlineTo: 500}, "3"},
		"value from, included":     {Query{Currency: "CNY", ValueMin: 20000}, "2"},
		"value to, included":       {Query{ValueMax: 10000}, "1"},
		"another currency":         {Query{Currency: "EUR"}, ""},
		"by deadline, open first":  {Query{Order: ByDeadline}, "3 1 2"},
		"by value":                 {Query{Order: ByValue}, "2 1 3"},
		"with words":               {Query{Words: "two", Buyer: "B1"}, ""},
	} {
		c.q.Limit = 10
		if got := ids(x.Search(c.q)); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
	f := x.Search(Query{Status: []Status{Awarded}, Limit: 10})
	if f.Status["open"] != 2 || f.Status["awarded"] != 1 || f.Category["goods"] != 0 || f.Total != 1 {
		t.Errorf("facets %+v", f)
	}
}

func TestPages(t *testing.T) {
	x := new(Index)
	for i := range 100 {
		x.Put(notice(fmt.Sprintf("%03d", i), "same words"))
	}
	seen := map[string]bool{}
	for skip := 0; skip < 100; skip += 7 {
		f := x.Search(Query{Words: "words", Skip: skip, Limit: 7})
		if f.Total != 100 {
			t.Fatal(f.Total)
		}
		for _, n := range f.Notices {
			if seen[n.ID] {
				t.Errorf("%s is on two pages", n.ID)
			}
			seen[n.ID] = true
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d of 100 are on a page", len(seen))
	}
	if f := x.Search(Query{Skip: 1000, Limit: 10}); len(f.Notices) != 0 || f.Total != 100 {
		t.Errorf("behind the end: %d of %d", len(f.Notices), f.Total)
	}
}

// TestReplacing changes notices so often that slots are numbered anew, and
// compares with an index that never saw the old ones.
func TestReplacing(t *testing.T) {
	x, fresh := new(Index), new(Index)
	for round := range 30 {
		for i := range 100 {
			x.Put(notice(fmt.Sprintf("%03d", i), fmt.Sprintf("round %d 桥 n%d", round, i%7)))
		}
	}
	for i := range 100 {
		n := notice(fmt.Sprintf("%03d", i), fmt.Sprintf("round %d 桥 n%d", 29, i%7))
		fresh.Put(n)
		if i%3 == 0 {
			x.Remove(n.ID)
			fresh.Remove(n.ID)
		}
	}
	if len(x.notices) > 1300 {
		t.Errorf("%d slots for %d notices", len(x.notices), x.Len())
	}
	for _, words := range []string{"", "桥", "n3", "round 29", "28", "n3 桥"} {
		a, b := x.Search(Query{Words: words, Limit: 200}), fresh.Search(Query{Words: words, Limit: 200})
		if find(x, words) != find(fresh, words) || a.Total != b.Total {
			t.Errorf("%q: %d, and %d without a past", words, a.Total, b.Total)
		}
	}
}

func TestMarks(t *testing.T) {
	for _, c := range []struct{ text, query, want string }{
		{"Bridge inspection of two bridges", "bridges", "[Bridge] inspection of two [bridges]"},
		{"彩色多普勒超声诊断仪采购", "超声诊断仪", "彩色多普勒[超声诊断仪]采购"},
		{"长江大桥检测", "桥", "长江大[桥]检测"},
		{"诊断试剂与超声波", "超声诊断仪", "[诊断]试剂与[超声]波"},
		{"nothing here", "else", "nothing here"},
		{"<b>bold</b>", "bold", "<b>[bold]</b>"},
		{"", "x", ""},
	} {
		if got := flat(Mark(c.text, c.query)); got != c.want {
			t.Errorf("%q in %q: %q", c.query, c.text, got)
		}
	}
	long := strings.Repeat("many words before it ", 30) + "the bridge stands here" + strings.Repeat(" and many after", 30)
	got := flat(Snippet(long, "bridge", 120))
	if !strings.HasPrefix(got, "… ") || !strings.Contains(got, "the [bridge] stands") || !strings.HasSuffix(got, " …") || len(got) > 140 {
		t.Errorf("%q", got)
	}
	if Snippet(long, "tunnel", 120) != nil {
		t.Error("a snippet of what is not there")
	}
}

func flat(list []Piece) string {
	var b strings.Builder
	for _, p := range list {
		if p.Mark {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func FuzzMark(f *testing.F) {
	f.Add("长江大桥 bridge", "桥 b")
	f.Add("a\xffb", "\xff")
	f.Fuzz(func(t *testing.T, text, query string) {
		var all strings.Builder
		for _, p := range Mark(text, query) {
			all.WriteString(p.Text)
		}
		if all.String() != text {
			t.Errorf("%q became %q", text, all.String())
		}
		Snippet(text, query, 40)
		x := new(Index)
		x.Put(Notice{ID: "1", Fields: []Field{{text, 1}}})
		x.Search(Query{Words: query, Limit: 1})
		// What is there is found by itself, if there is a word in it.
		if len(asked(text)) > 0 && len(asked(text)) < 32 && x.Search(Query{Words: text, Limit: 1}).Total != 1 {
			t.Errorf("%q does not find itself", text)
		}
	})
}

func TestMoneyIsAddedByCurrency(t *testing.T) {
	b := new(Book)
	buyer, s1, s2 := tender.OrgName{ID: "B"}, tender.OrgName{ID: "S1"}, tender.OrgName{ID: "S2"}
	put := func(id string, s tender.OrgName, amount, paid string, c tender.Currency, at int64) {
		b.Put(Contract{ID: id, Buyer: buyer, Supplier: s, Value: tender.MustMoney(amount, c), Paid: tender.MustMoney(paid, c), At: at})
	}
	const month = 31 * 24 * 3600 * 1000
	put("1", s1, "100.10", "50", "CNY", 0)
	put("2", s2, "200.20", "0", "CNY", month)
	put("3", s1, "300", "0", "CNY", month+1)
	put("3", s1, "400", "1.01", "CNY", month+1) // replaced
	put("4", s1, "7", "0", "EUR", 1)
	sums, list := b.Spent("B", "")
	if len(list) != 4 || list[0].ID != "3" || len(sums) != 2 {
		t.Fatalf("%d contracts, %d sums", len(list), len(sums))
	}
	cny := sums[0]
	if cny.Value != tender.MustMoney("700.30", "CNY") || cny.Paid != tender.MustMoney("51.01", "CNY") || cny.With[0].Org.ID != "S1" || cny.With[0].Value != tender.MustMoney("500.10", "CNY") {
		t.Errorf("%+v", cny)
	}
	if len(cny.Months) != 2 || cny.Months[0].Month != "1970-01" || cny.Months[1].Value != tender.MustMoney("600.20", "CNY") {
		t.Errorf("%+v", cny.Months)
	}
	if sums, _ := b.Spent("", "S2"); len(sums) != 1 || sums[0].With[0].Org.ID != "B" {
		t.Errorf("%+v", sums)
	}
	if sums, list := b.Spent("nobody", ""); len(sums)+len(list) != 0 {
		t.Error("nobody has spent something")
	}
}
