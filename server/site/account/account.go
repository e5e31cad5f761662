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

		{At: "GET /account", Do: whole(showHome)},
		{At: "POST /account", Do: whole(saveHome)},
		{At: "GET /account/address", Do: whole(showAddress)},
		{At: "POST /account/address", Do: whole(changeAddress)},
		{At: "POST /account/address/letter", Do: whole(askLetter)},
		{At: "GET /account/password", Do: known(showPassword)},
		{At: "POST /account/password", Do: known(changePassword)},
		{At: "GET /account/factor", Do: known(showFactor)},
		{At: "POST /account/factor", Do: known(newFactor)},
		{At: "POST /account/factor/confirm", Do: known(confirmFactor)},
		{At: "POST /account/factor/codes", Do: whole(newCodes)},
		{At: "GET /account/sessions", Do: whole(showSessions)},
		{At: "POST /account/sessions/{id}/end", Do: whole(endSession)},
		{At: "GET /account/tokens", Do: whole(showTokens)},
		{At: "POST /account/tokens", Do: whole(issueToken)},
		{At: "POST /account/tokens/{id}/revoke", Do: whole(revokeToken)},
		{At: "GET /account/links", Do: whole(showLinks)},
		{At: "POST /account/links", Do: whole(goLink)},
		{At: "POST /account/links/{id}/end", Do: whole(unlink)},
		{At: "GET /account/devices", Do: whole(showDevices)},
		{At: "POST /account/devices", Do: whole(addDevice)},
		{At: "POST /account/devices/{id}/revoke", Do: whole(revokeDevice)},
		{At: "GET /account/notices", Do: whole(showNotices)},
		{At: "POST /account/notices/{id}/open", Do: whole(openNotice)},
		{At: "POST /account/notices/read", Do: whole(readAll)},
		{At: "GET /account/notices/choices", Do: whole(showChoices)},
		{At: "POST /account/notices/choices", Do: whole(saveChoices)},
		{At: "GET /account/organisations/new", Do: whole(showAnother)},
		{At: "POST /account/organisations/new", Do: whole(registerAnother)},
	}}
}

// known lets people in whom we know, in a half session too.
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
		return do(v)
	}
}

// whole lets people in who have a second factor; the others make one first.
func whole(do func(*site.Visit) error) func(*site.Visit) error {
	return known(func(v *site.Visit) error {
		if v.Me.Half {
			return v.SeeOther("", "/account/factor")
		}
		return do(v)
	})
}

var recoverPage = site.PageOf[struct{}](name, "recover")

func showRecover(v *site.Visit) error { return recoverPage.Show(v, http.StatusOK, struct{}{}) }
