package party

import "slices"

// row is one action: what kind of thing it is, and whose right.
type row struct {
	action Action
	is     nature
	who    []grant
}

// nature tells what else follows from an action.
type nature uint8

const (
	reads     nature = 1 << iota // changes nothing
	sensitive                    // a read that is itself a fact when an overseer does it
	inPerson                     // no API token may
)

// grant gives an action to a role in organisations of a kind.
type grant struct {
	role  Role
	kind  OrgKind
	reach reach
}

// reach is how far a grant goes.
type reach uint8

const (
	own reach = iota + 1 // what belongs to the actor's organisation
	all                  // whatever it belongs to
)

// anyone: people of every role, and those of none. member: the same, signed in.
var (
	anyone = []grant{{RolePublic, "", all}}
	member = []grant{{"", "", all}}
	clock  = []grant{{RoleClock, "", all}}
)

func buyer(roles ...Role) []grant     { return grants(KindBuyer, own, roles) }
func supplier(roles ...Role) []grant  { return grants(KindSupplier, own, roles) }
func review(roles ...Role) []grant    { return grants(KindReview, all, roles) }
func oversight(roles ...Role) []grant { return grants(KindOversight, all, roles) }

func grants(k OrgKind, r reach, roles []Role) []grant {
	var list []grant
	for _, role := range roles {
		list = append(list, grant{role, k, r})
	}
	return list
}

// administrators act for their own organisation; those of the platform for all.
var administrators = slices.Concat(
	grants(KindBuyer, own, []Role{RoleAdministrator}), grants(KindSupplier, own, []Role{RoleAdministrator}),
	grants(KindReview, own, []Role{RoleAdministrator}), oversight(RoleAdministrator))

// overseers read what is closed to others, and every such read is a fact.
var overseers = slices.Concat(buyer(RoleAuditor), oversight(RoleAuditor), review(RoleReviewer))

// runners are all who have a part in the buyer's side of a procedure. Guardians
// (openers of the oversight) and outside approvers are among them.
var runners = slices.Concat(
	buyer(RoleOfficer, RoleApprover, RoleOpener, RoleEvaluator, RoleContractManager),
	oversight(RoleApprover, RoleOpener))

// table says who may do what. What does not stand here is refused.
var table = []row{
	{Clock, 0, clock},

	{PlanEdit, 0, buyer(RoleOfficer)},
	{PlanPublish, 0, buyer(RoleApprover)},

	{TenderCreate, 0, buyer(RoleOfficer)},
	{TenderRead, reads | sensitive, slices.Concat(runners, clock, overseers)},
	{TenderEdit, 0, buyer(RoleOfficer)},
	{TenderSubmit, 0, buyer(RoleOfficer)},
	{TenderApprove, 0, slices.Concat(buyer(RoleApprover), oversight(RoleApprover))},
	{TenderPublish, 0, buyer(RoleOfficer)},
	{TenderAmend, 0, buyer(RoleOfficer)},
	{TenderCancel, 0, buyer(RoleOfficer, RoleApprover)},
	{NoticeRead, reads, anyone},

	{EnquiryAsk, 0, supplier(RoleRepresentative)},
	{EnquiryAnswer, 0, buyer(RoleOfficer)},
	{EnquiryReadAsker, reads | sensitive, overseers},

	{BidSubmit, 0, supplier(RoleRepresentative)},
	{BidUpload, 0, supplier(RoleRepresentative)},
	{BidWithdraw, 0, supplier(RoleRepresentative)},
	{BidRescue, 0, supplier(RoleRepresentative)},
	{BidReadOwn, reads, supplier(RoleRepresentative)},
	{BidRead, reads | sensitive, slices.Concat(buyer(RoleOfficer, RoleEvaluator, RoleApprover), overseers)},

	{SecurityRecord, 0, supplier(RoleRepresentative)},
	{SecurityRead, reads | sensitive, slices.Concat(buyer(RoleOfficer), supplier(RoleRepresentative), overseers)},
	{SecurityReturn, 0, buyer(RoleOfficer)},

	{OpeningKey, 0, slices.Concat(buyer(RoleOpener), oversight(RoleOpener))},
	{OpeningRelease, 0, slices.Concat(buyer(RoleOpener), oversight(RoleOpener))},
	{OpeningRecord, 0, slices.Concat(buyer(RoleOfficer, RoleOpener), oversight(RoleOpener), clock)},
	{OpeningRead, reads | sensitive, slices.Concat(buyer(RoleOfficer, RoleOpener, RoleEvaluator), oversight(RoleOpener), overseers)},

	{EvaluationForm, 0, buyer(RoleOfficer)},
	{EvaluationDeclare, 0, buyer(RoleEvaluator)},
	{EvaluationRead, reads | sensitive, slices.Concat(buyer(RoleOfficer, RoleEvaluator, RoleApprover), overseers)},
	{EvaluationScore, 0, buyer(RoleEvaluator)},
	{EvaluationConsensus, 0, buyer(RoleEvaluator)},
	{EvaluationDecide, 0, buyer(RoleEvaluator)},
	{EvaluationClarify, 0, buyer(RoleOfficer, RoleEvaluator)},
	{EvaluationExplain, 0, supplier(RoleRepresentative)},

	{AwardDecide, 0, buyer(RoleOfficer)},
	{AwardApprove, 0, slices.Concat(buyer(RoleApprover), oversight(RoleApprover))},
	{AwardDecline, 0, supplier(RoleRepresentative)},
	{AwardDebrief, reads, supplier(RoleRepresentative)},

	{ComplaintFile, 0, supplier(RoleRepresentative)},
	{ComplaintWithdraw, 0, supplier(RoleRepresentative)},
	{ComplaintReply, 0, buyer(RoleOfficer)},
	{ComplaintRead, reads | sensitive, slices.Concat(buyer(RoleOfficer, RoleApprover), supplier(RoleRepresentative), overseers)},
	{ComplaintDecide, 0, review(RoleReviewer)},

	{ContractDraft, 0, buyer(RoleOfficer, RoleContractManager)},
	{ContractRead, reads | sensitive, slices.Concat(buyer(RoleOfficer, RoleApprover, RoleContractManager), supplier(RoleRepresentative), overseers)},
	{ContractSignBuyer, 0, buyer(RoleApprover)},
	{ContractSignSupplier, 0, supplier(RoleRepresentative)},
	{ContractDeliver, 0, supplier(RoleRepresentative)},
	{ContractMilestone, 0, buyer(RoleContractManager)},
	{ContractPay, 0, buyer(RoleContractManager)},
	{ContractChange, 0, slices.Concat(buyer(RoleContractManager), supplier(RoleRepresentative))},
	{ContractApprove, 0, buyer(RoleApprover)},
	{ContractTerminate, 0, buyer(RoleApprover)},

	{RecordRead, reads | sensitive, overseers},
	{ArchiveRead, reads | sensitive, overseers},

	{OrgRegister, inPerson, anyone},
	{OrgEdit, 0, administrators},
	{OrgRead, reads, anyone},
	{OrgReadEvidence, reads | sensitive, slices.Concat(administrators, oversight(RoleAuditor))},
	{OrgConfirm, inPerson, oversight(RoleAdministrator)},
	{OrgDebar, inPerson, oversight(RoleAdministrator)},

	{UserInvite, inPerson, administrators},
	{UserRoles, inPerson, administrators},
	{UserDisable, inPerson, administrators},
	{UserRecover, inPerson, administrators},
	{UserRead, reads | sensitive, slices.Concat(administrators, oversight(RoleAuditor))},

	{AccountEdit, inPerson, member},
	{KeyRegister, inPerson, member},
	{TokenIssue, inPerson, member},
	{RulesRead, reads, anyone},

	{PlatformHealth, reads, anyone},
	{PlatformSettings, inPerson, oversight(RoleAdministrator)},
	{PlatformAccess, reads | sensitive, oversight(RoleAuditor, RoleAdministrator)},
}
