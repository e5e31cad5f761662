package app_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/party"
	yearly "probity/tender/plan"
	"probity/tender/sign"
	"probity/tender/store"
)

// annual is a body's plan over the wire.
type annual struct {
	*testing.T
	*apptest.Site
	w    *biddingtest.World
	id   string
	year int
}

func newAnnual(t *testing.T) *annual {
	return newFiscal(t, yearly.CalendarYear(biddingtest.Published.Year()))
}

// newFiscal is one with a period of its own.
func newFiscal(t *testing.T, period yearly.Period) *annual {
	h := apptest.Open(t, apptest.Options{Now: biddingtest.Published.AddDate(0, 0, -7)})
	w := &biddingtest.World{TB: t, House: h.Bidding()}
	w.Org(biddingtest.Buyer, party.KindBuyer)
	p := &annual{T: t, Site: h.Serve(t), w: w, year: biddingtest.Published.Year()}
	a := p.Ask(biddingtest.Officer, "POST", "/api/v1/plans", map[string]any{"year": p.year, "period": period, "title": map[string]string{"en": "Purchases", "zh-CN": "采购"}, "contact": map[string]string{"email": "buy@example.org"}},
		"Idempotency-Key", "the-plan-of-this-year")
	var made yearly.View
	a.Read(t, &made)
	if p.id = made.ID; a.Status != 201 || a.Header.Get("ETag") != `"1"` || a.Header.Get("Location") != "/api/v1/plans/"+p.id {
		t.Fatalf("%d %v %s", a.Status, a.Header, a.Body)
	}
	return p
}

func (p *annual) entry(title string) map[string]any {
	return map[string]any{"title": map[string]string{"en": title}, "category": "goods", "value": tender.MustMoney("100000.00", "EUR"), "ruleSet": "generic",
		"procedure": "open", "dates": map[string]any{"publication": fmt.Sprintf("%d-12", p.year)}}
}

func (p *annual) path(more string) string { return "/api/v1/plans/" + p.id + more }

func (p *annual) want(status int, by party.Actor, method, path string, body any, headers ...string) apptest.Answer {
	p.Helper()
	a := p.Ask(by, method, path, body, headers...)
	if a.Status != status {
		p.Fatalf("%s %s: %d, want %d: %s", method, path, a.Status, status, a.Body)
	}
	return a
}

// forget loses the answers that are kept for repetitions.
func (p *annual) forget() {
	p.Helper()
	page, err := p.Engine.Find(p.Context(), store.Query{Kind: "idempotency", Index: "expires", Limit: 100})
	if err != nil || len(page.Docs) == 0 {
		p.Fatalf("%d answers are kept, %v", len(page.Docs), err)
	}
	for _, d := range page.Docs {
		if err := p.Engine.Delete(p.Context(), d.Kind, d.ID, d.Version); err != nil {
			p.Fatal(err)
		}
	}
}

// out publishes what is written.
func (p *annual) out() {
	p.Helper()
	p.want(200, biddingtest.Officer, "POST", p.path("/submit"), nil)
	var asked struct{ Domain, Record string }
	p.want(200, biddingtest.Approver, "GET", p.path("/approval"), nil).Read(p.T, &asked)
	key := biddingtest.DeviceKey(biddingtest.Approver.User)
	p.Enrol(biddingtest.Approver.User, key.Key())
	signature, err := key.Sign(sign.Domain(asked.Domain), []byte(asked.Record))
	if err != nil {
		p.Fatal(err)
	}
	p.want(200, biddingtest.Approver, "POST", p.path("/approve"), map[string]any{"signature": signature})
	p.want(200, biddingtest.Approver, "POST", p.path("/publish"), nil)
	p.Settle()
}

func TestAPlanOverTheWire(t *testing.T) {
	p := newAnnual(t)
	again := p.want(409, biddingtest.Officer, "POST", "/api/v1/plans", map[string]any{"year": p.year}, "Accept-Language", "zh-CN")
	if again.Code != "plan.taken" || !strings.Contains(string(again.Body), "已存在") {
		t.Errorf("a second plan for the year: %s", again.Body)
	}
	p.want(404, party.PublicActor, "GET", p.path(""), nil)
	first := p.want(201, biddingtest.Officer, "POST", p.path("/entries"), p.entry("Road salt"), "Idempotency-Key", "an-entry-of-the-plan")
	second := p.want(201, biddingtest.Officer, "POST", p.path("/entries"), p.entry("Road salt"), "Idempotency-Key", "an-entry-of-the-plan")
	if second.Header.Get("Idempotency-Replayed") != "true" || !bytes.Equal(first.Body, second.Body) {
		t.Errorf("the entry was added twice: %s", second.Body)
	}
	p.forget() // as if the server had died before it kept the answer
	third := p.want(201, biddingtest.Officer, "POST", p.path("/entries"), p.entry("Road salt"), "Idempotency-Key", "an-entry-of-the-plan")
	if third.Header.Get("Idempotency-Replayed") != "" || !bytes.Equal(first.Body, third.Body) {
		t.Errorf("the entry was added twice: %s", third.Body)
	}
	p.forget()
	if a := p.want(201, biddingtest.Officer, "POST", "/api/v1/plans", map[string]any{"year": p.year}, "Idempotency-Key", "the-plan-of-this-year"); !strings.HasSuffix(a.Header.Get("Location"), p.id) {
		t.Errorf("the plan was made twice: %s", a.Body)
	}
	p.want(428, biddingtest.Officer, "PUT", p.path("/entries/1"), p.entry("Salt"))
	if a := p.want(412, biddingtest.Officer, "PUT", p.path("/entries/1"), p.entry("Salt"), "If-Match", `"1"`); a.Code != "plan.stale" {
		t.Errorf("a stale change: %s", a.Body)
	}
	p.want(200, biddingtest.Officer, "PUT", p.path("/entries/1"), p.entry("Salt"), "If-Match", first.Header.Get("ETag"))
	p.want(403, biddingtest.Approver, "POST", p.path("/entries"), p.entry("Mine"))
	late := p.entry("Late")
	late["dates"] = map[string]any{"publication": "2001-01"}
	if a := p.want(422, biddingtest.Officer, "POST", p.path("/entries"), late, "Accept-Language", "zh"); !strings.Contains(string(a.Body), "计划期间") || !strings.Contains(string(a.Body), "dates.publication") {
		t.Errorf("a date outside: %s", a.Body)
	}
	p.out()

	for by, kind := range map[*party.Actor]string{&biddingtest.Approver: `"kind":"approve"`, &biddingtest.Officer: `"kind":"returned"`} {
		if a := p.want(200, *by, "GET", "/api/v1/me/notices", nil); !bytes.Contains(a.Body, []byte(kind)) || !bytes.Contains(a.Body, []byte("/buy/plans/"+p.id)) {
			t.Errorf("%s is told %s", by.User, a.Body)
		}
	}
	var list struct{ Items []yearly.View }
	for _, q := range []string{"", "?buyer=" + biddingtest.Buyer, fmt.Sprintf("?year=%d", p.year), fmt.Sprintf("?buyer=%s&year=%d", biddingtest.Buyer, p.year)} {
		p.want(200, party.PublicActor, "GET", "/api/v1/plans"+q, nil).Read(t, &list)
		if len(list.Items) != 1 || list.Items[0].ID != p.id || list.Items[0].Content.Entries != nil {
			t.Errorf("%q: %+v", q, list.Items)
		}
	}
	var lines struct{ Items []yearly.Line }
	p.want(200, party.PublicActor, "GET", fmt.Sprintf("/api/v1/planned?from=%d-12&to=%d-12", p.year, p.year), nil).Read(t, &lines)
	if len(lines.Items) != 1 || lines.Items[0].ID != p.id+"-1" {
		t.Errorf("planned: %+v", lines.Items)
	}
	p.want(200, party.PublicActor, "GET", fmt.Sprintf("/api/v1/planned?to=%d-11", p.year), nil).Read(t, &lines)
	if len(lines.Items) != 0 {
		t.Errorf("before December: %+v", lines.Items)
	}
	p.want(422, party.PublicActor, "GET", "/api/v1/planned?from=soon", nil)
	p.want(422, party.PublicActor, "GET", "/api/v1/planned?category=goods&buyer=x", nil)
	p.want(404, party.PublicActor, "GET", p.path("/editions/2"), nil)
}

// What is taken away from a plan: the facts with their receipts, a table in two
// forms, releases.
func TestThePublicRecordOfAPlan(t *testing.T) {
	p := newAnnual(t)
	secret := p.entry("Hidden")
	secret["valueWithheld"], secret["value"] = true, tender.MustMoney("4242.42", "EUR")
	p.want(201, biddingtest.Officer, "POST", p.path("/entries"), secret)
	p.want(404, party.PublicActor, "GET", p.path("/facts"), nil)
	p.want(404, party.PublicActor, "GET", p.path("/table/csv"), nil)
	p.want(404, biddingtest.Officer, "GET", p.path("/release"), nil)
	p.out()
	var facts struct {
		Items []struct{ ID, Name string }
	}
	p.want(200, party.PublicActor, "GET", p.path("/facts"), nil).Read(t, &facts)
	if len(facts.Items) != 1 || facts.Items[0].Name != "plan.publish" {
		t.Fatalf("facts: %+v", facts.Items)
	}
	p.want(200, party.PublicActor, "GET", p.path("/receipt?fact="+strings.ReplaceAll(facts.Items[0].ID, "#", "%23")), nil)
	p.want(404, party.PublicActor, "GET", p.path("/receipt?fact="+strings.ReplaceAll(facts.Items[0].ID[:strings.IndexByte(facts.Items[0].ID, '#')]+"#1", "#", "%23")), nil)
	auditor := biddingtest.Person("u-auditor", biddingtest.Oversight, party.KindOversight, party.RoleAuditor)
	p.w.Org(biddingtest.Oversight, party.KindOversight)
	p.want(200, auditor, "GET", p.path("/facts"), nil, "Probity-Reason", "a test").Read(t, &facts)
	if len(facts.Items) < 5 || facts.Items[0].Name != "plan.create" {
		t.Errorf("the auditor reads %+v", facts.Items)
	}
	for _, path := range []string{"", "/editions/1", "/facts", "/table/csv", "/release", "/release?lang=zh-CN"} {
		if a := p.want(200, party.PublicActor, "GET", p.path(path), nil); bytes.Contains(a.Body, []byte("4242")) {
			t.Errorf("%q tells the value", path)
		}
	}
	if a := p.want(200, party.PublicActor, "GET", p.path("/table/csv"), nil); a.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !bytes.Contains(a.Body, []byte(p.id+"-1,1,Hidden")) {
		t.Errorf("CSV: %s", a.Body)
	}
	book, err := excelize.OpenReader(bytes.NewReader(p.want(200, party.PublicActor, "GET", p.path("/table/xlsx?edition=1"), nil).Body))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := book.GetCellValue(fmt.Sprint("Plan ", p.year), "C2"); err != nil || got != "Hidden" {
		t.Errorf("the spreadsheet says %q: %v", got, err)
	}
	if a := p.want(200, party.PublicActor, "GET", p.path("/table/csv"), nil, "Accept-Language", "zh"); regexp.MustCompile(`,[A-Z][a-z]+ ?[a-z]*,`).Match(bytes.SplitN(a.Body, []byte("\n"), 2)[0]) {
		t.Errorf("headings in English: %.400s", a.Body)
	}
	p.want(422, party.PublicActor, "GET", p.path("/table/pdf"), nil)
	var pack struct {
		Releases []struct {
			OCID   string
			Tender struct{ Status string }
		}
	}
	p.want(200, party.PublicActor, "GET", p.path("/release"), nil).Read(t, &pack)
	if len(pack.Releases) != 1 || pack.Releases[0].OCID != p.id+"-1" || pack.Releases[0].Tender.Status != "planned" {
		t.Errorf("releases: %+v", pack)
	}
}

// A procedure that comes from an entry marks it as begun once its notice is
// published, and is no procedure beside the plan; another one is.
func TestATenderFromAPlan(t *testing.T) {
	p := newAnnual(t)
	p.want(201, biddingtest.Officer, "POST", p.path("/entries"), p.entry("Road salt"))
	p.out()
	auditor := biddingtest.Person("u-auditor", biddingtest.Oversight, party.KindOversight, party.RoleAuditor)
	from := func(entry string) func(*tender.Notice) {
		return func(n *tender.Notice) {
			if entry != "" {
				n.Planned = &tender.Planned{Plan: p.id, Entry: entry}
			}
		}
	}
	for _, entry := range []string{"", "1"} {
		w := biddingtest.New(t, p.Bidding(), biddingtest.Terms{Change: from(entry)})
		var out struct {
			Became map[string]struct {
				State   yearly.LineState
				Tenders []string
			}
		}
		p.want(200, party.PublicActor, "GET", p.path(""), nil).Read(t, &out)
		if begun := out.Became["1"].State == yearly.Begun; begun != (entry != "") || begun && out.Became["1"].Tenders[0] != w.ID {
			t.Errorf("from entry %q: %+v", entry, out.Became)
		}
		flags := p.want(200, auditor, "GET", "/api/v1/tenders/"+w.ID+"/flags", nil, "Probity-Reason", "a test")
		if beside := bytes.Contains(flags.Body, []byte("not_planned")); beside != (entry == "") {
			t.Errorf("from entry %q: %s", entry, flags.Body)
		}
	}
	if a := p.want(409, biddingtest.Officer, "POST", p.path("/entries/1/withdraw"), map[string]any{"reason": map[string]string{"en": "No money"}}); a.Code != "plan.begun" {
		t.Errorf("what has begun is withdrawn: %s", a.Body)
	}
}

// A fiscal year that begins or ends on the day of the notice holds it; one that
// ends the day before, or begins the day after, does not.
func TestThePlanOfAFiscalYear(t *testing.T) {
	day := func(d int) yearly.Date {
		return yearly.Date(biddingtest.Published.AddDate(0, 0, d).Format("2006-01-02"))
	}
	for _, c := range []struct {
		from, to yearly.Date
		beside   bool
	}{{day(0), day(300), true}, {day(1), day(300), false}, {day(-300), day(0), true}, {day(-300), day(-1), false}} {
		p := newFiscal(t, yearly.Period{From: c.from, To: c.to})
		e := p.entry("Road salt")
		e["dates"] = map[string]any{"publication": c.to}
		p.want(201, biddingtest.Officer, "POST", p.path("/entries"), e)
		p.out()
		w := biddingtest.New(t, p.Bidding(), biddingtest.Terms{})
		auditor := biddingtest.Person("u-auditor", biddingtest.Oversight, party.KindOversight, party.RoleAuditor)
		flags := p.want(200, auditor, "GET", "/api/v1/tenders/"+w.ID+"/flags", nil, "Probity-Reason", "a test")
		if beside := bytes.Contains(flags.Body, []byte("not_planned")); beside != c.beside {
			t.Errorf("%s to %s: %s", c.from, c.to, flags.Body)
		}
	}
}

// found lists the ids that a search finds, once the index has come to what is
// wanted or some time has passed.
func (p *annual) found(query, want string) string {
	p.Helper()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var out struct {
			Items []struct {
				ID      string
				Status  string
				Planned *struct{ Plan, Entry, Expected string }
				Snippet []struct{ Text string }
			}
		}
		p.want(200, party.PublicActor, "GET", "/api/v1/search/tenders?"+query, nil).Read(p.T, &out)
		var list []string
		for _, x := range out.Items {
			is := x.Status
			if x.Planned != nil {
				is += " " + x.Planned.Entry + " " + x.Planned.Expected
			}
			list = append(list, is)
		}
		if got := strings.Join(list, ", "); got == want || time.Now().After(until) {
			return got
		}
	}
}

// What is planned is found until its notice is out, and whoever saved a search
// for it is told of each entry once.
func TestPlannedEntriesAreFound(t *testing.T) {
	p := newAnnual(t)
	fan := biddingtest.Person("u-fan", biddingtest.Buyer, party.KindBuyer, party.RoleAuditor)
	p.want(204, fan, "POST", "/api/v1/desk/searches", map[string]any{"name": "Salt", "query": "q=盐&status=planned"})
	salt := p.entry("Road salt")
	salt["title"], salt["description"] = map[string]string{"en": "Road salt", "zh-CN": "融雪盐"}, map[string]string{"en": "For icy roads"}
	p.want(201, biddingtest.Officer, "POST", p.path("/entries"), salt)
	p.want(201, biddingtest.Officer, "POST", p.path("/entries"), p.entry("Grit"))
	p.found("status=planned", "")
	p.out()
	one := fmt.Sprintf("planned 1 %d-12", p.year)
	for query, want := range map[string]string{
		"q=%E7%9B%90&status=planned": one, "q=icy&status=planned": one, "q=salt": "", "status=open": "",
		fmt.Sprintf("q=salt&expectedFrom=%d-12-31T00:00:00Z", p.year): one, fmt.Sprintf("q=salt&expectedTo=%d-12-01T00:00:00Z", p.year): "",
		"status=planned&category=goods&order=deadline&q=grit&buyer=" + biddingtest.Buyer: fmt.Sprintf("planned 2 %d-12", p.year),
	} {
		if got := p.found(query, want); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	p.want(422, party.PublicActor, "GET", "/api/v1/search/tenders?expectedFrom=soon", nil)

	told := func() int {
		return bytes.Count(p.want(200, fan, "GET", "/api/v1/me/notices", nil).Body, []byte(`"kind":"fitting"`))
	}
	if n := told(); n != 1 {
		t.Errorf("told %d times of the first edition", n)
	}
	v := p.want(200, biddingtest.Officer, "GET", p.path(""), nil)
	grit := p.entry("Grit 盐")
	p.want(200, biddingtest.Officer, "PUT", p.path("/entries/2"), grit, "If-Match", v.Header.Get("ETag"))
	p.out()
	if n := told(); n != 1 {
		t.Errorf("told %d times: an entry was only changed", n)
	}

	biddingtest.New(t, p.Bidding(), biddingtest.Terms{Change: func(n *tender.Notice) { n.Planned = &tender.Planned{Plan: p.id, Entry: "1"} }})
	if got, want := p.found("status=planned,open", "open, planned 2 "+fmt.Sprintf("%d-12", p.year)), "open, planned 2 "+fmt.Sprintf("%d-12", p.year); got != want {
		t.Errorf("with the notice there is %q, want %q", got, want)
	}
	p.Reopen() // an index that is made anew says the same
	again := *p
	again.Site = p.House.Serve(t)
	if got, want := again.found("status=planned,open", "open, planned 2 "+fmt.Sprintf("%d-12", p.year)), "open, planned 2 "+fmt.Sprintf("%d-12", p.year); got != want {
		t.Errorf("after a start there is %q, want %q", got, want)
	}
	v = again.want(200, biddingtest.Officer, "GET", p.path(""), nil)
	again.want(200, biddingtest.Officer, "POST", p.path("/entries/2/withdraw"), map[string]any{"reason": map[string]string{"en": "No money"}}, "If-Match", v.Header.Get("ETag"))
	again.out()
	if got := again.found("status=planned", ""); got != "" {
		t.Errorf("what is withdrawn is found: %s", got)
	}
}

// A notice says what it was planned as and where it departs from it; its release
// has the planning section, and that of one beside the plan has none.
func TestANoticeAndItsPlan(t *testing.T) {
	p := newAnnual(t)
	e := p.entry("Road salt")
	e["rationale"], e["budget"] = map[string]string{"en": "Roads freeze"}, map[string]any{"line": "2210-07"}
	p.want(201, biddingtest.Officer, "POST", p.path("/entries"), e)
	p.out()
	beside := biddingtest.New(t, p.Bidding(), biddingtest.Terms{})
	p.want(404, party.PublicActor, "GET", "/api/v1/tenders/"+beside.ID+"/planned", nil)
	if a := p.want(200, party.PublicActor, "GET", "/api/v1/tenders/"+beside.ID+"/release", nil); bytes.Contains(a.Body, []byte(`"planning"`)) {
		t.Errorf("from no plan: %s", a.Body)
	}
	w := biddingtest.New(t, p.Bidding(), biddingtest.Terms{Change: func(n *tender.Notice) { n.Planned = &tender.Planned{Plan: p.id, Entry: "1"} }})
	late := p.entry("Road salt, as it was bought")
	late["value"] = tender.MustMoney("5.00", "EUR")
	p.want(200, biddingtest.Officer, "PUT", p.path("/entries/1"), late, "If-Match", p.want(200, biddingtest.Officer, "GET", p.path(""), nil).Header.Get("ETag"))
	p.Set(biddingtest.Published.Add(time.Hour))
	p.out() // after the notice: what was planned before it counts
	var a yearly.Announced
	p.want(200, party.PublicActor, "GET", "/api/v1/tenders/"+w.ID+"/planned", nil).Read(t, &a)
	departs := map[string]string{}
	for _, d := range a.Departures {
		departs[d.What] = d.Planned + " -> " + d.Notice
	}
	if a.Edition.Number != 1 || a.Entry.Title["en"] != "Road salt" || departs["publication"] != fmt.Sprintf("%d-12 -> %s", p.year, biddingtest.Published.Format("2006-01-02")) || departs["procedure"] != "" || departs["method"] != "" {
		t.Errorf("edition %d, %v: %v", a.Edition.Number, a.Entry.Title, departs)
	}
	var pack struct {
		Releases []struct {
			Planning struct {
				Rationale string
				Budget    struct {
					ID     string
					Amount struct {
						Amount   float64
						Currency string
					}
				}
			}
		}
	}
	p.want(200, party.PublicActor, "GET", "/api/v1/tenders/"+w.ID+"/release?lang=zh-CN", nil).Read(t, &pack)
	if b := pack.Releases[0].Planning; b.Rationale != "Roads freeze" || b.Budget.ID != "2210-07" || b.Budget.Amount.Amount != 100000 || b.Budget.Amount.Currency != "EUR" {
		t.Errorf("%+v", b)
	}
	p.want(422, party.PublicActor, "GET", "/api/v1/tenders/"+w.ID+"/release?lang=fr", nil)
}
