package web

import (
	"probity/bidding/security"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// securityRoutes is what becomes of bid securities.
func (s *Server) securityRoutes() []Route {
	const lot = "/api/v1/tenders/{id}/lots/{lot}"
	return []Route{
		{At: "GET " + lot + "/securities", Name: "listSecurities", Right: party.SecurityRead, Status: ok, Do: do(s.listSecurities), Says: "Lists the bid securities of a lot: who is to get one back, and by when."},
		{At: "POST " + lot + "/securities/{bidder}/return", Name: "returnBidSecurity", Right: party.SecurityReturn, Status: ok, Do: do(s.returnBidSecurity), Says: "Records that a bid security was returned."},
		{At: "POST " + lot + "/securities/{bidder}/keep", Name: "keepBidSecurity", Right: party.SecurityReturn, Status: ok, Do: do(s.keepBidSecurity), Says: "Records that the security of a winner without a contract is kept, and why."},
		{At: "POST " + lot + "/securities/{bidder}/correct", Name: "correctBidSecurity", Right: party.SecurityReturn, Status: ok, Do: do(s.correctBidSecurity), Says: "Takes back what was wrongly recorded of a bid security, and says why; it stays on record."},
		{At: "GET " + lot + "/bid/security", Name: "getOwnSecurity", Right: party.BidReadOwn, Status: ok, Do: do(s.getOwnSecurity), Says: "Says what became of one's own bid security."},
	}
}

type securitiesIn struct {
	closedLotIn
	Paging
}

func (s *Server) listSecurities(c *Call, in securitiesIn) (List[security.Holding], error) {
	none := List[security.Holding]{Items: []security.Holding{}}
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return none, err
	}
	list, next, err := s.Securities.List(c.Context(), t, in.Lot, c.By, store.Query{After: in.After, Limit: in.Size()})
	if err != nil {
		return none, err
	}
	return List[security.Holding]{Items: list, Next: next}, s.noteRead(c, in.because, party.SecurityRead, t, "securities "+in.Lot)
}

type oneSecurity struct {
	oneLot
	Bidder string `path:"bidder" validate:"max=80"`
}

type returnBidSecurityIn struct {
	oneSecurity
	Day rules.Date `json:"day" validate:"required" doc:"on which it was returned"`
}

func (s *Server) returnBidSecurity(c *Call, in returnBidSecurityIn) (*security.Holding, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	return s.Securities.Return(c.Context(), t, in.Lot, in.Bidder, c.By, in.Day)
}

type keepSecurityIn struct {
	oneSecurity
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) keepBidSecurity(c *Call, in keepSecurityIn) (*security.Holding, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	return s.Securities.Keep(c.Context(), t, in.Lot, in.Bidder, c.By, in.Reason)
}

type correctSecurityIn struct {
	keepSecurityIn
	Seen IfMatch `header:"If-Match"`
}

func (s *Server) correctBidSecurity(c *Call, in correctSecurityIn) (*security.Holding, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	return s.Securities.Correct(c.Context(), t, in.Lot, in.Bidder, c.By, in.Reason, int64(in.Seen))
}

func (s *Server) getOwnSecurity(c *Call, in oneLot) (*security.Holding, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	return s.Securities.Own(c.Context(), t, in.Lot, c.By)
}
