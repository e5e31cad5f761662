package buy_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"probity/bidding/biddingtest"
	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/party"
)

// seen is a page of the desk, as somebody sees it.
type seen struct {
	by   party.Actor
	name string
	path string
}

// TestDeskLooks has axe look at every page of the desk, light and dark, narrow
// and wide, in both languages. With PROBITY_PICTURES it keeps a picture of each.
func TestDeskLooks(t *testing.T) {
	h := open(t, "en")
	s := h.Serve(t)
	draft := h.write()
	submitted := h.write()
	h.officer().Get(submitted + "/check").Want(200)
	h.officer().Submit(submitted + "/submit").To(submitted)
	pages := []seen{
		{biddingtest.Officer, "board", "/buy"}, {biddingtest.Officer, "start", "/buy/new"}, {biddingtest.Officer, "procedure", draft},
		{biddingtest.Officer, "check", draft + "/check"}, {biddingtest.Officer, "documents", draft + "/documents"}, {biddingtest.Officer, "openers", draft + "/openers"},
		{biddingtest.Officer, "cancel", draft + "/cancel"}, {biddingtest.Approver, "approve", submitted + "/approve"},
	}
	for _, step := range []string{"basics", "lots", "items/0", "criteria/0", "requirements", "dates", "bids", "people", "terms"} {
		pages = append(pages, seen{biddingtest.Officer, "step-" + strings.ReplaceAll(step, "/", "-"), draft + "/edit/" + step})
	}
	for _, lang := range []string{"en", "zh"} {
		look(t, h, s.URL, lang, pages)
	}
}

// TestLaterPagesLook does the same for a procedure that has bids and an award.
func TestLaterPagesLook(t *testing.T) {
	h, w, _, path := ranked(t, "en")
	s := h.Serve(t)
	lot := path + "/lots/" + w.Lot
	pages := []seen{
		{biddingtest.Officer, "sealed", path}, {biddingtest.Officer, "lot", lot}, {biddingtest.Officer, "enquiries", path + "/enquiries"},
		{biddingtest.Officer, "complaints", path + "/complaints"}, {biddingtest.Officer, "contract-new", lot + "/contract"}, {manager(), "contracts", "/buy/contracts"},
	}
	look(t, h, s.URL, "zh", pages)
	look(t, h, s.URL, "en", pages)
}

// TestAwardAndContractLook looks at what is there only on the way.
func TestAwardAndContractLook(t *testing.T) {
	h, w, first, path := ranked(t, "en")
	s := h.Serve(t)
	h.glance = func(x seen) {
		look(t, h, s.URL, "en", []seen{x})
		look(t, h, s.URL, "zh", []seen{x})
	}
	h.conclude(w, first, path)
}

func look(t *testing.T, h *house, base, lang string, pages []seen) {
	for _, x := range pages {
		p := browsertest.Open(t, base, browsertest.Look{Lang: lang})
		p.SignIn(h.House, x.by)
		if status := p.Go(x.path); status != 200 {
			t.Errorf("%s: %d", x.path, status)
			continue
		}
		p.Check()
		keep(t, p, lang, x.name)
	}
}

// keep makes pictures at three widths, where they are asked for.
func keep(t *testing.T, p *browsertest.Page, lang, name string) {
	dir := os.Getenv("PROBITY_PICTURES")
	if dir == "" {
		return
	}
	for width, of := range map[int]string{320: "s", 768: "m", 1280: "l"} {
		p.Look(browsertest.Look{Lang: lang, Width: width})
		if err := os.WriteFile(filepath.Join(dir, "buy-"+name+"-"+lang+"-"+of+".png"), p.Picture(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Dates answer while one types, and what is typed is saved by itself.
func TestDatesAnswerWhileOneTypes(t *testing.T) {
	h := open(t, "en")
	s := h.Serve(t)
	path := h.write()
	p := browsertest.Open(t, s.URL, browsertest.Look{})
	p.SignIn(h.House, biddingtest.Officer)
	p.Go(path + "/edit/dates")
	if p.Has("#rules .pb-chart__span--bad") {
		t.Fatal("good dates are bad")
	}
	early := biddingtest.Published.AddDate(0, 0, 3).Format("2006-01-02")
	var done bool
	p.Eval(`(() => { const f = document.querySelector('[name="timetable.deadline.date"]'); f.value = '`+early+`'; f.dispatchEvent(new Event('input', {bubbles: true})); return true })()`, &done)
	p.Wait("#rules .pb-chart__span--bad")
	p.Until(`document.querySelector('.pb-saved').dataset.state === 'saved'`)
	x, err := h.Tenders.Get(t.Context(), tenderOf(path), biddingtest.Officer)
	if err != nil || x.Notice.Timetable.Deadline.Format("2006-01-02") != early || x.Phase != tender.Draft {
		t.Errorf("saved is %v, %v", x.Notice.Timetable, err)
	}
}

// The approver's own device reckons the hash of the plan that it is shown, with
// what is withheld left out, and signs it; a revision with its differences too.
func TestAPlanIsSignedInTheBrowser(t *testing.T) {
	h := open(t, "en")
	s := h.Serve(t)
	path := h.yearly()
	h.entry(path, "A bridge", "77", "category", "works", "valueWithheld", "yes")
	p := browsertest.Open(t, s.URL, browsertest.Look{})
	p.SignIn(h.House, biddingtest.Approver)
	p.Enrol()
	for edition := 1; edition <= 2; edition++ {
		h.officer().Get(path).Want(200)
		h.officer().Submit(path + "/do/submit").Want(303)
		p.Go(path + "/approve")
		p.Check()
		keep(t, p, "en", "plan-approve-"+strconv.Itoa(edition))
		p.Sign("#approve")
		p.Submit(`form[action="` + path + `/do/publish"] button`)
		if x, err := h.Plans.Get(t.Context(), tenderOf(path), biddingtest.Approver); err != nil || len(x.Editions) != edition {
			t.Fatalf("%d editions: %v", len(x.Editions), err)
		}
		h.Settle()
		h.entry(path, "Sand", "5")
	}
	look(t, h, s.URL, "zh", []seen{{biddingtest.Officer, "plan", path}, {biddingtest.Officer, "plan-entry", path + "/entries/1"}, {biddingtest.Officer, "plans", "/buy/plans"},
		{biddingtest.Officer, "plan-differences", strings.Replace(path, "/buy", "", 1) + "/differences?edition=2"}, {biddingtest.Officer, "start-planned", "/buy/new?entry=1&plan=" + tenderOf(path)}})
}
