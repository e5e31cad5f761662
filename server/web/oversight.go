package web

import (
	"context"
	"encoding/json"
	"time"

	"probity/server/audit"
	"probity/server/redflag"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// oversightRoutes is what those who oversee procedures look at besides the
// record itself.
func (s *Server) oversightRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/tenders/{id}/flags", Name: "listFlags", Right: party.RecordRead, Status: ok, Do: do(s.listFlags), Says: "Lists the warning signs that follow from the record."},
		{At: "GET /api/v1/tenders/{id}/verification", Name: "verifyArchive", Right: party.ArchiveRead, Status: ok, Within: 20 * time.Minute, Do: do(s.verifyArchive), Says: "Makes the full archive and checks it here, as a courtesy; repeat it offline."},
		{At: "GET /api/v1/tenders/{id}/spreadsheets/{kind}", Name: "getSpreadsheet", Right: party.RecordRead, Status: ok, Within: 5 * time.Minute, Do: do(s.getSpreadsheet), Says: "Gives bids, scores, contracts or payments as a spreadsheet."},
	}
}

type recordIn struct {
	oneTender
	because
}

// record is the gate before the whole record of a procedure.
func (s *Server) record(c *Call, in recordIn, right party.Action, what string) (*tender.Tender, error) {
	t, err := s.Tenders.Get(c.Context(), in.ID, c.By)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(c.By, right, t.Buyer.ID); err != nil {
		return nil, err
	}
	return t, s.noteRead(c, in.because, right, t, what)
}

func (s *Server) verifyArchive(c *Call, in recordIn) (*audit.Report, error) {
	t, err := s.record(c, in, party.ArchiveRead, "verification")
	if err != nil {
		return nil, err
	}
	r, err := s.Archives.Verify(c.Context(), t.ID, "full")
	if err != nil {
		return nil, err
	}
	return r.In(Said(c.lang())), nil
}

func (s *Server) listFlags(c *Call, in recordIn) (List[redflag.Flag], error) {
	t, err := s.record(c, in, party.RecordRead, "flags")
	if err != nil {
		return List[redflag.Flag]{}, err
	}
	p := redflag.Procedure{Published: t.Published, Deadline: t.Notice.Timetable.Deadline, Cancelled: t.Phase == tender.Cancelled,
		Competitive: t.Policy != nil && (t.Policy.Method == rules.Open || t.Policy.Method == rules.Selective)}
	for _, part := range []func(context.Context, *tender.Tender, party.Actor, *redflag.Procedure) error{s.flagChanges, s.flagPlan, s.flagLots, s.flagHistory} {
		if err := part(c.Context(), t, c.By, &p); err != nil {
			return List[redflag.Flag]{}, err
		}
	}
	return List[redflag.Flag]{Items: redflag.Find(p)}, nil
}

// flagScan bounds the pages of the log that are looked through for amendments,
// which stand among the bids.
const flagScan = 40

// flagChanges finds the deadline as it was first published, and the amendments.
func (s *Server) flagChanges(ctx context.Context, t *tender.Tender, _ party.Actor, p *redflag.Procedure) error {
	from, deadline := int64(0), time.Time{}
	for range flagScan {
		page, err := s.Engine.EntriesOn(ctx, t.ID, from, factPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, e := range page {
			from = e.Index + 1
			if e.Record == nil || e.Name != "tender.publish" && e.Name != "tender.amend" && e.Name != "tender.extend" && e.Name != "tender.prolong" {
				continue
			}
			f, err := event.Parse(e.Record)
			if err != nil {
				return err
			}
			before := deadline
			if at := deadlineIn(f); !at.IsZero() {
				deadline = at
			}
			switch e.Name {
			case "tender.publish":
				p.Published, p.Deadline = f.At, deadline
			case "tender.amend":
				p.Amended = append(p.Amended, redflag.Amendment{At: f.At, Before: before, After: deadline})
			}
		}
	}
	return nil
}

// deadlineIn is the deadline that a fact sets.
func deadlineIn(f event.Event) time.Time {
	var d struct {
		Deadline time.Time     `json:"deadline"`
		Notice   tender.Notice `json:"notice"`
	}
	if json.Unmarshal(f.Data, &d) != nil || !d.Deadline.IsZero() {
		return d.Deadline
	}
	return d.Notice.Timetable.Deadline
}

// flagPlan asks whether the buyer had a plan for the fiscal year in which it
// published the notice, and whether the notice comes from it.
func (s *Server) flagPlan(ctx context.Context, t *tender.Tender, _ party.Actor, p *redflag.Procedure) (err error) {
	p.Planned = t.Notice.Planned != nil
	at := t.Published
	if t.Policy != nil {
		at = at.In(t.Policy.Location())
	}
	p.PlanOf, err = s.Plans.InForce(ctx, t.Buyer.ID, at)
	return err
}

// flagLots gathers the opened bids and what became of them.
func (s *Server) flagLots(ctx context.Context, t *tender.Tender, by party.Actor, p *redflag.Procedure) error {
	awards, err := s.Awards.Current(ctx, t, by)
	if err != nil {
		return err
	}
	for _, l := range t.Lots {
		lot := redflag.Lot{ID: l.ID}
		table, err := s.bidsOf(ctx, t, l.ID)
		if err != nil {
			return err
		}
		for _, b := range table {
			lot.Bids = append(lot.Bids, redflag.Bid{Bidder: b.Bidder.ID, Price: b.Price, Valid: b.Status == "valid"})
		}
		if a := awards[l.ID]; a != nil && a.Decision.Winner != nil {
			lot.Winner = a.Decision.Winner.Supplier.ID
		}
		if lot.Owed, err = s.Securities.Late(ctx, t, l.ID); err != nil {
			return err
		}
		p.Lots = append(p.Lots, lot)
	}
	return nil
}

// flagTenders is how many of the buyer's latest procedures count.
const flagTenders = 100

func (s *Server) flagHistory(ctx context.Context, t *tender.Tender, by party.Actor, p *redflag.Procedure) error {
	p.History.Won = map[string]int{}
	found, _, err := s.Tenders.Tenders.Find(ctx, store.Query{Index: "buyer", Eq: []any{t.Buyer.ID}, Desc: true, Limit: flagTenders})
	if err != nil {
		return err
	}
	for _, x := range found {
		awards, err := s.Awards.Current(ctx, x, by)
		if err != nil {
			return err
		}
		for _, a := range awards {
			if w := a.Decision.Winner; w != nil {
				p.History.Lots++
				p.History.Won[w.Supplier.ID]++
			}
		}
	}
	return nil
}
