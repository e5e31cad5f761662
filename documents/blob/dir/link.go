package dir

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"probity/documents/blob"
)

// Adopt takes over an object of another folder by linking its bytes, which
// never change: both then have it, and either may delete it without the other.
// It reports false where that cannot be done: from is no folder, or lies on
// another file system.
func (s *Store) Adopt(ctx context.Context, from blob.Store, key string) (bool, error) {
	other, ok := from.(*Store)
	if !ok {
		return false, nil
	}
	r, err := other.object(ctx, key)
	if err != nil {
		return false, err
	}
	was := other.path(dataDir(r.ID))
	r.ID = newID()
	if err := s.begin(r.ID); err != nil {
		return false, err
	}
	for n := range max(r.Parts, 1) {
		err := os.Link(filepath.Join(was, partName(n+1)), s.path(dataDir(r.ID), partName(n+1)))
		if errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EMLINK) {
			return false, s.drop(r.ID)
		}
		if err != nil {
			return false, errors.Join(fmt.Errorf("dir: adopt %q: %w", key, err), s.drop(r.ID))
		}
	}
	if err := s.publish(r); err != nil {
		return false, errors.Join(err, s.drop(r.ID))
	}
	return true, nil
}
