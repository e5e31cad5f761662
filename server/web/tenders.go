package web

import (
	"probity/tender/fault"
	"probity/tender/store"
)

type listTendersIn struct {
	Paging
	Phase    string `query:"phase" validate:"omitempty,oneof=published closed sealed complete unsuccessful cancelled"`
	Category string `query:"category" validate:"omitempty,oneof=goods works services"`
}

func (s *Server) listTenders(c *Call, in listTendersIn) (List[tenderOut], error) {
	q := store.Query{Index: "published", Eq: []any{"yes"}, Desc: true, After: in.After, Limit: in.Size()}
	switch {
	case in.Phase != "" && in.Category != "":
		return List[tenderOut]{}, fault.Field("tender.filter", "phase", "Filter by phase or by category, not by both.")
	case in.Phase != "":
		q.Index, q.Eq = "phase", []any{"yes", in.Phase}
	case in.Category != "":
		q.Index, q.Eq = "category", []any{"yes", in.Category}
	}
	return s.findTenders(c, q)
}

func (s *Server) listOwnTenders(c *Call, in Paging) (List[tenderOut], error) {
	return s.findTenders(c, store.Query{Index: "buyer", Eq: []any{c.By.Org}, Desc: true, After: in.After, Limit: in.Size()})
}

func (s *Server) findTenders(c *Call, q store.Query) (List[tenderOut], error) {
	found, next, err := s.Tenders.Tenders.Find(c.Context(), q)
	if err != nil {
		return List[tenderOut]{}, err
	}
	l := List[tenderOut]{Items: []tenderOut{}, Next: next}
	for _, t := range found {
		out, err := s.show(c, t, nil)
		if err != nil {
			return l, err
		}
		l.Items = append(l.Items, out)
	}
	return l, nil
}
