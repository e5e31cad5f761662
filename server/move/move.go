// Package move takes a platform from one place to another: into a backup, out
// of a backup into empty engines of any kind, and so also from the embedded
// engines to MongoDB and MinIO.
//
// Start with [Backup], then [Restore]. A backup is a folder that looks like the
// data folder of the embedded engines, without the keys:
//
//	probity.db    the metadata and the log, as of one moment
//	objects/      sealed bids, documents, papers: all that this moment needs
//	backup.json   of what platform it is, and of when: [Note]
//	SHA256SUMS    of every file, in the form of sha256sum; written last, so a
//	              folder without it is no backup
//
// The metadata are read as of one moment also from an engine that has no such
// thing as a snapshot (gather.go says why that holds). The log is not copied but
// appended again (log.go): a copy whose tree has another root is never made.
//
// Where a restored platform may be older than what the world has seen of its
// log, it must not go on: see [Mark].
package move

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"probity/tender/fault"
	"probity/tender/store"
)

// Names in a backup.
const (
	metadataName = "probity.db"
	objectsName  = "objects"
	noteName     = "backup.json"
	sumsName     = "SHA256SUMS"
)

const form = "probity-backup/1"

// Note says what is in a backup.
type Note struct {
	Form   string    `json:"form"`
	At     time.Time `json:"at"` // of the moment, by the clock of the machine that made it
	Origin string    `json:"origin"`
	Size   int64     `json:"size"`       // entries of the log
	Head   string    `json:"checkpoint"` // signed, of that size
	LogKey string    `json:"log_key"`    // public: the log goes on under it
	Count  Count     `json:"count"`
}

// Count is how much was moved.
type Count struct {
	Documents int64 `json:"documents"`
	Entries   int64 `json:"entries"`
	Objects   int64 `json:"objects"`
	Bytes     int64 `json:"bytes"`  // of objects
	Linked    int64 `json:"linked"` // objects that an earlier backup had already
}

// Tell reports progress; nil is silent.
type Tell func(what string, done, of int64)

func (t Tell) tell(what string, done, of int64) {
	if t != nil {
		t(what, done, of)
	}
}

// What moving can meet. Faults about damage say which file.
var (
	// ErrNothing: the platform has not begun.
	ErrNothing = fault.New(fault.Missing, "backup.nothing", "There is nothing to back up: the log has not begun.")

	// ErrBusy: documents changed faster than they could be read.
	ErrBusy = fault.New(fault.Busy, "backup.busy", "So much is written that no moment could be held fast. Try again at a quieter time.")
)

func damaged(format string, args ...any) error {
	return fault.New(fault.Invalid, "backup.damaged", format, args...)
}

// transient are the kinds of documents that mean nothing after a while, or
// nothing elsewhere. Sessions that were ended must not come back to life.
func transient(c store.Collection) bool { return c.Ephemeral && c.Kind != "upload" }

// emptyFolder makes a folder, or sees that it is empty.
func emptyFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("move: %w", err)
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("move: %w", err)
	}
	if len(there) > 0 {
		return fault.New(fault.Conflict, "backup.folder", "The folder %s is not empty. Name a new one for each backup.", dir)
	}
	return nil
}

// writeFile writes a file that is whole or not there, and survives the loss of
// power.
func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("move: write: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("move: write %s: %w", path, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("move: write: %w", err)
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("move: write: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// patience is how often a step is tried again while an engine is overloaded,
// and waits twice as long each time.
const patience = 5

// patiently does a step that can be repeated until the engine is there for it.
func patiently(ctx context.Context, step func() error) error {
	for try, wait := 0, 100*time.Millisecond; ; try, wait = try+1, 2*wait {
		err := step()
		if kind := fault.From(err).Kind; err == nil || kind != fault.Busy && kind != fault.Stale || try == patience {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}
