package buy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/site/sitetest"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/complaint"
	"probity/tender/contract"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
)

// ranked is a house with a procedure whose lot is ranked, Aurora first.
func ranked(t *testing.T, lang string, more ...func(*tender.Notice)) (*house, *biddingtest.World, *biddingtest.Bidder, string) {
	h, w, path := running(t, lang, more...)
	aurora, bamboo := w.Bidder("aurora"), w.Bidder("bamboo")
	for b, price := range map[*biddingtest.Bidder]string{aurora: "10", bamboo: "12"} {
		s := b.Seal(1, price)
		w.Ok(b.Submit(s))
		w.Ok(b.Upload(s))
	}
	w.Close()
	h.Set(biddingtest.Deadline.Add(2 * time.Hour))
	w.Open(tender.Whole)
	w.Judge(map[*biddingtest.Bidder]string{aurora: "9", bamboo: "8"})
	_, err := w.Judging.Rank(w.Ctx(), w.Evaluators()[0], w.ID, w.Lot)
	w.Ok(err)
	w.Settle()
	h.again()
	return h, w, aurora, path
}

// decided has the award proposed and decided in the pages.
func (h *house) decided(w *biddingtest.World, path string) {
	h.Helper()
	v, a, lot := h.officer(), h.as(biddingtest.Approver), path+"/lots/"+w.Lot
	p := v.Get(lot).Want(200)
	p.Has("#ranking tr.is-chosen")
	bad := v.Submit(lot + "/propose").Want(422)
	bad.Has(".govuk-error-summary")
	v.Submit(lot+"/propose", "reasons.en", "Best by the criteria.").To(lot)
	link := v.Get(lot).Want(200).Has("#awards a").AttrOr("href", "")
	if v.Get(link).Want(200).Find("#decide").Length() != 0 {
		h.Error("who proposed is offered to decide")
	}
	form := a.Get(link).Want(200).Has("#decide")
	if form.AttrOr("data-sign-at", "") != "toSign" || form.AttrOr("data-sign-domain", "") != "approve" {
		h.Error("the device is not told what it signs")
	}
	id := tenderOf(link)
	x, err := h.Awards.Get(h.Context(), id, biddingtest.Approver)
	if err != nil {
		h.Fatal(err)
	}
	h.look(biddingtest.Approver, "award", link)
	a.Submit(link + "/decide").Want(422).Has(".govuk-error-summary")
	f := a.Fill(link + "/decide")
	f.Set("signature", h.signed(biddingtest.Approver, sign.Approve, x.Decision.Record()))
	a.Post(link+"/decide", f).To(lot)
	a.Post(link+"/decide", f).Want(409) // a double click
	h.Settle()
}

func TestFromRankingToFinalAcceptance(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			h, w, aurora, path := ranked(t, lang)
			h.officer().Get("/buy").Want(200).Has(`.pb-result a[href="` + path + "/lots/" + w.Lot + `"]`)
			h.conclude(w, aurora, path)
		})
	}
}

// conclude goes from the ranking to the end of the contract.
func (h *house) conclude(w *biddingtest.World, first *biddingtest.Bidder, path string) {
	h.Helper()
	h.decided(w, path)
	h.officer().Get(path + "/lots/" + w.Lot).Want(200).Has("[data-countdown]")
	h.Set(h.stored(path).Lot(w.Lot).StandstillEnds.Add(time.Hour))
	w.Settle()
	for i := 0; h.stored(path).Lot(w.Lot).Phase != tender.Awarded; i++ {
		if i > 3000 {
			h.Fatal("the standstill does not end")
		}
		time.Sleep(time.Millisecond)
	}
	h.again()
	h.contract(w, first, path)
}

// contract draws a contract, has it signed, delivered, changed, paid, accepted.
func (h *house) contract(w *biddingtest.World, supplier *biddingtest.Bidder, path string) {
	h.Helper()
	m, a, lot := h.as(manager()), h.as(biddingtest.Approver), path+"/lots/"+w.Lot
	m.Get(lot + "/contract").Want(200).Has("[name='title.en'][value]")
	bad := m.Submit(lot+"/contract", "date", "", "buyer.name", "A. Prover").Want(422)
	if got := bad.Has("[name='buyer.name']").AttrOr("value", ""); got != "A. Prover" {
		h.Errorf("what was typed is %q", got)
	}
	day := rules.DateIn(h.stored(path).Lot(w.Lot).StandstillEnds, time.UTC)
	p := m.Submit(lot+"/contract", "date", day.String(), "supplier.name", "S. Upplier").Want(303)
	at := strings.TrimSuffix(p.Location, "/edit")
	m.Get(at + "/edit").Want(200).Has("#paper iframe")
	h.look(manager(), "contract-form", at+"/edit")
	pdf := m.Get(at + "/preview.pdf").Want(200)
	if pdf.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.Text, "%PDF-") || pdf.Header.Get("X-Frame-Options") != "SAMEORIGIN" ||
		!strings.Contains(pdf.Header.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
		h.Errorf("the preview comes as %v", pdf.Header)
	}
	m.Get(at + "/edit").Want(200)
	form := m.Fill(at + "/edit")
	form.Set("add", "clauses")
	m.Post(at+"/edit", form).Want(200)
	form = m.Fill(at+"/edit", "clauses[0].title.en", "Warranty", "clauses[0].body.en", "Two years.")
	tried := m.Post(at+"/try", form).Want(200) // saves, and shows the paper
	if got := tried.Has("#paper iframe").AttrOr("src", ""); !strings.Contains(got, "?v=2") {
		h.Errorf("the paper shown is %q", got)
	}
	m.Post(at+"/edit", form).Want(412).Has("[name='clauses[0].title.en'][value=Warranty]") // from another tab
	m.Get(at).Want(200)
	m.Submit(at + "/do/draw").To(at)
	h.signBoth(at, supplier)

	c := h.agreement(at)
	if c.State != contract.Active {
		h.Fatalf("the contract is %s", c.State)
	}
	if _, err := h.Contracts.Deliver(h.Context(), c.ID, supplier.Actor, "m1", biddingtest.Text("All is there.")); err != nil {
		h.Fatal(err)
	}
	m.Get(at).Want(200)
	m.Submit(at+"/milestones/m1", "status", "met", "note.en", "Seen.").To(at)
	h.change(at, supplier)

	if _, err := h.Contracts.Charge(h.Context(), c.ID, supplier.Actor, contract.Invoice{ID: "i1", Number: "A-1", Milestone: "m1", Date: day, Amount: c.Record.Price}); err != nil {
		h.Fatal(err)
	}
	m.Get(at).Want(200)
	too := m.Submit(at+"/do/payments", "amount", "9999999", "date", day.String()).Want(409)
	if got := too.Has("#pay [name=amount]").AttrOr("value", ""); got != "9999999" {
		h.Errorf("what was typed is %q", got)
	}
	m.Submit(at+"/do/payments", "amount", c.Record.Price.Amount(), "date", day.String()).To(at)
	m.Get(at).Want(200).Has("progress[value='100']")
	a.Get(at).Want(200)
	a.Submit(at + "/do/close").Want(422)
	a.Submit(at+"/do/close", "reason.en", "All is delivered.").To(at)
	if x := h.agreement(at); x.State != contract.Closed {
		h.Errorf("the contract is %s", x.State)
	}
	m.Get("/buy/contracts").Want(200).Has(`a[href="` + at + `"]`)
	for path, link := range map[string]string{"/buy": "/buy", "/buy/new": "/buy", "/buy/contracts": "/buy/contracts", at: "/buy/contracts", at + "/edit": "/buy/contracts", "/tenders": "/tenders", "/account": ""} {
		h.marked(m.Get(path), path, link)
	}
}

// marked wants the header to mark one link as where the page belongs, or none.
func (h *house) marked(p *sitetest.Page, path, link string) {
	h.Helper()
	marks := p.Find(".pb-nav__link[aria-current]")
	if got := marks.AttrOr("href", ""); got != link || marks.Length() > 1 {
		h.Errorf("%s: %d links are marked, the first is %q, not %q", path, marks.Length(), got, link)
	}
	if kind, want := marks.AttrOr("aria-current", ""), map[bool]string{true: "page", false: "true"}[path == link]; link != "" && kind != want {
		h.Errorf("%s: marked as %q, not %q", path, kind, want)
	}
}

func (h *house) agreement(at string) *contract.Contract {
	h.Helper()
	c, err := h.Contracts.Get(h.Context(), tenderOf(at), biddingtest.Officer)
	if err != nil {
		h.Fatal(err)
	}
	return c
}

// signBoth signs the paper for both sides, the buyer in the page.
func (h *house) signBoth(at string, supplier *biddingtest.Bidder) {
	h.Helper()
	a, c := h.as(biddingtest.Approver), h.agreement(at)
	h.look(biddingtest.Approver, "contract-drawn", at)
	form := a.Get(at).Want(200).Has("#sign")
	if form.AttrOr("data-sign-file", "") != "body /api/v1/contracts/"+c.ID+"/paper" || form.AttrOr("data-sign-at", "") != "toSign.buyer" {
		h.Error("the device is not told what it signs")
	}
	a.Submit(at + "/do/sign").Want(422).Has(".govuk-error-summary")
	f := a.Fill(at + "/do/sign")
	f.Set("signature", h.signed(biddingtest.Approver, sign.Contract, c.Signing(contract.BuyerSide)))
	a.Post(at+"/do/sign", f).To(at)
	if a.Get(at).Want(200).Find("#sign").Length() != 0 {
		h.Error("who has signed is asked again")
	}
	s, err := biddingtest.DeviceKey(supplier.User).Sign(sign.Contract, c.Signing(contract.SupplierSide))
	if err != nil {
		h.Fatal(err)
	}
	if _, err := h.Contracts.Sign(h.Context(), c.ID, supplier.Actor, s); err != nil {
		h.Fatal(err)
	}
	for i := 0; h.agreement(at).State != contract.Active && i < 3000; i++ {
		time.Sleep(time.Millisecond)
	}
}

// change tries changes, proposes one within the limit, and settles it.
func (h *house) change(at string, supplier *biddingtest.Bidder) {
	h.Helper()
	m, a := h.as(manager()), h.as(biddingtest.Approver)
	m.Get(at + "/change").Want(200).Has("#sum dl")
	h.look(manager(), "contract-active", at)
	h.look(manager(), "change", at+"/change")
	form := m.Fill(at+"/change", "lines[0].quantity", "1000", "code", "mod-cir", "reason.en", "A long winter.")
	m.Post(at+"/change/try", form).Want(200).Has("#sum .pb-advice--stop")
	refused := m.Post(at+"/change", form).Want(422)
	if got := refused.Has("[name='lines[0].quantity']").AttrOr("value", ""); got != "1000" {
		h.Errorf("what was typed is %q", got)
	}
	form = m.Fill(at+"/change", "lines[0].quantity", "100", "lines[0].description.en", "Salt, fine")
	m.Post(at+"/change", form).To(at)
	a.Get(at).Want(200).Has("#agree")
	h.look(biddingtest.Approver, "change-open", at)
	a.Submit(at+"/do/reject", "reason.en", "Coarse is better.").To(at)
	if c := h.agreement(at); len(c.Changes) != 1 || c.Changes[0].Rejected == nil {
		h.Errorf("the changes are %+v", c.Changes)
	}
}

func TestLotEndsWithoutAward(t *testing.T) {
	h, w, _, path := ranked(t, "en")
	v, lot := h.officer(), path+"/lots/"+w.Lot
	v.Get(lot).Want(200)
	form := v.Fill(lot+"/propose", "reasons.en", "There is no money.", "why", "ins-fund")
	form.Set("none", "yes")
	v.Post(lot+"/propose", form).To(lot)
	link := v.Get(lot).Want(200).Has("#awards a").AttrOr("href", "")
	v.Get(link).Want(200)
	v.Submit(link + "/retract").Want(422)
	v.Get(link).Want(200)
	v.Submit(link+"/retract", "reason.en", "There is some after all.").To(lot)
	x, err := h.Awards.Get(t.Context(), tenderOf(link), biddingtest.Officer)
	if err != nil || x.State != award.Returned || x.Decision.Without != "ins-fund" {
		t.Errorf("the award is %+v, %v", x, err)
	}
	v.Get(lot).Want(200)
	v.Submit(lot + "/cancel").Want(422).Has("details[open] #cancel-lot")
	v.Submit(lot+"/cancel", "reason", "Not needed.").To(lot)
}

// A challenge that goes to the buyer first is answered by it; what the review
// body hears, the buyer explains.
func TestComplaintsAreAnswered(t *testing.T) {
	h := open(t, "zh")
	w := biddingtest.New(t, h.Bidding(), biddingtest.Terms{RuleSet: "cn-gpl", Panel: 5})
	h.Set(biddingtest.Published.Add(2 * time.Hour))
	b := w.Bidder("aurora")
	_, err := h.Complaints.File(t.Context(), w.ID, b.Actor, complaint.Filing{Remedy: "challenge", About: rules.AboutDocuments,
		Known: biddingtest.Published.Add(time.Hour), Grounds: biddingtest.Text("The brand is named.")})
	if err != nil {
		t.Fatal(err)
	}
	v, path := h.officer(), "/buy/tenders/"+w.ID
	v.Get("/buy").Want(200).Has(".pb-result a[href^='/buy/complaints/']")
	at := v.Get(path+"/complaints").Want(200).Has(".pb-result a").AttrOr("href", "")
	v.Get(at).Want(200)
	bad := v.Submit(at+"/reply", "reasons.zh-CN", "已核实。").Want(422)
	if got := bad.Has("textarea[name='reasons.zh-CN']").Text(); got != "已核实。" {
		t.Errorf("what was typed is %q", got)
	}
	stranger := h.as(party.Actor{User: "u-x", Name: "X", Org: "org-x", OrgKind: party.KindBuyer, Role: party.RoleOfficer})
	stranger.Post(at+"/reply", v.Fill(at+"/reply", "code", "rejected")).Want(403)
	v.Submit(at+"/reply", "code", "accepted").To(at)
	if v.Get(at).Want(200).Find("#reply").Length() != 0 {
		t.Error("what is answered can be answered again")
	}
}

// What the review body hears, the buyer explains, and may explain better.
func TestStatementToTheReviewBody(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			h := open(t, lang)
			w := biddingtest.New(t, h.Bidding(), biddingtest.Terms{})
			h.Set(biddingtest.Published.Add(2 * time.Hour))
			b := w.Bidder("aurora")
			remedies := h.stored("/buy/tenders/" + w.ID).Policy.Complaints
			i := slices.IndexFunc(remedies, func(r rules.Remedy) bool {
				return r.To == rules.ToReview && slices.Contains(r.About, rules.AboutDocuments)
			})
			if i < 0 {
				t.Fatal("nobody reviews the documents of this tender")
			}
			x, err := h.Complaints.File(t.Context(), w.ID, b.Actor, complaint.Filing{Remedy: remedies[i].ID, About: rules.AboutDocuments,
				Known: biddingtest.Published.Add(time.Hour), Grounds: biddingtest.Text("The brand is named.")})
			if err != nil {
				t.Fatal(err)
			}
			at := "/buy/complaints/" + x.ID
			h.officer().Get(at).Want(404) // nobody has taken it up
			if _, err := h.Complaints.Accept(t.Context(), x.ID, reviewer(), false); err != nil {
				t.Fatal(err)
			}
			v := h.officer()
			v.Get(at).Want(200).Has("#statement")
			v.Submit(at + "/statement").Want(422).Has(".govuk-error-summary")
			v.Submit(at+"/statement", "statement.en", "Any <brand> will do.", "statement.zh-CN", "不限品牌。").To(at)
			want := map[string]string{"en": "Any <brand> will do.", "zh": "不限品牌。"}[lang]
			p := v.Get(at).Want(200)
			if !strings.Contains(p.Said("main"), want) {
				t.Errorf("the statement is not shown: %s", p.Said("main"))
			}
			if got := p.Has("[name='statement.en']").Text(); got != "Any <brand> will do." {
				t.Errorf("the form begins with %q", got)
			}
			v.Submit(at+"/statement", "statement.en", "Any brand at all will do.").To(at)
			view, err := h.Complaints.Get(t.Context(), x.ID, reviewer())
			if err != nil || view.Statement.Text["en"] != "Any brand at all will do." {
				t.Errorf("the review body reads %+v, %v", view.Statement, err)
			}
		})
	}
}

func reviewer() party.Actor {
	return party.Actor{User: "u-review", Name: "Rosa", Org: "org-review", OrgKind: party.KindReview, Role: party.RoleReviewer}
}
