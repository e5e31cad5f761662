package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"

	"probity/server/audit"
)

// archives makes archives, two at a time: each needs a file of the size of the
// whole procedure.
type archives struct {
	app   *App
	seats chan struct{}
}

// Archive makes the archive of a procedure and returns it with its size. The
// caller closes it.
func (x archives) Archive(ctx context.Context, ocid, scope string) (io.ReadCloser, int64, error) {
	select {
	case x.seats <- struct{}{}:
		defer func() { <-x.seats }()
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	f, err := os.CreateTemp("", "probity-archive-*")
	if err != nil {
		return nil, 0, fmt.Errorf("app: archive: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil { // it goes with the last handle
		return nil, 0, errors.Join(err, f.Close())
	}
	if _, err := audit.Build(ctx, f, x.app.Sources(), ocid, audit.Scope(scope)); err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, size, nil
}

// Sources is what archives of this platform are made from.
func (a *App) Sources() audit.Sources {
	s := audit.Sources{Engine: a.Engine, Objects: a.objects, Origin: a.Config.Origin, Seals: a.Papers.Certificates()}
	for _, k := range a.Ledger.Keys {
		s.Signers = append(s.Signers, note.Signer(k))
	}
	return s
}
