package web

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"probity/bidding"
	"probity/server/visible"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
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
	ByName string          `json:"byName,omitempty" doc:"for overseers: who did it, as they are called today; people of suppliers are not named"`
}

type listFactsIn struct {
	oneTender
	factsIn
}

// factsIn is which facts are asked for.
type factsIn struct {
	because
	Public bool  `query:"public" doc:"true for what anybody may read, whoever asks: that needs no reason"`
	From   int64 `query:"from" validate:"gte=0" doc:"index in the log to begin at"`
	Limit  int   `query:"limit" validate:"gte=0,lte=500" doc:"how many; 500 if absent"`
}

// factPage is how many facts are on a page.
const factPage = 500

func (s *Server) listFacts(c *Call, in listFactsIn) (List[factOut], error) {
	l := List[factOut]{Items: []factOut{}}
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return l, err
	}
	whole := !in.Public && party.Allowed(c.By, party.RecordRead, t.Buyer.ID) == nil
	if whole {
		if err := s.noteRead(c, in.because, party.RecordRead, t, "facts"); err != nil {
			return l, err
		}
	}
	return s.factsOn(c, t.ID, in.factsIn, whole, func(e store.Entry) bool {
		return visible.Public(e.Name, t) || whole && !hidden(e, t)
	})
}

// factsOn lists the facts of a topic that may be shown, and who did them if that
// may be told.
func (s *Server) factsOn(c *Call, topic string, in factsIn, named bool, may func(store.Entry) bool) (List[factOut], error) {
	l, err := s.factsOf(c.Context(), topic, in, may)
	if err == nil && named {
		err = s.nameActors(c.Context(), l.Items)
	}
	return l, err
}

func (s *Server) factsOf(ctx context.Context, topic string, in factsIn, may func(store.Entry) bool) (List[factOut], error) {
	l := List[factOut]{Items: []factOut{}}
	from, most := in.From, cmp.Or(in.Limit, factPage)
	for range factScan { // to a full page of what is shown: how much is not shown does not tell
		page, err := s.Engine.EntriesOn(ctx, topic, from, factPage)
		if err != nil || len(page) == 0 {
			return l, err
		}
		for _, e := range page {
			from = e.Index + 1
			if e.Record == nil || !may(e) {
				continue
			}
			if len(l.Items) == most {
				l.Next = strconv.FormatInt(l.Items[most-1].Index+1, 10)
				return l, nil
			}
			l.Items = append(l.Items, factOut{Index: e.Index, ID: e.ID, Name: e.Name, Record: e.Record, Salt: e.Salt, Leaf: e.Leaf})
		}
	}
	l.Next = strconv.FormatInt(from, 10)
	return l, nil
}

// nameActors says who did what, but not of people of suppliers: that would tell
// who asked a question, and who takes part while bids come in.
func (s *Server) nameActors(ctx context.Context, list []factOut) error {
	by := make([]string, len(list))
	for i, f := range list {
		e, err := event.Parse(f.Record)
		if err != nil {
			return err
		}
		by[i] = e.By
	}
	users, err := each(ctx, by, s.People.Users.Get)
	for i := range list {
		if u := users[by[i]]; u != nil && !slices.ContainsFunc(u.Memberships, ofSupplier) {
			list[i].ByName = u.Name
		}
	}
	return err
}

func ofSupplier(m party.Membership) bool { return m.Kind == party.KindSupplier }

// factScan bounds the pages that are looked through for one answer.
const factScan = 10

// hidden reports whether a fact would show who takes part while bids come in.
// That is nobody's to know, and so not theirs who oversee the procedure.
func hidden(e store.Entry, t *tender.Tender) bool {
	kind, _, _ := strings.Cut(e.ID, "/")
	return t.Closed.IsZero() && t.Ended.IsZero() && (kind == bidding.Kind || e.Name == bidding.FactRefuse)
}

type publicReceiptIn struct {
	oneTender
	Fact string `query:"fact" validate:"required,max=300"`
}

func (s *Server) getPublicReceipt(c *Call, in publicReceiptIn) (receiptOut, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return receiptOut{}, err
	}
	return s.publicReceipt(c, t.ID, in.Fact, func(name string) bool { return visible.Public(name, t) })
}

// publicReceipt gives the receipt of a fact of a topic that anybody may read.
func (s *Server) publicReceipt(c *Call, topic, fact string, public func(name string) bool) (receiptOut, error) {
	none := fault.New(fault.Missing, "receipt.missing", "There is no such public record.")
	b, e, err := s.Ledger.Receipt(c.Context(), fact, 0)
	if fault.From(err).Kind == fault.Missing {
		return receiptOut{}, none
	}
	if err != nil {
		return receiptOut{}, err
	}
	if e.Topic != topic || !public(e.Name) {
		return receiptOut{}, none
	}
	return receiptOut{Fact: fact, Accepted: true, Index: e.Index, Receipt: string(b)}, nil
}
