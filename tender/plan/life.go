package plan

import (
	"slices"
	"strings"
	"time"

	"probity/tender/cycle"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// State is where what is written stands.
type State string

// The states. Published: nothing is being written, the content is the last
// edition.
const (
	Unborn    State = ""
	Draft     State = "draft"
	Submitted State = "submitted" // waits for the second person
	Approved  State = "approved"  // is as it will be published
	Published State = "published"
)

// Action is something done to a plan; also the second half of a fact's name.
type Action string

// The actions.
const (
	Create  Action = "create"
	Edit    Action = "edit"
	Submit  Action = "submit"
	Return  Action = "return"
	Approve Action = "approve"
	Publish Action = "publish" // the first edition
	Revise  Action = "revise"  // a later one
	Drop    Action = "drop"    // a revision is thrown away
)

// life is the life of a plan.
var life = cycle.Of[State, Action, *Plan, ask]{
	State:   func(p *Plan) State { return p.State },
	Allowed: func(p *Plan, right party.Action, k ask) error { return party.Allowed(k.by, right, p.Buyer.ID) },
	None: func(s State, a Action) *fault.Error {
		return fault.New(fault.Conflict, "plan.state", "A plan that is %s cannot take the step %q.", s, a)
	},
	Steps: []cycle.Row[State, Action, *Plan, ask]{
		step(Unborn, Create, Draft, party.PlanEdit),
		step(Draft, Edit, Draft, party.PlanEdit),
		step(Published, Edit, Draft, party.PlanEdit),
		step(Draft, Submit, Submitted, party.PlanEdit).With(complete, changed),
		step(Submitted, Return, Draft, party.PlanPublish).With(reasonGiven),
		step(Submitted, Approve, Approved, party.PlanPublish).When(otherPerson),
		step(Approved, Return, Draft, party.PlanPublish).With(reasonGiven),
		step(Approved, Publish, Published, party.PlanPublish).When(neverPublished).With(approvalSigned),
		step(Approved, Revise, Published, party.PlanPublish).When(oncePublished, roomLeft).With(approvalSigned),
		step(Draft, Drop, Published, party.PlanEdit).When(oncePublished),
	},
}

var step = cycle.Step[State, Action, *Plan, ask]

// ask is who does something, when, and what they say about it.
type ask struct {
	by     party.Actor
	now    time.Time
	reason string
}

// do performs a and returns the fact to be stored with p. fill brings what comes
// with the action and tells what the fact says; it is asked only if the action
// is allowed. do is the only function that assigns Plan.State.
func (p *Plan) do(a Action, k ask, fill edit) (event.Event, error) {
	r, err := life.Find(p, a, k)
	if err != nil {
		return event.Event{}, err
	}
	data, err := fill(p, k)
	if err != nil {
		return event.Event{}, err
	}
	p.State = r.To
	return event.New(Kind+"."+string(a), p.ID, k.by.ID(), k.now, data), nil
}

func complete(p *Plan, _ ask) *fault.Error {
	switch c := p.Content; {
	case len(c.Title) == 0:
		return fault.Field("text.missing", "title", "Fill this in.")
	case c.Contact.Name == "" && c.Contact.Email == "":
		return fault.Field("plan.contact", "contact.name", "Say whom suppliers may ask.")
	case len(c.Entries) == 0:
		return fault.New(fault.Conflict, "plan.empty", "A plan needs one entry at least.")
	}
	return nil
}

func changed(p *Plan, _ ask) *fault.Error {
	n := p.edition()
	return fault.Unless(n == 0 || p.Editions[n-1].Content != p.Content.Hash(), "plan.same", "The public would see nothing new: nothing has changed since the last edition.")
}

func otherPerson(p *Plan, k ask) *fault.Error {
	return fault.Unless(!slices.Contains(p.Drafters, k.by.User), "plan.same_person", "Somebody else than those who drafted must approve.")
}

func approvalSigned(p *Plan, _ ask) *fault.Error {
	return fault.Unless(p.Approval != nil && p.Approval.Content == p.Content.Hash(), "plan.approval_unsigned", "The approval is not signed over this state of the plan.")
}

func neverPublished(p *Plan, _ ask) *fault.Error {
	return fault.Unless(p.edition() == 0, "plan.published", "This plan was published before: publish a revision of it.")
}

func oncePublished(p *Plan, _ ask) *fault.Error {
	return fault.Unless(p.edition() > 0, "plan.unpublished", "This plan was never published.")
}

func roomLeft(p *Plan, _ ask) *fault.Error {
	return fault.Unless(p.edition() < MaxEditions, "plan.editions", "This plan has as many editions as it may have.")
}

func reasonGiven(_ *Plan, k ask) *fault.Error {
	if strings.TrimSpace(k.reason) == "" {
		return fault.Field("plan.no_reason", "reason", "Say why.")
	}
	return nil
}

// Published reports whether anybody may see the plan.
func (p *Plan) Published() bool { return p.edition() > 0 }

// inside reports whether by may see what is not published. Plans in the making
// are for those who may see notices in the making.
func (p *Plan) inside(by party.Actor) bool {
	return party.Allowed(by, party.TenderRead, p.Buyer.ID) == nil
}

// visible hides a plan that was never published from all who have no part in it.
func (p *Plan) visible(by party.Actor) error {
	if p.Published() || p.inside(by) {
		return nil
	}
	return fault.New(fault.Missing, "plan.missing", "There is no such %s.", fault.Name{Of: "kind", Word: Kind})
}
