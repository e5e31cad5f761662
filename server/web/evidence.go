package web

import (
	"context"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/sign"
)

// tenderEvidence is what lets a bidder check a tender without believing us: the
// log has the manifest and every later deadline, and each opener has signed.
type tenderEvidence struct {
	Manifest   string                `json:"manifest" doc:"receipt of the fact that put the opener manifest in force"`
	Extensions []string              `json:"extensions" doc:"receipts of the later deadlines, in order"`
	Devices    map[string][]sign.Key `json:"devices" doc:"the keys that openers have signed the manifest with, by person"`
}

func (s *Server) getTenderEvidence(c *Call, in oneTender) (tenderEvidence, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return tenderEvidence{}, err
	}
	out := tenderEvidence{Extensions: []string{}, Devices: map[string][]sign.Key{}}
	if t.Published.IsZero() {
		return out, fault.New(fault.Missing, "tender.unpublished", "There is no evidence for what is not published.")
	}
	if out.Manifest, err = s.inLog(c.Context(), t.Openers.Fact); err != nil {
		return out, err
	}
	for _, fact := range t.Openers.ExtensionFacts {
		r, err := s.inLog(c.Context(), fact)
		if err != nil {
			return out, err
		}
		out.Extensions = append(out.Extensions, r)
	}
	for _, g := range t.Openers.Groups {
		for _, m := range g.Members {
			if err := s.openerKey(c.Context(), m, out.Devices); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// inLog waits a moment for a fact that is on its way into the log.
func (s *Server) inLog(ctx context.Context, fact string) (string, error) {
	b, _, err := s.Ledger.Receipt(ctx, fact, receiptTime)
	return string(b), err
}

// openerKey adds the public key that an opener has signed the manifest with.
func (s *Server) openerKey(ctx context.Context, m tender.Opener, into map[string][]sign.Key) error {
	if m.Signature == nil {
		return nil
	}
	list, err := s.People.Devices(ctx, m.User)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.Key.ID == m.Signature.Key {
			into[m.User] = append(into[m.User], d.Key)
		}
	}
	return nil
}
