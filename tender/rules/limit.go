package rules

// Unit is what a period is counted in.
type Unit string

// The units. Days of either kind, weeks, months and years are counted as whole
// days in the zone of the policy: the day of the event is not counted, and the
// period ends with the last instant of its last day. Hours run from the event.
const (
	Hours        Unit = "hours"
	CalendarDays Unit = "calendar_days"
	WorkingDays  Unit = "working_days"
	Weeks        Unit = "weeks"
	Months       Unit = "months"
	Years        Unit = "years"
)

// Span is a length of time.
type Span struct {
	N    int  `json:"n"`
	Unit Unit `json:"unit"`
}

// Limit is a period of the law.
type Limit struct {
	Span
	Source
}

// LimitID names a period. Which event it runs from and to, and whether it is
// the least or the most, follows from its name; see limits.
type LimitID string

// The periods.
const (
	Amendment            LimitID = "amendment"
	RequestAmendment     LimitID = "request_amendment"
	EnquiriesClose       LimitID = "enquiries_close"
	AnswersClose         LimitID = "answers_close"
	EnquiryReply         LimitID = "enquiry_reply"
	DocumentAvailability LimitID = "document_availability"
	PlannedNoticeLeast   LimitID = "planned_notice_least"
	PlannedNoticeMost    LimitID = "planned_notice_most"
	BidValidity          LimitID = "bid_validity"
	FixIt                LimitID = "fix_it"
	AbnormalReply        LimitID = "abnormal_reply"
	EvaluationReport     LimitID = "evaluation_report"
	AwardDecision        LimitID = "award_decision"
	AwardNotice          LimitID = "award_notice"
	DirectPublicity      LimitID = "direct_publicity"
	Standstill           LimitID = "standstill"
	ContractSigning      LimitID = "contract_signing"
	ContractNotice       LimitID = "contract_notice"
	ContractFiling       LimitID = "contract_filing"
	SecurityReturnLosers LimitID = "security_return_losers"
	SecurityReturnWinner LimitID = "security_return_winner"

	// SecurityReturnWithdrawn is of bids that took no part in the end.
	SecurityReturnWithdrawn LimitID = "security_return_withdrawn"

	Retention LimitID = "retention"
)

// Meaning says what a limit is about.
type Meaning struct {
	ID   LimitID
	Most bool // the most; else the least
	Back bool // counted back from To, which is fixed first
	From string
	To   string
}

// limits says what each limit is about, in the order in which procedures meet
// them.
var limits = []Meaning{
	{PlannedNoticeLeast, false, true, "the notice of planned procurement", "the notice"},
	{PlannedNoticeMost, true, true, "the notice of planned procurement", "the notice"},
	{DocumentAvailability, false, false, "the documents are published", "they may be taken down"},
	{EnquiriesClose, false, true, "the last question", "the deadline"},
	{EnquiryReply, true, false, "a question", "its answer"},
	{AnswersClose, false, true, "the last answer", "the deadline"},
	{RequestAmendment, false, false, "an amendment of the request documents", "the deadline for requests"},
	{Amendment, false, false, "an amendment", "the deadline"},
	{BidValidity, false, false, "the deadline", "the end of the bids' validity"},
	{FixIt, true, false, "a request to supply a missing paper", "its supply"},
	{AbnormalReply, false, false, "a question about an abnormally low price", "the end of the time to answer"},
	{EvaluationReport, true, false, "the end of the evaluation", "its report"},
	{AwardDecision, true, false, "the evaluation report", "the decision"},
	{AwardNotice, true, false, "the decision", "the award notice"},
	{DirectPublicity, false, false, "the notice of a direct award", "the contract"},
	{Standstill, false, false, "the award notice", "the contract"},
	{ContractSigning, true, false, "the award notice", "the contract"},
	{ContractNotice, true, false, "the contract", "its publication"},
	{ContractFiling, true, false, "the contract", "its filing with the supervisor"},
	{SecurityReturnWithdrawn, true, false, "the buyer learns that a bid was withdrawn", "the return of its security"},
	{SecurityReturnLosers, true, false, "the award notice", "the return of the other bidders' securities"},
	{SecurityReturnWinner, true, false, "the contract", "the return of the winner's security"},
	{Retention, false, false, "the end of the procedure", "the end of retention"},
}

// Limits lists what every limit is about.
func Limits() []Meaning { return append([]Meaning(nil), limits...) }

func meaning(id LimitID) (Meaning, bool) {
	for _, m := range limits {
		if m.ID == id {
			return m, true
		}
	}
	return Meaning{}, false
}

// Limit returns a period, if the policy has it.
func (p *Policy) Limit(id LimitID) (Limit, bool) {
	l, ok := p.Limits[id]
	return l, ok
}
