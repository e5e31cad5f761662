package award

import (
	"context"
	"slices"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Tenders is what awards need of procedures.
type Tenders interface {
	// Get returns a tender that by may see.
	Get(ctx context.Context, id string, by party.Actor) (*tender.Tender, error)

	// MoveLot performs an action on one lot, once. See tender.Service.
	MoveLot(ctx context.Context, id, lot string, a tender.Action, ask tender.Ask, set func(*tender.Lot) error) (*tender.Tender, error)
}

// Rankings gives what the evaluation has decided. Package bidding owns it.
type Rankings interface {
	// Ranking returns the ranking that stands for the lot, or a Conflict fault.
	Ranking(ctx context.Context, tender, lot string) (Ranking, error)
}

// Complaints makes complaints take effect that have become due.
type Complaints interface {
	// Settle stops the procedure where open complaints demand it by now.
	Settle(ctx context.Context, tender string) error
}

// Ranking is the result of an evaluation.
type Ranking struct {
	Record []byte  // canonical JSON, as published; awards name it by its hash
	Places []Place // every bid that was opened, in any order
}

// Place is one bid in a ranking.
type Place struct {
	Bid     string
	Bidder  tender.OrgName
	Members []Member
	Price   tender.Money
	Score   tender.Decimal // the sum that ranks; 0 for a bid that is not ranked
	Rank    int            // from 1; 0 for a bid that was excluded
	Why     tender.Text    // why it was excluded

	// Debrief is canonical JSON: this bid's scores and their reasons, line by
	// line. Only its bidder gets it.
	Debrief []byte
}

// Service is what can be done with awards. Its fields are set once, in main.
type Service struct {
	Awards     store.Shelf[Award, *Award]
	Notices    store.Shelf[Notice, *Notice]
	Tenders    Tenders
	Rankings   Rankings
	Complaints Complaints
	Devices    tender.Devices
	Clock      tender.Clock
}

// Get returns an award that by may see: a decided one is public, a proposal is
// for those who evaluate and approve.
func (s *Service) Get(ctx context.Context, id string, by party.Actor) (*Award, error) {
	a, err := s.Awards.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	t, err := s.Tenders.Get(ctx, a.Decision.Tender, by)
	if err != nil {
		return nil, err
	}
	return a, a.visible(t, by)
}

// List returns the awards of a lot that by may see, oldest first.
func (s *Service) List(ctx context.Context, tenderID, lot string, by party.Actor) ([]*Award, error) {
	t, err := s.Tenders.Get(ctx, tenderID, by)
	if err != nil {
		return nil, err
	}
	all, err := s.ofLot(ctx, tenderID, lot)
	if err != nil {
		return nil, err
	}
	var list []*Award
	for _, a := range all {
		if a.visible(t, by) == nil {
			list = append(list, a)
		}
	}
	return list, nil
}

// Current returns the award that each lot of a tender stands by, by lot, as far
// as by may see it. It takes the tender as the caller has read it, and asks the
// engine once for all lots.
func (s *Service) Current(ctx context.Context, t *tender.Tender, by party.Actor) (map[string]*Award, error) {
	m := map[string]*Award{}
	if !slices.ContainsFunc(t.Lots, func(l tender.Lot) bool { return l.Award != "" }) {
		return m, nil
	}
	err := s.Awards.All(ctx, store.Query{Index: "lot", Eq: []any{t.ID}}, func(a *Award) error {
		if l := t.Lot(a.Decision.Lot); l != nil && l.Award == a.ID && a.visible(t, by) == nil {
			m[l.ID] = a
		}
		return nil
	})
	return m, err
}

// visible hides proposals from all who have no part in them. Overseers read
// them in the closed record, where each reading is a fact.
func (a *Award) visible(t *tender.Tender, by party.Actor) error {
	inside := party.Allowed(by, party.EvaluationRead, t.Buyer.ID) == nil && !party.Leaves(by, party.EvaluationRead)
	approves := party.Allowed(by, party.AwardApprove, t.Buyer.ID) == nil // from outside, in a body of one
	if a.Public() || inside || approves {
		return nil
	}
	return fault.New(fault.Missing, "award.missing", "There is no such award.")
}

// ofLot lists the awards of a lot, oldest first. There are at most as many as
// proposals were made.
func (s *Service) ofLot(ctx context.Context, tenderID, lot string) ([]*Award, error) {
	var list []*Award
	q := store.Query{Index: "lot", Eq: []any{tenderID, lot}}
	err := s.Awards.All(ctx, q, func(a *Award) error {
		list = append(list, a)
		return nil
	})
	return list, err
}

// fill brings what comes with an action.
type fill func(*Award, scene) (map[string]any, error)

// change takes one step of a stored award and then does what it owes. Other
// people's changes never make it fail: it starts again. Once the step is stored
// it stands; an effect that fails is not the person's fault, stays owed, and is
// tried and reported by Heal.
func (s *Service) change(ctx context.Context, id string, by party.Actor, act Action, reason tender.Text, f fill) (*Award, error) {
	for try := 0; ; try++ {
		a, err := s.step(ctx, id, by, act, reason, f)
		if fault.Coded(err, Kind+".stale") && try < 8 {
			continue
		}
		if err != nil {
			return nil, err
		}
		if then, err := s.Apply(ctx, a.ID); err == nil {
			a = then
		}
		return a, nil
	}
}

func (s *Service) step(ctx context.Context, id string, by party.Actor, act Action, reason tender.Text, f fill) (*Award, error) {
	a, err := s.Awards.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	sc, err := s.scene(ctx, a.Decision.Tender, by)
	if err != nil {
		return nil, err
	}
	if err := a.visible(sc.tender, by); err != nil {
		return nil, err
	}
	sc.reason = reason
	fact, err := a.do(act, sc, func() (map[string]any, error) { return f(a, sc) })
	if err != nil {
		return nil, err
	}
	return a, s.Awards.Put(ctx, a, fact)
}

// Actions lists what by could do with a now.
func (s *Service) Actions(ctx context.Context, a *Award, by party.Actor) ([]Action, error) {
	sc, err := s.scene(ctx, a.Decision.Tender, by)
	if err != nil {
		return nil, err
	}
	return life.Offered(a, sc), nil
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

// ended is the step that ends a proposal or an award, for its three actions.
func ended(complaint string, owed Effect) fill {
	return func(a *Award, sc scene) (map[string]any, error) {
		reason, err := sc.reason.CleanLines("reason", MaxText)
		if err != nil {
			return nil, err
		}
		a.Ended = &End{Word: Word{PersonOf(sc.by), sc.now}, Reason: reason, Complaint: complaint}
		a.Owed = owed
		data := map[string]any{"reason": reason}
		if complaint != "" {
			data["complaint"] = complaint
		}
		return data, nil
	}
}
