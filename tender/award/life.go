package award

import (
	"slices"
	"time"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// State is where an award is in its life.
type State string

// The states. Whether a decided award is pending or active is told by its lot:
// see [Award.Status].
const (
	Unproposed State = ""
	Proposed   State = "proposed" // waits for the second person
	Returned   State = "returned" // not approved, or taken back
	Decided    State = "decided"
	Declined   State = "declined"    // the winner does not want the contract
	PassedOver State = "passed-over" // the next in rank has its turn
	SetAside   State = "set-aside"   // by the review body
)

// Action is something done to an award; also the second half of a fact's name.
type Action string

// The actions.
const (
	Propose  Action = "propose"
	Retract  Action = "retract" // by the officer who proposed, or another
	Return   Action = "return"  // by the approver
	Decide   Action = "decide"
	Decline  Action = "decline"
	PassOver Action = "pass-over"
	Annul    Action = "set-aside"
)

// life is the life of an award.
var life = []rule{
	// from      action    to          right of              provided that
	{Unproposed, Propose, Proposed, party.AwardDecide, all(lotRanked, notSuspended)},
	{Proposed, Retract, Returned, party.AwardDecide, all(reasonGiven)},
	{Proposed, Return, Returned, party.AwardApprove, all(reasonGiven)},
	{Proposed, Decide, Decided, party.AwardApprove, all(otherPerson, noClash, lotRanked, notSuspended)},
	{Decided, Decline, Declined, party.AwardDecline, all(standing, reasonGiven)},
	{Decided, PassOver, PassedOver, party.AwardDecide, all(standing, reasonGiven)},
	{Declined, PassOver, PassedOver, party.AwardDecide, all(reasonGiven)},
	{Decided, Annul, SetAside, party.ComplaintDecide, all(someWinner, reasonGiven)},
	{Declined, Annul, SetAside, party.ComplaintDecide, all(reasonGiven)},
}

type rule struct {
	from State
	do   Action
	to   State
	may  party.Action
	when condition // nil: always
}

// scene is what a decision about an award looks at.
type scene struct {
	tender *tender.Tender
	by     party.Actor
	now    time.Time
	reason tender.Text
}

// find returns the rule that allows act now, or says why there is none.
func (a *Award) find(act Action, s scene) (rule, error) {
	for _, r := range life {
		if r.from != a.State || r.do != act {
			continue
		}
		if err := a.mayDo(r.may, s); err != nil {
			return rule{}, err
		}
		if r.when != nil {
			if f := r.when(a, s); f != nil {
				return rule{}, f
			}
		}
		return r, nil
	}
	return rule{}, fault.New(fault.Conflict, "award.state", "An award that is %s cannot take the step %q.", a.State, act)
}

// do performs act and returns the fact to be stored with a. fill brings what
// comes with the action and tells what the fact says; it is asked only if the
// action is allowed. do is the only function that assigns Award.State.
func (a *Award) do(act Action, s scene, fill func() (map[string]any, error)) (event.Event, error) {
	r, err := a.find(act, s)
	if err != nil {
		return event.Event{}, err
	}
	data, err := fill()
	if err != nil {
		return event.Event{}, err
	}
	data["award"], data["lot"] = a.ID, a.Decision.Lot
	a.State = r.to
	return event.New(Kind+"."+string(act), a.Decision.Tender, s.by.ID(), s.now, data), nil
}

// Actions lists what by could do with a at this moment. Conditions on what is
// sent along (a reason, a signature) are not asked.
func (a *Award) Actions(t *tender.Tender, by party.Actor) []Action {
	var list []Action
	for _, r := range life {
		if r.from == a.State && a.mayDo(r.may, scene{tender: t, by: by}) == nil && !slices.Contains(list, r.do) {
			list = append(list, r.do)
		}
	}
	return list
}

// mayDo asks the role table. To decline an award is the winner's, all else the
// buyer's or the review body's.
func (a *Award) mayDo(right party.Action, s scene) error {
	if right != party.AwardDecline {
		return party.Allowed(s.by, right, s.tender.Buyer.ID)
	}
	if a.Decision.Winner == nil {
		return party.Allowed(s.by, right)
	}
	return party.Allowed(s.by, right, a.Decision.Winner.Supplier.ID)
}

// condition is one sentence of the rules. nil: it holds.
type condition func(*Award, scene) *fault.Error

func all(list ...condition) condition {
	return func(a *Award, s scene) *fault.Error {
		for _, c := range list {
			if f := c(a, s); f != nil {
				return f
			}
		}
		return nil
	}
}

func lotRanked(a *Award, s scene) *fault.Error {
	l := s.tender.Lot(a.Decision.Lot)
	if l == nil {
		return fault.New(fault.Missing, "lot.missing", "This tender has no such lot.")
	}
	if l.Phase == tender.Ranked {
		return nil
	}
	return fault.New(fault.Conflict, "award.not_ranked", "A lot that is %s cannot be awarded.", l.Phase)
}

func notSuspended(a *Award, s scene) *fault.Error {
	return s.tender.Clear(a.Decision.Lot)
}

func otherPerson(a *Award, s scene) *fault.Error {
	if s.by.User != a.Proposed.User {
		return nil
	}
	return fault.New(fault.Conflict, "award.same_person", "Somebody else than the one who proposed must approve.")
}

// noClash: who drafted, evaluated or acts for a bidder does not approve.
func noClash(_ *Award, s scene) *fault.Error {
	var has []party.Duty
	for _, d := range s.tender.Duties {
		if d.User == s.by.User {
			has = append(has, d.Duty)
		}
	}
	if err := party.Clash(has, party.DutyApprove, Lifted(s.tender)...); err != nil {
		return fault.From(err)
	}
	return nil
}

// Lifted lists the duties that the rule set lets one person combine after all.
func Lifted(t *tender.Tender) []party.Pair {
	var list []party.Pair
	for _, c := range t.Policy.Combine {
		list = append(list, party.Pair{A: party.Duty(c.A), B: party.Duty(c.B)})
	}
	return list
}

func standing(a *Award, s scene) *fault.Error {
	if a.Stands(s.tender.Lot(a.Decision.Lot)) {
		return nil
	}
	return fault.New(fault.Conflict, "award.not_standing", "This award is not in force, or its standstill is not over.")
}

func someWinner(a *Award, _ scene) *fault.Error {
	if a.Decision.Winner != nil {
		return nil
	}
	return fault.New(fault.Conflict, "award.nobody", "This lot was awarded to nobody.")
}

func reasonGiven(_ *Award, s scene) *fault.Error {
	if len(s.reason) > 0 {
		return nil
	}
	return fault.Field("award.no_reason", "reason", "Say why.")
}
