package move

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"probity/documents/blob"
	"probity/documents/blob/dir"
	"probity/documents/ledger"
	"probity/server/audit"
	sequencer "probity/server/ledger"
	"probity/server/store/bolt"
	"probity/tender/store"
)

// Source is the platform that is backed up. It may be running.
type Source struct {
	// Snapshot writes the metadata, as of one moment, as a file of the embedded
	// engine.
	Snapshot func(ctx context.Context, path string) error

	Objects blob.Store
	Kinds   []store.Collection
	Origin  string
	Since   string // folder of an earlier backup, or ""
	Tell    Tell
}

// Snapshot is for a platform whose embedded engine this process has open.
func Snapshot(e *bolt.Engine) func(context.Context, string) error {
	return func(ctx context.Context, path string) error {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("move: snapshot: %w", err)
		}
		return errors.Join(e.Snapshot(ctx, f), f.Sync(), f.Close())
	}
}

// retries is how often metadata are read again because something they refer to
// was deleted while objects were copied.
const retries = 3

// Backup makes a backup in a new folder. Objects are copied before the metadata
// and once more behind, so that whatever the metadata refer to is there; what
// was deleted meanwhile may be there too, and is deleted again after a restore.
// At the end the backup is held to itself as a platform is: the findings are
// those of the platform, at that moment. A backup with findings is whole; what
// is wrong in it was wrong before.
func Backup(ctx context.Context, s Source, folder string) (*Note, []audit.Finding, error) {
	if err := emptyFolder(folder); err != nil {
		return nil, nil, err
	}
	c, err := s.copying(folder)
	if err != nil {
		return nil, nil, err
	}
	if err := c.all(ctx); err != nil {
		return nil, nil, err
	}
	var n *Note
	var found []audit.Finding
	for range retries {
		if err := s.Snapshot(ctx, filepath.Join(folder, metadataName)); err != nil {
			return nil, nil, err
		}
		if err := c.all(ctx); err != nil {
			return nil, nil, err
		}
		if n, found, err = s.examine(ctx, folder, c.to); err != nil {
			return nil, nil, err
		}
		if !misses(found) {
			break
		}
	}
	n.Count.Objects, n.Count.Bytes, n.Count.Linked = c.objects.Load(), c.bytes.Load(), c.linked.Load()
	b, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return nil, nil, fmt.Errorf("move: note: %w", err)
	}
	if err := writeFile(filepath.Join(folder, noteName), append(b, '\n')); err != nil {
		return nil, nil, err
	}
	return n, found, writeSums(ctx, folder, s.Tell)
}

func (s *Source) copying(folder string) (*copying, error) {
	to, err := dir.Open(filepath.Join(folder, objectsName))
	if err != nil {
		return nil, err
	}
	c := &copying{from: s.Objects, to: to, tell: s.Tell}
	if s.Since == "" {
		return c, nil
	}
	if _, err := os.Stat(filepath.Join(s.Since, sumsName)); err != nil {
		return nil, damaged("%s is not a finished backup.", s.Since)
	}
	earlier, err := dir.Open(filepath.Join(s.Since, objectsName))
	c.earlier = earlier
	return c, err
}

// examine looks at the copy as at a platform.
func (s *Source) examine(ctx context.Context, folder string, objects blob.Store) (n *Note, found []audit.Finding, err error) {
	e, err := bolt.Open(filepath.Join(folder, metadataName), s.Kinds, bolt.Options{ClockMayLag: true})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	if n, err = s.note(ctx, e); err != nil {
		return nil, nil, err
	}
	all, err := audit.Fsck(ctx, audit.Keeping{Engine: e, Objects: objects, Kinds: s.Kinds, Trust: ledger.Policy{Origin: s.Origin}, Progress: s.Tell.tell})
	for _, x := range all {
		if x.Name != "object.orphan" && x.Name != "object.undeleted" { // newer than the moment, or deleted before it
			found = append(found, x)
		}
	}
	return n, found, err
}

func (s *Source) note(ctx context.Context, e *bolt.Engine) (*Note, error) {
	h, err := e.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("move: end of the log: %w", err)
	}
	if h.Size == 0 {
		return nil, ErrNothing
	}
	keys, err := sequencer.Keys(ctx, e, s.Origin)
	if err != nil {
		return nil, err
	}
	n := &Note{Form: form, At: time.Now().UTC().Truncate(time.Second), Origin: s.Origin, Size: h.Size, Head: string(h.Checkpoint),
		LogKey: keys[len(keys)-1]}
	n.Count.Entries = h.Size
	for _, c := range s.Kinds {
		k, err := count(ctx, e, c.Kind)
		if err != nil {
			return nil, err
		}
		n.Count.Documents += k
	}
	return n, nil
}

func count(ctx context.Context, e store.Movable, kind string) (n int64, err error) {
	for after := ""; ; {
		page, err := e.Versions(ctx, kind, after, maxPage)
		if err != nil {
			return n, fmt.Errorf("move: count %s: %w", kind, err)
		}
		if n += int64(len(page)); len(page) < maxPage {
			return n, nil
		}
		after = page[len(page)-1].ID
	}
}

func misses(found []audit.Finding) bool {
	for _, x := range found {
		if x.Name == "object.missing" {
			return true
		}
	}
	return false
}
