package web

import (
	"probity/bidding"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

// awardRoutes is the decision over a lot, and what each bidder is told.
func (s *Server) awardRoutes() []Route {
	const lot = "/api/v1/tenders/{id}/lots/{lot}"
	return []Route{
		{At: "GET " + lot + "/awards", Name: "listAwards", Right: Open, Status: ok, Do: do(s.listAwards), Says: "Lists the awards of a lot, those that fell included."},
		{At: "POST " + lot + "/awards", Name: "proposeAward", Right: party.AwardDecide, Status: made, Do: do(s.proposeAward), Says: "Proposes to award the lot to the first in rank who may still win."},
		{At: "POST " + lot + "/awards/none", Name: "proposeNone", Right: party.AwardDecide, Status: made, Do: do(s.proposeNone), Says: "Proposes to end the lot without an award."},
		{At: "GET " + lot + "/ranking", Name: "getRanking", Right: Open, Status: ok, Do: do(s.getRanking), Says: "Shows the ranking with every sum, once the award is decided."},
		{At: "GET /api/v1/awards/{award}", Name: "getAward", Right: Open, Status: ok, Do: do(s.getAward), Says: "Shows an award, and the record an approver signs."},
		{At: "POST /api/v1/awards/{award}/decide", Name: "decideAward", Right: party.AwardApprove, Status: ok, Do: do(s.decideAward), Says: "Decides, as a second person, with a signature."},
		{At: "POST /api/v1/awards/{award}/return", Name: "returnAward", Right: party.AwardApprove, Status: ok, Do: do(s.returnAward), Says: "Gives a proposal back."},
		{At: "POST /api/v1/awards/{award}/retract", Name: "retractAward", Right: party.AwardDecide, Status: ok, Do: do(s.retractAward), Says: "Takes one's own proposal back."},
		{At: "POST /api/v1/awards/{award}/decline", Name: "declineAward", Right: party.AwardDecline, Status: ok, Do: do(s.declineAward), Says: "Declines, as the winner; the next in rank follows."},
		{At: "POST /api/v1/awards/{award}/pass-over", Name: "passOverAward", Right: party.AwardDecide, Status: ok, Do: do(s.passOverAward), Says: "Passes a winner over who has failed."},
		{At: "GET /api/v1/awards/{award}/notice", Name: "getAwardNotice", Right: party.AwardDebrief, Status: ok, Do: do(s.getAwardNotice), Says: "Shows what one's own organisation was told: result, reasons, scores."},
		{At: "GET " + lot + "/notices", Name: "listLotNotices", Right: party.AwardDebrief, Status: ok, Do: do(s.listLotNotices), Says: "Lists the notices one's own organisation has had about a lot, last first."},
		{At: "GET /api/v1/desk/notices", Name: "listAwardNotices", Right: party.AwardDebrief, Status: ok, Do: do(s.listAwardNotices), Says: "Lists the notices one's own organisation has had."},
	}
}

// awardOut is an award with what its approver signs.
type awardOut struct {
	*award.Award
	Actions []award.Action `json:"actions" doc:"what the asker may do now"`
	ToSign  toSign         `json:"toSign"`
}

// award shows an award to whoever asks.
func (s *Server) award(c *Call, a *award.Award, err error) (awardOut, error) {
	if err != nil {
		return awardOut{}, err
	}
	actions, err := s.Awards.Actions(c.Context(), a, c.By)
	if err != nil {
		return awardOut{}, err
	}
	return awardOut{a, actions, toSign{sign.Approve, string(a.Decision.Record())}}, nil
}

func (s *Server) listAwards(c *Call, in oneLot) (List[awardOut], error) {
	out := List[awardOut]{Items: []awardOut{}}
	list, err := s.Awards.List(c.Context(), in.ID, in.Lot, c.By)
	if err != nil {
		return out, err
	}
	for _, a := range list {
		x, err := s.award(c, a, nil)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, x)
	}
	return out, nil
}

type proposeIn struct {
	oneLot
	Reasons tender.Text `json:"reasons" validate:"required"`
}

func (s *Server) proposeAward(c *Call, in proposeIn) (awardOut, error) {
	a, err := s.Awards.Propose(c.Context(), in.ID, in.Lot, c.By, in.Reasons)
	return s.award(c, a, err)
}

type proposeNoneIn struct {
	proposeIn
	Why string `json:"why" validate:"required,max=40" doc:"code of eForms non-award-justification"`
}

func (s *Server) proposeNone(c *Call, in proposeNoneIn) (awardOut, error) {
	a, err := s.Awards.ProposeNone(c.Context(), in.ID, in.Lot, c.By, in.Why, in.Reasons)
	return s.award(c, a, err)
}

// getRanking is public with the award; before it is for those who judge.
func (s *Server) getRanking(c *Call, in oneLot) (*bidding.Judgement, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	l := t.Lot(in.Lot)
	if l == nil {
		return nil, fault.New(fault.Missing, "lot.missing", "This tender has no such lot.")
	}
	if l.Award == "" && party.Allowed(c.By, party.EvaluationRead, t.Buyer.ID) != nil {
		return nil, fault.New(fault.Missing, "award.no_ranking", "The ranking is public once the award is decided.")
	}
	if err := s.Judging.Cleared(c.Context(), c.By, t); err != nil {
		return nil, err
	}
	return s.Judging.Judgement(c.Context(), t, in.Lot)
}

type oneAward struct {
	Award string `path:"award" validate:"max=200"`
}

func (s *Server) getAward(c *Call, in oneAward) (awardOut, error) {
	a, err := s.Awards.Get(c.Context(), in.Award, c.By)
	return s.award(c, a, err)
}

type decideIn struct {
	oneAward
	Signature sign.Signature `json:"signature"`
}

func (s *Server) decideAward(c *Call, in decideIn) (awardOut, error) {
	a, err := s.Awards.Decide(c.Context(), in.Award, c.By, in.Signature)
	return s.award(c, a, err)
}

type awardReasonIn struct {
	oneAward
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) returnAward(c *Call, in awardReasonIn) (awardOut, error) {
	a, err := s.Awards.Return(c.Context(), in.Award, c.By, in.Reason)
	return s.award(c, a, err)
}

func (s *Server) retractAward(c *Call, in awardReasonIn) (awardOut, error) {
	a, err := s.Awards.Retract(c.Context(), in.Award, c.By, in.Reason)
	return s.award(c, a, err)
}

func (s *Server) declineAward(c *Call, in awardReasonIn) (awardOut, error) {
	a, err := s.Awards.Decline(c.Context(), in.Award, c.By, in.Reason)
	return s.award(c, a, err)
}

func (s *Server) passOverAward(c *Call, in awardReasonIn) (awardOut, error) {
	a, err := s.Awards.PassOver(c.Context(), in.Award, c.By, in.Reason)
	return s.award(c, a, err)
}

func (s *Server) getAwardNotice(c *Call, in oneAward) (*award.Notice, error) {
	return s.Awards.Notice(c.Context(), in.Award, c.By)
}

func (s *Server) listLotNotices(c *Call, in oneLot) (List[*award.Notice], error) {
	list, err := s.Awards.NoticesOf(c.Context(), in.ID, in.Lot, c.By)
	return List[*award.Notice]{Items: append([]*award.Notice{}, list...)}, err
}

func (s *Server) listAwardNotices(c *Call, in Paging) (List[*award.Notice], error) {
	list, next, err := s.Awards.MyNotices(c.Context(), c.By, in.After, in.Size())
	return List[*award.Notice]{Items: append([]*award.Notice{}, list...), Next: next}, err
}
