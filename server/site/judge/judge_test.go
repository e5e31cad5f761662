package judge_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"probity/bidding"
	. "probity/bidding/biddingtest"
	"probity/bidding/seal"
	"probity/server/site/sitetest"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// room is a procedure whose bids are open, and people with browsers.
type room struct {
	*World
	town *sitetest.Town
	a, b *Bidder
}

func enter(t *testing.T, terms Terms) *room {
	town := sitetest.Open(t)
	w := New(t, town.Bidding(), terms)
	r := &room{World: w, town: town, a: w.Bidder("alpha"), b: w.Bidder("beta")}
	r.a.Bid(1, "9.5")
	r.b.Bid(1, "4")
	w.Close()
	w.Shut()
	return r
}

// as is somebody's browser.
func (r *room) as(by party.Actor, lang string) *sitetest.Visitor {
	v := r.town.Visitor(lang)
	v.Jar["session"], v.Jar["place"] = r.town.Session(by), by.Org+"/"+string(by.Role)
	r.Key(by.User)
	return v
}

func member(b *Bidder) party.Actor {
	return Person("u-"+b.Org, b.Org, party.KindSupplier, party.RoleRepresentative)
}

// signed is what a device puts into the field "signature".
func signed(t *testing.T, user string, d sign.Domain, record string) string {
	t.Helper()
	s, err := DeviceKey(user).Sign(d, []byte(record))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (r *room) at(more string) string { return "/judge/" + r.ID + "/" + r.Lot + more }

// declare goes through the pages of the declaration.
func (r *room) declare(v *sitetest.Visitor, user string, conflicts ...string) {
	r.Helper()
	v.Get("/judge/" + r.ID).Want(http.StatusOK)
	form := v.Fill("/judge/"+r.ID+"/interests", "statement", "I have looked.")
	form["conflicts"] = conflicts
	p := v.Post("/judge/"+r.ID+"/interests", form).Want(http.StatusOK)
	record := p.Has("form[data-sign]").AttrOr("data-sign-inline", "")
	v.Submit("/judge/"+r.ID+"/declare", "signature", signed(r.TB.(*testing.T), user, sign.Declare, record)).To("/judge/" + r.ID)
}

// score fills in the form of one bid.
func (r *room) score(v *sitetest.Visitor, b *Bidder, value, reason string) *sitetest.Page {
	r.Helper()
	v.Get(r.at("/bids/" + b.Org)).Want(http.StatusOK)
	return v.Submit(r.at("/bids/"+b.Org), "scores[0].value", value, "scores[0].reason", reason, "then", "")
}

func (r *room) handIn(v *sitetest.Visitor, user string) *sitetest.Page {
	r.Helper()
	var sheet struct {
		ToSign struct{ Record string } `json:"toSign"`
	}
	if err := json.Unmarshal([]byte(v.Get("/api/v1/tenders/"+r.ID+"/lots/"+r.Lot+"/sheet").Want(http.StatusOK).Text), &sheet); err != nil {
		r.Fatal(err)
	}
	v.Get(r.at("/hand-in")).Want(http.StatusOK).Has(`form[data-sign][data-sign-domain="score"]`)
	return v.Submit(r.at("/hand-in"), "signature", signed(r.TB.(*testing.T), user, sign.Score, sheet.ToSign.Record))
}

// Nothing of a bid is on any page before the declaration, and for who has a
// conflict never.
func TestInterestsFirst(t *testing.T) {
	r := enter(t, Terms{Panel: 5})
	r.Open(tender.Whole)
	e := r.Evaluators()
	for i, lang := range []string{"en", "zh"} {
		v := r.as(e[i], lang)
		v.Get("/judge").Want(http.StatusOK).Has(`a[href="/judge/` + r.ID + `"]`)
		v.Get(r.at("")).To("/judge/" + r.ID)
		for _, path := range []string{"/bids/" + r.a.Org, "/consensus", "/prices", "/ranking", "/bids/" + r.a.Org + "/files/bid/1"} {
			if p := v.Get(r.at(path)); p.Status == http.StatusOK && strings.Contains(p.Find("main").Text(), "9.5") || strings.HasSuffix(path, "/1") && p.Status != http.StatusForbidden {
				t.Errorf("%s: %d shows something of a bid", path, p.Status)
			}
		}
		v.Get("/judge/" + r.ID).Has("#f-conflicts input")
		p := v.Submit("/judge/"+r.ID+"/interests", "statement", " ").Want(http.StatusUnprocessableEntity)
		p.Has(".govuk-error-summary a[href='#f-statement']")
	}
	v := r.as(e[0], "en")
	r.declare(v, e[0].User)
	if n := v.Get(r.at("")).Want(http.StatusOK).Find(`a[href^="` + r.at("/bids/") + `"]`).Length(); n != 2 {
		t.Errorf("%d bids are listed", n)
	}
	out := r.as(e[3], "zh")
	r.declare(out, e[3].User, r.a.Org)
	out.Get("/judge/" + r.ID).Want(http.StatusOK).Has(".govuk-notification-banner--warning")
	out.Get(r.at("/bids/" + r.a.Org)).Want(http.StatusForbidden)
}

// A draft is kept as it is typed; nobody sees another's before all are in; what
// is handed in stays.
func TestScoresBesideTheDocuments(t *testing.T) {
	r := enter(t, Terms{})
	r.Open(tender.Whole)
	e := r.Evaluators()
	v := r.as(e[0], "en")
	r.declare(v, e[0].User)

	r.score(v, r.a, "11", "too much").Want(http.StatusUnprocessableEntity)
	p := r.score(v, r.a, "11", "kept all the same")
	p.Has(`.govuk-error-summary a[href="#f-scores-0--value"], .govuk-error-summary a[href="#f-scores-0-value"]`)
	if got := p.Said("textarea"); got != "kept all the same" {
		t.Errorf("the reason came back as %q", got)
	}
	r.score(v, r.a, "x", "no number").Want(http.StatusUnprocessableEntity)
	r.score(v, r.a, "", "half a thought").To(r.at(""))
	if got := v.Get(r.at("/bids/" + r.a.Org)).Said("textarea"); got != "half a thought" {
		t.Errorf("the note is %q", got)
	}
	r.score(v, r.a, "7", "sound").To(r.at(""))

	first, second := v.Get(r.at("/bids/"+r.b.Org)).Has("[name=_version]"), r.as(e[0], "en")
	if first.AttrOr("value", "") != "2" {
		t.Errorf("version %s", first.AttrOr("value", ""))
	}
	r.score(second, r.b, "5", "poor").To(r.at(""))
	v.Submit(r.at("/bids/"+r.b.Org), "scores[0].value", "9", "scores[0].reason", "from the other window").Want(http.StatusPreconditionFailed)

	for _, path := range []string{"/consensus", "/ranking", "/prices"} {
		if p := v.Get(r.at(path)).Want(http.StatusOK); strings.Contains(p.Text, "sound") || p.Find(".pb-empty").Length() != 1 {
			t.Errorf("%s shows scores before all are in", path)
		}
	}
	r.handIn(v, e[0].User).To(r.at(""))
	if n := v.Get(r.at("/bids/" + r.a.Org)).Want(http.StatusOK).Find("form[data-autosave]").Length(); n != 0 {
		t.Error("there is a form after handing in")
	}
	v.Get(r.at("/hand-in")).To(r.at(""))
}

// Files of a bid are hostile: each comes as what its bytes are, locked away, or
// is saved.
func TestFilesAreLockedAway(t *testing.T) {
	r := enter(t, Terms{})
	evil := map[string]struct{ body, kind, disposition string }{
		"a.pdf":  {"%PDF-1.7\n<script>alert(1)</script>", "application/pdf", "inline"},
		"b.png":  {"\x89PNG\r\n\x1a\n....", "image/png", "inline"},
		"c.txt":  {"plain text 中文", "text/plain; charset=utf-8", "inline"},
		"d.html": {"<!doctype html><script>alert(1)</script>", "text/plain; charset=utf-8", "inline"},
		"e.svg":  {"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain; charset=utf-8", "inline"},
		"f.pdf":  {"MZ\x00\x01 not a PDF", "application/octet-stream", "attachment"},
		"g.docx": {"PK\x03\x04\x00", "application/octet-stream", "attachment"},
	}
	r.Open(tender.Whole)
	e := r.Evaluators()
	v := r.as(e[0], "en")
	r.declare(v, e[0].User)
	id := bidding.OpeningID(r.ID, r.Lot, tender.Whole)
	o := r.Outcome(id, r.a)
	for name, c := range evil {
		n := r.plant(o, name, c.body)
		p := v.Get(r.at(fmt.Sprintf("/bids/%s/files/bid/%d", r.a.Org, n))).Want(http.StatusOK)
		h := p.Header
		if h.Get("Content-Type") != c.kind || !strings.HasPrefix(h.Get("Content-Disposition"), c.disposition) || h.Get("X-Content-Type-Options") != "nosniff" || p.Text != c.body {
			t.Errorf("%s: %v", name, h)
		}
		policy := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || c.kind != "application/pdf" && !strings.Contains(policy, "sandbox") || strings.Contains(policy, "script-src") {
			t.Errorf("%s: %s", name, policy)
		}
		saved := v.Get(r.at(fmt.Sprintf("/bids/%s/files/bid/%d?save=1", r.a.Org, n))).Want(http.StatusOK)
		if !strings.HasPrefix(saved.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s is not saved: %v", name, saved.Header)
		}
	}
	v.Get(r.at("/bids/" + r.a.Org + "/files/bid/99")).Want(http.StatusNotFound)
	v.Get(r.at("/bids/" + r.a.Org)).Want(http.StatusOK).Has(`iframe[name=reader]`)
	r.as(member(r.b), "en").Get(r.at("/bids/" + r.a.Org + "/files/bid/1")).Want(http.StatusForbidden)
}

// plant puts a file into an opened envelope, and returns its number.
func (r *room) plant(o *bidding.Outcome, name, body string) int {
	r.Helper()
	was, err := r.Openings.Outcomes.Get(r.Ctx(), o.ID)
	r.Ok(err)
	f := seal.File{Name: name, MediaType: "text/html", Size: int64(len(body))}
	f.SHA256 = fmt.Sprintf("%x", sum(body))
	was.Files = append(was.Files, f)
	key := fmt.Sprintf("opened/%s/%s/%s/%s/%04d", r.ID, r.Lot, tender.Whole, was.Bidder.ID, len(was.Files))
	r.Ok(r.town.Objects.Put(r.Ctx(), key, f.Size, sum(body), strings.NewReader(body)))
	r.Ok(r.Openings.Outcomes.Put(r.Ctx(), was))
	return len(was.Files)
}

// From scores to the ranking, by pages alone: in two languages, with a price
// that is questioned, explained and accepted.
func TestFromScoresToTheReport(t *testing.T) {
	r := enter(t, Terms{Change: func(n *tender.Notice) {
		c := &n.Lots[0].Criteria
		value := tender.MustMoney("1000.00", "EUR")
		n.Lots[0].Value, c.Consensus, c.Low = &value, tender.Agreed, tender.Low{BelowEstimate: tender.MustDecimal("30")}
	}})
	r.Open(tender.Whole)
	langs := []string{"en", "zh", "en"}
	for i, e := range r.Evaluators() {
		v := r.as(e, langs[i])
		r.declare(v, e.User)
		r.score(v, r.a, fmt.Sprint(9-3*i), "as read").To(r.at(""))
		v.Get(r.at("/hand-in")).Want(http.StatusOK).Has(".govuk-notification-banner--warning")
		r.score(v, r.b, "5", "as read").To(r.at(""))
		r.handIn(v, e.User).To(r.at(""))
	}
	v := r.as(r.Evaluators()[1], "zh")
	p := v.Get(r.at("/consensus")).Want(http.StatusOK)
	if n := p.Find(".pb-spread circle").Length(); n != 6 {
		t.Errorf("%d marks on the scales", n)
	}
	if n := p.Find(".pb-spread--wide").Length(); n != 1 {
		t.Errorf("%d criteria are far apart", n)
	}
	v.Get(r.at("/findings/" + r.a.Org)).Want(http.StatusOK)
	bad := v.Submit(r.at("/findings/"+r.a.Org), "answers[0].pass", "no", "consensus[0].value", "7", "consensus[0].reason", "agreed").Want(http.StatusUnprocessableEntity)
	bad.Has(`.govuk-error-summary a[href*="answers"]`)
	if got := bad.Has("[name='consensus[0].value']").AttrOr("value", ""); got != "7" {
		t.Errorf("the form came back with %q", got)
	}
	for _, b := range []*Bidder{r.a, r.b} {
		v.Get(r.at("/findings/" + b.Org)).Want(http.StatusOK)
		v.Submit(r.at("/findings/"+b.Org), "answers[0].pass", "yes", "consensus[0].value", "7", "consensus[0].reason", "agreed").To(r.at("/consensus"))
	}
	v.Get(r.at("/consensus"))
	v.Submit(r.at("/dissent"), "text", "Alpha deserved more.").To(r.at("/consensus"))
	if got := v.Get(r.at("/consensus")).Has("textarea[name=text]").Text(); got != "Alpha deserved more." {
		t.Errorf("what was said before reads %q", got)
	}
	v.Submit(r.at("/dissent"), "text", "Alpha deserved two points more.").To(r.at("/consensus"))
	if got := v.Get(r.at("/consensus")).Has("[aria-labelledby=x-list] .pb-lines"); got.Length() != 1 || got.Text() != "Alpha deserved two points more." {
		t.Errorf("on record are %d dissents: %s", got.Length(), got.Text())
	}

	// The price of beta is 60 percent below the estimate.
	p = v.Get(r.at("/prices")).Want(http.StatusOK)
	if n := p.Find(".pb-ok").Length(); n != 4 {
		t.Errorf("%d sums hold", n)
	}
	p.Has("#q-" + r.b.Org + "-low form[action$='/ask']")
	if v.Get(r.at("/ranking")).Want(http.StatusOK).Find("form[action$='/rank']").Length() != 0 {
		t.Error("it can be ranked with an open question")
	}
	v.Get(r.at("/prices"))
	ask := r.at("/prices/" + r.b.Org + "/ask")
	v.Submit(ask, "question", "").Want(http.StatusUnprocessableEntity)
	v.Submit(ask, "question", "How is this possible?", "days", "5").To(r.at("/prices"))
	if v.Get(r.at("/prices")).Find("#q-"+r.b.Org+"-low form").Length() != 0 {
		t.Error("there is something to press while the bidder has time")
	}

	rep := r.as(member(r.b), "en")
	rep.Get("/clarifications").Want(http.StatusOK)
	link := rep.Get("/clarifications").Has(".govuk-task-list a").AttrOr("href", "")
	rep.Get(link).Want(http.StatusOK).Has("form[action='" + link + "']")
	if v.Get(link).Want(http.StatusOK).Find("form[action='"+link+"']").Length() != 0 {
		t.Error("an evaluator is offered to answer")
	}
	rep.Submit(link, "answer", "").Want(http.StatusUnprocessableEntity)
	rep.Submit(link, "answer", "Own mine, own ships.").To(link)
	if rep.Get(link).Want(http.StatusOK).Find("form[action='"+link+"']").Length() != 0 {
		t.Error("it can be answered twice")
	}
	other := r.as(member(r.a), "zh")
	other.Get(link).Want(http.StatusNotFound)
	if n := other.Get("/clarifications").Want(http.StatusOK).Find(".govuk-task-list a").Length(); n != 0 {
		t.Error("a rival sees the question")
	}

	v.Get(r.at("/prices")).Has("#q-" + r.b.Org + "-low .pb-lines")
	decide := r.at("/prices/" + r.b.Org + "/decide")
	v.Submit(decide, "reason", "no choice").Want(http.StatusUnprocessableEntity)
	v.Submit(decide, "accepted", "yes", "reason", "It holds.").To(r.at("/prices"))

	v.Get(r.at("/ranking")).Want(http.StatusOK)
	v.Submit(r.at("/rank")).To(r.at("/ranking"))
	p = v.Get(r.at("/ranking")).Want(http.StatusOK)
	if got := p.Said("tr.is-chosen th"); !strings.Contains(got, r.b.Org) {
		t.Errorf("%s is first", got)
	}
	if p.Find("code.pb-formula").Length() < 6 {
		t.Error("the steps of the sum are not shown")
	}
	v.Post(r.at("/rank"), url.Values{}).To(r.at("/ranking")) // a double click
	pdf := v.Get(r.at("/report.pdf")).Want(http.StatusOK)
	if !strings.HasPrefix(pdf.Text, "%PDF-") || !strings.Contains(pdf.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the report is %v", pdf.Header)
	}
	for _, path := range []string{"", "/consensus", "/prices", "/findings/" + r.a.Org, "/bids/" + r.a.Org} {
		v.Get(r.at(path)).Want(http.StatusOK)
	}
	v.Get("/judge").Want(http.StatusOK)
}

// With two envelopes the technical decision comes before any price.
func TestTwoEnvelopes(t *testing.T) {
	r := enter(t, Terms{Envelopes: tender.TwoEnvelopes, Grace: 60})
	r.Open(tender.Technical)
	r.Judge(map[*Bidder]string{r.a: "7", r.b: "5"}, r.b)
	v := r.as(r.Evaluators()[0], "en")
	v.Get(r.at("/prices")).Want(http.StatusOK).Has(".pb-empty")
	v.Get(r.at("/consensus")).Want(http.StatusOK).Has("form[action$='/qualify']")
	v.Submit(r.at("/qualify")).To(r.at("/ranking"))
	v.Get(r.at("/ranking")).Want(http.StatusOK).Has(".govuk-tag--red")
	r.Settle()
	r.Open(tender.Financial)
	if n := v.Get(r.at("/prices")).Want(http.StatusOK).Find("tfoot").Length(); n != 1 {
		t.Errorf("%d price lists are open", n)
	}
	v.Get(r.at("/findings/" + r.a.Org)).Want(http.StatusOK)
	if v.Get(r.at("/findings/"+r.a.Org)).Find("main form button").Length() != 0 {
		t.Error("what is decided can be changed")
	}
	v.Get(r.at("/ranking")).Want(http.StatusOK)
	v.Submit(r.at("/rank")).To(r.at("/ranking"))
}

// What others may not see or do, no page gives them.
func TestOthers(t *testing.T) {
	r := enter(t, Terms{})
	r.Open(tender.Whole)
	r.town.Visitor("en").Get("/judge").Want(http.StatusUnauthorized)
	r.as(member(r.a), "en").Get("/judge").Want(http.StatusForbidden)
	r.as(member(r.a), "en").Get(r.at("")).Want(http.StatusForbidden)
	o := r.as(Officer, "en")
	o.Get(r.at("")).Want(http.StatusOK)
	if n := o.Get(r.at("/bids/" + r.a.Org)).Want(http.StatusOK).Find("form[data-autosave]").Length(); n != 0 {
		t.Error("an officer can score")
	}
	stranger := Person("u-evaluator-9", Buyer, party.KindBuyer, party.RoleEvaluator)
	r.as(stranger, "zh").Get(r.at("")).Want(http.StatusOK).Has(".govuk-inset-text")
	r.as(stranger, "zh").Get(r.at("/bids/" + r.a.Org)).Want(http.StatusForbidden)
}

func sum(body string) [32]byte { return sha256.Sum256([]byte(body)) }
