package mongo_test

import (
	"testing"

	"probity/server/app"
	"probity/server/app/enginetest"
	"probity/server/store/mongo"
	"probity/tender/store"
)

// TestNoListingOfThePlatformScans asks it of every list that there is, with
// every number of leading fields given.
func TestNoListingOfThePlatformScans(t *testing.T) {
	uri, name := enginetest.Database(t)
	e, err := mongo.Open(t.Context(), uri, name, app.Collections(), mongo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if !e.CanExplain() {
		t.Skipf("not run: needs a server that can explain; this is %s", e.Server())
	}
	for _, c := range app.Collections() {
		for _, ix := range c.Indexes {
			q := store.Query{Kind: c.Kind, Index: ix.Name, Limit: 20}
			for range ix.Fields {
				q.Eq = append(q.Eq, "x")
				if why := e.Scans(t.Context(), q); why != "" {
					t.Errorf("%s by %s, %d given: %s", c.Kind, ix.Name, len(q.Eq), why)
				}
			}
		}
	}
}
