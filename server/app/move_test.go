package app_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	. "probity/bidding/biddingtest"
	"probity/documents/ledger"
	"probity/server/app"
	"probity/server/app/apptest"
	"probity/server/app/enginetest"
	"probity/server/audit"
	"probity/server/config"
	"probity/server/move"
	"probity/tender/fault"
	"probity/tender/store"
)

// mover is a platform that is going to be moved, with everything in it that a
// move could lose.
type mover struct {
	*apptest.House
	w        *World
	receipts map[string]ledger.Receipt // by fact
	stop     func()
}

// inhabited opens a platform, serves it, and lets things happen: bids that are
// stored, replaced, withdrawn, registered, and half uploaded.
func inhabited(t *testing.T) *mover {
	t.Helper()
	m := &mover{House: apptest.Open(t, apptest.Options{Still: true}), receipts: map[string]ledger.Receipt{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := m.Run(ctx, l); err != nil {
			t.Error(err)
		}
	})
	m.stop = func() { cancel(); done.Wait() }
	t.Cleanup(func() { m.stop() })
	m.w = New(t, m.Bidding(), Terms{})
	m.w.Bidder("alpha").Bid(1, "9")
	m.w.Bidder("beta").Bid(1, "8")
	m.w.Bidder("beta").Bid(2, "7")
	m.w.Bidder("gamma").Bid(1, "6")
	m.w.Ok(m.w.Bidder("gamma").Withdraw(2))
	delta := m.w.Bidder("delta")
	s := delta.Seal(1, "5")
	m.w.Ok(delta.Submit(s))
	for name := range s.Parts {
		m.w.Ok(delta.Send(s, name)) // and then the line breaks
		break
	}
	m.Settle()
	m.take(t)
	return m
}

// take takes a receipt for every entry that there is.
func (m *mover) take(t *testing.T) {
	t.Helper()
	entries, err := m.Engine.Entries(t.Context(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		r, _, err := m.Ledger.Receipt(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		m.receipts[e.ID] = r
	}
}

// backup makes a backup of the running platform.
func (m *mover) backup(t *testing.T, since string) string {
	t.Helper()
	s, open, err := app.Source(t.Context(), m.Config, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	s.Since = since
	folder := filepath.Join(t.TempDir(), "backup")
	_, found, err := move.Backup(t.Context(), s, folder)
	if err != nil || len(found) > 0 {
		t.Fatalf("backup: %v, %v", found, err)
	}
	return folder
}

// elsewhere is a configuration with the same keys and other engines.
func (m *mover) elsewhere(t *testing.T, e config.Engines) config.Server {
	t.Helper()
	c := m.Config
	c.Data, c.Engines = t.TempDir(), e
	for _, name := range []string{"log.key", "seal.key", "vault.key", "ticket.key"} {
		b, err := os.ReadFile(m.Config.Key(name))
		if err == nil {
			err = os.WriteFile(c.Key(name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func restore(t *testing.T, c config.Server, folder string) error {
	t.Helper()
	e, err := app.Configured(t.Context(), c)
	if err != nil {
		return err
	}
	defer e.Close()
	_, err = move.Restore(t.Context(), folder, target(c, e, nil))
	return err
}

func target(c config.Server, e app.Engines, tell move.Tell) move.Target {
	return move.Target{Metadata: e.Metadata.(store.Movable), Objects: e.Objects, Kinds: app.Collections(),
		Check: app.CheckBackup(c), Leave: app.LeaveBehind, Scratch: c.Data, Tell: tell}
}

func fsck(t *testing.T, c config.Server, deep bool) []string {
	t.Helper()
	e, _, err := app.Look(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	found, err := audit.Fsck(t.Context(), audit.Keeping{Engine: e.Metadata, Objects: e.Objects, Kinds: app.Collections(),
		Trust: ledger.Policy{Origin: c.Origin}, Deep: deep})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, x := range found {
		list = append(list, x.Name+" "+x.Subject+" "+x.Text)
	}
	return list
}

func accept(t *testing.T, c config.Server, gap string, newest ...[]byte) error {
	t.Helper()
	e, err := app.Existing(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	_, err = move.Accept(t.Context(), e.Metadata, move.Acceptance{Origin: c.Origin, Newest: newest, Gap: gap})
	return err
}

// serving runs a restored platform for a while.
func serving(t *testing.T, c config.Server, do func(a *app.App, url string)) {
	t.Helper()
	a, err := app.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { err = a.Run(ctx, l) })
	do(a, "http://"+l.Addr().String())
	cancel()
	done.Wait()
	if err := errors.Join(err, a.Close()); err != nil {
		t.Error(err)
	}
}

func ask(t *testing.T, method, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// TestMove takes a running platform to other engines. Every old receipt stays
// good, the log goes on under its key without a fork, and what was deleted stays
// deleted.
func TestMove(t *testing.T) {
	for name, engines := range map[string]func(t *testing.T) config.Engines{
		"to a folder":          func(*testing.T) config.Engines { return config.Engines{} },
		"to MongoDB and MinIO": func(t *testing.T) config.Engines { return enginetest.Fresh(t) },
	} {
		t.Run(name, func(t *testing.T) {
			e := engines(t)
			m := inhabited(t)
			c := m.elsewhere(t, e)
			if err := restore(t, c, m.backup(t, "")); err != nil {
				t.Fatal(err)
			}
			if found := fsck(t, c, true); len(found) > 0 {
				t.Errorf("after the move: %v", found)
			}
			m.bringBack(t, c)
			m.arrived(t, c)
			again := m.backupOf(t, c)
			back := m.elsewhere(t, config.Engines{})
			if err := restore(t, back, again); err != nil {
				t.Fatal(err)
			}
			if found := fsck(t, back, true); len(found) > 0 {
				t.Errorf("after the way back: %v", found)
			}
		})
	}
}

// gone are the folders of bids that were withdrawn and replaced.
func (m *mover) gone() []string {
	of := func(name string) string {
		return "bids/" + m.w.ID + "/" + m.w.Lot + "/" + m.w.Bidder(name).Org + "/0001/"
	}
	return []string{of("gamma"), of("beta")}
}

// bringBack puts back what was deleted, as an older backup of files does.
func (m *mover) bringBack(t *testing.T, c config.Server) {
	t.Helper()
	e, err := app.Existing(t.Context(), c)
	must(t, err)
	defer e.Close()
	for _, folder := range m.gone() {
		must(t, e.Objects.Put(t.Context(), folder+"x/payload", 6, sha256.Sum256([]byte("sealed")), strings.NewReader("sealed")))
	}
}

// backupOf backs up a platform on which nothing runs, or many could.
func (m *mover) backupOf(t *testing.T, c config.Server) string {
	t.Helper()
	x := &mover{House: &apptest.House{App: &app.App{Config: c}}}
	return x.backup(t, "")
}

// arrived holds a restored platform to what was promised before.
func (m *mover) arrived(t *testing.T, c config.Server) {
	t.Helper()
	var before ledger.Checkpoint
	serving(t, c, func(a *app.App, url string) {
		before = head(t, a.Engine)
		if code, text := ask(t, "POST", url+"/api/v1/organisations"); code != 503 || !strings.Contains(text, "platform.restored") {
			t.Errorf("a change before the log is accepted: %d %s", code, text)
		}
		if code, _ := ask(t, "GET", url+"/api/v1/tenders"); code != 200 {
			t.Errorf("reading: %d", code)
		}
		time.Sleep(300 * time.Millisecond)
		if h := head(t, a.Engine); h.Size != before.Size {
			t.Errorf("the log has grown to %d before it was accepted", h.Size)
		}
	})
	if err := accept(t, c, ""); !fault.Coded(err, "restore.newest") {
		t.Errorf("accepted without a word: %v", err)
	}
	if err := accept(t, c, "", m.newest()); err != nil {
		t.Fatal(err)
	}
	serving(t, c, func(a *app.App, _ string) {
		settled(t, a)
		now := head(t, a.Engine)
		grown, err := a.Ledger.Growth(t.Context(), before.Size, now.Size)
		if err != nil || ledger.CheckGrowth(before, now, grown) != nil || now.Size <= before.Size {
			t.Errorf("the log of %d does not grow out of that of %d: %v", now.Size, before.Size, err)
		}
		m.same(t, a)
		for _, folder := range m.gone() {
			left, err := a.Objects.List(t.Context(), folder, "", 10)
			if err != nil || len(left) > 0 {
				t.Errorf("left in %s: %v, %v", folder, left, err)
			}
		}
	})
	if found := fsck(t, c, true); len(found) > 0 {
		t.Errorf("after it has run: %v", found)
	}
}

// newest is the receipt that has seen most of the log.
func (m *mover) newest() []byte {
	var best ledger.Receipt
	for _, r := range m.receipts {
		if r.Index >= best.Index {
			best = r
		}
	}
	return best.Marshal()
}

// same: every receipt verifies, and its record stands where it stood.
func (m *mover) same(t *testing.T, a *app.App) {
	t.Helper()
	v, err := note.NewVerifier(m.LogKey.Public)
	if err != nil {
		t.Fatal(err)
	}
	trust := ledger.Policy{Origin: m.Config.Origin, Log: []note.Verifier{v}}
	now := head(t, a.Engine)
	for fact, old := range m.receipts {
		seen, err := old.Verify(trust)
		if err != nil {
			t.Errorf("receipt of %s: %v", fact, err)
		}
		grown, err := a.Ledger.Growth(t.Context(), seen.Size, now.Size)
		if err != nil || ledger.CheckGrowth(seen, now, grown) != nil {
			t.Errorf("receipt of %s: not of this log: %v", fact, err)
		}
		r, _, err := a.Ledger.Receipt(t.Context(), fact)
		if err != nil || r.Index != old.Index || string(r.Record) != string(old.Record) {
			t.Errorf("%s stood at %d and stands at %d, %v", fact, old.Index, r.Index, err)
		}
		if _, err := r.Verify(trust); err != nil {
			t.Errorf("a new receipt of %s: %v", fact, err)
		}
	}
}

func head(t *testing.T, e store.Engine) ledger.Checkpoint {
	t.Helper()
	h, err := e.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Peek(h.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func settled(t *testing.T, a *app.App) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		done, err := a.Settled(t.Context())
		if done {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it does not come to rest: %v", err)
		}
	}
}
