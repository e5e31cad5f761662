package web

import (
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

// openerRoutes is the openers of a tender: their keys, their word over the
// manifest, and their replacement.
func (s *Server) openerRoutes() []Route {
	return []Route{
		{At: "POST /api/v1/tenders/{id}/openers/key", Name: "giveOpenerKey", Right: party.OpeningKey, Status: 200, Do: do(s.giveOpenerKey), Says: "Registers the key an opener has made for this tender."},
		{At: "POST /api/v1/tenders/{id}/openers/key/destruction", Name: "destroyOpenerKey", Right: party.OpeningKey, Status: 200, Do: do(s.destroyOpenerKey), Says: "Puts on record that an opener has destroyed the key made for this tender."},
		{At: "GET /api/v1/tenders/{id}/openers/consent", Name: "getConsentRecord", Right: party.OpeningKey, Status: 200, Do: do(s.getConsentRecord), Says: "Gives the record that an opener signs about the manifest."},
		{At: "POST /api/v1/tenders/{id}/openers/signature", Name: "signManifest", Right: party.OpeningKey, Status: 200, Do: do(s.signManifest), Says: "Signs the opener manifest."},
		{At: "PUT /api/v1/tenders/{id}/openers", Name: "replaceOpeners", Right: party.TenderAmend, Status: 200, Do: do(s.replaceOpeners), Says: "Names new openers while bids come in."},
		{At: "POST /api/v1/tenders/{id}/openers/enforce", Name: "enforceOpeners", Right: party.TenderAmend, Status: 200, Do: do(s.enforceOpeners), Says: "Puts new openers in force; bids must be made anew."},
	}
}

type openerKeyIn struct {
	oneTender
	Key string `json:"key" validate:"required,max=4000" doc:"age1pq1..."`
}

func (s *Server) giveOpenerKey(c *Call, in openerKeyIn) (tenderOut, error) {
	t, err := s.Tenders.GiveKey(c.Context(), in.ID, c.By, in.Key)
	return s.show(c, t, err)
}

func (s *Server) destroyOpenerKey(c *Call, in openerKeyIn) (tenderOut, error) {
	t, err := s.Tenders.DestroyKey(c.Context(), in.ID, c.By, in.Key)
	return s.show(c, t, err)
}

func (s *Server) getConsentRecord(c *Call, in oneTender) (toSign, error) {
	record, err := s.Tenders.ConsentRecord(c.Context(), in.ID, c.By)
	return toSign{sign.Manifest, string(record)}, err
}

func (s *Server) signManifest(c *Call, in signatureIn) (tenderOut, error) {
	t, err := s.Tenders.SignManifest(c.Context(), in.ID, c.By, in.Signature)
	return s.show(c, t, err)
}

type openersIn struct {
	oneTender
	Seen   IfMatch              `header:"If-Match"`
	Groups []tender.OpenerGroup `json:"groups" validate:"required,min=1,max=8"`
}

func (s *Server) replaceOpeners(c *Call, in openersIn) (tenderOut, error) {
	t, err := s.Tenders.ReplaceOpenersSeen(c.Context(), in.ID, int64(in.Seen), c.By, in.Groups)
	return s.show(c, t, err)
}

func (s *Server) enforceOpeners(c *Call, in tenderReasonIn) (tenderOut, error) {
	t, err := s.Tenders.Reseal(c.Context(), in.ID, c.By, in.Reason)
	return s.show(c, t, err)
}
