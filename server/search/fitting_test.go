package search

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/plan"
	"probity/tender/store"
)

// published is a made-up tender that is taking bids.
func published(r *rand.Rand, i int) *tender.Tender {
	n := made(r, i)
	t := &tender.Tender{Root: store.Root{ID: n.ID}, Phase: tender.Published, Buyer: n.Buyer, Published: time.UnixMilli(n.Published + 1).UTC()}
	t.Notice = tender.Notice{Title: n.Title, Category: n.Category, Procedure: n.Procedure, Value: n.Value, Description: tender.Text{"en": n.Fields[4].Text, "zh-CN": n.Fields[3].Text},
		Classification: tender.Classification{Scheme: "CPV", ID: pick(r, []string{"33112000-8", "33100000-1", "45221100-3", ""})}}
	t.Notice.Timetable.Deadline = time.UnixMilli(n.Deadline).UTC()
	return t
}

// address is a made-up search, as it stands behind the question mark.
func address(r *rand.Rand) string {
	q := url.Values{}
	maybe := func(name string, values ...string) {
		if r.IntN(4) == 0 {
			q.Add(name, pick(r, values))
		}
	}
	if r.IntN(3) > 0 {
		w := pick(r, wares)
		q.Set("q", pick(r, []string{w[0], w[1], w[0] + " " + w[1], pick(r, places)[0], pick(r, places)[1], "桥", "Buses", "...", "疫苗", strings.ToUpper(w[1])}))
	}
	maybe("status", "open", "awarded")
	maybe("status", "evaluation")
	maybe("category", "goods", "works", "services", "nothing")
	maybe("procedure", "open", "selective")
	maybe("buyer", "1", "2", "3")
	maybe("supplier", "S")
	maybe("code", "33000000-0", "33112000-8", "45000000-7")
	maybe("scheme", "CPV", "UNSPSC")
	maybe("min", "1,000", "9000000", "much")
	maybe("max", "5000000", "1 000")
	if r.IntN(2) == 0 {
		maybe("currency", "cny", "EUR")
	}
	maybe("from", "1970-01-01", "1970-01-02", "soon")
	maybe("to", "1970-01-01", "1970-01-03")
	maybe("due", "1970-01-12", "1970-01-14")
	maybe("order", "newest", "deadline")
	maybe("page", "2")
	return q.Encode()
}

// What somebody is told of is what the page of results shows, on any index:
// alone, and among many others.
func TestFittingIsSearching(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	zone := time.FixedZone("UTC+8", 8*3600)
	full := new(Index)
	var tenders []*tender.Tender
	for i := range 200 {
		x := published(r, i)
		tenders = append(tenders, x)
		full.Put(NoticeOf(x))
	}
	const some = 25
	var alone [some]Index
	for i := range alone {
		alone[i].Put(NoticeOf(tenders[i]))
	}
	fit, not := 0, 0
	for range 2000 {
		s := Saved{Query: address(r)}
		found := map[string]bool{}
		q, err := Address(parsed(t, s.Query), zone).Query()
		if err == nil {
			q.Skip, q.Limit = 0, len(tenders)
			for _, n := range full.Search(q).Notices {
				found[n.ID] = true
			}
		}
		for i, x := range tenders[:some] {
			got := alone[i].fitsSaved(s, zone)
			if got != found[x.ID] {
				t.Fatalf("%s is told of %s: %v; the search finds it: %v", s.Query, x.ID, got, found[x.ID])
			}
			if got {
				fit++
			} else {
				not++
			}
		}
	}
	if fit < 500 || not < 500 {
		t.Errorf("%d fit, %d do not: that tells little", fit, not)
	}
}

func parsed(t testing.TB, query string) url.Values {
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// What the page asks of the API is read back as the same.
func TestAddressIsWhatTheAPIReads(t *testing.T) {
	a := Address(parsed(t, "q=桥&status=open&status=awarded&min=1,000.50&currency=cny&from=2026-03-01&to=2026-03-02&page=3&dueTo=never"), time.FixedZone("", 8*3600))
	for name, want := range map[string]string{"q": "桥", "status": "open,awarded", "valueMin": "1000.50", "currency": "CNY", "page": "3", "size": "",
		"publishedFrom": "2026-02-28T16:00:00.000Z", "publishedTo": "2026-03-02T16:00:00.000Z", "deadlineTo": "", "valueMax": ""} {
		if got := a.Params()[name]; got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
	q, err := a.Query()
	if err != nil || q.ValueMin != 100050 || q.Skip != 40 {
		t.Errorf("%+v %v", q, err)
	}
}

// memory keeps searches in an engine of its own.
func memory(t testing.TB) Memory {
	engine, err := bolt.Open(t.TempDir()+"/x.db", []store.Collection{SavesCollection}, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	return Memory{store.Shelf[Saves, *Saves]{Engine: engine, Kind: SavesCollection.Kind}}
}

func TestFitting(t *testing.T) {
	m := memory(t)
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	x := &tender.Tender{Root: store.Root{ID: "ocds-1"}, Phase: tender.Published, Published: at, Notice: tender.Notice{Title: tender.Text{"en": "Bridge inspection"}}}
	keep := func(user, id, query string, made time.Time) {
		t.Helper()
		if err := m.Keep(t.Context(), user, Saved{ID: id, Name: id, Query: query, Made: made}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 450 { // more than are read at once
		keep(fmt.Sprintf("user-%03d", i), "a", []string{"q=bridges", "q=tunnel"}[i%2], at.Add(-time.Hour))
	}
	keep("wei", "all", "", at.Add(-time.Hour))
	keep("wei", "none", "q=tunnel", at.Add(-time.Hour))
	keep("wei", "words", "q=inspection&status=open", at.Add(-time.Hour))
	keep("wei", "broken", "q=%zz", at.Add(-time.Hour))
	keep("wei", "later", "q=bridge", at.Add(time.Second))
	keep("gone", "a", "q=bridge", at.Add(-time.Hour))
	if err := m.Forget(t.Context(), "gone", "a"); err != nil {
		t.Fatal(err)
	}
	if err := m.Mail(t.Context(), "wei", "all", false); err != nil {
		t.Fatal(err)
	}
	list, err := m.Fitting(t.Context(), []Notice{NoticeOf(x)}, at, time.UTC)
	if err != nil || len(list) != 226 {
		t.Fatalf("%d people, %v", len(list), err)
	}
	i := slices.IndexFunc(list, func(f Fit) bool { return f.User == "wei" })
	var names []string
	for _, s := range list[i].Searches {
		names = append(names, fmt.Sprint(s.Name, s.Quiet))
	}
	if got := strings.Join(names, " "); got != "wordsfalse alltrue" {
		t.Errorf("wei's: %s", got)
	}
	if list, err := m.Fitting(t.Context(), nil, at, time.UTC); len(list) != 0 || err != nil {
		t.Error("nothing fits", err)
	}
	p := &plan.Plan{Root: store.Root{ID: "ocds-p"}}
	e := plan.Entry{ID: "1", Title: tender.Text{"en": "Bridge painting"}, Dates: plan.Dates{Publication: "2027-05"}}
	keep("ada", "coming", "q=bridge&status=planned&comes=2027-05-20", at)
	keep("ada", "earlier", "q=bridge&status=planned&comesTo=2027-04-30", at)
	keep("ada", "tenders", "q=bridge", at)
	list, err = m.Fitting(t.Context(), []Notice{PlannedOf(p, e, at.UnixMilli())}, at, time.UTC)
	if err != nil || len(list) != 1 || list[0].User != "ada" || len(list[0].Searches) != 1 || list[0].Searches[0].ID != "coming" {
		t.Errorf("what is planned fits %+v, %v", list, err)
	}
}

func TestQuietening(t *testing.T) {
	m := memory(t)
	for _, id := range []string{"a", "b", "c"} {
		if err := m.Keep(t.Context(), "wei", Saved{ID: id, Name: id}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := m.Quieten(t.Context(), "wei", []string{"a", "c", "forgotten"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Mail(t.Context(), "wei", "c", true); err != nil {
		t.Fatal(err)
	}
	list, _ := m.Of(t.Context(), "wei")
	if len(list) != 3 || list[0].Quiet || list[1].Quiet || !list[2].Quiet {
		t.Errorf("%+v", list)
	}
	if err := m.Mail(t.Context(), "wei", "z", true); err == nil {
		t.Error("a search that is not there was changed")
	}
}

// BenchmarkFitting matches one new tender with ten thousand saved searches of
// two thousand people.
func BenchmarkFitting(b *testing.B) {
	m := memory(b)
	r := rand.New(rand.NewPCG(5, 6))
	at := time.Now()
	for i := range 2000 {
		s := &Saves{Root: store.Root{ID: fmt.Sprintf("user-%04d", i)}}
		for k := range 5 {
			s.List = append(s.List, Saved{ID: fmt.Sprint(k), Name: "search", Query: address(r), Made: at.Add(-time.Hour)})
		}
		if err := m.Saves.Put(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
	x := published(r, 7)
	b.ResetTimer()
	for b.Loop() {
		if _, err := m.Fitting(b.Context(), []Notice{NoticeOf(x)}, at, time.UTC); err != nil {
			b.Fatal(err)
		}
	}
}
