package search

import (
	"context"
	"slices"
	"strings"
	"time"

	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/text"
)

// Saved is a search that somebody comes back to.
type Saved struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Query string    `json:"query"` // behind the question mark of the page of results
	Made  time.Time `json:"made"`
	Seen  time.Time `json:"seen"`            // results that were published later are new
	Quiet bool      `json:"quiet,omitempty"` // no mail when something new fits
}

// Saves are the saved searches of one person, whose id they have.
type Saves struct {
	store.Root

	List []Saved `json:"list"`
}

// Keys: they are found by their person, and all of them when a notice is new.
func (s *Saves) Keys() store.Keys {
	if len(s.List) == 0 {
		return nil
	}
	return store.Keys{"any": "yes"}
}

// SavesCollection declares them to the engine.
var SavesCollection = store.Collection{Kind: "searches", Indexes: []store.Index{{Name: "any", Fields: []string{"any"}}}}

// Bounds of what one person saves.
const (
	mostSaved  = 50
	queryBytes = 2000
)

// Memory keeps saved searches.
type Memory struct {
	Saves store.Shelf[Saves, *Saves]
}

// Of lists a person's saved searches, the newest first.
func (m Memory) Of(ctx context.Context, user string) ([]Saved, error) {
	s, err := m.Saves.Get(ctx, user)
	if fault.Coded(err, "searches.missing") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.List, nil
}

// Keep saves a search.
func (m Memory) Keep(ctx context.Context, user string, x Saved) error {
	name, err := text.Require("name", x.Name, 100)
	if err != nil {
		return err
	}
	if len(x.Query) > queryBytes || strings.ContainsAny(x.Query, "\r\n\x00") {
		return fault.Field("searches.query", "query", "A search is at most %d characters, as it stands behind the question mark.", queryBytes)
	}
	x.Name = name
	return m.change(ctx, user, func(s *Saves) error {
		if len(s.List) >= mostSaved {
			return fault.New(fault.Conflict, "searches.many", "At most %d searches can be saved. Forget one first.", mostSaved)
		}
		s.List = append([]Saved{x}, s.List...)
		return nil
	})
}

// Look notes that a person has looked at a saved search.
func (m Memory) Look(ctx context.Context, user, id string, at time.Time) error {
	return m.change(ctx, user, func(s *Saves) error {
		i := slices.IndexFunc(s.List, func(x Saved) bool { return x.ID == id })
		if i < 0 {
			return errNotSaved
		}
		s.List[i].Seen = at
		return nil
	})
}

// Mail says whether a person is written to when something new fits a saved search.
func (m Memory) Mail(ctx context.Context, user, id string, on bool) error {
	return m.change(ctx, user, func(s *Saves) error {
		i := slices.IndexFunc(s.List, func(x Saved) bool { return x.ID == id })
		if i < 0 {
			return errNotSaved
		}
		s.List[i].Quiet = !on
		return nil
	})
}

// Quieten stops mail about some of a person's searches. That one is forgotten
// already is no error.
func (m Memory) Quieten(ctx context.Context, user string, ids []string) error {
	return m.change(ctx, user, func(s *Saves) error {
		for i, x := range s.List {
			s.List[i].Quiet = x.Quiet || slices.Contains(ids, x.ID)
		}
		return nil
	})
}

// Forget takes a saved search away. That it is gone already is no error.
func (m Memory) Forget(ctx context.Context, user, id string) error {
	return m.change(ctx, user, func(s *Saves) error {
		s.List = slices.DeleteFunc(s.List, func(x Saved) bool { return x.ID == id })
		return nil
	})
}

// Refile lets the saved searches of a person be found when a notice is new, if
// they were stored by a program that did not ask for it. It reports whether it
// had to.
func (m Memory) Refile(ctx context.Context, user string) (bool, error) {
	done, err := m.Saves.Refile(ctx, user)
	if fault.Coded(err, "searches.missing") {
		err = nil
	}
	return done, err
}

var errNotSaved = fault.New(fault.Missing, "searches.unknown", "There is no such saved search.")

// change is one compare-and-swap; who loses against another tab tries again.
func (m Memory) change(ctx context.Context, user string, f func(*Saves) error) error {
	for range 5 {
		s, err := m.Saves.Get(ctx, user)
		if fault.Coded(err, "searches.missing") {
			s, err = &Saves{Root: store.Root{ID: user}}, nil
		}
		if err != nil {
			return err
		}
		if err := f(s); err != nil {
			return err
		}
		err = m.Saves.Put(ctx, s)
		if !fault.Coded(err, "searches.stale") && !fault.Coded(err, "searches.taken") {
			return err
		}
	}
	return fault.New(fault.Conflict, "searches.stale", "Somebody changes the same at the same time. Please try again.")
}
