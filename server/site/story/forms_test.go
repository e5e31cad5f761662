package story_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/site"
	"probity/server/web"
	"probity/tender"
	"probity/tender/complaint"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/rules"
	"probity/tender/store"
)

// forms are all targets of forms on a platform, with examples of what stands in
// their addresses.
type forms struct {
	*testing.T
	*apptest.House
	door  http.Handler
	known map[string]string
}

// TestEveryForm posts to every form of the route table of a platform on which a
// procedure takes bids, and of one on which it is ranked.
func TestEveryForm(t *testing.T) {
	h := apptest.Open(t, apptest.Options{})
	fast := web.Rate{Every: time.Microsecond, Burst: 1 << 20}
	h.Web.Rates = web.Rates{Address: fast, Account: fast, Costly: fast}
	w := biddingtest.New(t, h.Bidding(), biddingtest.Terms{})
	h.Set(biddingtest.Published.Add(2 * time.Hour))
	a, b := w.Bidder("alpha"), w.Bidder("beta")
	q, err := h.Enquiries.Ask(t.Context(), w.ID, a.Actor, "", biddingtest.Text("How coarse?"))
	w.Ok(err)
	x, err := h.Complaints.File(t.Context(), w.ID, a.Actor, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments,
		Known: biddingtest.Published.Add(time.Hour), Grounds: biddingtest.Text("The brand is named.")})
	w.Ok(err)
	f := forms{t, h, h.Web.Handler(), map[string]string{"id": w.ID, "lot": w.Lot, "bidder": a.Org, "enquiry": q.ID, "complaint": x.ID}}
	p, err := h.Plans.Create(t.Context(), biddingtest.Officer, plan.Content{Year: biddingtest.Published.Year(), Title: biddingtest.Text("Purchases")})
	w.Ok(err)
	_, f.known["entry"], err = h.Plans.Add(t.Context(), p.ID, biddingtest.Officer, plan.Entry{Title: biddingtest.Text("Salt"), Category: tender.Goods,
		RuleSet: "generic", Procedure: "open", Dates: plan.Dates{Publication: plan.Date(p.Content.Period.To)}})
	w.Ok(err)
	f.known["plan"] = p.ID
	a.Bid(1, "9")
	b.Bid(1, "8")
	f.strangers()
	w.Close()
	w.Shut()
	f.known["opening"] = w.Open(tender.Whole).ID
	w.Judge(map[*biddingtest.Bidder]string{a: "9", b: "8"})
	_, err = w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	f.strangers()
	f.insiders()
}

// everyForm is the same for the story's platform, where there is a contract.
func (s *story) everyForm() {
	c := s.agreement()
	f := forms{s.t, s.site.House, s.site.Web.Handler(), map[string]string{"id": s.id, "lot": s.lot, "bidder": bamboo.Org, "contract": c.ID,
		"milestone": c.Milestones[1].ID, "award": c.Record.Award}}
	f.strangers()
}

// strangers are nobody, a bidder who has not bid and an officer of another
// body. Whatever they post, nothing comes of it.
func (f forms) strangers() {
	f.Helper()
	outside := []party.Actor{{}, outsider(party.KindSupplier, party.RoleRepresentative), outsider(party.KindBuyer, party.RoleOfficer)}
	for _, by := range outside[1:] {
		f.Admit(&party.Organisation{Root: store.Root{ID: by.Org}, Kind: by.OrgKind, Name: biddingtest.Text(by.Org), Created: biddingtest.Published,
			Claims: []party.Claim{{Identifier: party.Identifier{Scheme: "XX-TEST", ID: by.Org, LegalName: by.Org}, State: party.Confirmed}}})
	}
	f.Settle()
	before := f.facts()
	officer := []*http.Cookie{{Name: "session", Value: f.Session(biddingtest.Officer)}}
	for _, path := range f.targets() {
		if status := f.post(officer, path, "cross-site", url.Values{}); status != http.StatusForbidden {
			f.Errorf("%s from a page of another site: %d", path, status)
		}
		for _, by := range outside {
			status := f.twice(by, path)
			switch {
			case by.User != "" || slices.ContainsFunc(open, func(x string) bool { return strings.HasPrefix(path, x) }):
			case status != http.StatusUnauthorized && status != http.StatusNotFound:
				f.Errorf("%s by nobody: %d", path, status)
			}
		}
		f.Settle()
		if now := f.facts(); now != before {
			f.Errorf("%s by a stranger has an effect: the log had %d entries, now %d", path, before, now)
			before = now
		}
	}
}

// open are the forms for people whom the platform does not know.
var open = []string{"/sign-in", "/sign-out", "/register", "/setup", "/invitation", "/confirm", "/check"}

func outsider(kind party.OrgKind, role party.Role) party.Actor {
	return biddingtest.Person("u-outside-"+string(role), "org-outside-"+string(kind), kind, role)
}

// insiders are those whose forms they are: what they post half empty, twice, may
// be refused, but breaks nothing.
func (f forms) insiders() {
	f.Helper()
	people := []party.Actor{biddingtest.Officer, biddingtest.Approver, biddingtest.Auditor, manager, head, keeper,
		biddingtest.Person("u-alpha", f.known["bidder"], party.KindSupplier, party.RoleRepresentative),
		biddingtest.Person("u-committee-1", biddingtest.Buyer, party.KindBuyer, party.RoleOpener),
		biddingtest.Person("u-evaluator-1", biddingtest.Buyer, party.KindBuyer, party.RoleEvaluator),
		biddingtest.Person("u-reviewer", "org-review", party.KindReview, party.RoleReviewer)}
	for _, by := range people {
		for _, path := range f.targets() {
			f.twice(by, path)
		}
	}
}

// twice sends an empty form and then one from long ago, each as a double click
// does, and a body that is no form.
func (f forms) twice(by party.Actor, path string) int {
	f.Helper()
	var jar []*http.Cookie
	if by.User != "" {
		jar = []*http.Cookie{{Name: "session", Value: f.Session(by)}, {Name: "place", Value: by.Org + "/" + string(by.Role)}}
	}
	stale := url.Values{"_key": {fmt.Sprintf("%032d", f.facts())}, "_version": {"1"}, "signature": {"{"}, "clauses": {"99999999"}, "lots": {"-1"}, "lots[0].items": {"99999999999999999999"}, "add": {"lots"}}
	for _, form := range []url.Values{{}, stale, stale, nil} {
		f.post(jar, path, "same-origin", form)
	}
	return f.post(jar, path, "same-origin", url.Values{})
}

// post sends one form as somebody's browser does, and demands that nothing
// breaks. A nil form is a body of another kind.
func (f forms) post(jar []*http.Cookie, path, from string, form url.Values) int {
	f.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if form == nil {
		r.Header.Set("Content-Type", "text/plain")
	}
	r.Header.Set("Sec-Fetch-Site", from)
	for _, c := range jar {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	f.door.ServeHTTP(w, r)
	if w.Code >= 500 {
		f.Errorf("%s, %s, %v, of %v: %d", path, from, form, jar, w.Code)
	}
	return w.Code
}

// facts is how long the log is.
func (f forms) facts() int64 {
	f.Helper()
	head, err := f.Engine.Head(f.T.Context())
	if err != nil {
		f.Fatal(err)
	}
	return head.Size
}

var part = regexp.MustCompile(`\{(\w+)\}`)

// choices are what may stand for {act} and {step}, by the beginning of the path.
var choices = []struct {
	path string
	list []string
}{
	{"/buy/tenders/{id}/edit/{step}/", []string{"items", "criteria"}},
	{"/buy/tenders/{id}/try/{step}/", []string{"items", "criteria"}},
	{"/buy/tenders/{id}/edit/", []string{"basics", "lots", "requirements", "dates", "bids", "people", "terms", "nothing"}},
	{"/buy/tenders/{id}/try/", []string{"dates", "lots", "nothing"}},
	{"/buy/plans/{plan}/do/", []string{"submit", "publish", "drop", "nothing"}},
	{"/buy/plans/{plan}/entries/{entry}/", []string{"withdraw", "restore", "remove", "nothing"}},
	{"/buy/enquiries/", []string{"answer", "decline", "correction", "nothing"}},
	{"/buy/awards/", []string{"decide", "return", "retract", "pass-over", "nothing"}},
	{"/buy/complaints/", []string{"reply", "statement", "nothing"}},
	{"/buy/contracts/", []string{"draw", "sign", "agree", "reject", "payments", "security", "security-return", "redraft", "cancel", "close", "terminate", "nothing"}},
	{"/review/complaints/", []string{"accept", "refuse", "dismiss", "uphold", "nothing"}},
}

// targets lists where forms go. A part of an address of which there is no
// example is called nothing.
func (f forms) targets() (list []string) {
	for _, r := range f.Web.Pages.(*site.Site).Routes() {
		path, ok := strings.CutPrefix(r.At, "POST ")
		if !ok {
			continue
		}
		acts := []string{""}
		for _, c := range choices {
			if strings.HasPrefix(path, c.path) {
				acts = c.list
				break
			}
		}
		for _, act := range acts {
			if at := f.fill(path, act); !slices.Contains(list, at) {
				list = append(list, at)
			}
		}
	}
	return list
}

func (f forms) fill(path, act string) string {
	return part.ReplaceAllStringFunc(path, func(m string) string {
		name := strings.Trim(m, "{}")
		switch x := f.known[name]; {
		case x != "":
			return url.PathEscape(x)
		case act != "" && (name == "act" || name == "step"):
			return act
		case name == "n":
			return "0"
		}
		return "nothing"
	})
}
