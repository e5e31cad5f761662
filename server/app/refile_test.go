package app_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/app/enginetest"
	"probity/server/search"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/store"
)

// older stores the searches of a person as a program did that knew no index.
func older(t *testing.T, e store.Engine, user string, version int64) {
	t.Helper()
	body := fmt.Appendf(nil, `{"id":%q,"version":%d,"list":[{"id":"a","name":"Bridges","query":"q=bridge","made":"2026-01-01T00:00:00Z","seen":"2026-01-01T00:00:00Z"}]}`, user, version+1)
	if err := e.Put(t.Context(), &store.Doc{Kind: search.SavesCollection.Kind, ID: user, Version: version, Body: body}); err != nil {
		t.Error(err)
	}
}

// fitting counts the people to whom a new tender is told.
func fitting(t *testing.T, m search.Memory) int {
	t.Helper()
	x := &tender.Tender{Root: store.Root{ID: "ocds-1"}, Phase: tender.Published, Published: biddingtest.Published, Notice: tender.Notice{Title: tender.Text{"en": "A bridge"}}}
	list, err := m.Fitting(t.Context(), []search.Notice{search.NoticeOf(x)}, biddingtest.Published, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// Searches that were saved before new notices were matched with them come into
// the index beside the calls, while people and servers of the old release write;
// what those have written last is found at the next start.
func TestOlderSearchesGetMail(t *testing.T) {
	run := func(t *testing.T, o apptest.Options) {
		o.Still = true
		h := apptest.Open(t, o)
		const people = 130 // more than are asked for at once
		for i := range people {
			user := fmt.Sprintf("u-%03d", i)
			u := &party.User{Root: store.Root{ID: user}, Email: user + "@example.org", Name: user, Created: biddingtest.Published}
			if err := h.People.Users.Put(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			if i%10 != 0 { // the others save none
				older(t, h.Engine, user, 0)
			}
		}
		saves := h.Web.Search.Memory
		if n := fitting(t, saves); n != 0 {
			t.Fatalf("%d people are found before", n)
		}
		var writers sync.WaitGroup
		for i := range 20 { // people change theirs meanwhile
			writers.Go(func() {
				if err := saves.Mail(t.Context(), fmt.Sprintf("u-%03d", 100+i), "a", false); (err != nil) != (i%10 == 0) {
					t.Error(err)
				}
			})
		}
		h.Start()
		for until := time.Now().Add(time.Minute); fitting(t, saves) != people*9/10 && time.Now().Before(until); {
			time.Sleep(10 * time.Millisecond)
		}
		writers.Wait()
		if n := fitting(t, saves); n != people*9/10 {
			t.Fatalf("%d people are found", n)
		}
		list, err := saves.Of(t.Context(), "u-105")
		if err != nil || len(list) != 1 || !list[0].Quiet || list[0].Name != "Bridges" {
			t.Errorf("what was changed meanwhile: %+v %v", list, err)
		}
		before, err := h.Engine.Get(t.Context(), search.SavesCollection.Kind, "u-001")
		if err != nil {
			t.Fatal(err)
		}
		older(t, h.Engine, "u-002", 2) // by the last server of the old release
		h.Reopen()
		saves = h.Web.Search.Memory
		h.Start()
		for until := time.Now().Add(time.Minute); fitting(t, saves) != people*9/10 && time.Now().Before(until); {
			time.Sleep(10 * time.Millisecond)
		}
		after, err := h.Engine.Get(t.Context(), search.SavesCollection.Kind, "u-001")
		if n := fitting(t, saves); n != people*9/10 || err != nil || after.Version != before.Version {
			t.Errorf("after another start %d people are found; what was well went from version %d to %d, %v", n, before.Version, after.Version, err)
		}
	}
	t.Run("embedded", func(t *testing.T) { run(t, apptest.Options{}) })
	t.Run("real", func(t *testing.T) {
		run(t, apptest.Options{Engines: enginetest.Fresh(t), Keys: t.TempDir()})
	})
}
