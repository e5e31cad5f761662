package plan

import (
	"context"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
)

// Announced is an entry of a plan as it stood when the notice came out that was
// drawn from it, and where the notice says otherwise.
type Announced struct {
	Plan       View        `json:"-"`
	ID         string      `json:"plan"`
	Year       int         `json:"year"`
	Title      tender.Text `json:"title,omitempty"` // of the plan
	Edition    Edition     `json:"edition"`
	Entry      Entry       `json:"entry"`
	Departures []Departure `json:"departures"`
}

// Departure is where a notice says otherwise than its plan did. A value is an
// amount with its currency, a date is a day or a month.
type Departure struct {
	What    string `json:"what"` // value, publication, bidsDue, method or procedure
	Planned string `json:"planned"`
	Notice  string `json:"notice"`
}

// Announced returns what a published notice was planned as; Missing if it comes
// from no plan. The edition is the last one before the notice; a later one may
// have been written with the notice in hand.
func (s *Service) Announced(ctx context.Context, t *tender.Tender) (Announced, error) {
	none := fault.New(fault.Missing, "plan.not_announced", "This procedure comes from no plan.")
	from := t.Notice.Planned
	if from == nil || !t.Public() {
		return Announced{}, none
	}
	v, err := s.Get(ctx, from.Plan, party.PublicActor)
	if err != nil {
		return Announced{}, err
	}
	n := 1
	for n < len(v.Editions) && v.Editions[n].At.Before(t.Published) {
		n++
	}
	edition, said, err := s.Edition(ctx, v.ID, party.PublicActor, n)
	if err != nil {
		return Announced{}, err
	}
	e := said.Entry(from.Entry)
	if e == nil || v.Buyer.ID != t.Buyer.ID {
		return Announced{}, none
	}
	v.Editions, v.Content = v.Editions[:n], said
	return Announced{v, v.ID, said.Year, said.Title, edition, *e, e.departures(t)}, nil
}

// departures compares what was planned with the notice as it stands. What the
// plan left open, or keeps to its body, nobody departs from.
func (e *Entry) departures(t *tender.Tender) []Departure {
	list := []Departure{}
	add := func(what string, planned, is string) { list = append(list, Departure{what, planned, is}) }
	if n := t.Notice.Value; e.Value != nil && n != nil && *n != *e.Value {
		add("value", e.Value.String(), n.String())
	}
	zone := time.UTC
	if t.Policy != nil {
		zone = t.Policy.Location()
		if t.Policy.Method != e.Method {
			add("method", string(e.Method), string(t.Policy.Method))
		}
	}
	if t.Notice.Procedure != e.Procedure {
		add("procedure", e.Procedure, t.Notice.Procedure)
	}
	for _, d := range []struct {
		what    string
		planned Date
		is      time.Time
	}{{"publication", e.Dates.Publication, t.Published}, {"bidsDue", e.Dates.BidsDue, t.Notice.Timetable.Deadline}} {
		if day := Date(d.is.In(zone).Format(time.DateOnly)); d.planned != "" && day[:len(d.planned)] != d.planned {
			add(d.what, string(d.planned), string(day))
		}
	}
	return list
}
