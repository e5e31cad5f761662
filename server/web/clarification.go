package web

import (
	"time"

	"probity/bidding"
	"probity/tender/party"
)

// clarificationRoutes is what a bidder is asked about its price, and its answer.
func (s *Server) clarificationRoutes() []Route {
	const lot = "/api/v1/tenders/{id}/lots/{lot}/clarifications"
	return []Route{
		{At: "GET " + lot, Name: "listClarifications", Right: party.EvaluationRead, Status: ok, Do: do(s.listClarifications), Says: "Lists what bidders were asked about their prices, with the answers."},
		{At: "POST " + lot, Name: "clarify", Right: party.EvaluationClarify, Status: made, Do: do(s.clarify), Says: "Asks a bidder about its price, in writing."},
		{At: "GET /api/v1/clarifications/{clarification}", Name: "getClarification", Right: SignedIn, Status: ok, Do: do(s.getClarification), Says: "Shows one question about a price to who is asked and who judges."},
		{At: "POST /api/v1/clarifications/{clarification}/answer", Name: "explain", Right: party.EvaluationExplain, Status: ok, Do: do(s.explain), Says: "Answers it, once."},
		{At: "GET /api/v1/desk/clarifications", Name: "listOwnClarifications", Right: party.EvaluationExplain, Status: ok, Do: do(s.listOwnClarifications), Says: "Lists what one's own organisation was asked about its prices."},
	}
}

func (s *Server) listClarifications(c *Call, in closedLotIn) (List[*bidding.Clarification], error) {
	t, err := s.evaluation(c, in.because, in.ID, "clarifications "+in.Lot)
	if err != nil {
		return List[*bidding.Clarification]{}, err
	}
	list, err := s.Judging.Asked(c.Context(), t, in.Lot)
	return List[*bidding.Clarification]{Items: append([]*bidding.Clarification{}, list...)}, err
}

type clarifyIn struct {
	oneLot
	Bidder   string    `json:"bidder" validate:"required,max=80"`
	About    string    `json:"about" validate:"required,max=40" doc:"low, or correction"`
	Question string    `json:"question" validate:"required,max=2000"`
	Due      time.Time `json:"due" validate:"required" doc:"answers are taken strictly before it"`
}

func (s *Server) clarify(c *Call, in clarifyIn) (*bidding.Clarification, error) {
	x, err := s.Judging.Clarify(c.Context(), c.By, in.ID, in.Lot, bidding.Asking{Bidder: in.Bidder, About: in.About, Question: in.Question, Due: in.Due})
	if err == nil {
		c.Location("/api/v1/clarifications/%s", x.ID)
	}
	return x, err
}

type oneClarification struct {
	Clarification string `path:"clarification" validate:"max=300"`
}

type clarificationIn struct {
	oneClarification
	because
}

func (s *Server) getClarification(c *Call, in clarificationIn) (*bidding.Clarification, error) {
	x, err := s.Judging.Clarification(c.Context(), c.By, in.Clarification)
	if err != nil || !party.Leaves(c.By, party.EvaluationRead) {
		return x, err
	}
	t, err := s.Tenders.Get(c.Context(), x.Tender, c.By)
	if err != nil {
		return nil, err
	}
	return x, s.noteRead(c, in.because, party.EvaluationRead, t, "clarification "+x.ID)
}

type explainIn struct {
	oneClarification
	Answer   string `json:"answer" validate:"required,max=2000"`
	Accepted *bool  `json:"accepted,omitempty" doc:"whether the corrected price is accepted, where that is asked"`
}

func (s *Server) explain(c *Call, in explainIn) (*bidding.Clarification, error) {
	return s.Judging.Explain(c.Context(), c.By, in.Clarification, bidding.Explanation{Answer: in.Answer, Accepted: in.Accepted})
}

func (s *Server) listOwnClarifications(c *Call, in Paging) (List[*bidding.Clarification], error) {
	list, next, err := s.Judging.AskedOf(c.Context(), c.By, in.After, in.Size())
	return List[*bidding.Clarification]{Items: append([]*bidding.Clarification{}, list...), Next: next}, err
}
