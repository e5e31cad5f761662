package contract

import (
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/cycle"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// State is where a contract is in its life.
type State string

// The states.
const (
	Undrafted  State = ""
	Draft      State = "draft"
	Drawn      State = "drawn"      // the paper is fixed and may be signed
	Signed     State = "signed"     // by both sides
	Sealing    State = "sealing"    // the platform is about to seal the paper
	Active     State = "active"     // in force
	Closed     State = "closed"     // accepted in full
	Terminated State = "terminated" // ended early
	Cancelled  State = "cancelled"  // before both had signed
)

// Action is something done to a contract; also the second half of a fact's name.
type Action string

// The actions.
const (
	Begin     Action = "draft"
	Edit      Action = "edit"
	Draw      Action = "draw"
	Redraft   Action = "redraft"
	Secure    Action = "security"
	Sign      Action = "sign"
	Intend    Action = "intend"
	Seal      Action = "seal"
	Void      Action = "void" // the award fell before the contract was in force
	Cancel    Action = "cancel"
	Deliver   Action = "deliver"
	Judge     Action = "milestone"
	Charge    Action = "invoice"
	Pay       Action = "pay"
	Propose   Action = "propose-change"
	Agree     Action = "change"
	Reject    Action = "reject-change"
	Release   Action = "return-security"
	Terminate Action = "terminate"
	Complete  Action = "close"
)

// life is the life of a contract.
var life = cycle.Of[State, Action, *Contract, scene]{
	State:   func(c *Contract) State { return c.State },
	Allowed: (*Contract).mayDo,
	None: func(s State, a Action) *fault.Error {
		return fault.New(fault.Conflict, "contract.state", "A contract that is %s cannot take the step %q.", s, a)
	},
	Steps: []cycle.Row[State, Action, *Contract, scene]{
		step(Undrafted, Begin, Draft, party.ContractDraft).When(awardStands),
		step(Draft, Edit, Draft, party.ContractDraft).When(awardStands),
		step(Draft, Draw, Drawn, party.ContractDraft).When(awardStands, notSuspended),
		step(Drawn, Redraft, Draft, party.ContractDraft).When(unsigned).With(reasonGiven),
		step(Draft, Secure, Draft, party.ContractDraft).When(securityAsked),
		step(Drawn, Secure, Drawn, party.ContractDraft).When(securityAsked),
		step(Drawn, Sign, Signed, party.ContractSignBuyer).When(awardStands, notSuspended, noClash, once(BuyerSide), securityGiven, other(SupplierSide)),
		step(Drawn, Sign, Drawn, party.ContractSignBuyer).When(awardStands, notSuspended, noClash, once(BuyerSide), securityGiven),
		step(Drawn, Sign, Signed, party.ContractSignSupplier).When(awardStands, notSuspended, once(SupplierSide), other(BuyerSide)),
		step(Drawn, Sign, Drawn, party.ContractSignSupplier).When(awardStands, notSuspended, once(SupplierSide)),
		step(Signed, Intend, Sealing, party.Clock),
		step(Draft, Void, Cancelled, party.Clock).When(awardFallen),
		step(Drawn, Void, Cancelled, party.Clock).When(awardFallen),
		step(Signed, Void, Cancelled, party.Clock).When(awardFallen),
		step(Sealing, Seal, Active, party.Clock),
		step(Draft, Cancel, Cancelled, party.ContractDraft).With(reasonGiven),
		step(Drawn, Cancel, Cancelled, party.ContractDraft).With(reasonGiven),

		step(Active, Deliver, Active, party.ContractDeliver).When(someUnmet),
		step(Active, Judge, Active, party.ContractMilestone).When(someUnmet),
		step(Active, Charge, Active, party.ContractDeliver).When(someUncharged),
		step(Active, Pay, Active, party.ContractPay).When(someUnpaid),
		step(Active, Propose, Active, party.ContractChange).When(noOpenChange, someChangeLeft),
		step(Active, Agree, Active, party.ContractApprove).When(someOpenChange, agreesOnce(BuyerSide), noClash),
		step(Active, Agree, Active, party.ContractSignSupplier).When(someOpenChange, agreesOnce(SupplierSide)),
		step(Active, Reject, Active, party.ContractApprove).When(someOpenChange).With(reasonGiven),
		step(Active, Reject, Active, party.ContractChange).When(someOpenChange).With(reasonGiven),
		step(Active, Terminate, Terminated, party.ContractTerminate).With(reasonGiven),
		step(Active, Complete, Closed, party.ContractApprove).When(noOpenChange, allDelivered),
		step(Closed, Pay, Closed, party.ContractPay).When(someUnpaid),
		step(Terminated, Pay, Terminated, party.ContractPay).When(someUnpaid),
		step(Closed, Release, Closed, party.ContractApprove).When(securityHeld),
		step(Terminated, Release, Terminated, party.ContractApprove).When(securityHeld),
	},
}

var step = cycle.Step[State, Action, *Contract, scene]

// scene is what a decision about a contract looks at.
type scene struct {
	tender *tender.Tender
	award  *award.Award
	by     party.Actor
	now    time.Time
	reason tender.Text
}

// do performs a and returns the fact to be stored with c. fill brings what
// comes with the action and tells what the fact says. do is the only function
// that assigns Contract.State.
func (c *Contract) do(a Action, s scene, fill func() (map[string]any, error)) (event.Event, error) {
	to, data, err := life.Take(c, a, s, fill)
	if err != nil {
		return event.Event{}, err
	}
	data["contract"], data["lot"] = c.ID, c.Record.Lot
	c.State = to
	return event.New(Kind+"."+string(a), c.Record.Tender, s.by.ID(), s.now, data), nil
}

// mayDo asks the role table. A contract belongs to both sides.
func (c *Contract) mayDo(right party.Action, s scene) error {
	owners := []string{s.tender.Buyer.ID}
	if c.Supplier != "" {
		owners = append(owners, c.Supplier)
	}
	return party.Allowed(s.by, right, owners...)
}

// side is whose word an actor's is.
func side(by party.Actor) Side {
	if by.OrgKind == party.KindSupplier {
		return SupplierSide
	}
	return BuyerSide
}
