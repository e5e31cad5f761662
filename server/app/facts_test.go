package app_test

import (
	"testing"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/tender"
	"probity/tender/party"
)

// Who oversees a procedure reads who did what by name; the public reads no names,
// and nobody reads those of a supplier's people here.
func TestFactsNameWhoActed(t *testing.T) {
	h := apptest.Open(t, apptest.Options{})
	s := h.Serve(t)
	w := biddingtest.New(t, h.Bidding(), biddingtest.Terms{})
	a := w.Bidder("alpha")
	for _, by := range []party.Actor{biddingtest.Officer, biddingtest.Approver, a.Actor} {
		h.Session(by) // the platform knows them
	}
	_, err := h.Enquiries.Ask(w.Ctx(), w.ID, a.Actor, "", tender.Text{"en": "How coarse may it be?"})
	w.Ok(err)
	w.Settle()
	names := func(by party.Actor) map[string]string {
		var facts struct {
			Items []struct{ Name, ByName string }
		}
		s.Ask(by, "GET", "/api/v1/tenders/"+w.ID+"/facts", nil, "Probity-Reason", "a test").Read(t, &facts)
		list := map[string]string{}
		for _, f := range facts.Items {
			list[f.Name] = f.ByName
		}
		return list
	}
	whole := names(biddingtest.Auditor)
	for fact, want := range map[string]string{"tender.create": biddingtest.Officer.Name, "tender.approve": biddingtest.Approver.Name, "enquiry.ask": ""} {
		if got, ok := whole[fact]; !ok || got != want {
			t.Errorf("%s is by %q, want %q; of %v", fact, got, want, whole)
		}
	}
	for fact, name := range names(party.PublicActor) {
		if name != "" {
			t.Errorf("the public reads that %s is by %s", fact, name)
		}
	}
}
