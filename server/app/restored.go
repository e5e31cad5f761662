package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/server/config"
	sequencer "probity/server/ledger"
	"probity/server/move"
	"probity/tender/fault"
	"probity/tender/store"
)

// openMark refuses half a platform, and looks whether the log is older than
// what this server has seen of it.
func (a *App) openMark(ctx context.Context) error {
	seen, at, err := readSeen(a.Config)
	if err != nil {
		return err
	}
	if seen != nil && seen.Origin == a.Config.Origin {
		if err := move.Suspect(ctx, a.Engine, a.Config.Origin, *seen, at); err != nil {
			return err
		}
	}
	m, err := move.Open(ctx, a.Engine)
	if err != nil || m == nil {
		return err
	}
	if !m.Done {
		return move.ErrUnfinished
	}
	a.marked.Store(true)
	a.Log.WarnContext(ctx, "the platform was restored; nothing is accepted until its log is accepted (probity accept)", "entries", m.Size)
	return nil
}

// accepting says that nothing is accepted while a mark is open. Marks come to
// be before a server starts, so a server that has found none need not ask.
func (a *App) accepting(ctx context.Context) error {
	if !a.marked.Load() {
		return nil
	}
	m, err := move.Open(ctx, a.Engine)
	if err != nil {
		return err
	}
	if m != nil {
		return move.ErrClosed
	}
	a.marked.Store(false)
	return nil
}

// checkMarkedKey refuses to hand the log over to another key while nobody knows
// whether it is the newest.
func (a *App) checkMarkedKey(ctx context.Context, key ledger.Key) error {
	if !a.marked.Load() {
		return nil
	}
	keys, err := sequencer.Keys(ctx, a.Engine, a.Config.Origin)
	if err != nil {
		return err
	}
	if keys[len(keys)-1] != key.Public {
		return fault.New(fault.Conflict, "restore.key", "The restored log is signed by another key than the one that is here. Accept the log first, then change its key.")
	}
	return nil
}

// seen is what a server remembers of the log beside the database, so that an
// older one in its place is noticed.
type seen struct {
	At         time.Time `json:"at"` // by the engine's clock
	Checkpoint string    `json:"checkpoint"`
}

func seenFile(c config.Server) string { return c.Path("log.seen") }

// readSeen reads what was remembered; nil if there is nothing. The file is this
// server's own: its checkpoint is not verified again.
func readSeen(c config.Server) (*ledger.Checkpoint, time.Time, error) {
	b, err := os.ReadFile(seenFile(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, nil
	}
	var s seen
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		return nil, s.At, fmt.Errorf("app: %s, where this server remembers the log: %w", seenFile(c), err)
	}
	at, err := ledger.Peek([]byte(s.Checkpoint))
	return &at, s.At, err
}

// remember writes down how the log ends, now and then and at the end.
func (a *App) remember(ctx context.Context) {
	every := time.NewTicker(10 * time.Second)
	defer every.Stop()
	for last := ""; ; {
		if err := a.rememberOnce(context.WithoutCancel(ctx), &last); err != nil {
			a.Log.WarnContext(ctx, "the end of the log is not remembered", "error", err)
		}
		if ctx.Err() != nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-every.C:
		}
	}
}

func (a *App) rememberOnce(ctx context.Context, last *string) error {
	if a.marked.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	now, err := a.Engine.Time(ctx)
	if err != nil {
		return err
	}
	h, err := a.Engine.Head(ctx)
	if err != nil || h.Size == 0 || string(h.Checkpoint) == *last {
		return err
	}
	b, err := json.Marshal(seen{now, string(h.Checkpoint)})
	if err != nil {
		return err
	}
	path := seenFile(a.Config)
	if err := os.Remove(path + ".new"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeSecret(path+".new", b); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	*last = string(h.Checkpoint)
	return nil
}

// CheckBackup refuses a backup whose log cannot go on here: its key is not
// here, or the configuration names another log.
func CheckBackup(c config.Server) func(*move.Note) error {
	return func(n *move.Note) error {
		if n.Origin != c.Origin {
			return fault.New(fault.Conflict, "restore.origin", "The backup is of the log %s, and origin says %s.", n.Origin, c.Origin)
		}
		v, err := note.NewVerifier(n.LogKey)
		if err != nil {
			return fmt.Errorf("app: key of the backup: %w", err)
		}
		if _, err := (ledger.Policy{Origin: n.Origin, Log: []note.Verifier{v}}).Open([]byte(n.Head)); err != nil {
			return fault.New(fault.Invalid, "backup.damaged", "The checkpoint of the backup is not signed by its log.").Because(err)
		}
		b, err := os.ReadFile(c.Key("log.key"))
		if errors.Is(err, fs.ErrNotExist) {
			return fault.New(fault.Missing, "restore.key", "Keys are never in a backup. Put log.key, seal.key, vault.key and ticket.key into %s first, from where they are kept apart.", c.KeyFolder())
		}
		if err != nil {
			return fmt.Errorf("app: log.key: %w", err)
		}
		k, err := ledger.ReadKey(strings.TrimSpace(string(b)))
		if err != nil {
			return err
		}
		if k.Public != n.LogKey {
			return fault.New(fault.Conflict, "restore.key", "The log.key in %s is %s, and the log of the backup is signed by %s.", c.KeyFolder(), k.Public, n.LogKey)
		}
		return nil
	}
}

// LeaveBehind says which documents mean nothing in another place: how far
// readers of the log had come, so that they take it in anew and delete again
// what a backup has brought back; and uploads that are going on, whose parts
// are in no backup.
func LeaveBehind(d *store.Stored) bool {
	if d.Kind == cursorKind {
		return true
	}
	var u struct{ Done bool }
	return d.Kind == "upload" && (json.Unmarshal(d.Body, &u) != nil || !u.Done)
}

// ReadEvidence reads a checkpoint or a receipt that somebody has of the log, or
// what a server remembers of it (log.seen).
func ReadEvidence(file string) ([]byte, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.New(fault.Missing, "file.missing", "The file %s cannot be read.", file).Because(err)
	}
	var s seen
	if json.Unmarshal(b, &s) == nil && s.Checkpoint != "" {
		return []byte(s.Checkpoint), nil
	}
	return b, nil
}
