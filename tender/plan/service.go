package plan

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// Log gives back what was published.
type Log interface {
	// Fact returns a fact that is in the log. While it waits for its place, or
	// if there is none, the fault is Missing.
	Fact(ctx context.Context, id string) (event.Event, error)
}

// Service is what can be done with plans. Its fields are set once, in main.
type Service struct {
	Plans   store.Shelf[Plan, *Plan]
	Planned store.Shelf[Line, *Line]
	Clock   tender.Clock
	Rules   *rules.Library
	Buyers  tender.Buyers
	Devices tender.Devices
	Log     Log
	NewID   func(context.Context) string // an id that was never used: the plan's, and the start of its entries' ocids
}

// View is what somebody may see of a plan. Whoever is not of the body's own
// people sees the last edition, and nothing tells whether a revision is being
// written.
type View struct {
	ID       string         `json:"id"`
	Version  int64          `json:"version"`
	Buyer    tender.OrgName `json:"buyer"`
	State    State          `json:"state"`
	Content  Content        `json:"content"`
	Editions []Edition      `json:"editions"`
	Actions  []Action       `json:"actions"`

	Approval *Approval `json:"approval,omitempty"` // these three are for the body's own people
	Reason   string    `json:"reason,omitempty"`
	Created  time.Time `json:"created,omitzero"`
}

// show gives by's view of p.
func (p *Plan) show(by party.Actor) View {
	v := View{ID: p.ID, Buyer: p.Buyer, Editions: append([]Edition{}, p.Editions...), Actions: life.Offered(p, ask{by: by})}
	if !p.inside(by) {
		v.Version, v.State, v.Content = int64(p.edition()), Published, *p.Public
		return v
	}
	v.Version, v.State, v.Content = p.Version, p.State, p.Content
	v.Approval, v.Reason, v.Created = p.Approval, p.Reason, p.Created
	return v
}

// Create starts the plan of by's organisation for a year.
func (s *Service) Create(ctx context.Context, by party.Actor, c Content) (View, error) {
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return View{}, err
	}
	if err := party.Allowed(by, party.PlanEdit, by.Org); err != nil {
		return View{}, err
	}
	buyer, err := s.Buyers.Buyer(ctx, by.Org)
	if err != nil {
		return View{}, err
	}
	c.Entries = nil
	if c.Period == (Period{}) {
		c.Period = CalendarYear(c.Year)
	}
	if err := c.clean(); err != nil {
		return View{}, err
	}
	p := &Plan{Root: store.Root{ID: s.NewID(ctx)}, Buyer: buyer, Content: c, Created: now, Drafters: []string{by.User}}
	if was, err := s.Plans.Get(ctx, p.ID); err == nil { // of this very request, before it broke off
		return was.show(by), nil
	}
	fact, err := p.do(Create, ask{by: by, now: now}, func(*Plan, ask) (any, error) {
		return map[string]any{"content": c, "buyer": buyer}, nil
	})
	if err != nil {
		return View{}, err
	}
	return s.put(ctx, p, by, fact)
}

// Get returns by's view of a plan.
func (s *Service) Get(ctx context.Context, id string, by party.Actor) (View, error) {
	p, err := s.load(ctx, id, by)
	if err != nil {
		return View{}, err
	}
	return p.show(by), nil
}

func (s *Service) load(ctx context.Context, id string, by party.Actor) (*Plan, error) {
	p, err := s.Plans.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return p, p.visible(by)
}

// Edition returns what a published edition says.
func (s *Service) Edition(ctx context.Context, id string, by party.Actor, n int) (Edition, Content, error) {
	p, err := s.load(ctx, id, by)
	if err != nil {
		return Edition{}, Content{}, err
	}
	if n < 1 || n > p.edition() {
		return Edition{}, Content{}, fault.New(fault.Missing, "plan.no_edition", "This plan has no such edition.")
	}
	e := p.Editions[n-1]
	if n == p.edition() {
		return e, *p.Public, nil
	}
	f, err := s.Log.Fact(ctx, e.Fact)
	if fault.From(err).Kind == fault.Missing { // it is in the outbox still
		return e, Content{}, store.ErrBusy.Because(err)
	}
	if err != nil {
		return e, Content{}, err
	}
	var said struct{ Content Content }
	return e, said.Content, json.Unmarshal(f.Data, &said)
}

// Compare lists what is different between two editions; 0 stands for what is
// being written, and is for the body's own people.
func (s *Service) Compare(ctx context.Context, id string, by party.Actor, from, to int) ([]tender.Difference, error) {
	was, err := s.state(ctx, id, by, from)
	if err != nil {
		return nil, err
	}
	is, err := s.state(ctx, id, by, to)
	if err != nil {
		return nil, err
	}
	return tender.Differences(was, is), nil
}

func (s *Service) state(ctx context.Context, id string, by party.Actor, n int) (Content, error) {
	if n > 0 {
		_, c, err := s.Edition(ctx, id, by, n)
		return c, err
	}
	p, err := s.load(ctx, id, by)
	if err != nil {
		return Content{}, err
	}
	if !p.inside(by) {
		return Content{}, fault.New(fault.Missing, "plan.no_edition", "This plan has no such edition.")
	}
	return p.Content.open(), nil
}

// Own lists the plans of by's organisation, the latest year first.
func (s *Service) Own(ctx context.Context, by party.Actor, after string, limit int) ([]View, string, error) {
	if err := party.Allowed(by, party.TenderRead, by.Org); err != nil {
		return nil, "", err
	}
	return s.find(ctx, by, store.Query{Index: "own", Eq: []any{by.Org}, Desc: true, After: after, Limit: limit})
}

// List lists published plans: of a body, the latest year first; of a year, or
// all, the newest edition first.
func (s *Service) List(ctx context.Context, by party.Actor, buyer string, year int, after string, limit int) ([]View, string, error) {
	q := store.Query{Index: "published", Eq: []any{"yes"}, Desc: true, After: after, Limit: limit}
	switch {
	case buyer != "" && year != 0:
		q.Index, q.Eq = "buyer", []any{"yes", buyer, int64(year)}
	case buyer != "":
		q.Index, q.Eq = "buyer", []any{"yes", buyer}
	case year != 0:
		q.Index, q.Eq = "year", []any{"yes", int64(year)}
	}
	return s.find(ctx, by, q)
}

func (s *Service) find(ctx context.Context, by party.Actor, q store.Query) ([]View, string, error) {
	list, next, err := s.Plans.Find(ctx, q)
	if err != nil {
		return nil, "", err
	}
	views := make([]View, len(list))
	for i, p := range list {
		views[i] = p.show(by)
		views[i].Content.Entries = nil // a list is of plans, not of all that they say
	}
	return views, next, nil
}

// InForce is the year of the body's plan whose period holds the day of a moment
// and that was published before it; 0 if there is none. The day is that of the
// moment's own zone: a fiscal year begins where the body is.
func (s *Service) InForce(ctx context.Context, buyer string, at time.Time) (int, error) {
	year := int64(at.Year()) // a period begins or ends in the year of its plan, so that one beside it may hold the day
	list, _, err := s.Plans.Find(ctx, store.Query{Index: "buyer", Eq: []any{"yes", buyer}, From: year - 1, To: year + 2, Limit: 3})
	for _, p := range list {
		if p.Public.Period.holds(at) && p.Editions[0].At.Before(at) {
			return p.Public.Year, err
		}
	}
	return 0, err
}

// edit is one change of a loaded plan; it returns what the fact says.
type edit func(p *Plan, k ask) (any, error)

// change takes one step of a stored plan for an actor who saw a version; 0 for
// none, and then other people's changes never make it fail: it starts again.
func (s *Service) change(ctx context.Context, id string, version int64, by party.Actor, a Action, reason string, f edit) (View, error) {
	for try := 0; ; try++ {
		v, err := s.step(ctx, id, version, by, a, reason, f)
		if version != 0 || !fault.Coded(err, Kind+".stale") || try == 8 {
			return v, err
		}
	}
}

func (s *Service) step(ctx context.Context, id string, version int64, by party.Actor, a Action, reason string, f edit) (View, error) {
	p, err := s.load(ctx, id, by)
	if err != nil {
		return View{}, err
	}
	now, err := s.Clock.Now(ctx)
	if err != nil {
		return View{}, err
	}
	if version != 0 && version != p.Version {
		return View{}, fault.New(fault.Stale, Kind+".stale", "Somebody changed this %s meanwhile. Look again.", fault.Name{Of: "kind", Word: Kind})
	}
	fact, err := p.do(a, ask{by: by, now: now, reason: reason}, f)
	if err != nil {
		return View{}, err
	}
	return s.put(ctx, p, by, fact)
}

func (s *Service) put(ctx context.Context, p *Plan, by party.Actor, fact event.Event) (View, error) {
	if err := s.Plans.Put(ctx, p, fact); err != nil {
		return View{}, err
	}
	return p.show(by), nil
}

// drafted notes who has written.
func (p *Plan) drafted(user string) {
	if !slices.Contains(p.Drafters, user) {
		p.Drafters = append(p.Drafters, user)
	}
}
