package buy_test

import (
	"strings"
	"testing"

	"probity/bidding"
	"probity/bidding/biddingtest"
	"probity/tender"
)

// Who withdrew gets the security back, on a page and on record.
func TestSecurities(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		h, w, path := running(t, lang)
		b := w.Bidder("aurora")
		b.Bid(1, "9")
		w.Close()
		w.Shut()
		h.again()
		id := bidding.BidID(w.ID, w.Lot, b.Org)
		x, err := h.Bids.Bids.Get(t.Context(), id)
		w.Ok(err)
		x.Versions[0].Security = &bidding.Security{Kind: bidding.Deposit, Issuer: "A Bank", Reference: "D-1",
			Amount: tender.MustMoney("100.00", "EUR"), Until: w.Tender().Notice.Timetable.Deadline}
		x.Versions[0].State = bidding.Withdrawn
		w.Ok(h.Bids.Bids.Put(t.Context(), x))
		v := h.officer()
		at := path + "/lots/" + w.Lot + "/securities"
		v.Get(at).Want(200).Has(".govuk-tag--yellow")
		form := v.Fill(at+"/"+b.Org+"/return", b.Org+"-day", "2001-01-01")
		v.Post(at+"/"+b.Org+"/return", form).Want(422).Has(".govuk-error-message")
		form.Set(b.Org+"-day", w.Tender().Sealed.Format("2006-01-02"))
		v.Post(at+"/"+b.Org+"/return", form).To(at)
		v.Get(at).Want(200).Has(".govuk-tag--green")
		correct := at + "/" + b.Org + "/correct"
		v.Post(correct, v.Fill(correct)).Want(422).Has("details[open] .govuk-error-message")
		v.Post(correct, v.Fill(correct, b.Org+"-reason.en", "It was sent to another.")).To(at)
		p := v.Get(at).Want(200)
		p.Has(".govuk-tag--yellow")
		said := p.Has("#security-" + b.Org + " details ul").Text()
		for _, what := range []string{"It was sent to another.", biddingtest.Officer.Name} {
			if !strings.Contains(said, what) {
				t.Errorf("%q is not told of what was recorded before: %s", what, said)
			}
		}
		v.Post(at+"/"+b.Org+"/burn", form).Want(404)
	}
}
