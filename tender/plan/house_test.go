package plan_test

import (
	"context"
	"path/filepath"
	"testing"

	"probity/server/store/bolt"
	"probity/tender"
	. "probity/tender/award/awardtest"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/sign"
	"probity/tender/store"
)

func open(t testing.TB, kinds []store.Collection) store.Engine {
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), kinds, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// house is a body with its plans. Its log is what waits for it.
type house struct {
	*World
	*plan.Service
}

// Fact finds a fact among those that wait.
func (h *house) Fact(ctx context.Context, id string) (event.Event, error) {
	all, err := h.Engine.Pending(ctx, 1000)
	for _, f := range all {
		if f.ID == id {
			return f, nil
		}
	}
	if err == nil {
		err = store.ErrMissing
	}
	return event.Event{}, err
}

func newHouse(t *testing.T) *house {
	w := New(t, open, plan.Collections...)
	h := &house{World: w}
	h.Service = &plan.Service{
		Plans:   store.Shelf[plan.Plan, *plan.Plan]{Engine: w.Engine, Kind: plan.Kind},
		Planned: store.Shelf[plan.Line, *plan.Line]{Engine: w.Engine, Kind: plan.LineKind},
		Clock:   w.Clock, Rules: w.Tenders.Rules, Buyers: w.Register, Devices: Devices{}, Log: h, NewID: w.NewID,
	}
	w.Tenders.Plans = h.Service
	return h
}

func head() plan.Content {
	return plan.Content{Year: 2026, Title: Text("Purchases of 2026"), Contact: plan.Contact{Name: "Procurement office", Email: "buy@example.org"}}
}

func salt() plan.Entry {
	value := tender.MustMoney("120000.00", "CNY")
	return plan.Entry{Title: tender.Text{"en": "Road salt", "zh-CN": "融雪盐"}, Category: tender.Goods, Value: &value, RuleSet: "generic", Procedure: "open",
		Classification: tender.Classification{Scheme: "CPV", ID: "34927100-2"}, Budget: plan.Budget{Line: "2210-07", Source: Text("City budget")},
		Dates: plan.Dates{Publication: "2026-05", BidsDue: "2026-06-15", Award: "2026-07", Start: "2026-09-01", End: "2027-03"}}
}

func (h *house) create() plan.View {
	h.Helper()
	v, err := h.Create(h.Context(), Officer, head())
	h.Ok(err)
	return v
}

func (h *house) add(id string, e plan.Entry) string {
	h.Helper()
	_, entry, err := h.Add(h.Context(), id, Officer, e)
	h.Ok(err)
	return entry
}

func (h *house) approve(id string, by party.Actor) error {
	h.Helper()
	p, err := h.Plans.Get(h.Context(), id)
	h.Ok(err)
	_, err = h.Service.Approve(h.Context(), id, by, Signature(h.T, by, sign.Approve, p.Record()))
	return err
}

// out makes what is written the next edition, and lets the lines follow.
func (h *house) out(id string) plan.View {
	h.Helper()
	_, err := h.Submit(h.Context(), id, Officer)
	h.Ok(err)
	h.Ok(h.approve(id, Approver))
	v, err := h.Service.Publish(h.Context(), id, Approver)
	h.Ok(err)
	h.followAll()
	return v
}

func (h *house) followAll() {
	h.Helper()
	all, err := h.Engine.Pending(h.Context(), 1000)
	h.Ok(err)
	for _, f := range all {
		h.Ok(h.Take(h.Context(), f))
	}
}

// published is a plan with one entry.
func (h *house) published() string {
	h.Helper()
	v := h.create()
	h.add(v.ID, salt())
	h.out(v.ID)
	return v.ID
}

func first[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func first2[T any](x T, _ string, err error) T { return first(x, err) }
