package tender

import (
	"time"

	"probity/tender/cycle"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
)

// Phase is where a tender is in its life.
type Phase string

// The phases of a tender. After Sealed each lot goes its own way, and the
// tender ends when its last lot does.
const (
	Draft     Phase = "draft"
	Submitted Phase = "submitted" // waits for the second person
	Approved  Phase = "approved"  // the notice is frozen; openers sign the manifest
	Published Phase = "published" // bids come in, sealed
	Closed    Phase = "closed"    // none may come in; parts of those that are in may follow
	Sealed    Phase = "sealed"    // nothing may come in; lots are opened, judged, awarded
	Complete  Phase = "complete"  // every lot has ended, one at least in a contract
	Failed    Phase = "unsuccessful"
	Cancelled Phase = "cancelled"
)

// Action is something done to a tender or lot; also the second half of a
// fact's name.
type Action string

// The actions on a tender.
const (
	Edit        Action = "edit"
	Submit      Action = "submit"
	Return      Action = "return"
	Approve     Action = "approve"
	Publish     Action = "publish"
	Amend       Action = "amend"
	Extend      Action = "extend"
	Prolong     Action = "prolong" // after an outage, by the rule set
	Reseal      Action = "openers" // a new manifest; bids are made anew
	Close       Action = "close"
	Lengthen    Action = "window-prolong" // after an outage, by the rule set
	CloseWindow Action = "window-close"
	Finish      Action = "finish"
	Cancel      Action = "cancel"
)

// life is the life of a tender. [Tender.do] is its only reader that writes;
// pages ask it which buttons to draw, the README shows it.
var life = cycle.Of[Phase, Action, *Tender, Ask]{
	State:   func(t *Tender) Phase { return t.Phase },
	Allowed: func(t *Tender, right party.Action, ask Ask) error { return t.mayDo(right, ask.By) },
	None: func(p Phase, a Action) *fault.Error {
		return fault.New(fault.Conflict, "tender.phase", "A tender that is %s cannot take the step %q.", p, a)
	},
	Steps: []cycle.Row[Phase, Action, *Tender, Ask]{
		step(Draft, Edit, Draft, party.TenderEdit),
		step(Draft, Submit, Submitted, party.TenderSubmit).With(noticeComplete, committeeNamed, rulesKept),
		step(Submitted, Return, Draft, party.TenderApprove).When(otherPerson).With(reasonGiven),
		step(Submitted, Approve, Approved, party.TenderApprove).When(otherPerson, ownApprover).With(approvalSigned),
		step(Approved, Return, Draft, party.TenderApprove).With(reasonGiven),
		step(Approved, Publish, Published, party.TenderPublish).With(manifestSigned, rulesKept, timetableKept),
		step(Published, Amend, Published, party.TenderAmend).When(deadlineAhead).With(reasonGiven),
		step(Published, Extend, Published, party.TenderAmend).When(deadlineAhead).With(reasonGiven),
		step(Published, Reseal, Published, party.TenderAmend).When(deadlineAhead).With(reasonGiven, nextSigned),
		step(Published, Prolong, Published, party.Clock).When(outageMoves),
		step(Published, Close, Closed, party.Clock).When(deadlinePassed, outageSettled),
		step(Closed, Lengthen, Closed, party.Clock).When(outageLengthens),
		step(Closed, CloseWindow, Sealed, party.Clock).When(windowPassed, windowWhole),
		step(Sealed, Finish, Complete, party.Clock).When(lotsEnded, someContract),
		step(Sealed, Finish, Failed, party.Clock).When(lotsEnded, noContract),

		step(Draft, Cancel, Cancelled, party.TenderCancel).With(reasonGiven),
		step(Submitted, Cancel, Cancelled, party.TenderCancel).With(reasonGiven),
		step(Approved, Cancel, Cancelled, party.TenderCancel).With(reasonGiven),
		step(Published, Cancel, Cancelled, party.TenderCancel).With(reasonGiven),
		step(Closed, Cancel, Cancelled, party.TenderCancel).With(reasonGiven),
		step(Sealed, Cancel, Cancelled, party.TenderCancel).When(noneContracted).With(reasonGiven),
	},
}

var step = cycle.Step[Phase, Action, *Tender, Ask]

// Ask is who wants to do something, when, and what they say about it.
type Ask struct {
	By     party.Actor
	Now    time.Time // the legal clock
	Reason string

	Outages []rules.Outage // that may move a deadline, or the end of the grace window; the clock's alone
}

// do performs a and returns the fact to be stored with t. It is the only
// function that assigns Tender.Phase. On error t is unchanged.
func (t *Tender) do(a Action, ask Ask, data any) (event.Event, error) {
	r, err := life.Find(t, a, ask)
	if err != nil {
		return event.Event{}, err
	}
	t.Phase = r.To
	return event.New(Kind+"."+string(a), t.ID, ask.By.ID(), ask.Now, data), nil
}

// Actions lists what by could do to t at this moment, in the order of life.
func (t *Tender) Actions(ask Ask) []Action { return life.Offered(t, ask) }

// mayDo asks the role table, and that a person of a buyer acts for this one.
func (t *Tender) mayDo(right party.Action, by party.Actor) error {
	return party.Allowed(by, right, t.Buyer.ID)
}
