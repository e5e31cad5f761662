package plan

import (
	"context"
	"slices"
	"strconv"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// Describe replaces what the plan says about itself. Its year never changes; its
// period does not once it is published.
func (s *Service) Describe(ctx context.Context, id string, version int64, by party.Actor, c Content) (View, error) {
	return s.change(ctx, id, version, by, Edit, "", func(p *Plan, _ ask) (any, error) {
		c.Year, c.Entries = p.Content.Year, p.Content.Entries
		if c.Period == (Period{}) || p.Published() {
			c.Period = p.Content.Period
		}
		if err := c.clean(); err != nil {
			return nil, err
		}
		for _, e := range c.Entries {
			if err := e.Dates.check(c.Period); err != nil {
				return nil, fault.Field("plan.outside", "period.to", "Publication is expected outside the period of the plan.")
			}
		}
		p.Content = c
		p.drafted(by.User)
		c.Entries = nil
		return map[string]any{"content": c}, nil
	})
}

// Add adds an entry, and returns its id with the plan. A request that is
// repeated adds one.
func (s *Service) Add(ctx context.Context, id string, by party.Actor, e Entry) (v View, entry string, err error) {
	request := store.NextID(ctx)
	was, err := s.load(ctx, id, by)
	if err != nil {
		return View{}, "", err
	}
	if entry := was.added(request); entry != "" && party.Allowed(by, party.PlanEdit, was.Buyer.ID) == nil {
		return was.show(by), entry, nil
	}
	v, err = s.change(ctx, id, 0, by, Edit, "", func(p *Plan, _ ask) (any, error) {
		if len(p.Content.Entries) >= MaxEntries {
			return nil, fault.New(fault.Conflict, "plan.full", "A plan has at most %d entries.", MaxEntries)
		}
		x := e
		x.ID, x.Withdrawn = strconv.Itoa(p.Last+1), nil
		if err := s.fit(&x, p); err != nil {
			return nil, err
		}
		p.Last++
		entry = x.ID
		if request != "" {
			p.Added = append(p.Added[max(0, len(p.Added)+1-keepsAdded):], Addition{request, entry})
		}
		p.Content.Entries = append(p.Content.Entries, x)
		p.drafted(by.User)
		return map[string]any{"entry": x}, nil
	})
	return v, entry, err
}

// fit tidies an entry for the plan.
func (s *Service) fit(e *Entry, p *Plan) error {
	if err := e.clean(p.Content.Period); err != nil {
		return err
	}
	return e.intended(s.Rules)
}

// Change replaces an entry. A withdrawal is not touched by it.
func (s *Service) Change(ctx context.Context, id string, version int64, by party.Actor, e Entry) (View, error) {
	return s.entry(ctx, id, e.ID, version, by, func(p *Plan, was *Entry) (any, error) {
		x := e
		x.Withdrawn = was.Withdrawn
		if err := s.fit(&x, p); err != nil {
			return nil, err
		}
		*was = x
		return map[string]any{"entry": x}, nil
	})
}

// Remove takes away an entry that was never published.
func (s *Service) Remove(ctx context.Context, id, entry string, version int64, by party.Actor) (View, error) {
	return s.entry(ctx, id, entry, version, by, func(p *Plan, e *Entry) (any, error) {
		if p.Published() && p.Public.Entry(entry) != nil {
			return nil, fault.New(fault.Conflict, "plan.entry_published", "This entry was published: withdraw it, with a reason.")
		}
		p.Content.Entries = slices.DeleteFunc(p.Content.Entries, func(x Entry) bool { return x.ID == entry })
		return map[string]any{"removed": entry}, nil
	})
}

// Withdraw says of a published entry, from the next edition on, that it is not
// intended any more, and why. What has begun is not withdrawn.
func (s *Service) Withdraw(ctx context.Context, id, entry string, version int64, by party.Actor, reason tender.Text) (View, error) {
	return s.entry(ctx, id, entry, version, by, func(p *Plan, e *Entry) (any, error) {
		if !p.Published() || p.Public.Entry(entry) == nil {
			return nil, fault.New(fault.Conflict, "plan.entry_unpublished", "This entry was never published: remove it.")
		}
		l, err := s.Planned.Get(ctx, ID(id, entry))
		if err == nil && l.State == Begun {
			return nil, fault.New(fault.Conflict, "plan.begun", "A tender has begun from this entry.")
		}
		if err != nil && !fault.Coded(err, LineKind+".missing") {
			return nil, err
		}
		if e.Withdrawn, err = reason.CleanLines("reason", MaxText); err != nil {
			return nil, err
		}
		return map[string]any{"entry": *e}, nil
	})
}

// Restore takes back a withdrawal.
func (s *Service) Restore(ctx context.Context, id, entry string, version int64, by party.Actor) (View, error) {
	return s.entry(ctx, id, entry, version, by, func(_ *Plan, e *Entry) (any, error) {
		if len(e.Withdrawn) == 0 {
			return nil, fault.New(fault.Conflict, "plan.not_withdrawn", "This entry is not withdrawn.")
		}
		e.Withdrawn = nil
		return map[string]any{"entry": *e}, nil
	})
}

// entry changes one entry.
func (s *Service) entry(ctx context.Context, id, entry string, version int64, by party.Actor, f func(*Plan, *Entry) (any, error)) (View, error) {
	return s.change(ctx, id, version, by, Edit, "", func(p *Plan, _ ask) (any, error) {
		e := p.Content.Entry(entry)
		if e == nil {
			return nil, noEntry()
		}
		data, err := f(p, e)
		if err == nil {
			p.drafted(by.User)
		}
		return data, err
	})
}

func noEntry() error {
	return fault.New(fault.Missing, "plan.no_entry", "This plan has no such entry.")
}

// Submit hands what is written to a second person.
func (s *Service) Submit(ctx context.Context, id string, by party.Actor) (View, error) {
	return s.change(ctx, id, 0, by, Submit, "", func(p *Plan, _ ask) (any, error) {
		p.Reason = ""
		return nil, nil
	})
}

// Return gives it back to its drafters.
func (s *Service) Return(ctx context.Context, id string, by party.Actor, reason string) (View, error) {
	return s.change(ctx, id, 0, by, Return, reason, func(p *Plan, _ ask) (any, error) {
		said, err := text.CleanLines("reason", reason, MaxText)
		p.Reason, p.Approval = said, nil
		return map[string]any{"reason": said}, err
	})
}

// Drop throws a revision away: the content is the last edition again. Values
// that are withheld stay as they are written.
func (s *Service) Drop(ctx context.Context, id string, version int64, by party.Actor) (View, error) {
	return s.change(ctx, id, version, by, Drop, "", func(p *Plan, _ ask) (any, error) {
		was := p.Content
		p.Content = p.Public.copied()
		p.Content.keep(was)
		p.Drafters, p.Approval, p.Reason = nil, nil, ""
		return nil, nil
	})
}
