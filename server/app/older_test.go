package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"probity/server/app"
	"probity/server/config"
	"probity/server/move"
	"probity/tender/fault"
	"probity/tender/store"
)

// TestOlderBackup: receipts were given after the backup was made. That is
// noticed, nothing is accepted, and only a reason on record opens the doors.
func TestOlderBackup(t *testing.T) {
	m := inhabited(t)
	folder := m.backup(t, "")
	m.w.Bidder("epsilon").Bid(1, "4")
	m.Settle()
	m.take(t)
	c := m.elsewhere(t, config.Engines{})
	if err := restore(t, c, folder); err != nil {
		t.Fatal(err)
	}
	err := accept(t, c, "", m.newest())
	if !fault.Coded(err, "restore.behind") || !strings.Contains(fault.From(err).Text, "lost") {
		t.Fatalf("an older log: %v", err)
	}
	other := m.receipts["log/key#1"]
	other.Checkpoint = []byte("nonsense")
	if err := accept(t, c, "", other.Checkpoint); !fault.Coded(err, "restore.evidence") {
		t.Errorf("no evidence: %v", err)
	}
	if err := accept(t, c, "The disk of the machine burnt down.", m.newest()); err != nil {
		t.Fatal(err)
	}
	serving(t, c, func(a *app.App, _ string) {
		settled(t, a)
		entries, err := a.Engine.EntriesOn(t.Context(), "", 0, 1000)
		if err != nil || !slices.ContainsFunc(entries, func(e store.Entry) bool {
			return e.Name == move.FactAccept && strings.Contains(string(e.Record), "burnt down")
		}) {
			t.Errorf("the gap is not on record: %v", err)
		}
	})
	if found := fsck(t, c, true); len(found) > 0 {
		t.Errorf("after it goes on: %v", found)
	}
}

// TestOlderDatabase: somebody put an older database under a server that has
// seen more.
func TestOlderDatabase(t *testing.T) {
	m := inhabited(t)
	folder := m.backup(t, "")
	m.w.Bidder("epsilon").Bid(1, "4")
	m.Settle()
	m.stop()
	m.stop = func() {}
	if err := m.App.Close(); err != nil {
		t.Fatal(err)
	}
	seen, err := app.ReadEvidence(m.Config.Path("log.seen"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(folder, "probity.db"))
	if err == nil {
		err = os.WriteFile(m.Config.Path("probity.db"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	serving(t, m.Config, func(a *app.App, url string) {
		if code, text := ask(t, "POST", url+"/api/v1/organisations"); code != 503 || !strings.Contains(text, "platform.restored") {
			t.Errorf("an older database: %d %s", code, text)
		}
	})
	if err := accept(t, m.Config, "", seen); !fault.Coded(err, "restore.behind") {
		t.Errorf("the older log: %v", err)
	}
	if err := accept(t, m.Config, "It was the wrong tape.", seen); err != nil {
		t.Error(err)
	}
	for range 2 { // what was answered is not asked again
		serving(t, m.Config, func(a *app.App, url string) {
			if code, text := ask(t, "POST", url+"/api/v1/organisations"); code == 503 {
				t.Errorf("after it was accepted: %d %s", code, text)
			}
		})
	}
}
