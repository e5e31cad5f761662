package move

import (
	"context"
	"fmt"

	"probity/documents/ledger"
	"probity/tender/store"
)

// underWay stands where a checkpoint will be while a log is being copied. No
// server starts on it: it is signed by nobody.
const underWay = "this log is being copied; it is not whole\n"

// logBatch is small enough for the slowest engine to take in one call.
const logBatch = 100

// logCopy is a log on its way to another engine.
type logCopy struct {
	from, to store.Engine
	head     store.Head        // where it ends
	want     ledger.Checkpoint // in that
}

// copyLog appends the entries of a log, up to a head, to another engine that
// has none of them or the first ones. The tree is computed anew from the
// leaves, and the checkpoint is put on it only if its root is the same.
func copyLog(ctx context.Context, from, to store.Engine, head store.Head, tell Tell) error {
	c := &logCopy{from: from, to: to, head: head}
	var err error
	if c.want, err = ledger.Peek(head.Checkpoint); err != nil || c.want.Size != head.Size {
		return damaged("The end of the log does not fit to the log: %v.", err)
	}
	for {
		var at store.Head
		err := patiently(ctx, func() (err error) {
			at, err = c.step(ctx)
			return err
		})
		if err != nil {
			return err
		}
		tell.tell("log", at.Size, head.Size)
		if at.Size >= head.Size {
			if string(at.Checkpoint) != string(head.Checkpoint) {
				return damaged("The log that is there is not the one that is copied.")
			}
			return nil
		}
	}
}

// step appends one batch and returns where the copy ends then. It looks first,
// since the outcome of the one before may not be known.
func (c *logCopy) step(ctx context.Context) (store.Head, error) {
	at, err := c.to.Head(ctx)
	if err != nil {
		return at, fmt.Errorf("move: log: %w", err)
	}
	if at.Size >= c.head.Size {
		return at, nil
	}
	b, err := c.batch(ctx, at)
	if err != nil {
		return at, err
	}
	if err := c.to.Append(ctx, b); err != nil {
		return at, fmt.Errorf("move: append %d entries at %d: %w", len(b.Entries), at.Size, err)
	}
	return b.Head, nil
}

func (c *logCopy) batch(ctx context.Context, at store.Head) (b store.Batch, err error) {
	entries, err := c.from.Entries(ctx, at.Size, int(min(logBatch, c.head.Size-at.Size)))
	if err != nil {
		return b, fmt.Errorf("move: read the log at %d: %w", at.Size, err)
	}
	if len(entries) == 0 {
		return b, damaged("The log ends at %d; its head says %d.", at.Size, c.head.Size)
	}
	leaves := make([][]byte, len(entries))
	for i, e := range entries {
		leaves[i] = e.Leaf
	}
	g, err := ledger.NewTree(at.Size, func(base string) ([]byte, error) { return c.to.Tile(ctx, base) }).Grow(leaves)
	if err != nil {
		return b, fmt.Errorf("move: %w", err)
	}
	b = store.Batch{After: at, Entries: entries, Tiles: g.Tiles, Head: store.Head{Size: g.Size, Checkpoint: []byte(underWay)}}
	if g.Size == c.head.Size {
		if g.Root != c.want.Root {
			return b, damaged("The entries of the log give another root than its checkpoint names.")
		}
		b.Head.Checkpoint = c.head.Checkpoint
	}
	return b, nil
}
