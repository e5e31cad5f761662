package web

import (
	"probity/bidding"
	"probity/bidding/score"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// evaluationRoutes is what the panel does, from declaration to ranking.
func (s *Server) evaluationRoutes() []Route {
	const lot = "/api/v1/tenders/{id}/lots/{lot}"
	return []Route{
		{At: "POST /api/v1/tenders/{id}/declarations", Name: "declareInterests", Right: party.EvaluationDeclare, Status: 200, Do: do(s.declareInterests), Says: "Declares an evaluator's interests; nothing of a bid is shown before."},
		{At: "GET /api/v1/tenders/{id}/declarations", Name: "listDeclarations", Right: party.EvaluationRead, Status: 200, Do: do(s.listDeclarations), Says: "Shows who has declared what."},
		{At: "GET " + lot + "/sheet", Name: "getSheet", Right: party.EvaluationScore, Status: 200, Do: do(s.getSheet), Says: "Shows one's own scores, and the record to sign."},
		{At: "PUT " + lot + "/sheet", Name: "saveSheet", Right: party.EvaluationScore, Status: 200, Limit: 8 << 20, Do: do(s.saveSheet), Says: "Keeps one's own scores; they may be incomplete."},
		{At: "POST " + lot + "/sheet/hand-in", Name: "handInSheet", Right: party.EvaluationScore, Status: 200, Do: do(s.handInSheet), Says: "Fixes one's own scores, with a signature."},
		{At: "GET " + lot + "/sheets", Name: "listSheets", Right: party.EvaluationRead, Status: 200, Do: do(s.listSheets), Says: "Shows all scores, once every evaluator has handed in."},
		{At: "GET " + lot + "/judgement", Name: "getJudgement", Right: party.EvaluationRead, Status: 200, Do: do(s.getJudgement), Says: "Shows what the panel has found."},
		{At: "PUT " + lot + "/findings", Name: "putFinding", Right: party.EvaluationConsensus, Status: 200, Limit: 4 << 20, Do: do(s.putFinding), Says: "Records what the panel has found about one bid."},
		{At: "POST " + lot + "/dissent", Name: "addDissent", Right: party.EvaluationScore, Status: 200, Do: do(s.addDissent), Says: "Puts a member's disagreement on the record, in the place of what the member said before."},
		{At: "POST " + lot + "/qualify", Name: "qualifyBids", Right: party.EvaluationDecide, Status: 200, Do: do(s.qualifyBids), Says: "Makes the technical decision: whose prices are opened."},
		{At: "GET " + lot + "/questions", Name: "listQuestions", Right: party.EvaluationRead, Status: 200, Do: do(s.listQuestions), Says: "Lists what about the prices must be answered in writing."},
		{At: "GET " + lot + "/standing", Name: "getStanding", Right: party.EvaluationRead, Status: 200, Do: do(s.getStanding), Says: "Shows how far the evaluation of a lot is, and what the asker may do in it now."},
		{At: "GET /api/v1/desk/evaluations", Name: "listOwnEvaluations", Right: party.EvaluationScore, Status: 200, Do: do(s.listOwnEvaluations), Says: "Lists the procedures that one is to judge, with what is due."},
		{At: "POST " + lot + "/rank", Name: "rankBids", Right: party.EvaluationDecide, Status: 200, Do: do(s.rankBids), Says: "Computes the ranking and puts it on the record."},
	}
}

type declareIn struct {
	oneTender
	Conflicts []string       `json:"conflicts" validate:"max=1000" doc:"bidders with whom there is a conflict"`
	Statement string         `json:"statement" validate:"required,max=20000"`
	Signature sign.Signature `json:"signature"`
}

func (s *Server) declareInterests(c *Call, in declareIn) (*bidding.Panel, error) {
	r := bidding.DeclarationRecord{Conflicts: in.Conflicts, Statement: in.Statement, Tender: in.ID, User: c.By.User}
	return s.Judging.Declare(c.Context(), c.By, in.ID, r, in.Signature)
}

type declarationsIn struct {
	oneTender
	because
}

func (s *Server) listDeclarations(c *Call, in declarationsIn) (*bidding.Panel, error) {
	t, err := s.evaluation(c, in.because, in.ID, "declarations")
	if err != nil {
		return nil, err
	}
	return s.Judging.PanelOf(c.Context(), t)
}

// evaluation is the gate before what is known about an evaluation.
func (s *Server) evaluation(c *Call, why because, id, what string) (*tender.Tender, error) {
	t, err := s.Tenders.Get(c.Context(), id, c.By)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(c.By, party.EvaluationRead, t.Buyer.ID); err != nil {
		return nil, err
	}
	if err := s.Judging.Cleared(c.Context(), c.By, t); err != nil {
		return nil, err
	}
	return t, s.noteRead(c, why, party.EvaluationRead, t, what)
}

// sheetOut is an evaluator's own sheet with the record that they sign.
type sheetOut struct {
	*bidding.Sheet
	ToSign toSign `json:"toSign"`
}

func showSheet(x *bidding.Sheet, err error) (sheetOut, error) {
	if err != nil {
		return sheetOut{}, err
	}
	return sheetOut{x, toSign{sign.Score, string(x.Record().Bytes())}}, nil
}

func (s *Server) getSheet(c *Call, in oneLot) (sheetOut, error) {
	return showSheet(s.Judging.Own(c.Context(), c.By, in.ID, in.Lot))
}

type saveSheetIn struct {
	oneLot
	Seen   *int64               `json:"seen,omitempty" doc:"the version that was changed, 0 for a new sheet; any if absent"`
	Scores []bidding.SheetScore `json:"scores" validate:"max=100000"`
	Notes  []bidding.SheetNote  `json:"notes,omitempty" validate:"max=100000" doc:"what is written where a score is still missing"`
}

func (s *Server) saveSheet(c *Call, in saveSheetIn) (sheetOut, error) {
	d := bidding.SheetDraft{Seen: -1, Scores: in.Scores, Notes: in.Notes}
	if in.Seen != nil {
		d.Seen = *in.Seen
	}
	return showSheet(s.Judging.SaveDraft(c.Context(), c.By, in.ID, in.Lot, d))
}

func (s *Server) getStanding(c *Call, in closedLotIn) (*bidding.Standing, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(c.By, party.EvaluationRead, t.Buyer.ID); err != nil {
		return nil, err
	}
	if err := s.noteRead(c, in.because, party.EvaluationRead, t, "standing "+in.Lot); err != nil {
		return nil, err
	}
	return s.Judging.Standing(c.Context(), c.By, in.ID, in.Lot)
}

// assignmentPage bounds what one answer has to look up.
const assignmentPage = 20

func (s *Server) listOwnEvaluations(c *Call, in Paging) (List[bidding.Assignment], error) {
	list, next, err := s.Judging.Mine(c.Context(), c.By, in.After, min(in.Size(), assignmentPage))
	return List[bidding.Assignment]{Items: list, Next: next}, err
}

type handInIn struct {
	oneLot
	Signature sign.Signature `json:"signature"`
}

func (s *Server) handInSheet(c *Call, in handInIn) (sheetOut, error) {
	return showSheet(s.Judging.HandIn(c.Context(), c.By, in.ID, in.Lot, in.Signature))
}

type closedLotIn struct {
	oneLot
	because
}

func (s *Server) listSheets(c *Call, in closedLotIn) (List[*bidding.Sheet], error) {
	t, err := s.evaluation(c, in.because, in.ID, "sheets "+in.Lot)
	if err != nil {
		return List[*bidding.Sheet]{}, err
	}
	list, err := s.Judging.AllSheets(c.Context(), t, in.Lot)
	return List[*bidding.Sheet]{Items: list}, err
}

func (s *Server) getJudgement(c *Call, in closedLotIn) (*bidding.Judgement, error) {
	t, err := s.evaluation(c, in.because, in.ID, "judgement "+in.Lot)
	if err != nil {
		return nil, err
	}
	return s.Judging.Judgement(c.Context(), t, in.Lot)
}

type findingIn struct {
	oneLot
	Finding bidding.Finding `json:"finding"`
	Seen    string          `json:"seen,omitempty" validate:"max=64" doc:"SHA-256, in hex, of the canonical JSON of the finding that this one replaces; if absent, whatever is there is replaced"`
}

func (s *Server) putFinding(c *Call, in findingIn) (*bidding.Judgement, error) {
	return s.Judging.FindSeen(c.Context(), c.By, in.ID, in.Lot, bidding.FindingDraft{Finding: in.Finding, Seen: in.Seen})
}

type dissentIn struct {
	oneLot
	Text string `json:"text" validate:"required,max=8000"`
}

func (s *Server) addDissent(c *Call, in dissentIn) (*bidding.Judgement, error) {
	return s.Judging.Dissent(c.Context(), c.By, in.ID, in.Lot, in.Text)
}

func (s *Server) qualifyBids(c *Call, in oneLot) (*bidding.Judgement, error) {
	return s.Judging.Qualify(c.Context(), c.By, in.ID, in.Lot)
}

func (s *Server) listQuestions(c *Call, in oneLot) (List[score.Question], error) {
	list, err := s.Judging.Questions(c.Context(), c.By, in.ID, in.Lot)
	return List[score.Question]{Items: append([]score.Question{}, list...)}, err
}

func (s *Server) rankBids(c *Call, in oneLot) (*bidding.Judgement, error) {
	return s.Judging.Rank(c.Context(), c.By, in.ID, in.Lot)
}
