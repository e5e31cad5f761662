package web

import (
	"probity/bidding/score"
	"probity/server/people"
	"probity/tender"
	"probity/tender/party"
)

// draftingRoutes is what helps those who write a notice: nothing here changes
// what others see.
func (s *Server) draftingRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/tenders/{id}/overview", Name: "lookOver", Right: party.TenderRead, Status: ok, Do: do(s.lookOver), Says: "Holds a draft against its rule set: what stops it, what might be better, and the dates with their sources."},
		{At: "POST /api/v1/tenders/{id}/overview", Name: "lookOverPlan", Right: party.TenderEdit, Status: ok, Limit: noticeLimit, Do: do(s.lookOverPlan), Says: "The same for a draft that is not saved."},
		{At: "PUT /api/v1/tenders/{id}/amendment", Name: "draftAmendment", Right: party.TenderAmend, Status: ok, Limit: noticeLimit, Do: do(s.draftAmendment), Says: "Keeps an amendment that is being written; nobody outside the buyer sees it."},
		{At: "DELETE /api/v1/tenders/{id}/amendment", Name: "dropAmendment", Right: party.TenderAmend, Status: nothing, Do: do(s.dropAmendment), Says: "Throws an amendment away that is being written."},
		{At: "GET /api/v1/tenders/{id}/differences", Name: "listDifferences", Right: party.TenderRead, Status: ok, Do: do(s.listDifferences), Says: "Compares the notice that is being written with the one that was published, or given back."},
		{At: "POST /api/v1/criteria/example", Name: "workExample", Right: party.TenderEdit, Status: ok, Do: do(s.workExample), Says: "Ranks imagined bids by criteria, as real ones would be."},
		{At: "GET /api/v1/desk/people", Name: "listColleagues", Right: party.TenderEdit, Status: ok, Do: do(s.listColleagues), Says: "Lists the people whom a drafter may name: one's own organisation's, and the openers of the oversight."},
	}
}

func (s *Server) lookOver(c *Call, in oneTender) (*tender.Overview, error) {
	return c.told(s.Tenders.LookOver(c.Context(), in.ID, c.By, nil))
}

type lookOverIn struct {
	oneTender
	planIn
}

func (s *Server) lookOverPlan(c *Call, in lookOverIn) (*tender.Overview, error) {
	p := in.plan()
	return c.told(s.Tenders.LookOver(c.Context(), in.ID, c.By, &p))
}

// told says what was found in the language that was asked for.
func (c *Call) told(o *tender.Overview, err error) (*tender.Overview, error) {
	if err != nil {
		return nil, err
	}
	for i, f := range o.Findings {
		o.Findings[i].Text = say(c.lang(), f.Said)
	}
	return o, nil
}

type amendmentIn struct {
	oneTender
	Seen   IfMatch       `header:"If-Match"`
	Notice tender.Notice `json:"notice"`
}

func (s *Server) draftAmendment(c *Call, in amendmentIn) (tenderOut, error) {
	t, err := s.Tenders.DraftAmendment(c.Context(), in.ID, int64(in.Seen), c.By, &in.Notice)
	return s.show(c, t, err)
}

type dropAmendmentIn struct {
	oneTender
	Seen IfMatch `header:"If-Match"`
}

func (s *Server) dropAmendment(c *Call, in dropAmendmentIn) (Nothing, error) {
	_, err := s.Tenders.DraftAmendment(c.Context(), in.ID, int64(in.Seen), c.By, nil)
	return Nothing{}, err
}

// differencesOut says with what the notice is compared.
type differencesOut struct {
	Since string              `json:"since" doc:"published, returned, or empty where there is nothing to compare with"`
	Items []tender.Difference `json:"items"`
}

func (s *Server) listDifferences(c *Call, in oneTender) (differencesOut, error) {
	out := differencesOut{Items: []tender.Difference{}}
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return out, err
	}
	if err := party.Allowed(c.By, party.TenderRead, t.Buyer.ID); err != nil {
		return out, err
	}
	switch {
	case t.Amendment != nil:
		out.Since, out.Items = "published", tender.Compare(t.Notice, *t.Amendment)
	case t.Returned != nil:
		out.Since, out.Items = "returned", tender.Compare(*t.Returned, t.Notice)
	}
	return out, nil
}

type exampleIn struct {
	Currency tender.Currency `json:"currency" validate:"required,len=3"`
	Estimate *tender.Money   `json:"estimate,omitempty"`
	Criteria tender.Criteria `json:"criteria"`
	Offers   []score.Offered `json:"offers" validate:"required,min=1,max=20"`
}

func (s *Server) workExample(_ *Call, in exampleIn) (score.Ranking, error) {
	return score.Worked(in.Criteria, in.Currency, in.Estimate, in.Offers)
}

func (s *Server) listColleagues(c *Call, _ Nothing) (List[people.Colleague], error) {
	list, err := s.People.Colleagues(c.Context(), c.By)
	return List[people.Colleague]{Items: append([]people.Colleague{}, list...)}, err
}
