package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"probity/bidding"
	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/audit"
	"probity/server/config"
	"probity/server/move"
	"probity/tender/fault"
	"probity/tender/store"
)

// TestDamagedBackup: a backup in which anything has changed is refused, and
// nothing was written.
func TestDamagedBackup(t *testing.T) {
	m := inhabited(t)
	whole := m.backup(t, "")
	anObject := func(t *testing.T, folder string) string {
		all, err := filepath.Glob(filepath.Join(folder, "objects/data/*/*/00001"))
		if err != nil || len(all) == 0 {
			t.Fatalf("no object: %v", err)
		}
		return all[len(all)-1]
	}
	flip := func(t *testing.T, path string) {
		b, err := os.ReadFile(path)
		if err == nil {
			b[len(b)/2] ^= 1
			err = os.WriteFile(path, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, x := range map[string]struct {
		do   func(t *testing.T, folder string)
		code string
	}{
		"a byte of the metadata": {func(t *testing.T, f string) { flip(t, f+"/probity.db") }, "backup.damaged"},
		"a byte of an object":    {func(t *testing.T, f string) { flip(t, anObject(t, f)) }, "backup.damaged"},
		"a byte of the note":     {func(t *testing.T, f string) { flip(t, f+"/backup.json") }, "backup.damaged"},
		"an object is missing":   {func(t *testing.T, f string) { must(t, os.Remove(anObject(t, f))) }, "backup.damaged"},
		"a file too many":        {func(t *testing.T, f string) { must(t, os.WriteFile(f+"/objects/x", nil, 0o600)) }, "backup.damaged"},
		"half the list":          {func(t *testing.T, f string) { must(t, os.Truncate(f+"/SHA256SUMS", 100)) }, "backup.damaged"},
		"it was cut off":         {func(t *testing.T, f string) { must(t, os.Remove(f+"/SHA256SUMS")) }, "backup.unfinished"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "copy")
			must(t, os.CopyFS(folder, os.DirFS(whole)))
			x.do(t, folder)
			c := m.elsewhere(t, config.Engines{})
			if err := restore(t, c, folder); !fault.Coded(err, x.code) {
				t.Errorf("err = %v, want %s", err, x.code)
			}
			if err := restore(t, c, whole); err != nil {
				t.Errorf("the whole one, after it: %v", err)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRestoreRefuses: over something, without the key, under another name.
func TestRestoreRefuses(t *testing.T) {
	m := inhabited(t)
	folder := m.backup(t, "")
	c := m.elsewhere(t, config.Engines{})
	must(t, restore(t, c, folder))
	for name, x := range map[string]struct {
		change func(*config.Server)
		code   string
	}{
		"over a platform": {func(o *config.Server) { *o = c }, "restore.occupied"},
		"without keys":    {func(o *config.Server) { must(t, os.Remove(o.Key("log.key"))) }, "restore.key"},
		"another key": {func(o *config.Server) {
			k, err := ledger.NewKey(o.Origin)
			must(t, err)
			must(t, os.WriteFile(o.Key("log.key"), []byte(k), 0o600))
		}, "restore.key"},
		"another name": {func(o *config.Server) { o.Origin = "other.example/log" }, "restore.origin"},
	} {
		o := m.elsewhere(t, config.Engines{})
		x.change(&o)
		if err := restore(t, o, folder); !fault.Coded(err, x.code) {
			t.Errorf("%s: err = %v, want %s", name, err, x.code)
		}
	}
}

// TestRestoreGoesOn: a restore that is cut off anywhere goes on when it is run
// again, and no server starts in between.
func TestRestoreGoesOn(t *testing.T) {
	m := inhabited(t)
	folder := m.backup(t, "")
	for _, at := range []string{"documents", "log", "objects"} {
		c := m.elsewhere(t, config.Engines{})
		e, err := app.Configured(t.Context(), c)
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		_, err = move.Restore(ctx, folder, target(c, e, func(what string, _, _ int64) {
			if what == at {
				cancel()
			}
		}))
		if err == nil {
			t.Fatalf("not cut off at %s", at)
		}
		must(t, e.Close())
		if a, err := app.Open(t.Context(), c, slog.New(slog.DiscardHandler)); !fault.Coded(err, "restore.unfinished") {
			if a != nil {
				a.Close()
			}
			t.Errorf("cut off at %s: a server starts: %v", at, err)
		}
		must(t, restore(t, c, folder))
		if found := fsck(t, c, true); len(found) > 0 {
			t.Errorf("cut off at %s, and gone on: %v", at, found)
		}
	}
}

// TestNextBackup links what the one before has, and stays whole without it.
func TestNextBackup(t *testing.T) {
	m := inhabited(t)
	first := m.backup(t, "")
	m.w.Bidder("epsilon").Bid(1, "4")
	m.Settle()
	second := m.backup(t, first)
	b, err := os.ReadFile(second + "/backup.json")
	must(t, err)
	if !strings.Contains(string(b), `"linked": `) || strings.Contains(string(b), `"linked": 0`) {
		t.Errorf("nothing was linked: %s", b)
	}
	must(t, os.RemoveAll(first))
	c := m.elsewhere(t, config.Engines{})
	must(t, restore(t, c, second))
	if found := fsck(t, c, true); len(found) > 0 {
		t.Error(found)
	}
	e, err := app.Existing(t.Context(), c)
	must(t, err)
	defer e.Close()
	bids := store.Shelf[bidding.Bid, *bidding.Bid]{Engine: e.Metadata, Kind: bidding.Kind}
	if x, err := bids.Get(t.Context(), bidding.BidID(m.w.ID, m.w.Lot, m.w.Bidder("epsilon").Org)); err != nil || len(x.Versions) != 1 {
		t.Errorf("the bid between: %+v, %v", x, err)
	}
}

// unsure answers every second write that took effect as if it might not have.
type unsure struct {
	store.Movable
	n int
}

func (f *unsure) maybe(err error) error {
	if f.n++; err == nil && f.n%2 == 1 {
		return store.ErrBusy
	}
	return err
}

func (f *unsure) Append(ctx context.Context, b store.Batch) error {
	return f.maybe(f.Movable.Append(ctx, b))
}

func (f *unsure) Import(ctx context.Context, list []store.Stored) error {
	return f.maybe(f.Movable.Import(ctx, list))
}

// TestRestoreIntoABusyEngine: what may have taken effect is looked at, and done
// again if it has not.
func TestRestoreIntoABusyEngine(t *testing.T) {
	m := inhabited(t)
	c := m.elsewhere(t, config.Engines{})
	e, err := app.Configured(t.Context(), c)
	must(t, err)
	to := target(c, e, nil)
	f := &unsure{Movable: to.Metadata}
	to.Metadata = f
	_, err = move.Restore(t.Context(), m.backup(t, ""), to)
	must(t, err)
	must(t, e.Close())
	if f.n < 4 {
		t.Errorf("only %d writes", f.n)
	}
	if found := fsck(t, c, true); len(found) > 0 {
		t.Error(found)
	}
}

// TestBackupUnderLoad: bids are sealed, sent, replaced and withdrawn while a
// backup is made, and each is in it whole or not at all.
func TestBackupUnderLoad(t *testing.T) {
	m := inhabited(t)
	for round := range 3 {
		s, open, err := app.Source(t.Context(), m.Config, nil)
		must(t, err)
		folder := filepath.Join(t.TempDir(), "backup")
		type result struct {
			found []audit.Finding
			err   error
		}
		done := make(chan result, 1)
		go func() {
			_, found, err := move.Backup(t.Context(), s, folder)
			done <- result{found, err}
		}()
		var r *result
		for n := 0; r == nil; n++ {
			b := m.w.Bidder(fmt.Sprintf("load-%d-%d", round, n))
			b.Bid(1, "9")
			if n%3 == 0 {
				m.w.Ok(b.Withdraw(2))
			} else if n%3 == 1 {
				b.Bid(2, "8")
			}
			select {
			case x := <-done:
				r = &x
			default:
			}
		}
		must(t, open.Close())
		if r.err != nil || len(r.found) > 0 {
			t.Fatalf("backup: %v, %v", r.found, r.err)
		}
		c := m.elsewhere(t, config.Engines{})
		must(t, restore(t, c, folder))
		for _, x := range fsck(t, c, true) {
			if !strings.HasPrefix(x, "object.undeleted") && !strings.HasPrefix(x, "object.orphan") { // gone or come meanwhile
				t.Errorf("round %d: %s", round, x)
			}
		}
	}
}

// TestLookAtARunningPlatform: what a server has open is looked at in a copy,
// which is gone afterwards.
func TestLookAtARunningPlatform(t *testing.T) {
	m := inhabited(t)
	if found := fsck(t, m.Config, true); len(found) > 0 {
		t.Errorf("while it runs: %v", found)
	}
	e, live, err := app.Look(t.Context(), m.Config)
	must(t, err)
	if !live || head(t, e.Metadata).Size != head(t, m.Engine).Size {
		t.Errorf("live %v, %d entries", live, head(t, e.Metadata).Size)
	}
	must(t, e.Close())
	if left, err := filepath.Glob(m.Config.Path(".look-*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	m.stop()
	m.stop = func() {}
	_, _, err = app.Look(t.Context(), m.Config) // still open here, and nobody answers
	if !fault.Coded(err, "admin.silent") {
		t.Errorf("nobody answers: %v", err)
	}
}
