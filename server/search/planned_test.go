package search

import (
	"testing"
	"time"

	"probity/tender"
	"probity/tender/plan"
	"probity/tender/store"
)

// intended is an index with two tenders and three entries of plans.
func intended() *Index {
	x := new(Index)
	x.Put(notice("a", "Bridge inspection 桥梁检测"))
	x.Put(notice("b", "School meals", func(n *Notice) { n.Status, n.Deadline = Awarded, 5 }))
	p := &plan.Plan{Root: store.Root{ID: "p"}, Buyer: tender.OrgName{ID: "roads"}}
	for id, when := range map[string]plan.Date{"1": "2027-04", "2": "2027-06-15", "3": "2026-12"} {
		e := plan.Entry{ID: id, Title: tender.Text{"en": "Bridge painting", "zh-CN": "桥梁涂装"}, Category: tender.Works, Procedure: "open",
			Classification: tender.Classification{Scheme: "CPV", ID: "45221119-9"}, Dates: plan.Dates{Publication: when}}
		if id == "2" {
			e.Dates.BidsDue = "2027-07"
		}
		x.Put(PlannedOf(p, e, 7))
	}
	return x
}

func at(day string) int64 {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

// What is planned is found where it is asked for, by all that it has: words of
// both languages, one character too, filters, and days that touch its month.
func TestPlanned(t *testing.T) {
	x, planned := intended(), []Status{Planned}
	for says, c := range map[string]struct {
		q    Query
		want string
	}{
		"nobody asks for it":         {Query{Words: "bridge"}, "a"},
		"all that is there":          {Query{Order: ByDeadline}, "a b"},
		"planned":                    {Query{Status: planned, Order: ByDeadline}, "p-3 p-1 p-2"},
		"open or planned":            {Query{Status: []Status{Planned, Open}, Order: ByDeadline}, "a p-3 p-1 p-2"},
		"one character":              {Query{Words: "涂", Status: planned, Order: ByDeadline}, "p-3 p-1 p-2"},
		"both languages":             {Query{Words: "桥 painting", Status: planned, Order: ByDeadline}, "p-3 p-1 p-2"},
		"a category":                 {Query{Status: planned, Category: []tender.Category{tender.Goods}}, ""},
		"a buyer":                    {Query{Status: planned, Buyer: "roads", Order: ByDeadline}, "p-3 p-1 p-2"},
		"a code above":               {Query{Status: planned, Class: Class{"CPV", "45000000-7"}, Order: ByDeadline}, "p-3 p-1 p-2"},
		"from the last of its days":  {Query{Status: planned, ExpectedFrom: at("2027-04-30"), Order: ByDeadline}, "p-1 p-2"},
		"from the day behind":        {Query{Status: planned, ExpectedFrom: at("2027-05-01")}, "p-2"},
		"to its first day":           {Query{Status: planned, ExpectedTo: at("2027-04-02"), Order: ByDeadline}, "p-3 p-1"},
		"before its first day":       {Query{Status: planned, ExpectedTo: at("2027-04-01")}, "p-3"},
		"the day itself":             {Query{Status: planned, ExpectedFrom: at("2027-06-15"), ExpectedTo: at("2027-06-16")}, "p-2"},
		"bids due":                   {Query{Status: planned, DeadlineFrom: at("2027-07-20")}, "p-2"},
		"no tender is expected":      {Query{Status: []Status{Open}, ExpectedFrom: 1}, ""},
		"of no deadline none passes": {Query{Status: planned, DeadlineTo: at("2027-07-01")}, ""},
	} {
		c.q.Limit = 9
		if got := ids(x.Search(c.q)); got != c.want {
			t.Errorf("%s: %q, want %q", says, got, c.want)
		}
	}
	f := x.Search(Query{Words: "bridge", Limit: 9})
	if f.Total != 1 || f.Status["planned"] != 3 || f.Status["open"] != 1 || f.Category["works"] != 0 {
		t.Errorf("beside what was found: %+v", f)
	}
}
