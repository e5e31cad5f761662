package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Root returns the root that the log had when it ended with the entry before
// size. Anybody can compute it from the tiles, whatever has come since.
func (r *Reader) Root(ctx context.Context, size int64) (tlog.Hash, error) {
	h, err := r.engine.Head(ctx)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("ledger: read head: %w", err)
	}
	if size < 0 || size > h.Size {
		return tlog.Hash{}, ErrRange
	}
	return r.tree(ctx, size).RootHash()
}
