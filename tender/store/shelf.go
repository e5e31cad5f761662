package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"probity/tender/event"
	"probity/tender/fault"
)

// Root is embedded by every aggregate.
type Root struct {
	ID      string `json:"id"`
	Version int64  `json:"version"` // counts stored changes; 0 until the first Put
}

// Base gives the shelf the root of an aggregate.
func (r *Root) Base() *Root { return r }

// Aggregate is what a shelf keeps: a pointer to a struct that embeds Root.
type Aggregate[T any] interface {
	*T
	Base() *Root
	Keys() Keys // what it is found by
}

// Shelf keeps the aggregates of one kind in an engine, as JSON.
type Shelf[T any, P Aggregate[T]] struct {
	Engine Engine
	Kind   string
}

// Get returns the aggregate, or a Missing fault with code KIND.missing. The
// caller owns it.
func (s Shelf[T, P]) Get(ctx context.Context, id string) (P, error) {
	d, err := s.Engine.Get(ctx, s.Kind, id)
	if err != nil {
		return nil, s.explain("get", id, err)
	}
	return s.read(d)
}

// Put stores x and the facts that led to it, all or nothing, and sets its
// version. The facts' IDs are event.ID(Subject(kind, id), x.Version, n). A
// stale x gives a Stale fault with code KIND.stale, a taken id or unique value
// a Conflict with code KIND.taken; then x is as it was.
func (s Shelf[T, P]) Put(ctx context.Context, x P, facts ...event.Event) error {
	r := x.Base()
	before := r.Version
	r.Version++ // the stored body carries its own version
	body, err := json.Marshal(x)
	if err != nil {
		r.Version = before
		return fmt.Errorf("store: encode %s %q: %w", s.Kind, r.ID, err)
	}
	d := &Doc{Kind: s.Kind, ID: r.ID, Version: before, Keys: x.Keys(), Body: body}
	if err := s.Engine.Put(ctx, d, facts...); err != nil {
		r.Version = before
		return s.explain("put", r.ID, err)
	}
	return nil
}

// Find returns one page and the cursor of the next.
func (s Shelf[T, P]) Find(ctx context.Context, q Query) ([]P, string, error) {
	q.Kind = s.Kind
	page, err := s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", s.explain("find", q.Index, err)
	}
	list := make([]P, len(page.Docs))
	for i, d := range page.Docs {
		if list[i], err = s.read(d); err != nil {
			return nil, "", err
		}
	}
	return list, page.Next, nil
}

// All calls f for every document of the range, page by page, until f fails.
func (s Shelf[T, P]) All(ctx context.Context, q Query, f func(P) error) error {
	if q.Limit == 0 {
		q.Limit = 200
	}
	for {
		list, next, err := s.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := f(x); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		q.After = next
	}
}

// Refile stores the aggregate anew if it would be found by other keys now than
// those it was stored with, and reports whether it did. So what an older program
// stored comes into an index that it did not know, while both programs run: if
// somebody writes meanwhile, Refile looks again.
func (s Shelf[T, P]) Refile(ctx context.Context, id string) (bool, error) {
	for {
		d, err := s.Engine.Get(ctx, s.Kind, id)
		if err != nil {
			return false, s.explain("get", id, err)
		}
		x, err := s.read(d)
		if err != nil {
			return false, err
		}
		if keys := x.Keys(); len(keys) == len(d.Keys) && (len(keys) == 0 || reflect.DeepEqual(keys, d.Keys)) {
			return false, nil
		}
		if err = s.Put(ctx, x); !fault.Coded(err, s.Kind+".stale") {
			return err == nil, err
		}
	}
}

// Delete removes an aggregate of an ephemeral kind.
func (s Shelf[T, P]) Delete(ctx context.Context, x P) error {
	r := x.Base()
	return s.explain("delete", r.ID, s.Engine.Delete(ctx, s.Kind, r.ID, r.Version))
}

func (s Shelf[T, P]) read(d *Doc) (P, error) {
	x := P(new(T))
	if err := json.Unmarshal(d.Body, x); err != nil {
		return nil, fmt.Errorf("store: decode %s %q: %w", s.Kind, d.ID, err)
	}
	r := x.Base()
	r.ID, r.Version = d.ID, d.Version
	return x, nil
}

// explain gives the engine's answers the kind's own codes.
func (s Shelf[T, P]) explain(op, id string, err error) error {
	switch {
	case err == nil:
		return nil
	case fault.Coded(err, ErrMissing.Code):
		return fault.New(fault.Missing, s.Kind+".missing", "There is no such %s.", fault.Name{Of: "kind", Word: s.Kind}).Because(err)
	case fault.Coded(err, ErrStale.Code):
		return fault.New(fault.Stale, s.Kind+".stale", "Somebody changed this %s meanwhile. Look again.", fault.Name{Of: "kind", Word: s.Kind}).Because(err)
	case fault.Coded(err, ErrTaken.Code):
		return fault.New(fault.Conflict, s.Kind+".taken", "This %s exists already.", fault.Name{Of: "kind", Word: s.Kind}).Because(err)
	}
	return fmt.Errorf("store: %s %s %q: %w", op, s.Kind, id, err)
}
