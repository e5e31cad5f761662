package complaint

import (
	"slices"
	"time"

	"probity/tender"
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
var life = []rule{
	// from      action    to         right of                 provided that
	{Unfiled, File, Pending, party.ComplaintFile, all(covered, inTime)},
	{Pending, Reply, Replied, party.ComplaintReply, all(toBuyer, textGiven)},
	{Pending, Accept, Accepted, party.ComplaintDecide, all(toReview, noClash)},
	{Pending, Refuse, Declined, party.ComplaintDecide, all(toReview, noClash, textGiven)},
	{Accepted, Explain, Accepted, party.ComplaintReply, all(textGiven)},
	{Accepted, Dismiss, Declined, party.ComplaintDecide, all(noClash, textGiven)},
	{Accepted, Uphold, Satisfied, party.ComplaintDecide, all(noClash, textGiven)},
	{Accepted, Release, Accepted, party.Clock, all(suspensionOver)},
	{Pending, Withdraw, Withdrawn, party.ComplaintWithdraw, nil},
	{Accepted, Withdraw, Withdrawn, party.ComplaintWithdraw, nil},
	{Satisfied, Resolve, Resolved, party.Clock, nil},
}

type rule struct {
	from State
	do   Action
	to   State
	may  party.Action
	when condition // nil: always
}

// scene is what a decision about a complaint looks at.
type scene struct {
	tender *tender.Tender
	by     party.Actor
	now    time.Time
	text   tender.Text // reasons, a statement
}

// find returns the rule that allows a now, or says why there is none.
func (c *Complaint) find(a Action, s scene) (rule, error) {
	for _, r := range life {
		if r.from != c.State || r.do != a {
			continue
		}
		if err := c.mayDo(r.may, s); err != nil {
			return rule{}, err
		}
		if r.when != nil {
			if f := r.when(c, s); f != nil {
				return rule{}, f
			}
		}
		return r, nil
	}
	return rule{}, fault.New(fault.Conflict, "complaint.state", "A complaint that is %s cannot take the step %q.", c.State, a)
}

// do performs a and returns the fact to be stored with c. fill brings what
// comes with the action and tells what the fact says; it is asked only if the
// action is allowed. do is the only function that assigns Complaint.State.
func (c *Complaint) do(a Action, s scene, fill func() (map[string]any, error)) (event.Event, error) {
	r, err := c.find(a, s)
	if err != nil {
		return event.Event{}, err
	}
	data, err := fill()
	if err != nil {
		return event.Event{}, err
	}
	data["complaint"] = c.ID
	if c.Lot != "" {
		data["lot"] = c.Lot
	}
	c.State = r.to
	return event.New(Kind+"."+string(a), c.Tender, s.by.ID(), s.now, data), nil
}

// actions lists what could be done with c at this moment. Conditions on what is
// sent along are not asked.
func (c *Complaint) actions(s scene) []Action {
	var list []Action
	for _, r := range life {
		if r.from == c.State && c.mayDo(r.may, s) == nil && c.goesTo(r.do) && !slices.Contains(list, r.do) {
			list = append(list, r.do)
		}
	}
	return list
}

// goesTo leaves out of the buttons what is for complaints that go elsewhere.
func (c *Complaint) goesTo(a Action) bool {
	switch a {
	case Reply:
		return c.Remedy.To == rules.ToBuyer
	case Accept, Refuse:
		return c.Remedy.To == rules.ToReview
	}
	return true
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

// condition is one sentence of the law. nil: it holds.
type condition func(*Complaint, scene) *fault.Error

func all(list ...condition) condition {
	return func(c *Complaint, s scene) *fault.Error {
		for _, x := range list {
			if f := x(c, s); f != nil {
				return f
			}
		}
		return nil
	}
}

func unless(ok bool, code, text string) *fault.Error {
	if ok {
		return nil
	}
	return fault.New(fault.Conflict, code, "%s", text)
}

func covered(c *Complaint, _ scene) *fault.Error {
	return unless(c.Remedy.Covers(c.About), "complaint.matter", "This kind of complaint is not open for that matter.")
}

// inTime: strictly before the end of the time to file.
func inTime(c *Complaint, s scene) *fault.Error {
	until, err := s.tender.Policy.ComplaintUntil(c.Remedy.ID, c.Basis)
	if err != nil {
		return fault.From(err)
	}
	return unless(s.now.Before(until.At), "complaint.late", "The time to complain is over.")
}

func toBuyer(c *Complaint, _ scene) *fault.Error {
	return unless(c.Remedy.To == rules.ToBuyer, "complaint.not_buyer", "This complaint is for the review body to decide.")
}

func toReview(c *Complaint, _ scene) *fault.Error {
	return unless(c.Remedy.To == rules.ToReview, "complaint.not_review", "This challenge is for the buyer to answer.")
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
	return unless(!c.Until.IsZero() && !s.now.Before(c.Until),
		"complaint.suspension", "The suspension has not ended.")
}

func textGiven(_ *Complaint, s scene) *fault.Error {
	if len(s.text) > 0 {
		return nil
	}
	return fault.Field("complaint.no_reason", "reasons", "Give the reasons in writing.")
}
