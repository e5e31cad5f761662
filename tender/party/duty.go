package party

import (
	"slices"

	"probity/tender/fault"
)

// Duty is what a person has done, or is named to do, in one procedure. The
// names are stored and logged and are never changed.
type Duty string

// The duties.
const (
	DutyDraft     Duty = "draft"     // wrote the notice, answered, amended, proposed the award
	DutyApprove   Duty = "approve"   // approved the notice, the award, a change
	DutyOpen      Duty = "open"      // an opener of the buyer's committee
	DutyGuard     Duty = "guard"     // an opener of the guardian group
	DutyEvaluate  Duty = "evaluate"  // a member of the panel
	DutyContract  Duty = "contract"  // manages the contract
	DutyRepresent Duty = "represent" // acts for a bidder
	DutyReview    Duty = "review"    // decides complaints
	DutyAudit     Duty = "audit"     // has read the closed record as an auditor
)

// Duties lists all duties.
func Duties() []Duty {
	return []Duty{DutyDraft, DutyApprove, DutyOpen, DutyGuard, DutyEvaluate, DutyContract, DutyRepresent, DutyReview, DutyAudit}
}

// Pair is two duties, in any order.
type Pair struct {
	A Duty `json:"a"`
	B Duty `json:"b"`
}

func (p Pair) is(x, y Duty) bool { return p == Pair{x, y} || p == Pair{y, x} }

// apart lists what one person may not combine in one procedure, and why. A
// rule set may lift those that are marked, for bodies with few people.
var apart = []struct {
	Pair
	lift bool
	why  string
}{
	{Pair{DutyDraft, DutyApprove}, false, "Nobody approves what they have drafted."},
	{Pair{DutyEvaluate, DutyApprove}, false, "Nobody approves what they have evaluated."},
	{Pair{DutyDraft, DutyEvaluate}, true, "Nobody evaluates bids for a notice that they have drafted."},
	{Pair{DutyOpen, DutyEvaluate}, true, "Nobody evaluates bids that they have opened."},
	{Pair{DutyOpen, DutyApprove}, true, "Nobody approves a procedure whose bids they open."},
	{Pair{DutyContract, DutyApprove}, false, "Nobody approves changes to a contract that they manage."},
	{Pair{DutyGuard, DutyDraft}, false, "A guardian has no other part in the procedure."},
	{Pair{DutyGuard, DutyApprove}, true, "A guardian has no other part in the procedure."},
	{Pair{DutyGuard, DutyOpen}, false, "A guardian is not of the buyer's committee."},
	{Pair{DutyGuard, DutyEvaluate}, false, "A guardian has no other part in the procedure."},
	{Pair{DutyGuard, DutyContract}, false, "A guardian has no other part in the procedure."},
	{Pair{DutyRepresent, DutyDraft}, false, "Nobody acts for the buyer and for a bidder."},
	{Pair{DutyRepresent, DutyApprove}, false, "Nobody acts for the buyer and for a bidder."},
	{Pair{DutyRepresent, DutyOpen}, false, "Nobody opens bids and acts for a bidder."},
	{Pair{DutyRepresent, DutyGuard}, false, "Nobody opens bids and acts for a bidder."},
	{Pair{DutyRepresent, DutyEvaluate}, false, "Nobody evaluates bids and acts for a bidder."},
	{Pair{DutyRepresent, DutyContract}, false, "Nobody acts for the buyer and for a bidder."},
	{Pair{DutyReview, DutyDraft}, false, "Nobody decides a complaint about their own work."},
	{Pair{DutyReview, DutyApprove}, false, "Nobody decides a complaint about their own work."},
	{Pair{DutyReview, DutyOpen}, false, "Nobody decides a complaint about their own work."},
	{Pair{DutyReview, DutyGuard}, false, "Nobody decides a complaint about their own work."},
	{Pair{DutyReview, DutyEvaluate}, false, "Nobody decides a complaint about their own work."},
	{Pair{DutyReview, DutyContract}, false, "Nobody decides a complaint about their own work."},
	{Pair{DutyReview, DutyRepresent}, false, "Nobody decides a complaint and acts for a bidder."},
	{Pair{DutyAudit, DutyDraft}, false, "Nobody audits their own work."},
	{Pair{DutyAudit, DutyApprove}, false, "Nobody audits their own work."},
	{Pair{DutyAudit, DutyOpen}, false, "Nobody audits their own work."},
	{Pair{DutyAudit, DutyGuard}, false, "Nobody audits their own work."},
	{Pair{DutyAudit, DutyEvaluate}, false, "Nobody audits their own work."},
	{Pair{DutyAudit, DutyContract}, false, "Nobody audits their own work."},
	{Pair{DutyAudit, DutyRepresent}, false, "An auditor does not act for a bidder."},
	{Pair{DutyAudit, DutyReview}, false, "Who decides a complaint does not audit the procedure."},
}

// Clash refuses next for a person who has existing duties in the procedure,
// with a Conflict fault duty.clash. lifted are the pairs that the rule set of
// the procedure allows; it can lift only what the list of pairs marks.
func Clash(existing []Duty, next Duty, lifted ...Pair) error {
	if !slices.Contains(Duties(), next) {
		return fault.New(fault.Invalid, "duty.unknown", "There is no duty %.20q.", next)
	}
	for _, had := range existing {
		for _, p := range apart {
			if !p.is(had, next) {
				continue
			}
			if p.lift && slices.ContainsFunc(lifted, func(l Pair) bool { return l.is(had, next) }) {
				continue
			}
			return fault.New(fault.Conflict, "duty.clash", "%s", p.why)
		}
	}
	return nil
}

// CheckLifted refuses pairs that a rule set may not lift.
func CheckLifted(path string, lifted []Pair) *fault.Error {
	for _, l := range lifted {
		may := false
		for _, p := range apart {
			may = may || p.lift && p.is(l.A, l.B)
		}
		if !may {
			return fault.Field("duty.lifted", path, "The duties %.20q and %.20q cannot be combined by a rule set.", l.A, l.B)
		}
	}
	return nil
}
