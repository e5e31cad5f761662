package contract

import (
	"slices"
	"time"

	"probity/tender"
	"probity/tender/award"
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

// life is the life of a contract. Where rows differ only in their condition or
// in whose right they are, the first that holds is taken.
var life = []rule{
	// from      action  to         right of                     provided that
	{Undrafted, Begin, Draft, party.ContractDraft, all(awardStands)},
	{Draft, Edit, Draft, party.ContractDraft, all(awardStands)},
	{Draft, Draw, Drawn, party.ContractDraft, all(awardStands, notSuspended)},
	{Drawn, Redraft, Draft, party.ContractDraft, all(unsigned, reasonGiven)},
	{Draft, Secure, Draft, party.ContractDraft, all(securityAsked)},
	{Drawn, Secure, Drawn, party.ContractDraft, all(securityAsked)},
	{Drawn, Sign, Signed, party.ContractSignBuyer, all(awardStands, notSuspended, noClash, once(BuyerSide), securityGiven, other(SupplierSide))},
	{Drawn, Sign, Drawn, party.ContractSignBuyer, all(awardStands, notSuspended, noClash, once(BuyerSide), securityGiven)},
	{Drawn, Sign, Signed, party.ContractSignSupplier, all(awardStands, notSuspended, once(SupplierSide), other(BuyerSide))},
	{Drawn, Sign, Drawn, party.ContractSignSupplier, all(awardStands, notSuspended, once(SupplierSide))},
	{Signed, Intend, Sealing, party.Clock, nil},
	{Draft, Void, Cancelled, party.Clock, all(awardFallen)},
	{Drawn, Void, Cancelled, party.Clock, all(awardFallen)},
	{Signed, Void, Cancelled, party.Clock, all(awardFallen)},
	{Sealing, Seal, Active, party.Clock, nil},
	{Draft, Cancel, Cancelled, party.ContractDraft, all(reasonGiven)},
	{Drawn, Cancel, Cancelled, party.ContractDraft, all(reasonGiven)},

	{Active, Deliver, Active, party.ContractDeliver, nil},
	{Active, Judge, Active, party.ContractMilestone, nil},
	{Active, Charge, Active, party.ContractDeliver, nil},
	{Active, Pay, Active, party.ContractPay, nil},
	{Active, Propose, Active, party.ContractChange, all(noOpenChange)},
	{Active, Agree, Active, party.ContractApprove, all(someOpenChange, noClash)},
	{Active, Agree, Active, party.ContractSignSupplier, all(someOpenChange)},
	{Active, Reject, Active, party.ContractApprove, all(someOpenChange, reasonGiven)},
	{Active, Reject, Active, party.ContractChange, all(someOpenChange, reasonGiven)},
	{Active, Terminate, Terminated, party.ContractTerminate, all(reasonGiven)},
	{Active, Complete, Closed, party.ContractApprove, all(noOpenChange, allDelivered)},
	{Closed, Pay, Closed, party.ContractPay, nil},
	{Terminated, Pay, Terminated, party.ContractPay, nil},
	{Closed, Release, Closed, party.ContractApprove, all(securityHeld)},
	{Terminated, Release, Terminated, party.ContractApprove, all(securityHeld)},
}

type rule struct {
	from State
	do   Action
	to   State
	may  party.Action
	when condition // nil: always
}

// scene is what a decision about a contract looks at.
type scene struct {
	tender *tender.Tender
	award  *award.Award
	by     party.Actor
	now    time.Time
	reason tender.Text
}

// find returns the rule that allows a now, or says why there is none: what a
// condition says to somebody who has the right counts more than whose right it
// is.
func (c *Contract) find(a Action, s scene) (rule, error) {
	var refusal, denial error
	for _, r := range life {
		if r.from != c.State || r.do != a {
			continue
		}
		if err := c.mayDo(r.may, s); err != nil {
			denial = err
			continue
		}
		if r.when == nil {
			return r, nil
		}
		f := r.when(c, s)
		if f == nil {
			return r, nil
		}
		refusal = f
	}
	switch {
	case refusal != nil:
		return rule{}, refusal
	case denial != nil:
		return rule{}, denial
	}
	return rule{}, fault.New(fault.Conflict, "contract.state", "A contract that is %s cannot take the step %q.", c.State, a)
}

// do performs a and returns the fact to be stored with c. fill brings what
// comes with the action and tells what the fact says; it is asked only if the
// action is allowed. do is the only function that assigns Contract.State.
func (c *Contract) do(a Action, s scene, fill func() (map[string]any, error)) (event.Event, error) {
	r, err := c.find(a, s)
	if err != nil {
		return event.Event{}, err
	}
	data, err := fill()
	if err != nil {
		return event.Event{}, err
	}
	data["contract"], data["lot"] = c.ID, c.Record.Lot
	c.State = r.to
	return event.New(Kind+"."+string(a), c.Record.Tender, s.by.ID(), s.now, data), nil
}

// Actions lists what by could do with c at this moment. Conditions on what is
// sent along (a reason, a signature) are not asked.
func (c *Contract) Actions(t *tender.Tender, by party.Actor) []Action {
	var list []Action
	for _, r := range life {
		if r.from == c.State && c.mayDo(r.may, scene{tender: t, by: by}) == nil && !slices.Contains(list, r.do) {
			list = append(list, r.do)
		}
	}
	return list
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
