package party

// Action is one thing that somebody may or may not do. Actions are rights, not
// steps: several steps of a life cycle may take the same right. The names are
// stored in tokens and logged, and are never changed.
type Action string

// The actions, by what they are about.
const (
	Clock Action = "clock" // whatever time alone brings about

	PlanEdit    Action = "plan.edit"
	PlanPublish Action = "plan.publish"

	TenderCreate  Action = "tender.create"
	TenderRead    Action = "tender.read" // drafts, and what of a published one is not public
	TenderEdit    Action = "tender.edit"
	TenderSubmit  Action = "tender.submit" // for approval
	TenderApprove Action = "tender.approve"
	TenderPublish Action = "tender.publish"
	TenderAmend   Action = "tender.amend"
	TenderCancel  Action = "tender.cancel"
	NoticeRead    Action = "notice.read" // what is public

	EnquiryAsk       Action = "enquiry.ask"
	EnquiryAnswer    Action = "enquiry.answer"
	EnquiryReadAsker Action = "enquiry.read_asker"

	BidSubmit   Action = "bid.submit"
	BidUpload   Action = "bid.upload"
	BidWithdraw Action = "bid.withdraw"
	BidRescue   Action = "bid.rescue" // publish one's own S, or object to the closing record
	BidReadOwn  Action = "bid.read_own"
	BidRead     Action = "bid.read" // what has been opened

	SecurityRecord Action = "security.record" // give a bid security
	SecurityRead   Action = "security.read"   // who gave one, once that may be known
	SecurityReturn Action = "security.return"

	OpeningKey     Action = "opening.key"     // give a key, sign the manifest
	OpeningRelease Action = "opening.release" // release shares
	OpeningRecord  Action = "opening.record"  // batch, combine, record
	OpeningRead    Action = "opening.read"    // what is not in the public record

	EvaluationForm      Action = "evaluation.form"    // name or draw the panel
	EvaluationDeclare   Action = "evaluation.declare" // conflicts of interest
	EvaluationRead      Action = "evaluation.read"
	EvaluationScore     Action = "evaluation.score"
	EvaluationConsensus Action = "evaluation.consensus"
	EvaluationDecide    Action = "evaluation.decide"  // who has passed; the ranking
	EvaluationClarify   Action = "evaluation.clarify" // question a price or a document
	EvaluationExplain   Action = "evaluation.explain" // answer that

	AwardDecide  Action = "award.decide"
	AwardApprove Action = "award.approve"
	AwardDecline Action = "award.decline" // by the winner
	AwardDebrief Action = "award.debrief" // one's own scores and their reasons

	ComplaintFile     Action = "complaint.file"
	ComplaintWithdraw Action = "complaint.withdraw"
	ComplaintReply    Action = "complaint.reply" // by the buyer
	ComplaintRead     Action = "complaint.read"
	ComplaintDecide   Action = "complaint.decide"

	ContractDraft        Action = "contract.draft"
	ContractRead         Action = "contract.read" // what of it is not public
	ContractSignBuyer    Action = "contract.sign_buyer"
	ContractSignSupplier Action = "contract.sign_supplier"
	ContractDeliver      Action = "contract.deliver" // report a delivery, send an invoice
	ContractMilestone    Action = "contract.milestone"
	ContractPay          Action = "contract.pay"
	ContractChange       Action = "contract.change"
	ContractApprove      Action = "contract.approve" // a change, the end
	ContractTerminate    Action = "contract.terminate"

	RecordRead  Action = "record.read"  // everything about a procedure
	ArchiveRead Action = "archive.read" // the same, in one file

	OrgRegister     Action = "org.register"
	OrgEdit         Action = "org.edit"
	OrgRead         Action = "org.read" // what is public of it
	OrgReadEvidence Action = "org.read_evidence"
	OrgConfirm      Action = "org.confirm" // settle a claim either way, or revoke it
	OrgDebar        Action = "org.debar"

	UserInvite  Action = "user.invite"
	UserRoles   Action = "user.roles"
	UserDisable Action = "user.disable"
	UserRecover Action = "user.recover" // one of the two who give back a lost second factor
	UserRead    Action = "user.read"

	AccountEdit Action = "account.edit" // one's own name, password, second factor
	KeyRegister Action = "key.register" // one's own device key
	TokenIssue  Action = "token.issue"  // for oneself
	RulesRead   Action = "rules.read"

	PlatformHealth   Action = "platform.health"
	PlatformSettings Action = "platform.settings" // rule sets, calendars, keys of the log
	PlatformAccess   Action = "platform.access"   // who has read what
)
