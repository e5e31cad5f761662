// Package admin is the desk of administrators: those of an organisation, who
// keep its profile, members and roles, and those of the platform, who confirm
// who organisations are, give people their way back in, load lists, and see how
// the platform stands.
//
// Start with [Desk], whose route table is the site map. /organisation is one's
// own; /admin is the platform's. The same handlers serve members and people of
// both, since the API decides who may do what to whom.
//
// Who oversees others says why they read: /admin/why asks once, and the answer
// goes on record with every read of the next half hour (why.go).
package admin

import (
	"embed"

	"probity/server/site"
	"probity/tender/party"
)

const name = "admin"

//go:embed all:pages words
var files embed.FS

// Desk is the pages of administrators.
func Desk() site.Desk {
	return site.Desk{Name: name, Files: files, Routes: []site.Route{
		{At: "GET /organisation", Do: known(showOwn)},
		{At: "POST /organisation", Do: known(saveOwn)},
		{At: "POST /organisation/claims", Do: known(addClaim)},
		{At: "POST /organisation/claims/renew", Do: known(renewClaim)},
		{At: "GET /organisation/members", Do: known(showMembers)},
		{At: "POST /organisation/members", Do: known(invite)},
		{At: "POST /organisation/members/{invitation}/resend", Do: known(resend)},
		{At: "POST /organisation/members/{invitation}/withdraw", Do: known(withdraw)},
		{At: "GET /organisation/members/{id}", Do: known(showMember)},
		{At: "POST /organisation/members/{id}/roles", Do: known(setRoles)},

		{At: "GET /admin", Do: known(showStart)},
		{At: "GET /admin/why", Do: known(showWhy)},
		{At: "POST /admin/why", Do: known(keepWhy)},
		{At: "GET /admin/claims", Do: known(showClaims)},
		{At: "GET /admin/organisations", Do: known(findOrgs)},
		{At: "GET /admin/organisations/{id}", Do: known(showOrg)},
		{At: "POST /admin/organisations/{id}/claim", Do: known(settle)},
		{At: "GET /admin/organisations/{id}/evidence", Do: because(showEvidence)},
		{At: "POST /admin/organisations/{id}/debarments", Do: known(debar)},
		{At: "POST /admin/organisations/{id}/debarments/{n}/lift", Do: known(lift)},
		{At: "GET /admin/organisations/{id}/members", Do: because(showOrgMembers)},
		{At: "POST /admin/organisations/{id}/members", Do: because(invite)},
		{At: "POST /admin/organisations/{id}/members/{invitation}/resend", Do: because(resend)},
		{At: "POST /admin/organisations/{id}/members/{invitation}/withdraw", Do: because(withdraw)},
		{At: "GET /admin/people", Do: because(findPerson)},
		{At: "GET /admin/people/{id}", Do: because(showPerson)},
		{At: "POST /admin/people/{id}/roles", Do: because(setRoles)},
		{At: "POST /admin/people/{id}/disabled", Do: known(disable)},
		{At: "POST /admin/people/{id}/recovery", Do: known(recoverFactor)},
		{At: "GET /admin/rules", Do: known(listRules)},
		{At: "GET /admin/rules/{id}", Do: known(showRules)},
		{At: "GET /admin/classifications", Do: known(listClasses)},
		{At: "POST /admin/classifications", Do: loadClass},
		{At: "GET /admin/health", Do: known(showHealth)},
		{At: "GET /admin/mail", Do: known(showMail)},
		{At: "POST /admin/mail/{id}", Do: known(sendAgain)},
		{At: "GET /admin/accesses", Do: because(showAccesses)},
	}, Nav: []site.Link{
		{Path: "/organisation", Word: "admin.nav.organisation", Right: party.OrgEdit},
		{Path: "/admin", Word: "admin.nav.platform", Right: party.PlatformSettings},
	}}
}

// known lets people in whom we know.
func known(do func(*site.Visit) error) func(*site.Visit) error {
	return func(v *site.Visit) error {
		if v.R.Method == "POST" && !v.SignedIn() {
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
