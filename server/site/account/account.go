// Package account is the desk of people's own accounts: how they come in
// (registration, invitation, the set-up of a platform), and what they keep of
// their own once they are in: name, password, second factor, sessions, tokens,
// keys and places.
//
// Start with [Desk], whose route table is the site map. Each file is one noun.
// A page here never holds a secret longer than it must: passwords are never put
// back into a form, tickets and tokens are shown once, in the page that answers
// the form that made them.
package account

import (
	"embed"
	"net/http"

	"probity/server/site"
)

const name = "account"

//go:embed all:pages words
var files embed.FS

// Desk is the pages of accounts.
func Desk() site.Desk {
	return site.Desk{Name: name, Files: files, Routes: []site.Route{
		{At: "GET /register", Do: showRegister},
		{At: "POST /register", Do: register},
		{At: "GET /setup", Do: showSetup},
		{At: "POST /setup", Do: setup},
		{At: "GET /invitation", Do: showInvitation},
		{At: "POST /invitation", Do: accept},
		{At: "POST /invitation/join", Do: join},
		{At: "GET /confirm", Do: showConfirm},
		{At: "POST /confirm", Do: confirm},
		{At: "GET /recover", Do: showRecover, Public: true},

		{At: "GET /account", Do: site.Whole(showHome)},
		{At: "POST /account", Do: site.Whole(saveHome)},
		{At: "GET /account/address", Do: site.Whole(showAddress)},
		{At: "POST /account/address", Do: site.Whole(changeAddress)},
		{At: "POST /account/address/letter", Do: site.Whole(askLetter)},
		{At: "GET /account/password", Do: site.Known(showPassword)},
		{At: "POST /account/password", Do: site.Known(changePassword)},
		{At: "GET /account/factor", Do: site.Known(showFactor)},
		{At: "POST /account/factor", Do: site.Known(newFactor)},
		{At: "POST /account/factor/confirm", Do: site.Known(confirmFactor)},
		{At: "POST /account/factor/codes", Do: site.Whole(newCodes)},
		{At: "GET /account/sessions", Do: site.Whole(showSessions)},
		{At: "POST /account/sessions/{id}/end", Do: site.Whole(endSession)},
		{At: "GET /account/tokens", Do: site.Whole(showTokens)},
		{At: "POST /account/tokens", Do: site.Whole(issueToken)},
		{At: "POST /account/tokens/{id}/revoke", Do: site.Whole(revokeToken)},
		{At: "GET /account/links", Do: site.Whole(showLinks)},
		{At: "POST /account/links", Do: site.Whole(goLink)},
		{At: "POST /account/links/{id}/end", Do: site.Whole(unlink)},
		{At: "GET /account/devices", Do: site.Whole(showDevices)},
		{At: "POST /account/devices", Do: site.Whole(addDevice)},
		{At: "POST /account/devices/{id}/revoke", Do: site.Whole(revokeDevice)},
		{At: "GET /account/notices", Do: site.Whole(showNotices)},
		{At: "POST /account/notices/{id}/open", Do: site.Whole(openNotice)},
		{At: "POST /account/notices/read", Do: site.Whole(readAll)},
		{At: "GET /account/notices/choices", Do: site.Whole(showChoices)},
		{At: "POST /account/notices/choices", Do: site.Whole(saveChoices)},
		{At: "GET /account/organisations/new", Do: site.Whole(showAnother)},
		{At: "POST /account/organisations/new", Do: site.Whole(registerAnother)},
	}}
}

var recoverPage = site.PageOf[struct{}](name, "recover")

func showRecover(v *site.Visit) error { return recoverPage.Show(v, http.StatusOK, struct{}{}) }
