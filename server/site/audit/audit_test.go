package audit_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	. "probity/bidding/biddingtest"
	"probity/server/site/browsertest"
	"probity/server/site/sitetest"
	"probity/tender"
	"probity/tender/party"
)

// record is a procedure that was ranked, and who looks at it.
type record struct {
	*World
	town *sitetest.Town
	a, b *Bidder
}

func ranked(t *testing.T) *record {
	town := sitetest.Open(t)
	w := New(t, town.Bidding(), Terms{})
	r := &record{World: w, town: town, a: w.Bidder("alpha"), b: w.Bidder("beta")}
	r.a.Bid(1, "9.5")
	r.b.Bid(1, "9.5")
	w.Close()
	w.Shut()
	w.Open(tender.Whole)
	w.Judge(map[*Bidder]string{r.a: "7", r.b: "5"}, r.b)
	_, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	w.Settle()
	return r
}

func (r *record) as(by party.Actor, lang string) *sitetest.Visitor {
	v := r.town.Visitor(lang)
	v.Jar["session"], v.Jar["place"] = r.town.Session(by), by.Org+"/"+string(by.Role)
	return v
}

func (r *record) at(more string) string { return "/audit/tenders/" + r.ID + more }

// because says why at the first page, and goes on.
func (r *record) because(v *sitetest.Visitor, path, reason string) *sitetest.Page {
	r.Helper()
	v.Get(path).Want(http.StatusOK).Has("textarea[name=reason]")
	return v.Follow(v.Submit(r.at("/reason"), "reason", reason).To(path)).Want(http.StatusOK)
}

// A reason is asked once for a procedure, kept for it alone, and stands with
// every read that it covers.
func TestReasonOnce(t *testing.T) {
	r := ranked(t)
	v := r.as(Auditor, "en")
	v.Get(r.at("")).Want(http.StatusOK)
	v.Submit(r.at("/reason"), "reason", "x").Want(http.StatusUnprocessableEntity).Has(".govuk-error-summary")
	if n := len(r.Facts("access.read")); n != 0 {
		t.Errorf("%d reads before a reason was given", n)
	}
	if p := v.Post(r.at("/reason"), map[string][]string{"reason": {"to see"}, "then": {"https://evil.example/"}}); p.Location != r.at("") {
		t.Errorf("it leads to %s", p.Location)
	}
	delete(v.Jar, "why")
	r.because(v, r.at("/flags"), "审计通知书第7号 – order 7/2026")
	v.Get(r.at("")).Want(http.StatusOK).Has(".pb-story__step")
	r.Settle()
	facts := r.Facts("access.read")
	if len(facts) < 2 {
		t.Fatalf("%d reads are on record", len(facts))
	}
	for _, f := range facts {
		if !strings.Contains(string(f.Data), "审计通知书第7号 – order 7/2026") {
			t.Errorf("the reason is %s", f.Data)
		}
	}
	v.Get("/audit/reads").Want(http.StatusOK)
}

// The story has every fact with its actor and place, a page at a time.
func TestStory(t *testing.T) {
	r := ranked(t)
	for _, lang := range []string{"en", "zh"} {
		v := r.as(Auditor, lang)
		p := r.because(v, r.at(""), "yearly audit")
		seen := map[string]bool{}
		for pages := 0; ; pages++ {
			p.Find(".pb-story__step").Each(func(_ int, s *goquery.Selection) { seen[s.AttrOr("id", "")] = true })
			if n := p.Find(".pb-story__step").Length(); n > 40 {
				t.Errorf("%d facts on one page", n)
			}
			if strings.Contains(p.Said("main"), "evaluation.rank") {
				t.Error("a fact has no words")
			}
			next := p.Find("a[rel=next]")
			if next.Length() == 0 || pages > 20 {
				break
			}
			p = v.Get(r.at("") + next.AttrOr("href", "")).Want(http.StatusOK)
		}
		if all := r.Facts(""); len(seen) < len(all)-3 { // reads of the moment may follow
			t.Errorf("%d of %d facts are in the story", len(seen), len(all))
		}
		f := r.Facts("evaluation.hand-in")[0]
		p = v.Get(r.at("/entries/" + strconv.FormatInt(f.Index, 10))).Want(http.StatusOK)
		if !strings.Contains(p.Said("main"), "Name of u-evaluator") || !strings.Contains(p.Has("pre").Text(), "as read in the method") {
			t.Error("the entry does not say who and what")
		}
		v.Get(r.at("/entries/999999")).Want(http.StatusNotFound)
	}
}

// Flags follow from the record: here the same price twice.
func TestFlags(t *testing.T) {
	r := ranked(t)
	p := r.because(r.as(Auditor, "zh"), r.at("/flags"), "举报线索核查")
	if got := p.Find(".govuk-task-list__item").Length(); got != 1 {
		t.Fatalf("%d flags: %s", got, p.Said("main"))
	}
	if got := p.Said(".govuk-task-list__item"); !strings.Contains(got, "org-alpha") || !strings.Contains(got, "R028") {
		t.Errorf("the flag is %s", got)
	}
}

// What is taken along is whole: archive, spreadsheets, papers.
func TestFiles(t *testing.T) {
	r := ranked(t)
	v := r.as(Auditor, "en")
	r.because(v, r.at("/files"), "yearly audit").Has(`a[href="` + r.at("/archive") + `"]`)
	zip := v.Get(r.at("/archive")).Want(http.StatusOK)
	if !strings.HasPrefix(zip.Text, "PK") || !strings.Contains(zip.Header.Get("Content-Disposition"), "-full.zip") {
		t.Errorf("the archive is %v", zip.Header)
	}
	v.Get(r.at("/archive?scope=public")).Want(http.StatusOK)
	link := v.Get(r.at("/files")).Has(`a[href*="/openings/"]`).AttrOr("href", "")
	if pdf := v.Get(link).Want(http.StatusOK); !strings.HasPrefix(pdf.Text, "%PDF-") {
		t.Error("the opening record is no PDF")
	}
	cells := map[string][2]string{"bids": {"Bids", "C2"}, "scores": {"Scores", "B2"}, "contracts": {"Contracts", "A1"}, "payments": {"Payments", "A1"}}
	want := map[string]string{"bids": "Name of org-alpha", "scores": "Name of u-evaluator-1", "contracts": "Contract", "payments": "Contract"}
	for kind, at := range cells {
		p := v.Get(r.at("/spreadsheets/" + kind)).Want(http.StatusOK)
		book, err := excelize.OpenReader(bytes.NewReader([]byte(p.Text)))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if got, err := book.GetCellValue(at[0], at[1]); got != want[kind] || err != nil {
			t.Errorf("%s: %s is %q: %v", kind, at[1], got, err)
		}
	}
	v.Lang = "zh"
	for kind := range cells {
		book, err := excelize.OpenReader(strings.NewReader(v.Get(r.at("/spreadsheets/" + kind)).Want(http.StatusOK).Text))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			if err != nil || len(rows) == 0 {
				t.Fatalf("%s: %d rows: %v", sheet, len(rows), err)
			}
			for _, heading := range append(rows[0], sheet) {
				if !han.MatchString(heading) {
					t.Errorf("%s: %q is not in Chinese", kind, heading)
				}
			}
		}
	}
	v.Lang = "en"
	v.Get(r.at("/spreadsheets/secrets")).Want(http.StatusUnprocessableEntity)
	v.Get(r.at("/documents/" + strings.Repeat("0", 64))).Want(http.StatusNotFound)
}

var (
	han   = regexp.MustCompile(`\p{Han}`)
	words = regexp.MustCompile(`[a-z]{2,} [a-z]{2,}`)
)

// The archive is checked here, and the page says how to do without us.
func TestVerification(t *testing.T) {
	r := ranked(t)
	v := r.as(Auditor, "zh")
	r.because(v, r.at("/verification"), "年度审计")
	p := v.Submit(r.at("/verification")).Want(http.StatusOK)
	if p.Find(".pb-verdict--ok").Length() != 1 || p.Find(".govuk-tag--green").Length() < 10 {
		t.Errorf("%s", p.Said("main"))
	}
	p.Find("tbody tr td:last-child, .govuk-list--bullet li").Each(func(_ int, s *sitetest.Selection) {
		if !han.MatchString(s.Text()) || words.MatchString(s.Text()) {
			t.Errorf("a finding in English: %s", s.Text())
		}
	})
	if got := p.Has("pre").Last().Text(); !strings.Contains(got, "probity verify "+r.ID) || !strings.Contains(got, r.town.LogKey.Public) {
		t.Errorf("the command is %s", got)
	}
}

// Who has read stands in a list, and to look at it is a read.
func TestReads(t *testing.T) {
	r := ranked(t)
	v := r.as(Auditor, "en")
	r.because(v, r.at("/flags"), "first look")
	p := v.Get(r.at("/reads")).Want(http.StatusOK)
	if got := p.Said("tbody"); !strings.Contains(got, "first look") || !strings.Contains(got, Auditor.User) {
		t.Errorf("the reads are %s", got)
	} else if !strings.Contains(got, Auditor.Name) || !strings.Contains(got, "The whole record") && !strings.Contains(got, "The evaluation") {
		t.Errorf("the names are not in %s", got)
	}
	if p = v.Get(r.at("/reads")); !strings.Contains(p.Said("tbody"), "platform.access") {
		t.Error("looking at the list is not in it")
	}
	delete(v.Jar, "why") // a browser sends it to the pages of that procedure only
	v.Get("/audit/reads").Want(http.StatusOK)
	v.Follow(v.Submit("/audit/reads/reason", "reason", "all of it")).Want(http.StatusOK).Has("tbody tr")
}

// The desk is for those who oversee.
func TestNobodyElse(t *testing.T) {
	r := ranked(t)
	r.town.Visitor("en").Get("/audit").Want(http.StatusUnauthorized)
	r.town.Visitor("en").Get(r.at("")).Want(http.StatusUnauthorized)
	for _, by := range []party.Actor{Officer, r.Evaluators()[0], Person("u-"+r.a.Org, r.a.Org, party.KindSupplier, party.RoleRepresentative)} {
		v := r.as(by, "en")
		v.Get("/audit").Want(http.StatusForbidden)
		for _, page := range []string{"", "/flags", "/files", "/archive", "/reads", "/verification"} {
			v.Get(r.at(page)).Want(http.StatusForbidden)
		}
		v.Post(r.at("/verification"), nil).Want(http.StatusForbidden)
	}
	v := r.as(Auditor, "en")
	v.Get("/audit?q=salt").Want(http.StatusOK).Has(`a[href="` + r.at("") + `"]`)
	v.Get("/audit?q=nothinglikeit").Want(http.StatusOK).Has(".pb-empty")
	r.because(v, "/audit/tenders/"+r.ID, "to see")
	delete(v.Jar, "why")
}

// Every page is sound for everybody.
func TestEveryPageOfTheDesk(t *testing.T) {
	r := ranked(t)
	s := r.town.Serve(t)
	for _, look := range []browsertest.Look{{}, {Lang: "zh", Width: 390, Dark: true}} {
		p := browsertest.Open(t, s.URL, look)
		p.SignIn(r.town.House, Auditor)
		p.Go("/audit")
		p.Check()
		picture(t, p, "find")
		p.Go(r.at(""))
		p.Check()
		picture(t, p, "reason")
		p.Click("#f-reason")
		p.Keys("Order 7/2026 审计")
		p.Submit("main form button")
		p.Check()
		picture(t, p, "story")
		index := strconv.FormatInt(r.Facts("evaluation.rank")[0].Index, 10)
		for _, page := range []string{"/flags", "/files", "/reads", "/verification", "/entries/" + index} {
			if status := p.Go(r.at(page)); status != 200 {
				t.Errorf("%s: %d", page, status)
			}
			p.Check()
			picture(t, p, strings.Split(page, "/")[1])
		}
		p.Go(r.at("/verification"))
		p.Submit("form[action$='/verification'] button")
		p.Check()
		picture(t, p, "verified")
	}
}

func picture(t *testing.T, p *browsertest.Page, name string) {
	dir := os.Getenv("PROBITY_PICTURES")
	if dir == "" {
		return
	}
	var lang string
	p.Eval(`document.documentElement.lang`, &lang)
	if err := os.WriteFile(filepath.Join(dir, "audit-"+name+"-"+lang+".png"), p.Picture(), 0o600); err != nil {
		t.Fatal(err)
	}
}
