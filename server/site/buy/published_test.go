package buy_test

import (
	"strings"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/tender"
	"probity/tender/sign"
)

// running is a house with a published procedure.
func running(t *testing.T, lang string, more ...func(*tender.Notice)) (*house, *biddingtest.World, string) {
	h := open(t, lang)
	w := biddingtest.New(t, h.Bidding(), biddingtest.Terms{Change: func(n *tender.Notice) {
		n.Terms = tender.Terms{Text: biddingtest.Text("Delivered."), PaymentDays: 30,
			Milestones: []tender.MilestonePlan{{ID: "m1", Title: biddingtest.Text("All of it"), Days: 10, Percent: tender.NewDecimal(100)}}}
		for _, change := range more {
			change(n)
		}
	}})
	h.Set(biddingtest.Published.Add(time.Hour))
	return h, w, "/buy/tenders/" + w.ID
}

// again signs everybody in anew, after the clock has moved.
func (h *house) again() { clear(h.last) }

func (h *house) stored(path string) *tender.Tender {
	h.Helper()
	x, err := h.Tenders.Get(h.Context(), tenderOf(path), biddingtest.Officer)
	if err != nil {
		h.Fatal(err)
	}
	return x
}

func TestApprovalWithDifferences(t *testing.T) {
	both(t, func(h *house) {
		path := h.write()
		v, a := h.officer(), h.as(biddingtest.Approver)
		v.Get(path + "/check").Want(200)
		v.Submit(path + "/submit").To(path)
		p := a.Get(path + "/approve").Want(200)
		if p.Find("#differences").Length() != 0 {
			h.Error("a first version differs from something")
		}
		form := p.Has(`form[data-sign="/api/v1/tenders/` + tenderOf(path) + `/approval"]`)
		if form.AttrOr("data-sign-domain", "") != "approve" || !strings.HasPrefix(form.AttrOr("data-sign-hash", ""), "notice notice ") {
			h.Error("the device is not told what it signs")
		}
		a.Submit(path + "/approve").Want(422).Has(".govuk-error-summary") // a browser without script
		a.Submit(path + "/return").Want(422).Has("#f-reason-error")
		a.Submit(path+"/return", "reason", "Say how fast.").To(path)
		v.Get(path).Want(200).Has(".govuk-inset-text")
		v.Get(path + "/edit/terms").Want(200)
		v.Submit(path+"/edit/terms", "terms.text.en", "Delivered within two days.").Want(303)
		v.Get(path + "/check").Want(200)
		v.Submit(path + "/submit").To(path)
		p = a.Get(path + "/approve").Want(200)
		if got := p.Said("#differences ins"); got != "Delivered within two days." {
			h.Errorf("the difference is %q", got)
		}
		f := a.Fill(path + "/approve")
		f.Set("signature", h.signed(biddingtest.Approver, sign.Approve, h.approval(path)))
		a.Post(path+"/approve", f).To(path)
		openers := v.Get(path + "/openers").Want(200)
		if n := openers.Find("tbody .govuk-tag--seal").Length(); n != 6 {
			h.Errorf("%d keys and signatures are missing, not 6", n)
		}
		v.Get(path).Want(200)
		v.Submit(path + "/publish").Want(409).Has(".govuk-error-summary") // no keys yet
	})
}

func TestEnquiries(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		h, w, path := running(t, lang)
		b := w.Bidder("aurora")
		v := h.officer()
		v.Get(path + "/enquiries").Want(200).Has(".pb-empty")
		for _, q := range []string{"How coarse?", "Who are you?"} {
			if _, err := h.Enquiries.Ask(t.Context(), w.ID, b.Actor, "", biddingtest.Text(q)); err != nil {
				t.Fatal(err)
			}
		}
		v.Get("/buy").Want(200).Has(`.pb-result a[href="` + path + `/enquiries"]`)
		p := v.Get(path + "/enquiries").Want(200)
		one, two := p.Has("#open a").First().AttrOr("href", ""), p.Find("#open a").Last().AttrOr("href", "")
		if strings.Contains(p.Text, b.Actor.Name) || strings.Contains(p.Text, b.Org) {
			t.Error("the page tells who asks")
		}
		v.Get(one).Want(200)
		v.Submit(one + "/answer").Want(422).Has(".govuk-error-summary")
		v.Get(one).Want(200)
		form := v.Fill(one+"/answer", "answer.en", "Very.", "answer.zh-CN", "很粗。")
		v.Post(one+"/answer", form).To(path + "/enquiries")
		v.Post(one+"/answer", form).Want(409).Has(".govuk-error-summary") // a double click
		v.Get(one).Want(200)
		bad := v.Submit(one+"/correction", "answer.en", "Two millimetres.").Want(422)
		bad.Has("details[open] #correction")
		if got := bad.Has("#correction textarea[name='answer.en']").Text(); got != "Two millimetres." {
			t.Errorf("what was typed is %q", got)
		}
		first := v.Fill(one+"/correction", "reason.en", "It was vague.")
		second := v.Fill(one+"/correction", "reason.en", "It was wrong.")
		second.Set("answer.en", "Three millimetres.")
		v.Post(one+"/correction", first).Want(303)
		late := v.Post(one+"/correction", second).Want(412)
		late.Has("details[open] #correction")
		if got := late.Has("#correction textarea[name='answer.en']").Text(); got != "Three millimetres." || !strings.Contains(late.Text, "Two millimetres.") {
			t.Errorf("who comes second has typed %q, and sees what the first has done: %v", got, strings.Contains(late.Text, "Two millimetres."))
		}
		v.Submit(one + "/correction").Want(303) // now it has been seen
		v.Get(two).Want(200)
		v.Submit(two+"/decline", "reason.en", "Not about this.").Want(303)
		v.Get(path + "/enquiries").Want(200).Has("#open .pb-empty")
		v.Get("/buy/enquiries/none").Want(404)
		v.Post(one+"/erase", form).Want(404)
	}
}

func TestAmendment(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		h, _, path := running(t, lang)
		v := h.officer()
		v.Get(path + "/amend").Want(200).Has(".pb-empty")
		v.Get(path + "/edit/basics").Want(200).Has(".govuk-inset-text")
		v.Submit(path+"/edit/basics", "description.en", "Coarse and fine.").Want(303)
		if x := h.stored(path); x.Notice.Description != nil || x.Amendment == nil || x.Revision != 1 {
			t.Errorf("writing has changed the notice: %+v", x.Notice.Description)
		}
		if h.Visitor("en").Get("/api/v1/tenders/" + tenderOf(path)); strings.Contains(h.Visitor("en").Get("/api/v1/tenders/"+tenderOf(path)).Text, "Coarse and fine") {
			t.Error("outsiders see what is being written")
		}
		p := v.Get(path + "/amend").Want(200)
		if got := p.Said("#differences ins"); got != "Coarse and fine." {
			t.Errorf("the difference is %q", got)
		}
		v.Submit(path + "/amend").Want(422).Has("#f-reason-error")
		stale := v.Fill(path+"/amend", "reason", "It was too short.")
		stale.Set("_version", "1")
		if got := v.Post(path+"/amend", stale).Want(412).Has("textarea[name=reason]").Text(); got != "It was too short." {
			t.Errorf("what was typed is %q", got)
		}
		v.Submit(path+"/amend", "reason", "It was too short.").To(path)
		if x := h.stored(path); x.Notice.Description["en"] != "Coarse and fine." || x.Amendment != nil || x.Revision != 2 {
			t.Errorf("the notice is %+v", x.Notice.Description)
		}
		v.Get(path + "/edit/basics").Want(200)
		v.Submit(path+"/edit/basics", "description.en", "Something else.").Want(303)
		v.Get(path + "/amend").Want(200)
		stale = v.Fill(path + "/amend/drop")
		stale.Set("_version", "1")
		v.Post(path+"/amend/drop", stale).Want(412).Has(".govuk-error-summary")
		v.Submit(path + "/amend/drop").To(path)
		if x := h.stored(path); x.Amendment != nil {
			t.Error("what was thrown away is there")
		}
	}
}

func TestDeadlineOpenersAndEnd(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		h, _, path := running(t, lang)
		v := h.officer()
		v.Get(path + "/extend").Want(200)
		early := v.Submit(path+"/extend", "deadline.date", "2026-04-01", "reason", "Sooner.").Want(422)
		early.Has(".govuk-error-summary")
		if got := early.Has("[name='deadline.date']").AttrOr("value", ""); got != "2026-04-01" {
			t.Errorf("the date is %q", got)
		}
		v.Submit(path+"/extend", "deadline.date", "2026-05-01", "reason", "More time.").To(path)
		if d := h.stored(path).Notice.Timetable.Deadline; d.Month() != time.May {
			t.Errorf("the deadline is %s", d)
		}
		v.Get(path + "/openers").Want(200).Has("tbody .govuk-tag--green")
		form := v.Fill(path + "/openers")
		form["openers.groups[0].members"] = []string{"u-open-1 One", "u-open-2 Two", "u-open-3 Three"}
		form.Set("openers.groups[0].k", "9")
		v.Post(path+"/openers", form).Want(422).Has(".govuk-error-summary")
		form.Set("openers.groups[0].k", "2")
		v.Post(path+"/openers", form).To(path + "/openers")
		form.Set("openers.groups[0].k", "1")
		late := v.Post(path+"/openers", form).Want(412)
		if late.Has("[name='openers.groups[0].k']").AttrOr("value", "") != "1" {
			t.Error("what was typed is gone")
		}
		if x := h.stored(path); x.Next == nil || len(x.Next.Groups[0].Members) != 3 {
			t.Errorf("the next openers are %+v", x.Next)
		}
		v.Get(path + "/openers").Want(200)
		v.Submit(path+"/openers/enforce", "reason", "Two are ill.").Want(409).Has(".govuk-error-summary") // no keys yet
		v.Get(path + "/cancel").Want(200)
		v.Submit(path + "/cancel").Want(422).Has("#f-reason-error")
		v.Submit(path+"/cancel", "reason", "The winter is over.").To(path)
		if p := v.Get(path).Want(200); p.Find(`a[href="`+path+`/extend"]`).Length() != 0 || p.Find(`a[href="`+path+`/cancel"]`).Length() != 0 {
			t.Error("what has ended can be moved or ended")
		}
	}
}

func TestDocuments(t *testing.T) {
	h := open(t, "en")
	v, path := h.officer(), h.draft()
	at := path + "/documents"
	v.Get(at).Want(200).Has(".pb-empty")
	v.Upload(at, "", "", v.Fill(at)).Want(422).Has("#f-file")
	bad := v.Upload(at, "spec.pdf", "content", v.Fill(at)).Want(422)
	bad.Has("#f-title-en-error")
	v.Upload(at, "spec.pdf", "", v.Fill(at, "title.en", "Specification")).Want(422)
	v.Upload(at, "spec.pdf", "content", v.Fill(at, "title.en", "Specification")).To(at)
	p := v.Get(at).Want(200)
	p.Has(".pb-result .pb-print, .pb-result code")
	link := p.Has(".pb-result a").First().AttrOr("href", "")
	if got := v.Get(link).Want(200).Text; got != "content" {
		t.Errorf("the file holds %q", got)
	}
	v.Get(at).Want(200)
	form := v.Fill(at, "document", "d1")
	v.Upload(at, "spec-2.pdf", "other", form).To(at)
	if d := h.stored(path).Notice.Documents; len(d) != 1 || len(d[0].Versions) != 2 || d[0].Versions[0].Media != "application/pdf" {
		t.Errorf("the documents are %+v", d)
	}
	v.Get(at).Want(200)
	v.Submit(at + "/d1/remove").To(at)
	if d := h.stored(path).Notice.Documents; len(d) != 0 {
		t.Errorf("left are %+v", d)
	}
	v.Post(at, form).Want(400) // not a form with files
}
