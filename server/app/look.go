package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"probity/documents/blob"
	"probity/documents/blob/dir"
	"probity/documents/blob/minio"
	"probity/server/config"
	"probity/server/move"
	"probity/server/store/bolt"
	"probity/tender/fault"
	"probity/tender/store"
)

// Look opens a platform to be read, whether or not servers run on it; live says
// that some may. What a server has open alone is looked at in a copy, as of one
// moment.
func Look(ctx context.Context, c config.Server) (e Engines, live bool, err error) {
	e, err = Existing(ctx, c)
	if !fault.Coded(err, "store.locked") {
		return e, err == nil && c.Shared(), err
	}
	tmp, err := os.MkdirTemp(c.Data, ".look-*")
	if err != nil {
		return e, false, fmt.Errorf("app: look: %w", err)
	}
	e, err = lookAtCopy(ctx, c, tmp)
	if err != nil {
		return e, false, errors.Join(err, os.RemoveAll(tmp))
	}
	return e, true, nil
}

func lookAtCopy(ctx context.Context, c config.Server, tmp string) (Engines, error) {
	path := filepath.Join(tmp, boltFile)
	if err := TakeSnapshot(ctx, c, path); err != nil {
		return Engines{}, err
	}
	objects, err := openObjectsOf(ctx, c)
	if err != nil {
		return Engines{}, err
	}
	metadata, err := bolt.Open(path, Collections(), bolt.Options{ClockMayLag: true})
	if err != nil {
		return Engines{}, err
	}
	return Engines{scratch{metadata, tmp}, objects}, nil
}

// scratch is an engine whose folder goes with it.
type scratch struct {
	*bolt.Engine
	folder string
}

// Close ends the engine and removes the copy.
func (s scratch) Close() error { return errors.Join(s.Engine.Close(), os.RemoveAll(s.folder)) }

// Source is a platform as a backup takes it, whether or not servers run on it.
// The caller closes it.
func Source(ctx context.Context, c config.Server, tell move.Tell) (move.Source, io.Closer, error) {
	s := move.Source{Kinds: Collections(), Origin: c.Origin, Tell: tell}
	e, err := Existing(ctx, c)
	switch {
	case fault.Coded(err, "store.locked"):
		s.Snapshot = func(ctx context.Context, path string) error { return TakeSnapshot(ctx, c, path) }
		s.Objects, err = openObjectsOf(ctx, c)
		return s, Engines{}, err
	case err != nil:
		return s, nil, err
	}
	s.Objects = e.Objects
	switch m := e.Metadata.(type) {
	case *bolt.Engine:
		s.Snapshot = move.Snapshot(m)
	case store.Movable:
		s.Snapshot = func(ctx context.Context, path string) error {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("app: snapshot: %w", err)
			}
			return move.Gather(ctx, m, Collections(), path, tell)
		}
	default:
		return s, nil, errors.Join(fmt.Errorf("app: %T cannot be backed up", m), e.Close())
	}
	return s, e, nil
}

// openObjectsOf opens the object store of a platform whose metadata another
// process has open. To read a folder is no harm to whoever writes to it.
func openObjectsOf(ctx context.Context, c config.Server) (blob.Store, error) {
	if c.Objects == config.MinIO {
		return minio.Open(ctx, minioOptions(c, false))
	}
	return dir.Open(c.Path("objects"))
}
