package complaint

import (
	"time"

	"probity/tender"
	"probity/tender/cycle"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
)

// State is where a complaint is in its life.
type State string

// The states.
const (
	Unfiled   State = ""
	Pending   State = "pending"   // filed; whether it may be heard is not decided
	Accepted  State = "accepted"  // it is heard
	Replied   State = "replied"   // the buyer has answered a challenge that went to it
	Satisfied State = "satisfied" // upheld; what is ordered is to be done
	Declined  State = "declined"  // not admitted, or not upheld
	Withdrawn State = "withdrawn"
	Resolved  State = "resolved" // what was ordered has been done
)

// Action is something done to a complaint; also the second half of a fact's name.
type Action string

// The actions.
const (
	File     Action = "file"
	Reply    Action = "reply"  // the buyer's decision about a challenge that goes to it
	Explain  Action = "state"  // the buyer's statement before the review body
	Accept   Action = "accept" // by the review body, for a hearing
	Refuse   Action = "refuse" // by the review body, without a hearing
	Dismiss  Action = "dismiss"
	Uphold   Action = "decide"
	Withdraw Action = "withdraw"
	Release  Action = "release" // what the reviewer holds up has been so for as long as it may
	Resolve  Action = "resolve"
)

// life is the life of a complaint.
var life = cycle.Of[State, Action, *Complaint, scene]{
	State:   func(c *Complaint) State { return c.State },
	Allowed: (*Complaint).mayDo,
	None: func(s State, a Action) *fault.Error {
		return fault.New(fault.Conflict, "complaint.state", "A complaint that is %s cannot take the step %q.", s, a)
	},
	Steps: []cycle.Row[State, Action, *Complaint, scene]{
		step(Unfiled, File, Pending, party.ComplaintFile).When(covered, inTime),
		step(Pending, Reply, Replied, party.ComplaintReply).When(toBuyer).With(textGiven),
		step(Pending, Accept, Accepted, party.ComplaintDecide).When(toReview, noClash),
		step(Pending, Refuse, Declined, party.ComplaintDecide).When(toReview, noClash).With(textGiven),
		step(Accepted, Explain, Accepted, party.ComplaintReply).With(textGiven),
		step(Accepted, Dismiss, Declined, party.ComplaintDecide).When(noClash).With(textGiven),
		step(Accepted, Uphold, Satisfied, party.ComplaintDecide).When(noClash).With(textGiven),
		step(Accepted, Release, Accepted, party.Clock).When(suspensionOver),
		step(Pending, Withdraw, Withdrawn, party.ComplaintWithdraw),
		step(Accepted, Withdraw, Withdrawn, party.ComplaintWithdraw),
		step(Satisfied, Resolve, Resolved, party.Clock),
	},
}

var step = cycle.Step[State, Action, *Complaint, scene]

// scene is what a decision about a complaint looks at.
type scene struct {
	tender *tender.Tender
	by     party.Actor
	now    time.Time
	text   tender.Text // reasons, a statement
}

// do performs a and returns the fact to be stored with c. fill brings what
// comes with the action and tells what the fact says. do is the only function
// that assigns Complaint.State.
func (c *Complaint) do(a Action, s scene, fill func() (map[string]any, error)) (event.Event, error) {
	to, data, err := life.Take(c, a, s, fill)
	if err != nil {
		return event.Event{}, err
	}
	data["complaint"] = c.ID
	if c.Lot != "" {
		data["lot"] = c.Lot
	}
	c.State = to
	return event.New(Kind+"."+string(a), c.Tender, s.by.ID(), s.now, data), nil
}

// mayDo asks the role table. A complaint belongs to who files it, the answer to
// it to the buyer.
func (c *Complaint) mayDo(right party.Action, s scene) error {
	switch right {
	case party.ComplaintFile, party.ComplaintWithdraw:
		return party.Allowed(s.by, right, c.By.ID)
	}
	return party.Allowed(s.by, right, s.tender.Buyer.ID)
}

func covered(c *Complaint, _ scene) *fault.Error {
	return fault.Unless(c.Remedy.Covers(c.About), "complaint.matter", "This kind of complaint is not open for that matter.")
}

// inTime: strictly before the end of the time to file.
func inTime(c *Complaint, s scene) *fault.Error {
	until, err := s.tender.Policy.ComplaintUntil(c.Remedy.ID, c.Basis)
	if err != nil {
		return fault.From(err)
	}
	return fault.Unless(s.now.Before(until.At), "complaint.late", "The time to complain is over.")
}

func toBuyer(c *Complaint, _ scene) *fault.Error {
	return fault.Unless(c.Remedy.To == rules.ToBuyer, "complaint.not_buyer", "This complaint is for the review body to decide.")
}

func toReview(c *Complaint, _ scene) *fault.Error {
	return fault.Unless(c.Remedy.To == rules.ToReview, "complaint.not_review", "This challenge is for the buyer to answer.")
}

// noClash: nobody decides about a procedure in which they have another part.
func noClash(_ *Complaint, s scene) *fault.Error {
	var has []party.Duty
	for _, d := range s.tender.Duties {
		if d.User == s.by.User {
			has = append(has, d.Duty)
		}
	}
	if err := party.Clash(has, party.DutyReview); err != nil {
		return fault.From(err)
	}
	return nil
}

func suspensionOver(c *Complaint, s scene) *fault.Error {
	return fault.Unless(!c.Until.IsZero() && !s.now.Before(c.Until),
		"complaint.suspension", "The suspension has not ended.")
}

func textGiven(_ *Complaint, s scene) *fault.Error {
	if len(s.text) > 0 {
		return nil
	}
	return fault.Field("complaint.no_reason", "reasons", "Give the reasons in writing.")
}
