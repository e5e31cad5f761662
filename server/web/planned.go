package web

import (
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/plan"
)

type listPlannedIn struct {
	Paging
	State    string `query:"state" validate:"omitempty,oneof=planned begun withdrawn" doc:"what has become of them; planned if absent"`
	Buyer    string `query:"buyer" validate:"max=120" doc:"id"`
	Category string `query:"category" validate:"omitempty,oneof=goods works services"`
	From     string `query:"from" validate:"max=10" doc:"a month or day: expected to be published in it or later"`
	To       string `query:"to" validate:"max=10" doc:"the same: expected before it ends"`
	Order    string `query:"order" validate:"omitempty,oneof=newest" doc:"the last listed first, whatever buyer, category and dates"`
}

func (s *Server) listPlanned(c *Call, in listPlannedIn) (List[*plan.Line], error) {
	f := plan.Filter{State: plan.Intended, Buyer: in.Buyer, Category: tender.Category(in.Category), Newest: in.Order != "", After: in.After, Limit: in.Size()}
	if in.State != "" {
		f.State = plan.LineState(in.State)
	}
	for _, x := range []struct {
		name string
		date plan.Date
	}{{"from", plan.Date(in.From)}, {"to", plan.Date(in.To)}} {
		at, ok := x.date.Start()
		switch {
		case x.date == "":
		case !ok:
			return List[*plan.Line]{}, fault.Field("plan.date", x.name, "Write a month like 2027-03, or a day like 2027-03-15.")
		case x.name == "from":
			f.From = at
		default:
			f.To = x.date.End()
		}
	}
	found, next, err := s.Plans.Upcoming(c.Context(), f)
	return List[*plan.Line]{Items: append([]*plan.Line{}, found...), Next: next}, err
}
