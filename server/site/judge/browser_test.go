package judge_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	. "probity/bidding/biddingtest"
	"probity/server/site/browsertest"
	"probity/tender"
	"probity/tender/party"
)

// picture keeps a page as a picture, where PROBITY_PICTURES says.
func picture(t *testing.T, p *browsertest.Page, name string) {
	dir := os.Getenv("PROBITY_PICTURES")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), p.Picture(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every page of the desk is sound for everybody: axe finds nothing, nothing
// sticks out, scripts and policy do not quarrel, and a PDF is shown.
func TestEveryPageOfTheDesk(t *testing.T) {
	r := enter(t, Terms{Change: func(n *tender.Notice) {
		c := &n.Lots[0].Criteria
		value := tender.MustMoney("1000.00", "EUR")
		n.Lots[0].Value, c.Consensus, c.Low = &value, tender.Agreed, tender.Low{BelowEstimate: tender.MustDecimal("30")}
	}})
	s := r.town.Serve(t)
	open := func(by party.Actor, look browsertest.Look) *browsertest.Page {
		p := browsertest.Open(t, s.URL, look)
		p.SignIn(r.town.House, by)
		return p
	}
	visit := func(p *browsertest.Page, path, name string) {
		t.Helper()
		if status := p.Go(path); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
		p.Check()
		picture(t, p, name)
	}
	e := r.Evaluators()
	en := open(e[0], browsertest.Look{})
	zh := open(e[1], browsertest.Look{Lang: "zh", Width: 390})
	r.Open(tender.Whole)
	visit(en, "/judge", "list-en")
	visit(zh, "/judge/"+r.ID, "declare-zh")
	for i, who := range e {
		v := r.as(who, "en")
		r.declare(v, who.User)
		r.score(v, r.a, fmt.Sprint(9-3*i), "Two lorries on call; see method, page 3.").To(r.at(""))
	}
	visit(en, r.at(""), "lot-en")
	id := r.Outcome(r.ID+"~"+r.Lot+"~"+tender.Whole, r.a)
	n := r.plant(id, "method.pdf", onePage)
	visit(zh, r.at("/bids/"+r.a.Org), "bid-zh")
	visit(en, r.at("/bids/"+r.a.Org), "bid-en")
	en.Go(r.at(fmt.Sprintf("/bids/%s/files/bid/%d", r.a.Org, n)))
	en.Until(`document.contentType === 'application/pdf'`)
	picture(t, en, "pdf")
	for _, who := range e {
		v := r.as(who, "en")
		r.score(v, r.b, "5", "As read in the method.").To(r.at(""))
		if who.User == e[0].User {
			visit(en, r.at("/hand-in"), "hand-in-en")
		}
		r.handIn(v, who.User)
	}
	visit(en, r.at("/consensus"), "consensus-en")
	visit(zh, r.at("/findings/"+r.a.Org), "finding-zh")
	v := r.as(e[0], "en")
	for _, b := range []*Bidder{r.a, r.b} {
		v.Get(r.at("/findings/" + b.Org))
		v.Submit(r.at("/findings/"+b.Org), "answers[0].pass", "yes", "consensus[0].value", "7", "consensus[0].reason", "Agreed.").To(r.at("/consensus"))
	}
	visit(en, r.at("/prices"), "prices-en")
	v.Get(r.at("/prices"))
	v.Submit(r.at("/prices/"+r.b.Org+"/ask"), "question", "How is this possible?").To(r.at("/prices"))
	rep := open(member(r.b), browsertest.Look{Lang: "zh", Width: 390})
	visit(rep, "/clarifications", "clarifications-zh")
	rep.Submit(".govuk-task-list a")
	rep.Check()
	picture(t, rep, "clarification-zh")
	rep.Click("#f-answer")
	rep.Keys("自有矿山，自有船队。")
	rep.Submit("main form button")
	visit(zh, r.at("/prices"), "prices-zh")
	v.Get(r.at("/prices"))
	v.Submit(r.at("/prices/"+r.b.Org+"/decide"), "accepted", "yes", "reason", "It holds.").To(r.at("/prices"))
	visit(zh, r.at("/ranking"), "rank-zh")
	zh.Submit("form[action$='/rank'] button")
	zh.Check()
	picture(t, zh, "ranking-zh")
	dark := open(e[2], browsertest.Look{Dark: true})
	visit(dark, r.at("/ranking"), "ranking-dark")
}

// onePage is a PDF of one page with a word on it.
const onePage = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n" +
	"4 0 obj<</Length 44>>stream\nBT /F 24 Tf 60 90 Td (Method statement) Tj ET\nendstream endobj\n" +
	"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R/Size 6>>\n"

// What is typed is kept without a button, and is there in another browser.
func TestAutosave(t *testing.T) {
	r := enter(t, Terms{})
	s := r.town.Serve(t)
	r.Open(tender.Whole)
	e := r.Evaluators()[0]
	v := r.as(e, "en")
	r.declare(v, e.User)
	p := browsertest.Open(t, s.URL, browsertest.Look{})
	p.SignIn(r.town.House, e)
	p.Go(r.at("/bids/" + r.a.Org))
	p.Click("[name='scores[0].reason']")
	p.Keys("half a thought")
	p.Until(`document.querySelector('.pb-saved').dataset.state === 'saved'`)
	p.Click("[name='scores[0].value']")
	p.Keys("7")
	p.Until(`document.querySelector('[name=_version]').value === '2'`)
	page := v.Get(r.at("/bids/" + r.a.Org)).Want(200)
	if got := page.Said("textarea"); got != "half a thought" || page.Has("[name='scores[0].value']").AttrOr("value", "") != "7" {
		t.Errorf("kept: %q", got)
	}
}
