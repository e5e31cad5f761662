// Package portal is the public portal: what anybody may see without signing in.
//
// Start with [Desk], the table of its pages. home.go is the first page; notice.go loads a tender for its
// five pages (notice, documents, enquiries, changes, results); story.go makes
// the time line of a procedure out of its public facts and of what is still to
// come; changes.go shows what an amendment changed, word by word. search.go is
// the search, feed.go the same as an Atom feed; planned.go is what is planned, plan.go a
// plan; money.go is where money goes;
// check.go checks a receipt.
package portal

import (
	"embed"

	"probity/server/site"
	"probity/tender"
	"probity/tender/party"
)

const name = "portal"

//go:embed all:pages words
var files embed.FS

// desk has the pages' handlers.
type desk struct{}

// Desk is the portal.
func Desk() site.Desk {
	d := desk{}
	return site.Desk{
		Name: name, Files: files,
		Routes: []site.Route{
			{At: "GET /{$}", Do: d.home, Public: true},
			{At: "GET /how", Do: d.how, Public: true},

			{At: "GET /tenders", Do: d.search, Public: true},
			{At: "GET /tenders.atom", Do: d.feed, Public: true},
			{At: "GET /categories", Do: d.categories, Public: true},
			{At: "GET /categories/{scheme}/{code}", Do: d.category, Public: true},

			{At: "GET /plans", Do: d.planned, Public: true},
			{At: "GET /plans.atom", Do: d.plannedFeed, Public: true},
			{At: "GET /plans/{plan}", Do: d.plan, Public: true},
			{At: "GET /plans/{plan}/differences", Do: d.planDifferences, Public: true},

			{At: "GET /tenders/{id}", Do: d.notice, Public: true},
			{At: "POST /tenders/{id}/follow", Do: d.follow},
			{At: "POST /tenders/{id}/unfollow", Do: d.unfollow},
			{At: "GET /tenders/{id}/documents", Do: d.documents, Public: true},
			{At: "GET /tenders/{id}/enquiries", Do: d.enquiries, Public: true},
			{At: "POST /tenders/{id}/enquiries", Do: d.ask},
			{At: "GET /tenders/{id}/changes", Do: d.changes, Public: true},
			{At: "GET /tenders/{id}/results", Do: d.results, Public: true},
			{At: "GET /tenders/{id}/record", Do: d.record, Public: true},

			{At: "GET /searches", Do: d.saved},
			{At: "GET /searches/new", Do: d.newSaved},
			{At: "POST /searches", Do: d.save},
			{At: "POST /searches/{search}/look", Do: d.look},
			{At: "POST /searches/{search}/mail", Do: d.mail},
			{At: "POST /searches/{search}/forget", Do: d.forget},
			{At: "GET /mail/stop/{ticket}", Do: d.askStop, Public: true},
			{At: "POST /mail/stop/{ticket}", Do: d.stop, Public: true},

			{At: "GET /spending", Do: d.spending, Public: true},
			{At: "GET /buyers", Do: d.buyers, Public: true},
			{At: "GET /suppliers", Do: d.suppliers, Public: true},
			{At: "GET /buyers/{org}", Do: d.buyer, Public: true},
			{At: "GET /suppliers/{org}", Do: d.supplier, Public: true},

			{At: "GET /uptime", Do: d.uptime, Public: true},
			{At: "GET /check", Do: d.showCheck, Public: true},
			{At: "POST /check", Do: d.check, Public: true},
		},
		Nav: []site.Link{
			{Path: "/tenders", Word: "portal.nav.tenders"},
			{Path: "/plans", Word: "portal.nav.plans"},
			{Path: "/spending", Word: "portal.nav.spending"},
			{Path: "/check", Word: "portal.nav.check"},
		},
	}
}

// organisation is one as the API shows it to anybody.
type organisation struct {
	ID      string         `json:"id"`
	Kind    party.OrgKind  `json:"kind"`
	Name    tender.Text    `json:"name"`
	Address *party.Address `json:"address"`
}
