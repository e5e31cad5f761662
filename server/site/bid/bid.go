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
			{At: "GET /bid", Do: site.Whole(home)},
			{At: "GET /bid/profile", Do: site.Whole(profile)},
			{At: "GET /bid/tenders/{id}", Do: site.Whole(lots)},
			{At: "GET /bid/tenders/{id}/lots/{lot}", Do: site.Whole(wizard)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/receipt", Do: site.Whole(receipt)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/withdraw", Do: site.Whole(showWithdraw)},
			{At: "POST /bid/tenders/{id}/lots/{lot}/withdraw", Do: site.Whole(withdraw)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/rescue", Do: site.Whole(rescue)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/outcome", Do: site.Whole(outcome)},
			{At: "GET /bid/tenders/{id}/lots/{lot}/complaint", Do: site.Whole(showComplaint)},
			{At: "POST /bid/tenders/{id}/lots/{lot}/complaint", Do: site.Whole(complain)},
			{At: "GET /bid/contracts", Do: site.Whole(contracts)},
			{At: "GET /bid/contracts/{contract}", Do: site.Whole(showContract)},
			{At: "POST /bid/contracts/{contract}/sign", Do: site.Whole(signContract)},
			{At: "POST /bid/contracts/{contract}/milestones/{milestone}/deliver", Do: site.Whole(deliver)},
			{At: "POST /bid/contracts/{contract}/invoices", Do: site.Whole(charge)},
		}}
}
