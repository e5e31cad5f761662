package review_test

import (
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/site/sitetest"
	"probity/tender/complaint"
	"probity/tender/party"
	"probity/tender/rules"
)

func reviewer() party.Actor {
	return biddingtest.Person("u-reviewer", "org-review", party.KindReview, party.RoleReviewer)
}

// filed is a platform with a complaint, and its reviewer's browser.
func filed(t *testing.T, lang string) (*sitetest.Town, *sitetest.Visitor, string) {
	h := sitetest.Open(t)
	w := biddingtest.New(t, h.Bidding(), biddingtest.Terms{})
	w.Org("org-review", party.KindReview)
	h.Set(biddingtest.Published.Add(2 * time.Hour))
	b := w.Bidder("aurora")
	x, err := h.Complaints.File(t.Context(), w.ID, b.Actor, complaint.Filing{Remedy: "complaint", About: rules.AboutDocuments,
		Known: biddingtest.Published.Add(time.Hour), Grounds: biddingtest.Text("The brand is named.")})
	if err != nil {
		t.Fatal(err)
	}
	v := h.Visitor(lang)
	v.Jar["session"], v.Jar["place"] = h.Session(reviewer()), "org-review/reviewer"
	return h, v, "/review/complaints/" + x.ID
}

func TestComplaintIsHeardAndUpheld(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		_, v, at := filed(t, lang)
		v.Get("/review?state=accepted").Want(200).Has(".pb-empty")
		v.Get("/review").Want(200).Has(`.pb-result a[href="` + at + `"]`)
		p := v.Get(at).Want(200)
		if p.Find("#uphold, #dismiss").Length() != 0 {
			t.Error("what is not taken up can be decided")
		}
		v.Submit(at + "/refuse").Want(422).Has("details[open] #refuse .govuk-error-message")
		v.Get(at).Want(200)
		v.Submit(at + "/accept").To(at)
		v.Get(at).Want(200).Has("#uphold")
		bad := v.Submit(at+"/uphold", "reasons.en", "It names one maker.").Want(422)
		bad.Has("#uphold .govuk-error-message")
		if got := bad.Has("#uphold textarea[name='reasons.en']").Text(); got != "It names one maker." {
			t.Errorf("what was typed is %q", got)
		}
		v.Submit(at+"/uphold", "order", "set-aside").Want(409).Has(".govuk-error-summary") // there is no award
		form := v.Fill(at+"/uphold", "order", "correct", "reasons.en", "It names one maker.")
		v.Post(at+"/uphold", form).To(at)
		v.Post(at+"/uphold", form).Want(409) // a double click
		if v.Get(at).Want(200).Find("form[id]").Length() != 0 {
			t.Error("what is decided can be decided again")
		}
	}
}

func TestComplaintIsRefused(t *testing.T) {
	_, v, at := filed(t, "en")
	v.Get(at).Want(200)
	v.Submit(at+"/refuse", "code", "rej-ncomp", "reasons.en", "Not for us.").To(at)
	v.Get("/review?state=declined").Want(200).Has(`.pb-result a[href="` + at + `"]`)
	v.Post(at+"/forget", v.Fill("/sign-out")).Want(404)
}

func TestDeskIsTheReviewBodys(t *testing.T) {
	h, _, at := filed(t, "en")
	h.Visitor("en").Get("/review").Want(401)
	h.Visitor("en").Get(at).Want(401)
	o := h.Visitor("en")
	o.Jar["session"], o.Jar["place"] = h.Session(biddingtest.Officer), biddingtest.Buyer+"/officer"
	o.Get("/review").Want(403)
	o.Get(at).Want(404)
}
