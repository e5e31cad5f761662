package app

import (
	"context"

	"probity/tender/event"
	"probity/tender/plan"
	"probity/tender/store"
)

// openPlans builds the plans, and lets tenders come from them.
func (a *App) openPlans() {
	a.Plans = &plan.Service{
		Plans:   shelf[plan.Plan](a.Engine, plan.Kind),
		Planned: shelf[plan.Line](a.Engine, plan.LineKind),
		Clock:   a.Clock, Rules: a.Tenders.Rules, Buyers: a.People, Devices: a.People, Log: history{a.Engine},
		NewID: a.Tenders.NewID, // with an entry's number it is an ocid
	}
	a.Tenders.Plans = a.Plans
}

// history gives back single facts of the log.
type history struct{ engine store.Engine }

func (h history) Fact(ctx context.Context, id string) (event.Event, error) {
	e, err := h.engine.EntryOf(ctx, id)
	if err != nil {
		return event.Event{}, err
	}
	return event.Parse(e.Record)
}
