package web

import (
	"encoding/json"

	"probity/server/visible"
	"probity/tender/fault"
	"probity/tender/party"
)

// factRoutes is the public record of a procedure, as it stands in the log.
func (s *Server) factRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/tenders/{id}/facts", Name: "listFacts", Right: Open, Status: ok, Do: do(s.listFacts), Says: "Lists the facts of a tender that the asker may read, with the salts that show their place in the log."},
		{At: "GET /api/v1/tenders/{id}/receipt", Name: "getPublicReceipt", Right: Open, Status: ok, Do: do(s.getPublicReceipt), Says: "Gives the receipt of one such fact."},
	}
}

// factOut is a fact in its place.
type factOut struct {
	Index  int64           `json:"index"`
	ID     string          `json:"id"`
	Name   string          `json:"name"`
	Record json.RawMessage `json:"record" doc:"canonical JSON, exactly these bytes"`
	Salt   []byte          `json:"salt"`
	Leaf   []byte          `json:"leaf"`
}

type listFactsIn struct {
	oneTender
	because
	From int64 `query:"from" validate:"gte=0" doc:"index in the log to begin at"`
}

// factPage is how many entries of a procedure are looked at for one page.
const factPage = 500

func (s *Server) listFacts(c *Call, in listFactsIn) (List[factOut], error) {
	l := List[factOut]{Items: []factOut{}}
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return l, err
	}
	whole := party.Allowed(c.By, party.RecordRead, t.Buyer.ID) == nil
	if whole {
		if err := s.noteRead(c, in.because, party.RecordRead, t, "facts"); err != nil {
			return l, err
		}
	}
	page, err := s.Engine.EntriesOn(c.Context(), t.ID, in.From, factPage)
	if err != nil {
		return l, err
	}
	for _, e := range page {
		if e.Record != nil && (whole || visible.Public(e.Name, t)) {
			l.Items = append(l.Items, factOut{e.Index, e.ID, e.Name, e.Record, e.Salt, e.Leaf})
		}
	}
	if len(page) == factPage {
		next, _ := json.Marshal(page[len(page)-1].Index + 1)
		l.Next = string(next)
	}
	return l, nil
}

type publicReceiptIn struct {
	oneTender
	Fact string `query:"fact" validate:"required,max=300"`
}

func (s *Server) getPublicReceipt(c *Call, in publicReceiptIn) (receiptOut, error) {
	none := fault.New(fault.Missing, "receipt.missing", "There is no such public record.")
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return receiptOut{}, err
	}
	b, e, err := s.Ledger.Receipt(c.Context(), in.Fact, 0)
	if fault.From(err).Kind == fault.Missing {
		return receiptOut{}, none
	}
	if err != nil {
		return receiptOut{}, err
	}
	if e.Topic != t.ID || !visible.Public(e.Name, t) {
		return receiptOut{}, none
	}
	return receiptOut{Fact: in.Fact, Accepted: true, Index: e.Index, Receipt: string(b)}, nil
}
