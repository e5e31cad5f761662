package search

import (
	"context"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/plan"
	"probity/tender/store"
)

// Intent is what a planned entry has and a notice has not.
type Intent struct {
	Plan     string // id
	Entry    string
	Expected plan.Date // the publication of the notice
}

// PlannedOf is an entry of a plan, as it is published, as it is searched. It was
// listed at a time in milliseconds.
func PlannedOf(p *plan.Plan, e plan.Entry, listed int64) Notice {
	from, _ := e.Dates.Publication.Start()
	n := Notice{
		ID: plan.ID(p.ID, e.ID), Title: e.Title, Buyer: p.Buyer, Category: e.Category, Procedure: e.Procedure, Status: Planned, Value: e.Value,
		Published: listed, Intent: &Intent{p.ID, e.ID, e.Dates.Publication},
		ExpectedFrom: from.UnixMilli(), ExpectedTo: e.Dates.Publication.End().UnixMilli(),
	}
	if e.Dates.BidsDue != "" {
		n.Deadline = e.Dates.BidsDue.End().UnixMilli()
	}
	n.class(e.Classification)
	n.Fields = append(texts(6, e.Title), texts(3, p.Buyer.Name)...)
	n.Fields = append(n.Fields, Field{n.ID + " " + e.Budget.Line + " " + p.Buyer.Identifier.ID, 4})
	n.Fields = append(n.Fields, texts(2, e.Classification.Description)...)
	n.Fields = append(n.Fields, texts(1, e.Description)...)
	n.Fields = append(n.Fields, texts(1, e.Rationale)...)
	return n
}

// fillPlanned takes in what is planned of all bodies.
func (k *Keeper) fillPlanned(ctx context.Context) error {
	all := store.Query{Index: "published", Eq: []any{"yes"}, Limit: 50}
	return k.Plans.Plans.All(ctx, all, func(p *plan.Plan) error { return k.takePlan(ctx, p) })
}

// reloadPlan takes in what a topic of the log is about, if it is a published
// plan.
func (k *Keeper) reloadPlan(ctx context.Context, id string) error {
	p, err := k.Plans.Plans.Get(ctx, id)
	if fault.Coded(err, plan.Kind+".missing") {
		return nil
	}
	if err != nil {
		return err
	}
	return k.takePlan(ctx, p)
}

// takePlan takes in the entries of a plan that wait for their notices. What has
// become of them is in their lines, which follow the same facts as this index
// does: one that is not there yet has not begun.
func (k *Keeper) takePlan(ctx context.Context, p *plan.Plan) error {
	if !p.Published() {
		return nil
	}
	lines, err := k.Plans.LinesOf(ctx, p.ID)
	if err != nil {
		return err
	}
	was := map[string]*plan.Line{}
	for _, l := range lines {
		was[l.ID] = l
	}
	for _, e := range p.Public.Entries {
		id, listed := plan.ID(p.ID, e.ID), p.Editions[len(p.Editions)-1].At
		l := was[id]
		if l != nil {
			listed = l.Listed
		}
		if len(e.Withdrawn) > 0 || l != nil && l.State == plan.Begun {
			k.Index.Remove(id)
			continue
		}
		k.Index.Put(PlannedOf(p, e, listed.UnixMilli()))
	}
	return nil
}

// givesWay takes out the entry of the plan that a published notice comes from.
// Its line says so a moment later, and for ever.
func (k *Keeper) givesWay(t *tender.Tender) {
	if t.Notice.Planned == nil {
		return
	}
	id := plan.ID(t.Notice.Planned.Plan, t.Notice.Planned.Entry)
	if n, ok := k.Index.Get(id); ok && n.Buyer.ID == t.Buyer.ID {
		k.Index.Remove(id)
	}
}
