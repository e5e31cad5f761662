// Package judge is the evaluation desk: what the panel does, from the
// declaration of interests to the report, and the page where a bidder explains
// its price.
//
// Start with [Desk], the site map. scene.go gathers what every page about a lot
// shows; interests.go, score.go, consensus.go, prices.go and ranking.go are the
// steps in their order, explain.go is the bidder's side.
//
// No page decides what may be done: the API's standing (bidding.Standing) lists
// the acts that are possible now, and each button stands there because its act
// does. Nothing of a bid is asked for before the standing offers to read it.
package judge

import (
	"embed"

	"probity/server/site"
	"probity/tender/party"
)

const name = "judge"

//go:embed all:pages words
var files embed.FS

// Desk is the evaluation desk.
func Desk() site.Desk {
	const lot = "/judge/{id}/{lot}"
	return site.Desk{Name: name, Files: files,
		Nav: []site.Link{
			{Path: "/judge", Word: "judge.nav", Right: party.EvaluationScore},
			{Path: "/clarifications", Word: "judge.nav.explain", Right: party.EvaluationExplain},
		},
		Routes: []site.Route{
			{At: "GET /judge", Do: list},
			{At: "GET /judge/{id}", Do: procedure},
			{At: "POST /judge/{id}/interests", Do: weigh},
			{At: "POST /judge/{id}/declare", Do: declare},

			{At: "GET " + lot, Do: overview},
			{At: "GET " + lot + "/bids/{bidder}", Do: showBid},
			{At: "POST " + lot + "/bids/{bidder}", Do: saveBid},
			{At: "GET " + lot + "/bids/{bidder}/files/{envelope}/{number}", Do: file},
			{At: "GET " + lot + "/hand-in", Do: showHandIn},
			{At: "POST " + lot + "/hand-in", Do: handIn},

			{At: "GET " + lot + "/consensus", Do: consensus},
			{At: "GET " + lot + "/findings/{bidder}", Do: showFinding},
			{At: "POST " + lot + "/findings/{bidder}", Do: find},
			{At: "POST " + lot + "/dissent", Do: dissent},
			{At: "POST " + lot + "/qualify", Do: qualify},

			{At: "GET " + lot + "/prices", Do: prices},
			{At: "POST " + lot + "/prices/{bidder}/ask", Do: ask},
			{At: "POST " + lot + "/prices/{bidder}/decide", Do: decide},

			{At: "GET " + lot + "/ranking", Do: ranking},
			{At: "POST " + lot + "/rank", Do: rank},
			{At: "GET " + lot + "/report.pdf", Do: report},

			{At: "GET /clarifications", Do: questions},
			{At: "GET /clarifications/{clarification}", Do: showQuestion},
			{At: "POST /clarifications/{clarification}", Do: explain},
		}}
}
