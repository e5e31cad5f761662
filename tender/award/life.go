package award

import (
	"time"

	"probity/tender"
	"probity/tender/cycle"
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
var life = cycle.Of[State, Action, *Award, scene]{
	State:   func(a *Award) State { return a.State },
	Allowed: (*Award).mayDo,
	None: func(s State, a Action) *fault.Error {
		return fault.New(fault.Conflict, "award.state", "An award that is %s cannot take the step %q.", s, a)
	},
	Steps: []cycle.Row[State, Action, *Award, scene]{
		step(Unproposed, Propose, Proposed, party.AwardDecide).When(lotRanked, notSuspended),
		step(Proposed, Retract, Returned, party.AwardDecide).With(reasonGiven),
		step(Proposed, Return, Returned, party.AwardApprove).With(reasonGiven),
		step(Proposed, Decide, Decided, party.AwardApprove).When(otherPerson, noClash, lotRanked, notSuspended),
		step(Decided, Decline, Declined, party.AwardDecline).When(standing).With(reasonGiven),
		step(Decided, PassOver, PassedOver, party.AwardDecide).When(standing).With(reasonGiven),
		step(Declined, PassOver, PassedOver, party.AwardDecide).With(reasonGiven),
		step(Decided, Annul, SetAside, party.ComplaintDecide).When(someWinner).With(reasonGiven),
		step(Declined, Annul, SetAside, party.ComplaintDecide).With(reasonGiven),
	},
}

var step = cycle.Step[State, Action, *Award, scene]

// scene is what a decision about an award looks at.
type scene struct {
	tender *tender.Tender
	by     party.Actor
	now    time.Time
	reason tender.Text
}

// do performs act and returns the fact to be stored with a. fill brings what
// comes with the action and tells what the fact says. do is the only function
// that assigns Award.State.
func (a *Award) do(act Action, s scene, fill func() (map[string]any, error)) (event.Event, error) {
	to, data, err := life.Take(a, act, s, fill)
	if err != nil {
		return event.Event{}, err
	}
	data["award"], data["lot"] = a.ID, a.Decision.Lot
	a.State = to
	return event.New(Kind+"."+string(act), a.Decision.Tender, s.by.ID(), s.now, data), nil
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
