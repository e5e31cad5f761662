package contract

import (
	"context"
	"slices"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
)

// Milestone is a step of delivery and what is paid for it.
type Milestone struct {
	ID      string         `json:"id"`
	Title   tender.Text    `json:"title"`
	Due     rules.Date     `json:"due"`
	Percent tender.Decimal `json:"percent"` // of the price, as planned
	Amount  tender.Money   `json:"amount"`
	Status  Status         `json:"status,omitempty"` // none in what is signed

	Delivered *Words `json:"delivered,omitempty"` // what the supplier says
	Judged    *Words `json:"judged,omitempty"`    // what the buyer says
}

// Words are what somebody said, and when.
type Words struct {
	award.Word
	Text tender.Text `json:"text,omitempty"`
}

// Status is the code of a milestone in OCDS.
type Status string

// The statuses.
const (
	Scheduled    Status = "scheduled"
	Met          Status = "met"
	NotMet       Status = "notMet"
	PartiallyMet Status = "partiallyMet"
)

// judged lists which judgements may follow which: what is met stays so.
var judged = map[Status][]Status{
	Scheduled:    {Met, NotMet, PartiallyMet},
	NotMet:       {Met, PartiallyMet},
	PartiallyMet: {Met},
}

// Deliver is the supplier's word that a milestone has been reached.
func (s *Service) Deliver(ctx context.Context, id string, by party.Actor, milestone string, note tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Deliver, nil, func(c *Contract, sc scene) (map[string]any, error) {
		m, err := c.milestone(milestone)
		if err != nil {
			return nil, err
		}
		if m.Status == Met {
			return nil, fault.New(fault.Conflict, "milestone.met", "This milestone has been met.")
		}
		m.Delivered, err = said(sc, note)
		return map[string]any{"milestone": m.ID}, err
	})
}

// Judge is the buyer's word on a milestone: met, partiallyMet or notMet. What
// is not met in full needs a reason.
func (s *Service) Judge(ctx context.Context, id string, by party.Actor, milestone string, status Status, note tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Judge, nil, func(c *Contract, sc scene) (map[string]any, error) {
		m, err := c.milestone(milestone)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(judged[m.Status], status) {
			return nil, fault.New(fault.Conflict, "milestone.status", "A milestone that is %s cannot become %q.", m.Status, status)
		}
		if status != Met && len(note) == 0 {
			return nil, fault.Field("contract.no_reason", "note", "Say what is missing.")
		}
		m.Judged, err = said(sc, note)
		m.Status = status
		return map[string]any{"milestone": m.ID, "status": status, "amount": m.Amount}, err
	})
}

func said(sc scene, note tender.Text) (*Words, error) {
	w := &Words{Word: award.Word{Person: award.PersonOf(sc.by), At: sc.now}}
	if len(note) == 0 {
		return w, nil
	}
	var err error
	w.Text, err = note.CleanLines("note", MaxText)
	return w, err
}

func (c *Contract) milestone(id string) (*Milestone, error) {
	for i := range c.Milestones {
		if c.Milestones[i].ID == id {
			return &c.Milestones[i], nil
		}
	}
	return nil, fault.New(fault.Missing, "milestone.missing", "This contract has no such milestone.")
}
