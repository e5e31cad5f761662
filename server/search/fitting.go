package search

import (
	"context"
	"net/url"
	"time"

	"probity/tender/store"
)

// Fit is a person with the saved searches that something new fits.
type Fit struct {
	User     string
	Searches []Saved
}

// readSaves is how many people's searches are read at once.
const readSaves = 200

// Fitting lists the people whose saved searches find some of what was published
// at a time. That is searched as it will be in the pages: alone in an index of
// its own. A search that was saved later has found it already.
func (m Memory) Fitting(ctx context.Context, published []Notice, at time.Time, zone *time.Location) ([]Fit, error) {
	if len(published) == 0 {
		return nil, nil
	}
	alone := new(Index)
	for _, n := range published {
		alone.Put(n)
	}
	var list []Fit
	err := m.Saves.All(ctx, store.Query{Index: "any", Eq: []any{"yes"}, Limit: readSaves}, func(s *Saves) error {
		if found := alone.fitting(s.List, at, zone); len(found) > 0 {
			list = append(list, Fit{s.ID, found})
		}
		return nil
	})
	return list, err
}

func (x *Index) fitting(list []Saved, at time.Time, zone *time.Location) (found []Saved) {
	for _, s := range list {
		if !s.Made.After(at) && x.fitsSaved(s, zone) {
			found = append(found, s)
		}
	}
	return found
}

// fitsSaved reports whether the page of results of a saved search shows
// anything. One that cannot be carried out shows nothing.
func (x *Index) fitsSaved(s Saved, zone *time.Location) bool {
	address, err := url.ParseQuery(s.Query)
	if err != nil {
		return false
	}
	q, err := Address(address, zone).Query()
	return err == nil && x.Fits(q)
}
