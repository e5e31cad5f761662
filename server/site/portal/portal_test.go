package portal_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/site/browsertest"
	"probity/tender"
)

// street is a platform with one open tender, and the doors to look in.
type street struct {
	*apptest.Site
	t testing.TB
	w *biddingtest.World
}

func open(t *testing.T, change func(*tender.Notice)) *street {
	t.Helper()
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	w := biddingtest.New(t, s.Bidding(), biddingtest.Terms{Change: change})
	s.Settle()
	return &street{s, t, w}
}

// get is a page without any script, and its status.
func (s *street) get(path, lang string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func text(en, zh string) tender.Text { return tender.Text{"en": en, "zh-CN": zh} }

func bridge(n *tender.Notice) {
	n.Title = text("Inspection of two bridges", "两座桥梁检测服务")
	n.Description = text("Load tests, photographs and a report for each bridge.", "每座桥进行荷载试验、拍照并出具报告。")
}

func TestSearchFindsWhatIsPublished(t *testing.T) {
	s := open(t, bridge)
	for _, c := range []struct {
		path, lang string
		found      bool
	}{
		{"/tenders", "en", true},
		{"/tenders?q=bridge", "en", true},
		{"/tenders?q=桥", "zh", true},
		{"/tenders?q=荷载", "en", true},
		{"/tenders?q=tunnel", "en", false},
		{"/tenders?status=open&category=goods&category=services&category=works", "en", true},
		{"/tenders?status=awarded", "en", false},
		{"/tenders?buyer=nobody", "en", false},
		{"/tenders?from=2001-01-01&to=2002-01-01", "en", false},
		{"/tenders?due=not-a-day&page=-4&order=", "en", true},
	} {
		status, page := s.get(c.path, c.lang)
		if status != 200 || strings.Contains(page, "/tenders/"+s.w.ID) != c.found {
			t.Errorf("%s: %d, found %v", c.path, status, !c.found)
		}
	}
	if _, page := s.get("/tenders?q=荷载", "zh"); !strings.Contains(page, "<mark>荷载</mark>") {
		t.Error("what was looked for is not marked")
	}
	if status, page := s.get("/tenders?min=a&currency=CNY", "en"); status != 422 || !strings.Contains(page, "govuk-error-summary") {
		t.Errorf("an amount that is none: %d", status)
	}
	if _, page := s.get(`/tenders?q=%3Cscript%3Ealert(1)%3C/script%3E`, "en"); strings.Contains(page, "<script>alert") {
		t.Error("what was typed became a script")
	}
}

// A draft, and what strangers ask for, is not there.
func TestWhatIsNotPublicIsNotThere(t *testing.T) {
	s := open(t, nil)
	draft := s.Ask(biddingtest.Officer, "POST", "/api/v1/tenders", map[string]any{
		"ruleSet": "generic", "openers": []any{}, "panel": []any{},
		"notice": map[string]any{"title": text("A secret plan", "秘密计划"), "procedure": "open", "category": "goods", "currency": "EUR", "classification": map[string]any{"scheme": "", "id": ""},
			"timetable": map[string]any{"publish": "2030-01-01T00:00:00Z", "enquiriesUntil": "2030-01-01T00:00:00Z", "deadline": "2030-01-01T00:00:00Z", "graceMinutes": 0, "opens": "2030-01-01T00:00:00Z"},
			"envelopes": "one", "validityDays": 60, "terms": map[string]any{"bilingual": false, "paymentDays": 30}},
	})
	var d struct{ ID string }
	draft.Read(t, &d)
	if draft.Status != 201 {
		t.Fatal(draft.Status, string(draft.Body))
	}
	s.Settle()
	for _, path := range []string{"/tenders/" + d.ID, "/tenders/" + d.ID + "/results", "/tenders/no-such", "/tenders/..%2f..", "/buyers/no-such", "/suppliers/" + s.w.Tender().Buyer.ID, "/categories/CPV/1", "/tenders/%00"} {
		if status, _ := s.get(path, "en"); status != 404 && status != 400 {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, path := range []string{"/", "/tenders?q=secret", "/tenders.atom"} {
		if _, page := s.get(path, "en"); strings.Contains(page, d.ID) || strings.Contains(page, "secret plan") {
			t.Errorf("%s shows a draft", path)
		}
	}
}

func TestFeed(t *testing.T) {
	s := open(t, bridge)
	status, body := s.get("/tenders.atom?q=bridge", "en")
	var f struct {
		ID      string `xml:"id"`
		Entries []struct {
			ID    string `xml:"id"`
			Title string `xml:"title"`
			Link  struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(body), &f); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	if len(f.Entries) != 1 || f.Entries[0].ID != "urn:ocds:"+s.w.ID || !strings.HasSuffix(f.Entries[0].Link.Href, "/tenders/"+s.w.ID) || f.Entries[0].Title != "Inspection of two bridges" {
		t.Errorf("%+v", f)
	}
	if _, body := s.get("/tenders.atom?q=tunnel", "en"); strings.Contains(body, "<entry>") {
		t.Error("a feed of nothing has entries")
	}
}

// The whole way of a question: asked without a name, answered in public.
func TestAskingAQuestion(t *testing.T) {
	s := open(t, bridge)
	bidder := s.w.Bidder("salt")
	p := browsertest.Open(t, s.URL, browsertest.Look{})
	p.Go("/tenders/" + s.w.ID + "/enquiries")
	if p.Has("#f-question") {
		t.Fatal("a stranger is shown the form")
	}
	p.SignIn(s.House, bidder.Actor)
	p.Go("/tenders/" + s.w.ID + "/enquiries")
	p.Submit("form[method=post][action$=enquiries] button")
	if !p.Has(".govuk-error-summary") {
		t.Error("an empty question was taken")
	}
	p.Check()
	p.Type("#f-question", "Must divers be <certified>?")
	p.Submit("form[method=post][action$=enquiries] button")
	if got := p.Text("main"); !strings.Contains(got, "Must divers be <certified>?") || p.Status() != 200 {
		t.Errorf("after asking: %d %s", p.Status(), got)
	}
	s.Settle()
	if _, page := s.get("/tenders/"+s.w.ID+"/enquiries", "en"); strings.Contains(page, "divers") || strings.Contains(page, bidder.Actor.Name) {
		t.Error("others see a question before its answer, or who asked")
	}
	var l struct{ Items []struct{ ID string } }
	s.Ask(biddingtest.Officer, "GET", "/api/v1/tenders/"+s.w.ID+"/enquiries", nil).Read(t, &l)
	if a := s.Ask(biddingtest.Officer, "POST", "/api/v1/enquiries/"+l.Items[0].ID+"/answer", map[string]any{"answer": text("Yes.", "是。")}); a.Status != 200 {
		t.Fatal(a.Status, a.Code)
	}
	s.Settle()
	if _, page := s.get("/tenders/"+s.w.ID+"/enquiries", "zh"); !strings.Contains(page, "Must divers be &lt;certified&gt;?") || !strings.Contains(page, "是。") {
		t.Error("the answer is not public")
	}
}

// A saved search tells what is new since one looked.
func TestSavedSearch(t *testing.T) {
	s := open(t, bridge)
	p := browsertest.Open(t, s.URL, browsertest.Look{})
	if p.Go("/searches"); p.Status() != 401 {
		t.Errorf("a stranger's saved searches: %d", p.Status())
	}
	p.SignIn(s.House, s.w.Bidder("salt").Actor)
	p.Go("/searches/new?query=q%3Dbridge%26page%3D3")
	p.Submit("form[action='/searches'] button")
	if got := p.Text(".govuk-task-list__item"); !strings.Contains(got, "bridge") || !strings.Contains(got, "0 new") {
		t.Errorf("after saving: %q", got)
	}
	p.Check()
	p.Submit("form[action$='/look'] button")
	if !strings.HasPrefix(p.Here(), "/tenders?") || strings.Contains(p.Here(), "page=") || !strings.Contains(p.Here(), "q=bridge") {
		t.Errorf("it leads to %s: %d %s", p.Here(), p.Status(), p.Text("main"))
	}
	p.Go("/searches")
	p.Submit("form[action$='/forget'] button")
	if p.Has(".govuk-task-list__item") {
		t.Error("it was not forgotten")
	}
}

// The countdown goes by the server's clock, not by the device's.
func TestCountdown(t *testing.T) {
	s := open(t, bridge)
	deadline := s.w.Tender().Notice.Timetable.Deadline
	s.Set(deadline.Add(-90 * time.Minute))
	p := browsertest.Open(t, s.URL, browsertest.Look{})
	p.Go("/tenders/" + s.w.ID)
	p.Wait(".pb-clock__left")
	if got := p.Text(".pb-clock__left"); got != "1 hour, 29 minutes" && got != "1 hour, 30 minutes" {
		t.Errorf("ninety minutes before: %q", got)
	}
	keep(t, p, "open-en")
	p.Check()
	p.Look(browsertest.Look{Lang: "zh", Width: 320})
	p.Go("/tenders/" + s.w.ID)
	p.Wait(".pb-clock__left")
	if got := p.Text(".pb-clock__left"); !strings.HasPrefix(got, "1小时") {
		t.Errorf("in Chinese: %q", got)
	}
	keep(t, p, "open-zh")
	s.Set(deadline.Add(-2 * time.Second))
	p.Go("/tenders/" + s.w.ID)
	p.Until(`document.querySelector('.pb-clock__left').classList.contains('is-over')`)
}

// Filters act as they are chosen, without leaving the page, and say what they
// have found.
func TestFiltersActAtOnce(t *testing.T) {
	s := open(t, bridge)
	p := browsertest.Open(t, s.URL, browsertest.Look{})
	p.Go("/tenders")
	p.Eval(`window.same = true`, nil)
	p.Eval(`document.querySelector('#status-awarded').click()`, nil)
	p.Until(`document.querySelector('#results').getAttribute('aria-busy') === 'false' && document.querySelectorAll('.pb-result').length === 0`)
	if !p.Has("#results") || !strings.Contains(p.Here(), "status=awarded") || !strings.Contains(p.Text("[role=status]"), "0 notices") {
		t.Errorf("at %s: %q", p.Here(), p.Text("[role=status]"))
	}
	var same bool
	p.Eval(`window.same === true`, &same)
	if !same {
		t.Error("the page was left")
	}
	p.Check()
}

func TestChangesAreShown(t *testing.T) {
	s := open(t, bridge)
	n := s.w.Tender().Notice
	n.Description = text("Load tests, photographs and a signed report for each bridge.", "每座桥进行荷载试验、拍照并出具报告。")
	n.Timetable.Deadline = n.Timetable.Deadline.AddDate(0, 0, 7)
	n.Timetable.Opens = n.Timetable.Opens.AddDate(0, 0, 7)
	a := s.Ask(biddingtest.Officer, "PUT", "/api/v1/tenders/"+s.w.ID+"/notice", map[string]any{"notice": n, "reason": "Who signs was asked."}, "If-Match", `"`+version(s)+`"`)
	if a.Status != 200 {
		t.Fatal(a.Status, string(a.Body))
	}
	s.Settle()
	_, page := s.get("/tenders/"+s.w.ID+"/changes", "en")
	for _, want := range []string{"<ins>signed </ins>", "Who signs was asked.", "Timetable, Deadline", "Description, English"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of changes lacks %q", want)
		}
	}
	if strings.Contains(page, "<ins>Load") {
		t.Error("what has not changed is shown as new")
	}
}

func version(s *street) string {
	a := s.Ask(biddingtest.Officer, "GET", "/api/v1/tenders/"+s.w.ID, nil)
	return strings.Trim(a.Header.Get("ETag"), `"`)
}

func TestCheckingAReceipt(t *testing.T) {
	s := open(t, bridge)
	var r struct{ Receipt string }
	a := s.Ask(biddingtest.Officer, "GET", "/api/v1/tenders/"+s.w.ID+"/facts", nil)
	var l struct{ Items []struct{ ID, Name string } }
	a.Read(t, &l)
	for _, f := range l.Items {
		if f.Name == "tender.publish" {
			s.Ask(biddingtest.Officer, "GET", "/api/v1/tenders/"+s.w.ID+"/receipt?fact="+strings.ReplaceAll(f.ID, "#", "%23"), nil).Read(t, &r)
		}
	}
	if r.Receipt == "" {
		t.Fatal("there is no receipt")
	}
	p := browsertest.Open(t, s.URL, browsertest.Look{NoScript: true})
	for name, c := range map[string]struct{ receipt, want string }{
		"genuine":    {r.Receipt, ".pb-verdict--ok"},
		"changed":    {r.Receipt[:len(r.Receipt)-20] + "AAAA" + r.Receipt[len(r.Receipt)-16:], ".pb-verdict--bad"},
		"half of it": {r.Receipt[:len(r.Receipt)/2], ".pb-verdict--bad"},
		"nothing":    {"", ".pb-verdict--bad"},
	} {
		p.Go("/check")
		p.Eval(`(x => { x.value = `+quoted(c.receipt)+` })(document.querySelector('#receipt'))`, nil)
		p.Submit("form[action='/check'] button")
		if !p.Has(c.want) {
			t.Errorf("%s: %s", name, p.Text("main"))
		}
		p.Check()
	}
}

func quoted(s string) string {
	return "`" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "`", "\\`") + "`"
}

// keep leaves a picture, where PROBITY_PICTURES says.
func keep(t *testing.T, p *browsertest.Page, name string) {
	t.Helper()
	if dir := os.Getenv("PROBITY_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "portal-"+name+".png"), p.Picture(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
