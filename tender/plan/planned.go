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
	"probity/tender/store"
)

// LineKind is the name under which published entries are stored.
const LineKind = "planned"

// Line is a published entry and what has become of it.
type Line struct {
	store.Root // ID is the ocid of the planning process

	Plan    string         `json:"plan"`
	Year    int            `json:"year"`
	Buyer   tender.OrgName `json:"buyer"`
	Entry   Entry          `json:"entry"`   // as the public sees it
	Edition int            `json:"edition"` // from which it is
	State   LineState      `json:"state"`
	Tenders []string       `json:"tenders,omitempty"` // that have begun from it
	Listed  time.Time      `json:"listed"`            // when it was first published
	Updated time.Time      `json:"updated"`           // when an edition last changed it
}

// LineState is what has become of an entry.
type LineState string

// The states. What has begun stays so: what happened outranks what was intended.
const (
	Intended  LineState = "planned"
	Begun     LineState = "begun"
	Withdrawn LineState = "withdrawn"
)

// MaxTenders bounds the tenders that are counted as begun from one entry.
const MaxTenders = 50

// Keys make lines searchable: of a plan, and by when they are expected.
func (l *Line) Keys() store.Keys {
	start, _ := l.Entry.Dates.Publication.Start()
	return store.Keys{
		"plan": l.Plan, "n": int64(l.Entry.Number()), "state": string(l.State), "buyer": l.Buyer.ID,
		"category": string(l.Entry.Category), "expected": start.UnixMilli(), "listed": l.Listed.UnixMilli(),
	}
}

// Lines declares published entries to the engine.
var Lines = store.Collection{Kind: LineKind, Indexes: []store.Index{
	{Name: "plan", Fields: []string{"plan", "n"}},
	{Name: "expected", Fields: []string{"state", "expected"}},
	{Name: "category", Fields: []string{"state", "category", "expected"}},
	{Name: "buyer", Fields: []string{"state", "buyer", "expected"}},
	{Name: "listed", Fields: []string{"state", "listed"}},
}}

// settle says what has become of the line.
func (l *Line) settle() {
	switch {
	case len(l.Tenders) > 0:
		l.State = Begun
	case len(l.Entry.Withdrawn) > 0:
		l.State = Withdrawn
	default:
		l.State = Intended
	}
}

// Take takes in a fact of the log: lines follow their plan, and begin with a
// tender that came from them. Taking one in again changes nothing.
func (s *Service) Take(ctx context.Context, f event.Event) error {
	switch f.Name {
	case Kind + "." + string(Publish), Kind + "." + string(Revise):
		return s.follow(ctx, f.Topic)
	case "tender.publish":
		return s.begin(ctx, f)
	}
	return nil
}

// follow brings the lines of a plan up to its last edition.
func (s *Service) follow(ctx context.Context, id string) error {
	p, err := s.Plans.Get(ctx, id)
	if err != nil {
		return err
	}
	for _, e := range p.Public.Entries {
		if err := s.bring(ctx, p, e); err != nil {
			return err
		}
	}
	return nil
}

// bring brings one line up to the last edition.
func (s *Service) bring(ctx context.Context, p *Plan, e Entry) error {
	return again(func() error {
		last := p.Editions[p.edition()-1]
		l, err := s.Planned.Get(ctx, ID(p.ID, e.ID))
		if fault.Coded(err, LineKind+".missing") {
			l = &Line{Root: store.Root{ID: ID(p.ID, e.ID)}, Plan: p.ID, Year: p.Content.Year, Buyer: p.Buyer, Listed: last.At}
		} else if err != nil || l.Edition >= last.Number {
			return err
		}
		if len(tender.Differences(l.Entry, e)) > 0 {
			l.Updated = last.At
		}
		l.Entry, l.Edition = e, last.Number
		l.settle()
		return s.Planned.Put(ctx, l)
	})
}

// Listed returns the entries that an edition, of which f is the fact, has
// published first; those that are withdrawn in it left out.
func (s *Service) Listed(ctx context.Context, f event.Event) (*Plan, []Entry, error) {
	var said struct {
		Content Content
		Edition int
	}
	if err := json.Unmarshal(f.Data, &said); err != nil {
		return nil, nil, err
	}
	p, err := s.Plans.Get(ctx, f.Topic)
	if err != nil {
		return nil, nil, err
	}
	var before Content
	if said.Edition > 1 {
		if _, before, err = s.Edition(ctx, p.ID, party.PublicActor, said.Edition-1); err != nil {
			return nil, nil, err
		}
	}
	list := slices.DeleteFunc(said.Content.Entries, func(e Entry) bool { return len(e.Withdrawn) > 0 || before.Entry(e.ID) != nil })
	return p, list, nil
}

// again repeats what lost a race.
func again(f func() error) error {
	for try := 0; ; try++ {
		err := f()
		if code := fault.From(err).Code; try == 8 || code != LineKind+".stale" && code != LineKind+".taken" {
			return err
		}
	}
}

// begin notes that a tender has begun from an entry.
func (s *Service) begin(ctx context.Context, f event.Event) error {
	var said struct {
		Notice struct{ Planned *tender.Planned }
		Buyer  struct{ ID string }
	}
	if err := json.Unmarshal(f.Data, &said); err != nil || said.Notice.Planned == nil {
		return err
	}
	from := *said.Notice.Planned
	return again(func() error {
		l, err := s.Planned.Get(ctx, ID(from.Plan, from.Entry))
		if fault.Coded(err, LineKind+".missing") { // the plan's own fact may come behind this one
			if err = s.follow(ctx, from.Plan); err == nil {
				l, err = s.Planned.Get(ctx, ID(from.Plan, from.Entry))
			}
		}
		if fault.From(err).Kind == fault.Missing {
			return nil
		}
		if err != nil || l.Buyer.ID != said.Buyer.ID || slices.Contains(l.Tenders, f.Topic) || len(l.Tenders) >= MaxTenders {
			return err
		}
		l.Tenders = append(l.Tenders, f.Topic)
		l.settle()
		data := map[string]any{"entry": from.Entry, "tender": f.Topic}
		return s.Planned.Put(ctx, l, event.New(Kind+".begin", from.Plan, party.ClockActor.ID(), f.At, data))
	})
}

// PlannedIn refuses an entry that is not one of the body's published plan, or is
// withdrawn: no tender begins from it.
func (s *Service) PlannedIn(ctx context.Context, buyer string, from tender.Planned) error {
	none := fault.Field("notice.planned", "planned", "This is no entry of a published plan of yours, or it is withdrawn.")
	p, err := s.Plans.Get(ctx, from.Plan)
	if fault.Coded(err, Kind+".missing") {
		return none
	}
	if err != nil {
		return err
	}
	if p.Buyer.ID != buyer || !p.Published() {
		return none
	}
	if e := p.Public.Entry(from.Entry); e == nil || len(e.Withdrawn) > 0 {
		return none
	}
	return nil
}

// LinesOf lists what has become of the published entries of a plan, in the order
// of their numbers.
func (s *Service) LinesOf(ctx context.Context, id string) (list []*Line, err error) {
	err = s.Planned.All(ctx, store.Query{Index: "plan", Eq: []any{id}}, func(l *Line) error {
		list = append(list, l)
		return nil
	})
	return list, err
}

// Filter narrows what is planned. One of Buyer and Category may be given.
type Filter struct {
	State    LineState
	Buyer    string
	Category tender.Category
	From, To time.Time // expected at or after, and before; zero is open
	Newest   bool      // what was listed last comes first; nothing else narrows it then
	After    string
	Limit    int
}

// Upcoming lists published entries of all bodies, the next to be expected first.
func (s *Service) Upcoming(ctx context.Context, f Filter) ([]*Line, string, error) {
	q := store.Query{Index: "expected", Eq: []any{string(f.State)}, After: f.After, Limit: f.Limit}
	switch {
	case f.Buyer != "" && f.Category != "":
		return nil, "", fault.Field("plan.filter", "category", "Filter by buyer or by category, not by both.")
	case f.Newest:
		q.Index, q.Desc = "listed", true
		return s.Planned.Find(ctx, q)
	case f.Buyer != "":
		q.Index, q.Eq = "buyer", append(q.Eq, f.Buyer)
	case f.Category != "":
		q.Index, q.Eq = "category", append(q.Eq, string(f.Category))
	}
	if !f.From.IsZero() {
		q.From = f.From.UnixMilli()
	}
	if !f.To.IsZero() {
		q.To = f.To.UnixMilli()
	}
	return s.Planned.Find(ctx, q)
}
