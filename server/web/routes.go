package web

import (
	"net/http"
	"slices"

	"probity/tender/party"
)

// The statuses of success, as the site map names them.
const (
	ok      = http.StatusOK
	made    = http.StatusCreated
	nothing = http.StatusNoContent
)

// routes is the site map. The order is that of the documentation.
func (s *Server) routes() []Route {
	return slices.Concat(s.platformRoutes(), s.accountRoutes(), s.outsideRoutes(), s.addressRoutes(), s.invitationRoutes(), s.noticeRoutes(), s.organisationRoutes(), s.userRoutes(),
		s.planRoutes(), s.tenderRoutes(), s.draftingRoutes(), s.searchRoutes(), s.savedRoutes(), s.openerRoutes(), s.bidRoutes(), s.openingRoutes(), s.evaluationRoutes(), s.clarificationRoutes(),
		s.enquiryRoutes(), s.awardRoutes(), s.securityRoutes(), s.complaintRoutes(), s.contractRoutes(), s.deliveryRoutes(), s.documentRoutes(), s.factRoutes(), s.archiveRoutes(), s.oversightRoutes(), s.proofRoutes(), s.paperRoutes(), s.logRoutes(), s.uptimeRoutes())
}

func (s *Server) platformRoutes() []Route {
	return []Route{
		{At: "GET /healthz", Name: "healthz", Right: Open, Status: ok, Do: do(s.healthz), Says: "Says that the process runs."},
		{At: "GET /readyz", Name: "readyz", Right: Open, Status: ok, Do: do(s.readyz), Says: "Says whether the process can serve."},
		{At: "GET /api/openapi.json", Name: "openapi", Right: Open, Status: ok, Do: do(s.openAPIDocument), Says: "Describes this interface (OpenAPI 3.1)."},
		{At: "POST /api/v1/setup", Name: "setup", Right: Open, Status: made, Costly: true, Do: do(s.setup), Says: "Makes the first administrator, once."},
		{At: "GET /api/v1/accesses", Name: "listAccesses", Right: party.PlatformAccess, Status: ok, Do: do(s.listAccesses), Says: "Lists who has read what is not public."},

		{At: "GET /api/v1/platform", Name: "platformState", Right: party.PlatformSettings, Status: ok, Do: do(s.platformState), Says: "Says how the platform stands: engines, log, readers, mail."},

		{At: "GET /api/v1/classifications", Name: "listClassifications", Right: Open, Status: ok, Do: do(s.listClassifications), Says: "Lists the lists that goods, works and services are classified by."},
		{At: "GET /api/v1/classifications/{scheme}", Name: "findCodes", Right: Open, Status: ok, Do: do(s.findCodes), Says: "Lists the codes at the top of a list, or those that hold some words."},
		{At: "GET /api/v1/classifications/{scheme}/{code}", Name: "getCode", Right: Open, Status: ok, Do: do(s.getCode), Says: "Shows a code with what lies above and below it."},
		{At: "POST /api/v1/classifications/{scheme}", Name: "loadClassification", Right: party.PlatformSettings, Status: made, Limit: 48 << 20, Do: do(s.loadClassification), Says: "Loads an edition of a list of codes."},
	}
}

func (s *Server) accountRoutes() []Route {
	return []Route{
		{At: "POST /api/v1/session", Name: "signIn", Right: Open, Status: ok, Costly: true, Do: do(s.signIn), Says: "Signs a person in."},
		{At: "POST /api/v1/session/challenge", Name: "passkeyChallenge", Right: Open, Status: ok, Do: do(s.passkeyChallenge), Says: "Makes what a passkey is to sign to sign a person in."},
		{At: "POST /api/v1/session/passkey", Name: "signInByPasskey", Right: Open, Status: ok, Costly: true, Do: do(s.signInByPasskey), Says: "Signs a person in by their passkey."},
		{At: "DELETE /api/v1/session", Name: "signOut", Right: SignedIn, Status: nothing, Do: do(s.signOut), Says: "Ends this session."},
		{At: "GET /api/v1/sessions", Name: "listSessions", Right: party.AccountEdit, Status: ok, Do: do(s.listSessions), Says: "Lists one's own sessions."},
		{At: "DELETE /api/v1/sessions/{id}", Name: "endSession", Right: party.AccountEdit, Status: nothing, Do: do(s.endSession), Says: "Ends one of one's own sessions."},

		{At: "GET /api/v1/me", Name: "me", Right: SignedIn, Status: ok, Do: do(s.me), Says: "Says who one is, where, and what one could do there."},
		{At: "PUT /api/v1/me", Name: "editSelf", Right: party.AccountEdit, Status: ok, Do: do(s.editSelf), Says: "Changes one's own name and languages."},
		{At: "POST /api/v1/me/password", Name: "changePassword", Right: party.AccountEdit, Status: ok, Costly: true, Do: do(s.changePassword), Says: "Changes one's password and ends all other sessions."},
		{At: "POST /api/v1/me/factor", Name: "newFactor", Right: party.AccountEdit, Status: ok, Do: do(s.newFactor), Says: "Makes the secret of a second factor."},
		{At: "GET /api/v1/me/factor", Name: "getFactor", Right: party.AccountEdit, Status: ok, Do: do(s.getFactor), Says: "Says how one's own second factor stands."},
		{At: "POST /api/v1/me/factor/codes", Name: "newCodes", Right: party.AccountEdit, Status: ok, Do: do(s.newCodes), Says: "Makes fresh recovery codes, in place of those from before."},
		{At: "POST /api/v1/me/factor/confirm", Name: "confirmFactor", Right: party.AccountEdit, Status: ok, Do: do(s.confirmFactor), Says: "Puts the second factor in use and starts a new session."},
		{At: "GET /api/v1/me/organisations", Name: "listMyOrganisations", Right: SignedIn, Status: ok, Do: do(s.listMine), Says: "Lists the organisations in which one has a place, confirmed or not."},
		{At: "POST /api/v1/me/organisations", Name: "registerAnother", Right: party.AccountEdit, Status: made, Do: do(s.registerMore), Says: "Registers one more organisation of the person."},

		{At: "POST /api/v1/tokens", Name: "issueToken", Right: party.TokenIssue, Status: made, Do: do(s.issueToken), Says: "Makes an API token for the place one acts in."},
		{At: "GET /api/v1/tokens", Name: "listTokens", Right: SignedIn, Status: ok, Do: do(s.listTokens), Says: "Lists one's own API tokens."},
		{At: "DELETE /api/v1/tokens/{id}", Name: "revokeToken", Right: party.TokenIssue, Status: nothing, Do: do(s.revokeToken), Says: "Revokes one of one's own API tokens."},

		{At: "POST /api/v1/devices", Name: "addDevice", Right: party.KeyRegister, Status: made, Do: do(s.addDevice), Says: "Registers a key to sign with."},
		{At: "GET /api/v1/devices", Name: "listDevices", Right: SignedIn, Status: ok, Do: do(s.listDevices), Says: "Lists one's own keys."},
		{At: "DELETE /api/v1/devices/{id}", Name: "revokeDevice", Right: party.KeyRegister, Status: ok, Do: do(s.revokeDevice), Says: "Revokes one of one's own keys, for good."},
	}
}

func (s *Server) organisationRoutes() []Route {
	return []Route{
		{At: "POST /api/v1/organisations", Name: "registerOrganisation", Right: Open, Status: made, Costly: true, Do: do(s.registerOrganisation), Says: "Registers an organisation with its first person."},
		{At: "GET /api/v1/organisations", Name: "listOrganisations", Right: Open, Status: ok, Do: do(s.listOrganisations), Says: "Lists organisations of a kind."},
		{At: "GET /api/v1/organisations/{id}", Name: "getOrganisation", Right: Open, Status: ok, Do: do(s.getOrganisation), Says: "Shows an organisation."},
		{At: "PUT /api/v1/organisations/{id}", Name: "editOrganisation", Right: party.OrgEdit, Status: ok, Do: do(s.editOrganisation), Says: "Replaces what an organisation says about itself."},
		{At: "POST /api/v1/organisations/{id}/claims", Name: "claim", Right: party.OrgEdit, Status: ok, Do: do(s.claim), Says: "Claims one more identifier."},
		{At: "POST /api/v1/organisations/{id}/renew", Name: "renewClaim", Right: party.OrgEdit, Status: ok, Do: do(s.settle(party.RenewClaim)), Says: "Asks again for a claim that was refused or revoked."},
		{At: "POST /api/v1/organisations/{id}/confirm", Name: "confirmClaim", Right: party.OrgConfirm, Status: ok, Do: do(s.settle(party.ConfirmClaim)), Says: "Confirms a claim on evidence."},
		{At: "POST /api/v1/organisations/{id}/refuse", Name: "refuseClaim", Right: party.OrgConfirm, Status: ok, Do: do(s.settle(party.RefuseClaim)), Says: "Refuses a claim with a reason."},
		{At: "POST /api/v1/organisations/{id}/revoke", Name: "revokeClaim", Right: party.OrgConfirm, Status: ok, Do: do(s.settle(party.RevokeClaim)), Says: "Takes back that a claim was confirmed."},
		{At: "GET /api/v1/organisations/{id}/evidence", Name: "readEvidence", Right: party.OrgReadEvidence, Status: ok, Do: do(s.readEvidence), Says: "Shows on what grounds claims were settled."},
		{At: "POST /api/v1/organisations/{id}/debarments", Name: "debar", Right: party.OrgDebar, Status: ok, Do: do(s.debar), Says: "Keeps a supplier from bidding."},
		{At: "POST /api/v1/organisations/{id}/debarments/{number}/lift", Name: "liftDebarment", Right: party.OrgDebar, Status: ok, Do: do(s.liftDebarment), Says: "Ends a debarment before its time."},
	}
}

func (s *Server) userRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/users", Name: "listUsers", Right: party.UserRead, Status: ok, Do: do(s.listUsers), Says: "Lists the members of an organisation."},
		{At: "GET /api/v1/users/{id}", Name: "getUser", Right: SignedIn, Status: ok, Do: do(s.getUser), Says: "Shows a person to themselves or their administrators."},
		{At: "PUT /api/v1/users/{id}/roles", Name: "setRoles", Right: party.UserRoles, Status: ok, Do: do(s.setRoles), Says: "Gives a person other roles in an organisation."},
		{At: "PUT /api/v1/users/{id}/disabled", Name: "disableUser", Right: party.UserDisable, Status: ok, Do: do(s.disableUser), Says: "Disables an account, or undoes that."},
		{At: "POST /api/v1/users/{id}/recovery", Name: "resetFactor", Right: party.UserRecover, Status: ok, Do: do(s.resetFactor), Says: "Says that a person has lost their second factor; two administrators must."},
	}
}
