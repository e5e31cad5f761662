// Package buy is the buyer's desk: a public body's procedures from the draft to
// the last payment.
//
// Start with [Desk]; the route table there is the site map. board.go is the
// desk's first page, procedure.go the page of one procedure. A draft is written
// step by step (wizard.go, and one file for each step); every step has a form of
// its own, and saves the whole draft. What is published is amended by the same
// steps (amend.go). enquiry.go, award.go, complaint.go, contract.go and
// delivery.go are what follows. plan.go is what comes first: the
// plan of a year, from whose entries drafts are made (planned.go).
//
// Which buttons a page has is what the API says that the visitor may do
// ("actions", "lotActions"); no page asks for a role. What is computed here is
// only how things look: everything that counts - findings, dates, points, sums,
// differences - is computed by the API.
package buy

import (
	"embed"

	"probity/server/site"
	"probity/tender/party"
)

//go:embed all:pages words
var files embed.FS

const name = "buy"

// desk is the handlers.
type desk struct{}

// Desk is the buyer's pages.
func Desk() site.Desk {
	d := &desk{}
	return site.Desk{
		Name: name, Files: files,
		Nav: []site.Link{
			{Path: "/buy", Word: "buy.nav.board", Right: party.TenderRead},
			{Path: "/buy/contracts", Word: "buy.nav.contracts", Right: party.ContractMilestone},
		},
		Routes: []site.Route{
			{At: "GET /buy", Do: d.board},
			{At: "GET /buy/new", Do: d.showStart},
			{At: "POST /buy/new", Do: d.start},

			{At: "GET /buy/plans", Do: d.plans},
			{At: "POST /buy/plans", Do: d.newPlan},
			{At: "GET /buy/plans/{plan}", Do: d.plan},
			{At: "GET /buy/plans/{plan}/head", Do: d.showPlanHead},
			{At: "POST /buy/plans/{plan}/head", Do: d.savePlanHead},
			{At: "GET /buy/plans/{plan}/new", Do: d.showPlanEntry},
			{At: "POST /buy/plans/{plan}/new", Do: d.savePlanEntry},
			{At: "GET /buy/plans/{plan}/entries/{entry}", Do: d.showPlanEntry},
			{At: "POST /buy/plans/{plan}/entries/{entry}", Do: d.savePlanEntry},
			{At: "POST /buy/plans/{plan}/entries/{entry}/{act}", Do: d.settlePlanEntry},
			{At: "GET /buy/plans/{plan}/approve", Do: d.showPlanApproval},
			{At: "POST /buy/plans/{plan}/approve", Do: d.approvePlan},
			{At: "POST /buy/plans/{plan}/return", Do: d.returnPlan},
			{At: "POST /buy/plans/{plan}/do/{act}", Do: d.stepPlan},

			{At: "GET /buy/tenders/{id}", Do: d.procedure},
			{At: "GET /buy/tenders/{id}/check", Do: d.check},
			{At: "POST /buy/tenders/{id}/submit", Do: d.submit},
			{At: "POST /buy/tenders/{id}/return", Do: d.giveBack},
			{At: "GET /buy/tenders/{id}/approve", Do: d.showApproval},
			{At: "POST /buy/tenders/{id}/approve", Do: d.approve},
			{At: "POST /buy/tenders/{id}/publish", Do: d.publish},
			{At: "GET /buy/tenders/{id}/cancel", Do: d.showCancel},
			{At: "POST /buy/tenders/{id}/cancel", Do: d.cancel},

			{At: "GET /buy/tenders/{id}/edit/{step}", Do: d.showStep},
			{At: "POST /buy/tenders/{id}/edit/{step}", Do: d.saveStep},
			{At: "POST /buy/tenders/{id}/try/{step}", Do: d.tryStep},
			{At: "GET /buy/tenders/{id}/edit/{step}/{n}", Do: d.showStep},
			{At: "POST /buy/tenders/{id}/edit/{step}/{n}", Do: d.saveStep},
			{At: "POST /buy/tenders/{id}/try/{step}/{n}", Do: d.tryStep},
			{At: "GET /buy/tenders/{id}/documents", Do: d.documents},
			{At: "POST /buy/tenders/{id}/documents", Do: d.upload},
			{At: "POST /buy/tenders/{id}/documents/{n}/remove", Do: d.removeDocument},

			{At: "GET /buy/tenders/{id}/amend", Do: d.showAmendment},
			{At: "POST /buy/tenders/{id}/amend", Do: d.amend},
			{At: "POST /buy/tenders/{id}/amend/drop", Do: d.dropAmendment},
			{At: "GET /buy/tenders/{id}/extend", Do: d.showExtension},
			{At: "POST /buy/tenders/{id}/extend", Do: d.extend},
			{At: "GET /buy/tenders/{id}/openers", Do: d.openers},
			{At: "POST /buy/tenders/{id}/openers", Do: d.replaceOpeners},
			{At: "POST /buy/tenders/{id}/openers/enforce", Do: d.enforceOpeners},

			{At: "GET /buy/tenders/{id}/enquiries", Do: d.enquiries},
			{At: "GET /buy/enquiries/{enquiry}", Do: d.enquiry},
			{At: "POST /buy/enquiries/{enquiry}/{act}", Do: d.settleEnquiry},

			{At: "GET /buy/tenders/{id}/lots/{lot}", Do: d.lot},
			{At: "POST /buy/tenders/{id}/lots/{lot}/announce", Do: d.announce},
			{At: "POST /buy/tenders/{id}/lots/{lot}/propose", Do: d.propose},
			{At: "POST /buy/tenders/{id}/lots/{lot}/cancel", Do: d.cancelLot},
			{At: "GET /buy/tenders/{id}/lots/{lot}/securities", Do: d.securities},
			{At: "POST /buy/tenders/{id}/lots/{lot}/securities/{bidder}/{act}", Do: d.settleSecurity},
			{At: "GET /buy/awards/{award}", Do: d.award},
			{At: "POST /buy/awards/{award}/{act}", Do: d.settleAward},

			{At: "GET /buy/tenders/{id}/complaints", Do: d.complaints},
			{At: "GET /buy/complaints/{complaint}", Do: d.complaint},
			{At: "POST /buy/complaints/{complaint}/{act}", Do: d.answerComplaint},

			{At: "GET /buy/contracts", Do: d.contracts},
			{At: "GET /buy/tenders/{id}/lots/{lot}/contract", Do: d.showNewContract},
			{At: "POST /buy/tenders/{id}/lots/{lot}/contract", Do: d.newContract},
			{At: "GET /buy/contracts/{contract}", Do: d.contract},
			{At: "GET /buy/contracts/{contract}/preview.pdf", Do: d.preview},
			{At: "GET /buy/contracts/{contract}/edit", Do: d.showContractForm},
			{At: "POST /buy/contracts/{contract}/edit", Do: d.editContract},
			{At: "POST /buy/contracts/{contract}/try", Do: d.tryContract},
			{At: "GET /buy/contracts/{contract}/change", Do: d.showChange},
			{At: "POST /buy/contracts/{contract}/change", Do: d.proposeChange},
			{At: "POST /buy/contracts/{contract}/change/try", Do: d.tryChange},
			{At: "POST /buy/contracts/{contract}/milestones/{milestone}", Do: d.judge},
			{At: "POST /buy/contracts/{contract}/do/{act}", Do: d.stepContract},
		},
	}
}
