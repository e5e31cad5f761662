package notify

import (
	"context"
	"maps"
	"slices"

	"probity/tender/event"
	"probity/tender/party"
)

// rule is one row: who is told of a fact, as what.
type rule struct {
	kind Kind
	who  func(context.Context, *Service, event.Event) (told, error)
}

// rules is by the name of the fact. What does not stand here is told to nobody.
var rules = map[string][]rule{
	"organisation.register": {{Waiting, platform}},
	"organisation.claim":    {{Waiting, platform}},
	"organisation.confirm":  {{Claim, theirs}},
	"organisation.refuse":   {{Claim, theirs}},
	"organisation.revoke":   {{Claim, theirs}},
	"user.roles":            {{Place, person}},

	"plan.submit":  {{Approve, planners(party.RoleApprover)}},
	"plan.return":  {{Returned, planners(party.RoleOfficer)}},
	"plan.approve": {{Returned, planners(party.RoleOfficer)}},
	"plan.publish": {{Fitting, plannedSearches}},
	"plan.revise":  {{Fitting, plannedSearches}},

	"tender.submit":         {{Approve, side(party.RoleApprover)}},
	"tender.return":         {{Returned, side(party.RoleOfficer)}},
	"tender.openers-named":  {{Key, openers}},
	"tender.approve":        {{Manifest, openers}, {Returned, side(party.RoleOfficer)}},
	"tender.publish":        {{Fitting, searches}},
	"tender.amend":          {{Change, interested}},
	"tender.extend":         {{Change, interested}},
	"tender.prolong":        {{Change, interested}},
	"tender.window-prolong": {{Change, interested}},
	"tender.openers":        {{Change, interested}},
	"tender.suspend":        {{Change, interested}},
	"tender.resume":         {{Change, interested}},
	"tender.window-close":   {{Closed, interested}, {Closed, side(party.RoleOfficer)}},
	"tender.cancel":         {{Cancelled, interested}},
	"lot.cancel-lot":        {{Cancelled, interested}},

	"enquiry.ask":     {{Question, side(party.RoleOfficer)}},
	"enquiry.answer":  {{Answer, interested}},
	"enquiry.correct": {{Answer, interested}},

	"opening.announce": {{Shares, openers}, {Opening, interested}},
	"opening.rescue":   {{Rescue, bidders}},
	"opening.record":   {{Opened, interested}, {Opened, side(party.RoleOfficer)}, {Opened, panel}},

	"award.propose": {{Approve, side(party.RoleApprover)}},
	"award.return":  {{Returned, side(party.RoleOfficer)}},
	"award.notice":  {{Result, bidder}},

	"security.return":  {{Security, bidder}},
	"security.keep":    {{Security, bidder}},
	"security.correct": {{Security, bidder}},

	"complaint.file":     {{Complaint, respondent}, {Complaint, reviewers}},
	"complaint.reply":    {{Complaint, complainant}},
	"complaint.accept":   {{Complaint, complainant}, {Complaint, respondent}},
	"complaint.refuse":   {{Complaint, complainant}, {Complaint, respondent}},
	"complaint.dismiss":  {{Complaint, complainant}, {Complaint, respondent}},
	"complaint.decide":   {{Complaint, complainant}, {Complaint, respondent}},
	"complaint.withdraw": {{Complaint, respondent}, {Complaint, reviewers}},

	"contract.draw":           {{Sign, signers}},
	"contract.seal":           {{Contract, bothSides}},
	"contract.deliver":        {{Delivery, managers}},
	"contract.invoice":        {{Delivery, managers}},
	"contract.milestone":      {{Delivery, suppliers}},
	"contract.pay":            {{Payment, suppliers}},
	"contract.propose-change": {{Approve, approvers}, {Contract, bothSides}},
	"contract.change":         {{Contract, bothSides}},
	"contract.reject-change":  {{Contract, bothSides}},
	"contract.terminate":      {{Contract, bothSides}},
	"contract.close":          {{Contract, bothSides}},
}

// Facts lists the names of the facts that somebody is told of.
func Facts() []string { return slices.Sorted(maps.Keys(rules)) }
