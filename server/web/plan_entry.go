package web

import (
	"probity/tender"
	"probity/tender/plan"
)

// planEntryIn is an entry as an officer sends it: its number, its method and a
// withdrawal are not theirs to say here.
type planEntryIn struct {
	Title          tender.Text           `json:"title" validate:"required"`
	Description    tender.Text           `json:"description,omitempty"`
	Rationale      tender.Text           `json:"rationale,omitempty"`
	Category       tender.Category       `json:"category" validate:"required,max=20"`
	Classification tender.Classification `json:"classification,omitempty"`
	Value          *tender.Money         `json:"value,omitempty"`
	Withheld       bool                  `json:"valueWithheld,omitempty" doc:"the value is not for the public"`
	Budget         plan.Budget           `json:"budget,omitempty"`
	RuleSet        string                `json:"ruleSet" validate:"required,max=80"`
	Procedure      string                `json:"procedure" validate:"required,max=80"`
	Dates          plan.Dates            `json:"dates"`
	Contact        *plan.Contact         `json:"contact,omitempty"`
}

func (in planEntryIn) entry(id string) plan.Entry {
	return plan.Entry{ID: id, Title: in.Title, Description: in.Description, Rationale: in.Rationale, Category: in.Category,
		Classification: in.Classification, Value: in.Value, Withheld: in.Withheld, Budget: in.Budget, RuleSet: in.RuleSet,
		Procedure: in.Procedure, Dates: in.Dates, Contact: in.Contact}
}

type addPlanEntryIn struct {
	onePlan
	planEntryIn
}

// addedOut is the plan with the entry that was added.
type addedOut struct {
	planOut
	Entry string `json:"entry" doc:"id of the entry that was added"`
}

func (s *Server) addPlanEntry(c *Call, in addPlanEntryIn) (addedOut, error) {
	v, entry, err := s.Plans.Add(c.Context(), in.ID, c.By, in.entry(""))
	c.Location("/api/v1/plans/%s", in.ID)
	out, err := s.showPlan(c, v, err)
	return addedOut{out, entry}, err
}

type onePlanEntry struct {
	onePlan
	Entry string `path:"entry" validate:"max=40"`
}

type changePlanEntryIn struct {
	onePlanEntry
	Seen IfMatch `header:"If-Match"`
	planEntryIn
}

func (s *Server) changePlanEntry(c *Call, in changePlanEntryIn) (planOut, error) {
	v, err := s.Plans.Change(c.Context(), in.ID, int64(in.Seen), c.By, in.entry(in.onePlanEntry.Entry))
	return s.showPlan(c, v, err)
}

type removePlanEntryIn struct {
	onePlanEntry
	Seen IfMatch `header:"If-Match"`
}

func (s *Server) removePlanEntry(c *Call, in removePlanEntryIn) (Nothing, error) {
	_, err := s.Plans.Remove(c.Context(), in.ID, in.Entry, int64(in.Seen), c.By)
	return Nothing{}, err
}

type withdrawPlanEntryIn struct {
	onePlanEntry
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) withdrawPlanEntry(c *Call, in withdrawPlanEntryIn) (planOut, error) {
	v, err := s.Plans.Withdraw(c.Context(), in.ID, in.Entry, 0, c.By, in.Reason)
	return s.showPlan(c, v, err)
}

func (s *Server) restorePlanEntry(c *Call, in onePlanEntry) (planOut, error) {
	v, err := s.Plans.Restore(c.Context(), in.ID, in.Entry, 0, c.By)
	return s.showPlan(c, v, err)
}
