package audit_test

import (
	"net/http"
	"testing"

	. "probity/bidding/biddingtest"
	"probity/server/site/sitetest"
	"probity/tender/party"
	"probity/tender/plan"
)

// The auditor reads every step of a plan, also of what was never published, for
// a reason that goes on record; nobody else does.
func TestTheStoryOfAPlan(t *testing.T) {
	town := sitetest.Open(t)
	w := &World{TB: t, House: town.Bidding()}
	w.Org(Buyer, party.KindBuyer)
	w.Org(Oversight, party.KindOversight)
	p, err := town.Plans.Create(t.Context(), Officer, plan.Content{Year: Published.Year(), Title: Text("Purchases")})
	w.Ok(err)
	town.Settle()
	at := "/audit/plans/" + p.ID
	r := &record{World: w, town: town}
	for lang, words := range map[string]string{"en": "Plan started", "zh": "计划草稿创建"} {
		v := r.as(Auditor, lang)
		v.Get(at).Want(http.StatusOK).Has("textarea[name=reason]")
		v.Submit(at+"/reason", "reason", "to see").To(at)
		page := v.Get(at).Want(http.StatusOK)
		town.Settle()
		if got := page.Find(".pb-story__title").First().Text(); got != words {
			t.Errorf("the story begins with %q", got)
		}
	}
	entries, err := town.Engine.EntriesOn(t.Context(), p.ID, 0, 100)
	w.Ok(err)
	reads := 0
	for _, e := range entries {
		if e.Name == "access.read" {
			reads++
		}
	}
	if reads < 2 {
		t.Errorf("%d reads are on record", reads)
	}
	r.as(Officer, "en").Get(at).Want(http.StatusForbidden)
	town.Visitor("en").Get(at).Want(http.StatusUnauthorized)
}
