package tender

import (
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
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
	Reseal      Action = "openers" // a new manifest; bids are made anew
	Close       Action = "close"
	CloseWindow Action = "window-close"
	Finish      Action = "finish"
	Cancel      Action = "cancel"
)

// life is the life of a tender. [Tender.do] is its only reader that writes;
// pages ask it which buttons to draw, the README shows it.
var life = []rule{
	// from      action       to         right of         provided that
	{Draft, Edit, Draft, party.TenderEdit, nil},
	{Draft, Submit, Submitted, party.TenderSubmit, all(noticeComplete, committeeNamed, rulesKept)},
	{Submitted, Return, Draft, party.TenderApprove, all(otherPerson, reasonGiven)},
	{Submitted, Approve, Approved, party.TenderApprove, all(otherPerson, ownApprover, approvalSigned)},
	{Approved, Return, Draft, party.TenderApprove, all(reasonGiven)},
	{Approved, Publish, Published, party.TenderPublish, all(manifestSigned, rulesKept, timetableKept)},
	{Published, Amend, Published, party.TenderAmend, all(deadlineAhead, reasonGiven)},
	{Published, Extend, Published, party.TenderAmend, all(deadlineAhead, reasonGiven)},
	{Published, Reseal, Published, party.TenderAmend, all(deadlineAhead, reasonGiven, nextSigned)},
	{Published, Close, Closed, party.Clock, all(deadlinePassed)},
	{Closed, CloseWindow, Sealed, party.Clock, all(windowPassed)},
	{Sealed, Finish, Complete, party.Clock, all(lotsEnded, someContract)},
	{Sealed, Finish, Failed, party.Clock, all(lotsEnded, noContract)},

	{Draft, Cancel, Cancelled, party.TenderCancel, all(reasonGiven)},
	{Submitted, Cancel, Cancelled, party.TenderCancel, all(reasonGiven)},
	{Approved, Cancel, Cancelled, party.TenderCancel, all(reasonGiven)},
	{Published, Cancel, Cancelled, party.TenderCancel, all(reasonGiven)},
	{Closed, Cancel, Cancelled, party.TenderCancel, all(reasonGiven)},
	{Sealed, Cancel, Cancelled, party.TenderCancel, all(reasonGiven, noneContracted)},
}

type rule struct {
	from Phase
	do   Action
	to   Phase
	may  party.Action // the right that it takes; see the role table
	when condition    // nil: always
}

// Ask is who wants to do something, when, and what they say about it.
type Ask struct {
	By     party.Actor
	Now    time.Time // the legal clock
	Reason string
}

// do performs a and returns the fact to be stored with t. It is the only
// function that assigns Tender.Phase. On error t is unchanged.
func (t *Tender) do(a Action, ask Ask, data any) (event.Event, error) {
	r, err := t.find(a, ask)
	if err != nil {
		return event.Event{}, err
	}
	t.Phase = r.to
	return event.New(Kind+"."+string(a), t.ID, ask.By.ID(), ask.Now, data), nil
}

// find returns the rule that allows a now, or says why there is none. Where
// two rules differ only in their condition, the first that holds is taken.
func (t *Tender) find(a Action, ask Ask) (rule, error) {
	var refusal error = fault.New(fault.Conflict, "tender.phase", "A tender that is %s cannot take the step %q.", t.Phase, a)
	for _, r := range life {
		if r.from != t.Phase || r.do != a {
			continue
		}
		if err := t.mayDo(r.may, ask.By); err != nil {
			return rule{}, err
		}
		if r.when == nil {
			return r, nil
		}
		f := r.when(t, ask)
		if f == nil {
			return r, nil
		}
		refusal = f
	}
	return rule{}, refusal
}

// Actions lists what by could do to t at this moment, in the order of life.
// Conditions on what is sent along (a reason, a signature) are not asked.
func (t *Tender) Actions(ask Ask) []Action {
	var list []Action
	for _, r := range life {
		if r.from == t.Phase && t.mayDo(r.may, ask.By) == nil && !contains(list, r.do) {
			list = append(list, r.do)
		}
	}
	return list
}

// mayDo asks the role table, and that a person of a buyer acts for this one.
func (t *Tender) mayDo(right party.Action, by party.Actor) error {
	return party.Allowed(by, right, t.Buyer.ID)
}
