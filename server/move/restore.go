package move

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"probity/documents/blob"
	"probity/documents/blob/dir"
	"probity/documents/ledger"
	"probity/server/store/bolt"
	"probity/tender/fault"
	"probity/tender/store"
)

// Target is where a platform comes to: engines that are empty, or hold the
// first part of the same backup.
type Target struct {
	Metadata store.Movable
	Objects  blob.Store
	Kinds    []store.Collection

	// Check refuses what is in a backup before anything is written: a log that
	// cannot go on because its key is not here.
	Check func(*Note) error

	// Leave says of a document that it is not to be taken along. Sessions and
	// their like never are.
	Leave func(*store.Stored) bool

	// Scratch is a folder for a copy of the metadata while they are read.
	Scratch string

	Tell Tell
}

// ErrOccupied: there is a platform already.
var ErrOccupied = fault.New(fault.Conflict, "restore.occupied", "There is something already where the platform is to be restored. Name empty engines.")

// Restored is what a restore has done.
type Restored struct {
	*Note
	Mark  *Mark `json:"-"`
	Moved Count `json:"moved"`
}

// Restore takes a backup into empty engines. Every file of the backup is
// checked before anything is written, and every object again as it arrives. If
// it is cut off, it goes on where it was when it is run again with the same
// backup; no server starts on half a platform. The mark that it leaves is open.
func Restore(ctx context.Context, folder string, t Target) (*Restored, error) {
	name, err := checkSums(ctx, folder, t.Tell)
	if err != nil {
		return nil, err
	}
	n, err := readNote(folder)
	if err != nil {
		return nil, err
	}
	if err := t.Check(n); err != nil {
		return nil, err
	}
	m, err := t.begin(ctx, name, n)
	if err != nil {
		return nil, err
	}
	r := &Restored{Note: n, Mark: m}
	if err := t.metadata(ctx, folder, n, &r.Moved); err != nil {
		return nil, err
	}
	from, err := dir.Open(filepath.Join(folder, objectsName))
	if err != nil {
		return nil, err
	}
	c := &copying{from: from, to: t.Objects, tell: t.Tell}
	if err := c.all(ctx); err != nil {
		return nil, err
	}
	r.Moved.Objects, r.Moved.Bytes = c.objects.Load(), c.bytes.Load()
	m.Done = true
	return r, marks(t.Metadata).Put(ctx, m)
}

func readNote(folder string) (*Note, error) {
	b, err := os.ReadFile(filepath.Join(folder, noteName))
	if err != nil {
		return nil, fmt.Errorf("move: note: %w", err)
	}
	var n Note
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&n); err != nil || n.Form != form {
		return nil, fault.New(fault.Invalid, "backup.form", "This backup is of a form that this program does not know; use the program that made it, or a newer one.").Because(err)
	}
	return &n, nil
}

// begin puts the mark, or finds that of a restore that was cut off.
func (t *Target) begin(ctx context.Context, name string, n *Note) (*Mark, error) {
	m, err := Open(ctx, t.Metadata)
	if err != nil {
		return nil, err
	}
	if m != nil && m.Backup == name && !m.Done {
		return m, nil
	}
	empty, err := t.empty(ctx)
	if err != nil {
		return nil, err
	}
	if !empty {
		return nil, ErrOccupied
	}
	c, err := ledger.Peek([]byte(n.Head))
	if err != nil {
		return nil, damaged("The checkpoint of the backup cannot be read.")
	}
	m = newMark(name, c)
	return m, marks(t.Metadata).Put(ctx, m)
}

func (t *Target) empty(ctx context.Context) (bool, error) {
	h, err := t.Metadata.Head(ctx)
	if err != nil || h.Size > 0 {
		return false, err
	}
	for _, c := range t.Kinds {
		page, err := t.Metadata.Versions(ctx, c.Kind, "", 1)
		if err != nil || len(page) > 0 {
			return false, err
		}
	}
	there, err := t.Objects.List(ctx, "", "", 1)
	return len(there) == 0, err
}

// metadata takes documents and the log out of a copy of the backup's file, for
// to open a file of that engine is to write to it.
func (t *Target) metadata(ctx context.Context, folder string, n *Note, moved *Count) (err error) {
	tmp, err := os.MkdirTemp(t.Scratch, ".restore-*")
	if err != nil {
		return fmt.Errorf("move: scratch: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	path := filepath.Join(tmp, metadataName)
	if err := copyFile(filepath.Join(folder, metadataName), path); err != nil {
		return err
	}
	from, err := bolt.Open(path, t.Kinds, bolt.Options{ClockMayLag: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	for _, c := range t.Kinds {
		if transient(c) {
			continue
		}
		if err := t.documents(ctx, from, c.Kind, moved); err != nil {
			return fmt.Errorf("move: documents of kind %s: %w", c.Kind, err)
		}
	}
	h, err := from.Head(ctx)
	if err != nil {
		return fmt.Errorf("move: end of the log: %w", err)
	}
	if h.Size != n.Size || string(h.Checkpoint) != n.Head {
		return damaged("The log of the backup does not end as its note says.")
	}
	moved.Entries = h.Size
	return copyLog(ctx, from, t.Metadata, h, t.Tell)
}

func (t *Target) documents(ctx context.Context, from store.Movable, kind string, moved *Count) error {
	for after := ""; ; {
		page, err := from.Documents(ctx, kind, after, pageSize)
		if err != nil {
			return err
		}
		var take []store.Stored
		for i := range page {
			if after = page[i].ID; t.Leave == nil || !t.Leave(&page[i]) {
				take = append(take, page[i])
			}
		}
		if err := patiently(ctx, func() error { return t.Metadata.Import(ctx, take) }); err != nil {
			return err
		}
		moved.Documents += int64(len(take))
		t.Tell.tell("documents", moved.Documents, 0)
		if len(page) < pageSize {
			return nil
		}
	}
}

func copyFile(from, to string) (err error) {
	r, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("move: copy: %w", err)
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("move: copy: %w", err)
	}
	_, err = io.Copy(w, r)
	if err = errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("move: copy %s: %w", from, err)
	}
	return nil
}
