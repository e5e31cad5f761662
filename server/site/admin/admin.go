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
		{At: "GET /organisation", Do: site.Whole(showOwn)},
		{At: "POST /organisation", Do: site.Whole(saveOwn)},
		{At: "POST /organisation/claims", Do: site.Whole(addClaim)},
		{At: "POST /organisation/claims/renew", Do: site.Whole(renewClaim)},
		{At: "GET /organisation/members", Do: site.Whole(showMembers)},
		{At: "POST /organisation/members", Do: site.Whole(invite)},
		{At: "POST /organisation/members/{invitation}/resend", Do: site.Whole(resend)},
		{At: "POST /organisation/members/{invitation}/withdraw", Do: site.Whole(withdraw)},
		{At: "GET /organisation/members/{id}", Do: site.Whole(showMember)},
		{At: "POST /organisation/members/{id}/roles", Do: site.Whole(setRoles)},

		{At: "GET /admin", Do: site.Whole(showStart)},
		{At: "GET /admin/why", Do: site.Whole(showWhy)},
		{At: "POST /admin/why", Do: site.Whole(keepWhy)},
		{At: "GET /admin/claims", Do: site.Whole(showClaims)},
		{At: "GET /admin/organisations", Do: site.Whole(findOrgs)},
		{At: "GET /admin/organisations/{id}", Do: site.Whole(showOrg)},
		{At: "POST /admin/organisations/{id}/claim", Do: site.Whole(settle)},
		{At: "GET /admin/organisations/{id}/evidence", Do: because(showEvidence)},
		{At: "POST /admin/organisations/{id}/debarments", Do: site.Whole(debar)},
		{At: "POST /admin/organisations/{id}/debarments/{n}/lift", Do: site.Whole(lift)},
		{At: "GET /admin/organisations/{id}/members", Do: because(showOrgMembers)},
		{At: "POST /admin/organisations/{id}/members", Do: because(invite)},
		{At: "POST /admin/organisations/{id}/members/{invitation}/resend", Do: because(resend)},
		{At: "POST /admin/organisations/{id}/members/{invitation}/withdraw", Do: because(withdraw)},
		{At: "GET /admin/people", Do: because(findPerson)},
		{At: "GET /admin/people/{id}", Do: because(showPerson)},
		{At: "POST /admin/people/{id}/roles", Do: because(setRoles)},
		{At: "POST /admin/people/{id}/disabled", Do: site.Whole(disable)},
		{At: "POST /admin/people/{id}/recovery", Do: site.Whole(recoverFactor)},
		{At: "GET /admin/rules", Do: site.Whole(listRules)},
		{At: "GET /admin/rules/{id}", Do: site.Whole(showRules)},
		{At: "GET /admin/classifications", Do: site.Whole(listClasses)},
		{At: "POST /admin/classifications", Do: loadClass},
		{At: "GET /admin/health", Do: site.Whole(showHealth)},
		{At: "GET /admin/mail", Do: site.Whole(showMail)},
		{At: "POST /admin/mail/{id}", Do: site.Whole(sendAgain)},
		{At: "GET /admin/accesses", Do: because(showAccesses)},
	}, Nav: []site.Link{
		{Path: "/organisation", Word: "admin.nav.organisation", Right: party.OrgEdit},
		{Path: "/admin", Word: "admin.nav.platform", Right: party.PlatformSettings},
	}}
}
