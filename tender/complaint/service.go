package complaint

import (
	"context"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Tenders is what complaints need of procedures.
type Tenders interface {
	// Get returns a tender that by may see.
	Get(ctx context.Context, id string, by party.Actor) (*tender.Tender, error)

	// MoveLot performs an action on one lot, once. See tender.Service.
	MoveLot(ctx context.Context, id, lot string, a tender.Action, ask tender.Ask, set func(*tender.Lot) error) (*tender.Tender, error)

	// Suspend holds a lot ("" for all) up until Resume. Both may run again.
	Suspend(ctx context.Context, id, lot, complaint string) (*tender.Tender, error)
	Resume(ctx context.Context, id, complaint string) (*tender.Tender, error)
}

// Awards is what complaints need of awards.
type Awards interface {
	// Get returns an award that by may see.
	Get(ctx context.Context, id string, by party.Actor) (*award.Award, error)

	// SetAside annuls an award, once. See award.Service.
	SetAside(ctx context.Context, id, complaint string, by party.Actor, reason tender.Text) (*award.Award, error)
}

// Suppliers tells about organisations that sell.
type Suppliers interface {
	// Supplier returns the organisation as papers name it, or a fault if its
	// claim to be what it says is not confirmed.
	Supplier(ctx context.Context, org string) (tender.OrgName, error)
}

// Bidders tells who has bid. The answer stays inside: it is no more public
// before closing than the bids are.
type Bidders interface {
	// HasBid reports whether org has a bid for the lot, or with "" for any.
	HasBid(ctx context.Context, tender, lot, org string) (bool, error)
}

// Service is what can be done with complaints. Its fields are set once, in main.
type Service struct {
	Complaints store.Shelf[Complaint, *Complaint]
	Tenders    Tenders
	Awards     Awards
	Suppliers  Suppliers
	Bidders    Bidders
	Clock      tender.Clock
	NewID      func(context.Context) string // an id that was never used
}

// Get returns by's view of a complaint.
func (s *Service) Get(ctx context.Context, id string, by party.Actor) (View, error) {
	c, sc, err := s.load(ctx, id, by)
	if err != nil {
		return View{}, err
	}
	return c.show(sc), nil
}

// List returns by's view of one page of a tender's complaints, first filed
// first, and the cursor of the next. Those that by may not know of are left
// out, so a page may be short.
func (s *Service) List(ctx context.Context, tenderID string, by party.Actor, after string, limit int) ([]View, string, error) {
	sc, err := s.scene(ctx, tenderID, by)
	if err != nil {
		return nil, "", err
	}
	list, next, err := s.Complaints.Find(ctx, store.Query{Index: "tender", Eq: []any{tenderID}, After: after, Limit: limit})
	var views []View
	for _, c := range list {
		if c.visible(sc) == nil {
			views = append(views, c.show(sc))
		}
	}
	return views, next, err
}

// Desk returns one page of the complaints in a state, first filed first, for
// those who decide them.
func (s *Service) Desk(ctx context.Context, by party.Actor, state State, after string, limit int) ([]View, string, error) {
	if err := party.Allowed(by, party.ComplaintDecide); err != nil {
		return nil, "", err
	}
	list, next, err := s.Complaints.Find(ctx, store.Query{Index: "state", Eq: []any{string(state)}, After: after, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	views := make([]View, len(list))
	for i, c := range list {
		sc, err := s.scene(ctx, c.Tender, by)
		if err != nil {
			return nil, "", err
		}
		views[i] = c.show(sc)
	}
	return views, next, nil
}

// fill brings what comes with an action.
type fill func(*Complaint, scene) (map[string]any, error)

// change takes one step of a stored complaint and then does what it owes. Other
// people's changes never make it fail: it starts again. Once the step is stored
// it stands; an effect that fails stays owed, and is tried and reported by Heal.
func (s *Service) change(ctx context.Context, id string, by party.Actor, a Action, text tender.Text, f fill) (View, error) {
	for try := 0; ; try++ {
		sc, err := s.step(ctx, id, by, a, text, f)
		if fault.Coded(err, Kind+".stale") && try < 8 {
			continue
		}
		if err != nil {
			return View{}, err
		}
		return s.after(ctx, id, sc)
	}
}

func (s *Service) step(ctx context.Context, id string, by party.Actor, a Action, text tender.Text, f fill) (scene, error) {
	c, sc, err := s.load(ctx, id, by)
	if err != nil {
		return scene{}, err
	}
	sc.text = text
	fact, err := c.do(a, sc, func() (map[string]any, error) { return f(c, sc) })
	if err != nil {
		return scene{}, err
	}
	return sc, s.Complaints.Put(ctx, c, fact)
}

// after does what a stored step owes, if it can be done now, and shows what has
// become of the complaint.
func (s *Service) after(ctx context.Context, id string, sc scene) (View, error) {
	_ = s.Apply(ctx, id) // see change
	c, err := s.Complaints.Get(ctx, id)
	if err != nil {
		return View{}, err
	}
	return c.show(sc), nil
}

func (s *Service) load(ctx context.Context, id string, by party.Actor) (*Complaint, scene, error) {
	c, err := s.Complaints.Get(ctx, id)
	if err != nil {
		return nil, scene{}, err
	}
	sc, err := s.scene(ctx, c.Tender, by)
	if err != nil {
		return nil, scene{}, err
	}
	return c, sc, c.visible(sc)
}

// scene loads what decisions look at; the time is read last.
func (s *Service) scene(ctx context.Context, tenderID string, by party.Actor) (scene, error) {
	t, err := s.Tenders.Get(ctx, tenderID, by)
	if err != nil {
		return scene{}, err
	}
	now, err := s.Clock.Now(ctx)
	return scene{tender: t, by: by, now: now}, err
}
