package audit

import (
	"encoding/json"

	"probity/bidding"
	"probity/tender/plan"
	"probity/tender/store"
)

// planStates says where a fact leads a plan.
var planStates = map[string]plan.State{
	"plan.create": plan.Draft, "plan.edit": plan.Draft, "plan.submit": plan.Submitted, "plan.return": plan.Draft, "plan.approve": plan.Approved,
	"plan.publish": plan.Published, "plan.revise": plan.Published, "plan.drop": plan.Published,
}

// plans compares every plan with what its facts lead to: its state, and each of
// its editions with the fact that published it.
func (f *fsck) plans() error {
	shelf := store.Shelf[plan.Plan, *plan.Plan]{Engine: f.Engine, Kind: plan.Kind}
	return shelf.All(f.ctx, store.Query{Index: "own"}, func(p *plan.Plan) error {
		facts, err := f.factsOn(p.ID)
		if err != nil {
			return err
		}
		subject := store.Subject(plan.Kind, p.ID)
		var version int64
		var state plan.State
		published := map[string]bidding.Placed{}
		for _, x := range facts {
			if t, ok := turnOf(x.ID, x.Name); ok && t.subject == subject {
				version, state = t.version, planStates[x.Name]
				published[x.ID] = x
			}
		}
		if version != p.Version { // its last facts wait for the log, or were found missing
			return nil
		}
		if state != p.State {
			f.find("plan.state", subject, "It is %s; its facts lead to %s.", p.State, state)
		}
		for _, e := range p.Editions {
			var said struct{ Content plan.Content }
			if json.Unmarshal(published[e.Fact].Data, &said) != nil || said.Content.Hash() != e.Content {
				f.find("plan.edition", subject, "Edition %d is not the one that the fact %s published.", e.Number, e.Fact)
			}
		}
		if n := len(p.Editions); n > 0 && p.Public.Hash() != p.Editions[n-1].Content {
			f.find("plan.edition", subject, "What it shows is not its edition %d.", n)
		}
		return nil
	})
}
