// Package bid is the desk of businesses: their tenders, the wizard in which a
// bid is made, its receipt and whether it is safe, replacing and taking it back,
// what became of it, and the contract that follows.
//
// Start with [Desk], whose route table is the site map. A bid is made, sealed
// and sent by the page's script (assets/src/seal); what is typed into the wizard
// stands in no form and is never posted, so nothing of a bid reaches the
// server unsealed, whatever the browser does with the page.
package bid

import (
	"embed"
	"net/http"

	"probity/server/site"
	"probity/tender/party"
)

const name = "bid"

//go:embed all:pages words
var files embed.FS

// Desk is the pages of bidders and suppliers.
func Desk() site.Desk {
	return site.Desk{Name: name, Files: files,
		Nav: []site.Link{{Path: "/bid", Word: "bid.nav", Right: party.BidReadOwn}},
		Routes: []site.Route{
			{At: "GET /bid", Do: known(home)},
			{At: "GET /bid/profile", Do: known(profile)},
			{At: "GET /bid/tenders/{id}", Do: known(lots)},
			{At: "GET /bid/tenders/{id}/lots/{lot}", Do: known(wizard)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/receipt", Do: known(receipt)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/withdraw", Do: known(showWithdraw)},
			{At: "POST /bid/tenders/{id}/lots/{lot}/withdraw", Do: known(withdraw)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/rescue", Do: known(rescue)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/outcome", Do: known(outcome)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/complaint", Do: known(showComplaint)},
			{At: "POST /bid/tenders/{id}/lots/{lot}/complaint", Do: known(complain)},
			{At: "GET /bid/contracts", Do: known(contracts)},
			{At: "GET /bid/contracts/{contract}", Do: known(showContract)},
			{At: "POST /bid/contracts/{contract}/sign", Do: known(signContract)},
			{At: "POST /bid/contracts/{contract}/milestones/{milestone}/deliver", Do: known(deliver)},
			{At: "POST /bid/contracts/{contract}/invoices", Do: known(charge)},
		}}
}

// known lets people in whom we know, in a whole session.
func known(do func(*site.Visit) error) func(*site.Visit) error {
	return func(v *site.Visit) error {
		if v.R.Method == http.MethodPost && !v.SignedIn() {
			if err := v.Form(new(struct{})); err != nil { // so that it is kept
				return err
			}
		}
		if err := v.Known(); err != nil {
			return err
		}
		if v.Me.Half {
			return v.SeeOther("", "/account/factor")
		}
		return do(v)
	}
}
