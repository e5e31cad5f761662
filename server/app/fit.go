package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"probity/bidding"
	"probity/documents/ledger"
	"probity/documents/uptime"
	sequencer "probity/server/ledger"
	"probity/server/web"
	"probity/tender/rules"
	"probity/tender/store"
)

// facts reads the facts of a procedure from the log.
type facts struct{ engine store.Engine }

const factPage = 1000

// Facts returns all facts of a topic that are in the log, in order.
func (f facts) Facts(ctx context.Context, topic string) ([]bidding.Placed, error) {
	var all []store.Entry
	for from := int64(0); ; {
		page, err := f.engine.EntriesOn(ctx, topic, from, factPage)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < factPage {
			return bidding.Read(all)
		}
		from = page[len(page)-1].Index + 1
	}
}

// Holds reports whether a fact is in the log.
func (f facts) Holds(ctx context.Context, fact string) (bool, error) {
	_, err := f.engine.EntryOf(ctx, fact)
	if errors.Is(err, store.ErrMissing) {
		return false, nil
	}
	return err == nil, err
}

// follow takes one fact to the aggregates that it moves.
func (a *App) follow(ctx context.Context, f bidding.Placed) error {
	if err := a.Bids.Follow(ctx, f); err != nil {
		return err
	}
	if err := a.Plans.Take(ctx, f.Event); err != nil {
		return err
	}
	switch f.Name {
	case uptime.Fact:
		return a.away(ctx, f)
	case bidding.FactCloseWindow:
		return a.settle(ctx, f.Topic)
	case "award.pass-over", "award.set-aside":
		return a.void(ctx, f)
	}
	return nil
}

// void ends the contract, if there is one, of an award that fell. It has the
// award's id.
func (a *App) void(ctx context.Context, f bidding.Placed) error {
	subject, _, _ := strings.Cut(f.ID, "#")
	_, award, _ := strings.Cut(subject, "/")
	err := a.Contracts.Void(ctx, award)
	if missing(err) {
		return nil
	}
	return err
}

// settle takes over the second closing list, once it is in the log.
func (a *App) settle(ctx context.Context, topic string) error {
	all, err := facts{a.Engine}.Facts(ctx, topic)
	if err != nil {
		return err
	}
	_, window, err := bidding.Lists(all)
	if err != nil {
		return err
	}
	if window == nil {
		return fmt.Errorf("app: the window of %q is closed without a list", topic)
	}
	return a.Bids.Settle(ctx, *window)
}

// drawRoot is the public number that draws start from: the root of the log as
// it ended with the entry that closed the window. Nobody could know it while
// bids came in, and anybody can compute it from the tiles.
func (a *App) drawRoot(ctx context.Context, topic string) (string, error) {
	t, err := a.Tenders.Tenders.Get(ctx, topic)
	if err != nil {
		return "", err
	}
	e, err := a.Engine.EntryOf(ctx, t.SealFact)
	if err != nil {
		return "", err
	}
	root, err := a.Ledger.Root(ctx, e.Index+1)
	return hex.EncodeToString(root[:]), err
}

// loadRules adds the operator's rule sets: every *.json of the folder.
func loadRules(l *rules.Library, folder string) error {
	if folder == "" {
		return nil
	}
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set, err := rules.Parse(b)
		if err != nil {
			return fmt.Errorf("app: rule set %s: %w", path, err)
		}
		return l.Add(set)
	})
}

// ledgerDoor is the log as the API serves it.
type ledgerDoor struct {
	s     *sequencer.Sequencer
	beats *sequencer.Beats
}

var _ web.Ledger = ledgerDoor{}

func (d ledgerDoor) Receipt(ctx context.Context, fact string, wait time.Duration) ([]byte, store.Entry, error) {
	var r ledger.Receipt
	var e store.Entry
	var err error
	if wait > 0 {
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		r, e, err = d.s.Wait(ctx, fact)
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, e, store.ErrBusy.Because(err) // durable, but not in its place yet: ask again
		}
	} else {
		r, e, err = d.s.Receipt(ctx, fact)
	}
	if err != nil {
		return nil, e, err
	}
	return r.Marshal(), e, nil
}

func (d ledgerDoor) Checkpoint(ctx context.Context) ([]byte, error) { return d.s.Checkpoint(ctx) }

func (d ledgerDoor) Tile(ctx context.Context, path string) ([]byte, error) {
	return d.s.Tile(ctx, path)
}

func (d ledgerDoor) Announcement(ctx context.Context) (sequencer.Announcement, error) {
	return sequencer.Announce(ctx, d.s.Engine, d.s.Origin)
}

func (d ledgerDoor) Prove(ctx context.Context, index int64) (leaf []byte, path []string, checkpoint []byte, err error) {
	p, checkpoint, err := d.s.Prove(ctx, index)
	if err != nil {
		return nil, nil, nil, err
	}
	entries, err := d.s.Engine.Entries(ctx, index, 1)
	if err != nil || len(entries) == 0 {
		return nil, nil, nil, errors.Join(err, sequencer.ErrRange)
	}
	return entries[0].Leaf, hashes(p), checkpoint, nil
}

func (d ledgerDoor) Uptime(ctx context.Context, from, to time.Time) (uptime.Record, error) {
	return d.beats.Record(ctx, d.s.Reader, from, to)
}

func (d ledgerDoor) Beats(ctx context.Context, n int64, limit int) ([]store.Entry, error) {
	return d.beats.Page(ctx, n, limit)
}

// hashes writes a proof as texts.
func hashes(p []tlog.Hash) []string {
	list := []string{}
	for _, h := range p {
		list = append(list, h.String())
	}
	return list
}

func (d ledgerDoor) Consistency(ctx context.Context, from, to int64) ([]string, error) {
	p, err := d.s.Growth(ctx, from, to)
	return hashes(p), err
}

// newID is 16 characters that nobody can guess or confuse, in lower case; the
// same again for a request that is repeated.
func newID(ctx context.Context) string {
	if id := store.NextID(ctx); len(id) >= 16 {
		return id[:16]
	}
	b := make([]byte, 10)
	rand.Read(b)
	return idForm.EncodeToString(b)
}

var idForm = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
