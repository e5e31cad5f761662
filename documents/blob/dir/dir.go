// Package dir keeps objects in a folder. It keeps the contract of blob.Store,
// for one process at a time.
//
// Start with put.go. The bytes lie in files that a person can find and join
// with ordinary tools; what makes them an object is one name, made by link(2)
// when everything below it is durable. That link is the only moment that
// counts: before it there is nothing, after it all.
//
// Frozen:
//
//	format                  "probity-blob/1"
//	keys/KEY=               the object: JSON, linked from data. The = is in no
//	                        key, so the objects a and a/b do not collide.
//	data/II/ID/object       the same file
//	data/II/ID/upload       JSON: an upload that has begun
//	data/II/ID/keep         JSON: how long the object must be kept, if it must
//	data/II/ID/00001 ...    the bytes, in parts (one, if it was put in one piece)
package dir

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"probity/documents/blob"
	"probity/tender/fault"
)

const format = "probity-blob/1\n"

// Store is a blob.Store in a folder.
type Store struct {
	root string

	// ends is held while an upload or an object ends or is swept, so that none
	// of these meets another halfway.
	ends sync.Mutex

	// durable are the folders whose names this process has made durable.
	mu      sync.Mutex
	durable map[string]bool
}

var _ blob.Store = (*Store)(nil)

// Open opens the store in the folder root, and makes it if there is none. A
// folder that holds something else gives a Conflict with code "blob.foreign".
func Open(root string) (*Store, error) {
	s := &Store{root: root, durable: map[string]bool{}}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("dir: open: %w", err)
	}
	got, err := os.ReadFile(s.path("format"))
	switch {
	case err == nil && string(got) == format:
		return s, nil
	case err == nil:
		return nil, foreign(root)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("dir: open: %w", err)
	}
	there, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("dir: open: %w", err)
	}
	for _, x := range there {
		if x.Name() != "data" && x.Name() != "keys" && x.Name() != "format.new" {
			return nil, foreign(root)
		}
	}
	for _, name := range []string{"data", "keys"} {
		if err := s.mkdirs(name); err != nil {
			return nil, err
		}
	}
	if err := writeFile(s.path("format"), []byte(format)); err != nil {
		return nil, err
	}
	return s, errors.Join(syncDir(root), syncDir(filepath.Dir(root)))
}

func foreign(root string) error {
	return fault.New(fault.Conflict, "blob.foreign", "The folder %s is not a store of files of this program.", root)
}

func (s *Store) path(name ...string) string {
	return filepath.Join(append([]string{s.root}, name...)...)
}

// row is what the files object and upload hold.
type row struct {
	Key    string    `json:"key"`
	ID     string    `json:"id"`
	Size   int64     `json:"size"`
	Sum    string    `json:"sum"`   // hex
	Parts  int       `json:"parts"` // 0 for one piece
	Part   int64     `json:"part"`  // bytes of every part but the last
	Stored time.Time `json:"stored"`
}

func (r row) info() (blob.Info, error) {
	sum, err := hex.DecodeString(r.Sum)
	if err != nil || len(sum) != len(blob.Sum{}) {
		return blob.Info{}, fmt.Errorf("dir: object %q: damaged sum %.80q", r.Key, r.Sum)
	}
	return blob.Info{Key: r.Key, Size: r.Size, Sum: blob.Sum(sum), Parts: r.Parts, Stored: r.Stored}, nil
}

// readRow returns fs.ErrNotExist for a file that is not there.
func readRow(path string) (r row, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil || !idForm.MatchString(r.ID) {
		return r, fmt.Errorf("dir: damaged file %s: %w", path, err)
	}
	return r, nil
}

// object returns the row of a key, or ErrMissing.
func (s *Store) object(ctx context.Context, key string) (row, error) {
	if err := ctx.Err(); err != nil {
		return row{}, err
	}
	if err := blob.CheckKey(key); err != nil {
		return row{}, err
	}
	r, err := readRow(s.keyPath(key))
	if absent(err) {
		return r, blob.ErrMissing
	}
	return r, err
}

// absent also holds when a part of the path is a file: a/b, where b= is one.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDir)
}

func (s *Store) keyPath(key string) string { return s.path("keys", filepath.FromSlash(key)+"=") }

var idForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

func newID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func dataDir(id string) string { return filepath.Join("data", id[:2], id) }

func partName(n int) string { return fmt.Sprintf("%05d", n) }

// Head returns what is known of an object.
func (s *Store) Head(ctx context.Context, key string) (blob.Info, error) {
	r, err := s.object(ctx, key)
	if err != nil {
		return blob.Info{}, err
	}
	return r.info()
}

// Delete removes an object: first its name, durably, then its bytes. Bytes
// that a crash leaves behind cannot be got any more, and Sweep removes them.
func (s *Store) Delete(ctx context.Context, key string) error {
	s.ends.Lock()
	defer s.ends.Unlock()
	r, err := s.object(ctx, key)
	if errors.Is(err, blob.ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	if kept, err := s.kept(r.ID); err != nil || kept.At(time.Now()) {
		return orLocked(err)
	}
	path := s.keyPath(key)
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("dir: delete %q: %w", key, err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	return s.drop(r.ID)
}

// drop removes the bytes of an object or upload that has no name any more.
func (s *Store) drop(id string) error {
	if err := os.RemoveAll(s.path(dataDir(id))); err != nil {
		return fmt.Errorf("dir: remove %s: %w", id, err)
	}
	return syncDir(filepath.Dir(s.path(dataDir(id))))
}
