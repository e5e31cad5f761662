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
// whole procedure. As many are checked at a time.
type archives struct {
	app           *App
	seats, checks chan struct{}
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

// Verify makes the archive and checks it, as anybody with the file would, by the
// log's key and the seals of this platform.
func (x archives) Verify(ctx context.Context, ocid, scope string) (*audit.Report, error) {
	select {
	case x.checks <- struct{}{}:
		defer func() { <-x.checks }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	body, size, err := x.Archive(ctx, ocid, scope)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	file, ok := body.(io.ReaderAt)
	if !ok {
		return nil, errors.New("app: an archive that cannot be read twice")
	}
	return audit.Verify(ctx, file, size, audit.Trust{Log: []string{x.app.LogKey.Public}, Seals: x.app.Papers.Roots()})
}

// Sources is what archives of this platform are made from.
func (a *App) Sources() audit.Sources {
	s := audit.Sources{Engine: a.Engine, Objects: a.objects, Origin: a.Config.Origin, Seals: a.Papers.Certificates()}
	for _, k := range a.Ledger.Keys {
		s.Signers = append(s.Signers, note.Signer(k))
	}
	return s
}
