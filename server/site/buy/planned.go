package buy

import (
	"strconv"
	"time"

	"probity/server/site"
	"probity/tender"
	yearly "probity/tender/plan"
)

// planned is a published entry that a draft is made from.
type planned struct {
	From  tender.Planned
	Title tender.Text // of the plan
	Entry yearly.Entry
}

// plannedIn finds the entry that a form names, as its last edition has it: what
// is being revised is no plan yet, and a value that is withheld stays so. It is
// nil if the form names none.
func plannedIn(v *site.Visit, s sheet) (*planned, error) {
	from := tender.Planned{Plan: s.Get("planned.plan"), Entry: s.Get("planned.entry")}
	if from.Plan == "" {
		return nil, nil
	}
	p, err := getPlan(v, from.Plan)
	if err != nil {
		return nil, err
	}
	if p.Edition() == 0 {
		return nil, v.Missing()
	}
	var last struct {
		Content yearly.Content `json:"says"`
	}
	if err := v.Get(&last, "/api/v1/plans/%s/editions/%s", p.ID, strconv.Itoa(p.Edition())); err != nil {
		return nil, err
	}
	e := last.Content.Entry(from.Entry)
	if e == nil {
		return nil, v.Missing()
	}
	return &planned{from, last.Content.Title, *e}, nil
}

// notice is the entry as a draft begins with it.
func (p *planned) notice(now time.Time) tender.Notice {
	n, e := blank(now), p.Entry
	n.Title, n.Description, n.Category, n.Classification = e.Title, e.Description, e.Category, e.Classification
	n.Procedure, n.Planned = e.Procedure, &p.From
	if e.Value != nil {
		n.Value, n.Currency = e.Value, e.Value.Currency
	}
	if at, ok := e.Dates.Publication.Start(); ok && at.After(n.Timetable.Publish) {
		n.Timetable.Publish = morning(at)
	}
	if at, ok := e.Dates.BidsDue.Start(); ok && at.After(n.Timetable.Publish) {
		n.Timetable.Deadline = morning(at).Add(3 * time.Hour)
		n.Timetable.Opens = n.Timetable.Deadline
	}
	return n
}
