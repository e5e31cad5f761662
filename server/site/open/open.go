// Package open is the desk of openers: the key that each makes for a tender in
// their own browser, their word over the list of openers, and the ceremony in
// which shares are released and every bid is seen as it opens.
//
// Start with [Desk], whose route table is the site map. Keys and shares are
// handled by the page's script (assets/src/seal); the server sees public keys,
// signatures, and the shares that an opener has released.
package open

import (
	"embed"

	"probity/server/site"
	"probity/tender/party"
)

const name = "open"

//go:embed all:pages words
var files embed.FS

// Desk is the pages of openers, and the ceremony that everybody may watch.
func Desk() site.Desk {
	return site.Desk{Name: name, Files: files,
		Nav: []site.Link{{Path: "/open", Word: "open.nav", Right: party.OpeningRelease}},
		Routes: []site.Route{
			{At: "GET /open", Do: site.Whole(home)},
			{At: "GET /open/tenders/{id}", Do: site.Whole(showTender)},
			{At: "POST /open/tenders/{id}/consent", Do: site.Whole(consent)},
			{At: "POST /open/tenders/{id}/announce", Do: site.Whole(announce)},
			{At: "GET /open/openings/{opening}", Do: ceremony},
			{At: "GET /open/openings/{opening}/events", Do: events},
			{At: "POST /open/openings/{opening}/combine", Do: site.Whole(combine)},
			{At: "POST /open/openings/{opening}/failures", Do: site.Whole(fail)},
			{At: "POST /open/openings/{opening}/rescue", Do: site.Whole(rescue)},
		}}
}
