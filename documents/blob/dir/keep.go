package dir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"probity/documents/blob"
)

// keep is what the file of that name holds. It lies with the bytes, and not
// with the name, so that it speaks of this object and of no later one.
type keep struct {
	Until time.Time `json:"until"`
	Held  bool      `json:"held"`
}

// Lock keeps an object until then.
func (s *Store) Lock(ctx context.Context, key string, until time.Time) error {
	return s.rekeep(ctx, key, func(k *keep) {
		if until = blob.Second(until); until.After(k.Until) && until.After(time.Now()) {
			k.Until = until
		}
	})
}

// Hold keeps an object without an end, or lets go of it.
func (s *Store) Hold(ctx context.Context, key string, on bool) error {
	return s.rekeep(ctx, key, func(k *keep) { k.Held = on })
}

// rekeep changes how long an object is kept. Nothing deletes it meanwhile.
func (s *Store) rekeep(ctx context.Context, key string, change func(*keep)) error {
	s.ends.Lock()
	defer s.ends.Unlock()
	r, err := s.object(ctx, key)
	if err != nil {
		return err
	}
	was, err := s.kept(r.ID)
	if err != nil {
		return err
	}
	k := keep(was)
	if change(&k); k == keep(was) {
		return nil
	}
	b, err := json.Marshal(k)
	if err != nil {
		return failed("keep", err)
	}
	if err := writeFile(s.path(dataDir(r.ID), "keep"), b); err != nil {
		return err
	}
	return syncDir(s.path(dataDir(r.ID)))
}

// Kept says how long an object is kept.
func (s *Store) Kept(ctx context.Context, key string) (blob.Kept, error) {
	r, err := s.object(ctx, key)
	if err != nil {
		return blob.Kept{}, err
	}
	return s.kept(r.ID)
}

// kept reads the file. One that does not read is damage, and not leave to
// delete.
func (s *Store) kept(id string) (blob.Kept, error) {
	path := s.path(dataDir(id), "keep")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return blob.Kept{}, nil
	}
	var k keep
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err != nil {
		return blob.Kept{}, fmt.Errorf("dir: damaged file %s: %w", path, err)
	}
	return blob.Kept(k), nil
}

func orLocked(err error) error {
	if err != nil {
		return err
	}
	return blob.ErrLocked
}
