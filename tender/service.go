package tender

import (
	"context"
	"errors"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// Clock is the legal clock: the engine's time, or in a sandbox that time moved
// forward. All deadlines follow it.
type Clock interface {
	Now(ctx context.Context) (time.Time, error)
}

// Buyers tells about organisations that buy.
type Buyers interface {
	// Buyer returns the organisation as papers name it, or a fault if its
	// claim to be what it says is not confirmed.
	Buyer(ctx context.Context, org string) (OrgName, error)
}

// Service is what can be done with tenders. Its fields are set once, in main.
type Service struct {
	Tenders store.Shelf[Tender, *Tender]
	Clock   Clock
	Rules   *rules.Library
	Buyers  Buyers
	Sealing Sealing
	Devices Devices
	Files   Files
	Uptime  Uptime                       // nil: nothing is known of outages
	Plans   Plans                        // nil: no procedure comes from a plan
	NewID   func(context.Context) string // an ocid that was never used

	looked looked
}

// Plan is what an officer fills in for a draft.
type Plan struct {
	Notice  Notice
	RuleSet string
	Groups  []OpenerGroup
	Panel   []Member
}

// Create starts a draft.
func (s *Service) Create(ctx context.Context, by party.Actor, p Plan) (*Tender, error) {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return nil, err
	}
	if f := party.Allowed(by, party.TenderCreate, by.Org); f != nil {
		return nil, f
	}
	buyer, err := s.Buyers.Buyer(ctx, by.Org)
	if err != nil {
		return nil, err
	}
	p.Notice = p.Notice.inUTC()
	t := &Tender{Root: store.Root{ID: s.NewID(ctx)}, Phase: Draft, Buyer: buyer, Created: now}
	if err := s.fill(ctx, t, by, p); err != nil {
		return nil, err
	}
	fact := event.New("tender.create", t.ID, by.ID(), now, planned(p))
	made, err := s.put(ctx, t, fact)
	if fault.Coded(err, Kind+".taken") { // by this very request, before it broke off
		return s.Get(ctx, t.ID, by)
	}
	return made, err
}

// planned is what the facts of a draft say: the notice, and who is named.
func planned(p Plan) map[string]any {
	return map[string]any{"notice": p.Notice, "ruleSet": p.RuleSet,
		"groups": append([]OpenerGroup{}, p.Groups...), "panel": append([]Member{}, p.Panel...)}
}

// Edit replaces the draft. version is the one that the officer saw.
func (s *Service) Edit(ctx context.Context, id string, version int64, by party.Actor, p Plan) (*Tender, error) {
	p.Notice = p.Notice.inUTC()
	return s.changeSeen(ctx, id, version, by, party.TenderEdit, func(t *Tender, ask Ask) ([]event.Event, error) {
		if _, err := life.Find(t, Edit, ask); err != nil {
			return nil, err
		}
		if err := s.fill(ctx, t, by, p); err != nil { // before the fact: it refuses what no fact can say
			return nil, err
		}
		fact, err := t.do(Edit, ask, planned(p))
		return []event.Event{fact}, err
	})
}

// fill puts a plan into a draft and deals out the duties it names.
func (s *Service) fill(ctx context.Context, t *Tender, by party.Actor, p Plan) error {
	if err := s.checkFiles(ctx, t.ID, &p.Notice); err != nil {
		return err
	}
	if err := s.checkPlanned(ctx, t, p.Notice.Planned); err != nil {
		return err
	}
	policy, err := s.Rules.Policy(p.RuleSet, p.Notice.Procedure)
	if err != nil {
		return err
	}
	if f := p.Notice.checkForm(); f != nil {
		return f
	}
	t.Duties = keep(t.Duties, party.DutyDraft)
	if err := t.take(by.User, party.DutyDraft); err != nil {
		return err
	}
	old := t.Openers
	t.Notice, t.RuleSet, t.Policy, t.Panel = p.Notice, p.RuleSet, policy, p.Panel
	t.Openers = Openers{Groups: vacant(p.Groups)}
	for _, g := range t.Openers.Groups {
		for i := range g.Members {
			m := &g.Members[i]
			if was := old.member(m.User); was != nil {
				m.Key, m.Destroyed = was.Key, was.Destroyed
			}
			if err := t.take(m.User, g.duty()); err != nil {
				return err
			}
		}
	}
	for _, m := range p.Panel {
		if err := t.take(m.User, party.DutyEvaluate); err != nil {
			return err
		}
	}
	return nil
}

// step performs an action that only needs a reason. After it, and, if it is not
// nil, changes what follows from the step.
func (s *Service) step(ctx context.Context, id string, by party.Actor, a Action, reason string, and func(*Tender, Ask) error) (*Tender, error) {
	return s.change(ctx, id, by, party.TenderRead, func(t *Tender, ask Ask) ([]event.Event, error) {
		ask.Reason = reason
		fact, err := t.do(a, ask, map[string]any{"reason": reason})
		if err != nil {
			return nil, err
		}
		t.Reason = reason
		if and != nil {
			err = and(t, ask)
		}
		return []event.Event{fact}, err
	})
}

// edit is one change of a loaded tender; it returns the facts to be stored.
type edit func(*Tender, Ask) ([]event.Event, error)

// change loads the tender, checks the right, applies f and stores the result.
// Facts of other people's changes never make it fail: it starts again.
func (s *Service) change(ctx context.Context, id string, by party.Actor, right party.Action, f edit) (*Tender, error) {
	for try := 0; ; try++ {
		t, err := s.changeSeen(ctx, id, 0, by, right, f)
		if !errors.Is(err, &fault.Error{Code: "tender.stale"}) || try == 8 {
			return t, err
		}
	}
}

// changeSeen is change for an actor who saw a version; 0 for none.
func (s *Service) changeSeen(ctx context.Context, id string, version int64, by party.Actor, right party.Action, f edit) (*Tender, error) {
	t, err := s.Tenders.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := t.Visible(by); err != nil {
		return nil, err
	}
	if err := t.mayDo(right, by); err != nil {
		return nil, err
	}
	if version != 0 && version != t.Version {
		return nil, fault.New(fault.Stale, "tender.stale", "Somebody changed this tender meanwhile. Look again.")
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return nil, err
	}
	facts, err := f(t, Ask{By: by, Now: now})
	if err != nil {
		return nil, err
	}
	if len(facts) == 0 {
		return t, nil
	}
	return s.put(ctx, t, facts...)
}

// put stores t. Where that fails there is no t: what was asked for has not
// happened, or nobody knows.
func (s *Service) put(ctx context.Context, t *Tender, facts ...event.Event) (*Tender, error) {
	if err := s.Tenders.Put(ctx, t, facts...); err != nil {
		return nil, err
	}
	return t, nil
}

// Get returns a tender that by may see.
func (s *Service) Get(ctx context.Context, id string, by party.Actor) (*Tender, error) {
	t, err := s.Tenders.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := t.Visible(by); err != nil {
		return nil, err
	}
	return t, nil
}

// Visible hides what is not published from all who have no part in it. To them
// it does not exist.
func (t *Tender) Visible(by party.Actor) error {
	if t.Public() || by.Role == party.RoleClock || party.Allowed(by, party.TenderRead, t.Buyer.ID) == nil {
		return nil
	}
	return fault.New(fault.Missing, "tender.missing", "There is no such tender.")
}

func keep(list []Duty, d party.Duty) []Duty {
	var out []Duty
	for _, x := range list {
		if x.Duty == d {
			out = append(out, x)
		}
	}
	return out
}
