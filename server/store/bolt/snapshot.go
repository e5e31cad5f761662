package bolt

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Snapshot writes a copy of the whole store, as of one moment, to w: a file
// that Open opens. The copy is made on disk beside the store first, because a
// read transaction that waits for a slow w would make the store grow.
func (e *Engine) Snapshot(ctx context.Context, w io.Writer) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(e.db.Path()), ".snapshot-*")
	if err != nil {
		return fmt.Errorf("bolt: snapshot: %w", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()

	err = e.view(ctx, func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(tmp)
		return err
	})
	if err != nil {
		return fmt.Errorf("bolt: snapshot: %w", err)
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("bolt: snapshot: %w", err)
	}
	if _, err := io.Copy(w, tmp); err != nil {
		return fmt.Errorf("bolt: snapshot: send: %w", err)
	}
	return nil
}
