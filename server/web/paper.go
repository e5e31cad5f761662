package web

import (
	"probity/tender/party"
)

// paperRoutes is what can be printed, and the facts of a procedure.
func (s *Server) paperRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/openings/{opening}/record.pdf", Name: "getOpeningPaper", Right: Open, Status: ok, Do: do(s.getOpeningPaper), Says: "Gives the opening record as PDF."},
		{At: "GET /api/v1/tenders/{id}/lots/{lot}/report.pdf", Name: "getReportPaper", Right: Open, Status: ok, Do: do(s.getReportPaper), Says: "Gives the evaluation report as PDF, once the award is decided."},
		{At: "GET /api/v1/desk/receipts/paper", Name: "getReceiptPaper", Right: party.BidReadOwn, Status: ok, Do: do(s.getReceiptPaper), Says: "Gives a receipt as PDF."},
	}
}

func (s *Server) getOpeningPaper(c *Call, in oneOpening) (*File, error) {
	o, err := s.Openings.Get(c.Context(), c.By, in.Opening)
	if err != nil {
		return nil, err
	}
	r, err := s.Openings.ReadRecord(c.Context(), o)
	if err != nil {
		return nil, err
	}
	t, err := s.Tenders.Get(c.Context(), o.Tender, c.By)
	if err != nil {
		return nil, err
	}
	b, err := s.Papers.OpeningRecord(c.Context(), t, r)
	return pdf("opening-record", b, err)
}

func (s *Server) getReportPaper(c *Call, in oneLot) (*File, error) {
	j, err := s.getRanking(c, in)
	if err != nil {
		return nil, err
	}
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	sheets, err := s.Judging.AllSheets(c.Context(), t, in.Lot)
	if err != nil {
		return nil, err
	}
	b, err := s.Papers.EvaluationReport(c.Context(), t, j, sheets)
	return pdf("evaluation-report", b, err)
}

func (s *Server) getReceiptPaper(c *Call, in receiptIn) (*File, error) {
	if err := s.Bids.Mine(c.Context(), c.By, in.Fact); err != nil {
		return nil, err
	}
	b, e, err := s.Ledger.Receipt(c.Context(), in.Fact, receiptTime)
	if err != nil {
		return nil, err
	}
	t, err := s.Tenders.Get(c.Context(), e.Topic, c.By)
	if err != nil {
		return nil, err
	}
	paper, err := s.Papers.Receipt(c.Context(), t, b)
	return pdf("receipt", paper, err)
}
