package dir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"probity/documents/blob"
)

// List walks the names in the order of keys.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]blob.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := errors.Join(blob.CheckPrefix(prefix), blob.CheckPrefix(after)); err != nil {
		return nil, err
	}
	if limit < 1 || limit > 1000 {
		return nil, blob.ErrRange
	}
	l := &listing{ctx: ctx, store: s, prefix: prefix, after: after, limit: limit}
	if err := l.walk(""); err != nil {
		return nil, err
	}
	return l.items, nil
}

type listing struct {
	ctx           context.Context
	store         *Store
	prefix, after string
	limit         int
	items         []blob.Item
}

// name is one name of a folder as keys have it: of an object, without its =,
// or of a folder, with a / behind it.
func name(x fs.DirEntry) string {
	if x.IsDir() {
		return x.Name() + "/"
	}
	return strings.TrimSuffix(x.Name(), "=")
}

func (l *listing) walk(folder string) error {
	names, err := os.ReadDir(l.store.path("keys", filepath.FromSlash(folder)))
	if err != nil {
		return fmt.Errorf("dir: list: %w", err)
	}
	slices.SortFunc(names, func(a, b fs.DirEntry) int { return cmp.Compare(name(a), name(b)) })
	for _, x := range names {
		key := folder + name(x)
		switch {
		case len(l.items) == l.limit:
			return nil
		case x.IsDir() && l.mayHold(key):
			if err := l.walk(key); err != nil {
				return err
			}
		case !x.IsDir() && strings.HasPrefix(key, l.prefix) && key > l.after:
			if err := l.add(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayHold reports whether keys below folder can be on the list.
func (l *listing) mayHold(folder string) bool {
	if folder < l.after && !strings.HasPrefix(l.after, folder) {
		return false
	}
	return strings.HasPrefix(folder, l.prefix) || strings.HasPrefix(l.prefix, folder)
}

func (l *listing) add(key string) error {
	r, err := l.store.object(l.ctx, key)
	if errors.Is(err, blob.ErrMissing) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	l.items = append(l.items, blob.Item{Key: key, Size: r.Size, Stored: r.Stored})
	return nil
}

// Sweep removes what has no name and has not been touched since before.
func (s *Store) Sweep(ctx context.Context, before time.Time) (swept int, err error) {
	folders, err := filepath.Glob(s.path("data", "??", "*"))
	if err != nil {
		return 0, fmt.Errorf("dir: sweep: %w", err)
	}
	for _, folder := range folders {
		if err := ctx.Err(); err != nil {
			return swept, err
		}
		id := filepath.Base(folder)
		if !idForm.MatchString(id) {
			continue
		}
		gone, err := s.sweep(id, before)
		if err != nil {
			return swept, err
		}
		if gone {
			swept++
		}
	}
	return swept, nil
}

func (s *Store) sweep(id string, before time.Time) (gone bool, err error) {
	s.ends.Lock()
	defer s.ends.Unlock()
	folder := s.path(dataDir(id))
	for _, file := range []string{"object", "upload"} {
		r, err := readRow(filepath.Join(folder, file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return false, err
		}
		named, err := s.named(r)
		if err != nil {
			return false, err
		}
		if named {
			return false, s.tidy(id)
		}
	}
	touched, err := lastTouch(folder)
	if err != nil || touched.IsZero() || !touched.Before(before) { // zero: it went meanwhile
		return false, err
	}
	return true, s.drop(id)
}

// tidy ends the upload of a named object, should a crash have left it open.
func (s *Store) tidy(id string) error {
	if _, err := os.Stat(s.path(dataDir(id), "upload")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return s.ended(id)
}

// lastTouch returns when anything in a folder was last written.
func lastTouch(folder string) (last time.Time, err error) {
	err = filepath.WalkDir(folder, func(_ string, x fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another has removed it
		}
		if err != nil {
			return err
		}
		info, err := x.Info()
		if err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a part that got its name
		}
		return err
	})
	if err != nil {
		return last, fmt.Errorf("dir: sweep: %w", err)
	}
	return last, nil
}
