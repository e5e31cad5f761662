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
	"net/http"

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
			{At: "GET /open", Do: known(home)},
			{At: "GET /open/tenders/{id}", Do: known(showTender)},
			{At: "POST /open/tenders/{id}/consent", Do: known(consent)},
			{At: "POST /open/tenders/{id}/announce", Do: known(announce)},
			{At: "GET /open/openings/{opening}", Do: ceremony},
			{At: "GET /open/openings/{opening}/events", Do: events},
			{At: "POST /open/openings/{opening}/combine", Do: known(combine)},
			{At: "POST /open/openings/{opening}/failures", Do: known(fail)},
			{At: "POST /open/openings/{opening}/rescue", Do: known(rescue)},
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
