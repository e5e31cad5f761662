package client

import (
	"context"
	"fmt"

	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/fault"
)

// Source is where a log's public parts come from. It is not trusted.
type Source interface {
	// Announced returns what the log says about itself.
	Announced(ctx context.Context) (Announcement, error)

	// Tile returns the bytes at a path of https://c2sp.org/tlog-tiles.
	Tile(ctx context.Context, path string) ([]byte, error)
}

// Announcement is what a log says about itself.
type Announcement struct {
	Origin    string   `json:"origin"`
	Keys      []string `json:"keys"`      // verifier keys, newest last
	Handovers []string `json:"handovers"` // signed notes in which an old key names a new one
}

// continues refuses two checkpoints of which neither is the start of the other.
func continues(ctx context.Context, a, b ledger.Checkpoint, from Source) error {
	if a.Size > b.Size {
		a, b = b, a
	}
	if a.Size == b.Size {
		if a == b {
			return nil
		}
		return forked.Because(fmt.Errorf("client: two roots at size %d", a.Size))
	}
	tree := ledger.NewTree(b.Size, func(base string) ([]byte, error) { return tileAt(ctx, from, base, b.Size) })
	proof, err := tree.ProveGrowth(a.Size)
	if err != nil {
		if k := fault.From(err).Kind; k == fault.Busy || k == fault.Limited {
			return err // the line; nothing is said about the log
		}
		return unproven.Because(err)
	}
	if err := ledger.CheckGrowth(a, b, proof); err != nil {
		return forked.Because(err)
	}
	return nil
}

var forked = fault.New(fault.Conflict, "log.fork",
	"The log does not continue what this machine has seen of it before: its history was changed, or there are two. Nothing it says now counts.")

var unproven = fault.New(fault.Conflict, "log.unproven",
	"The log does not show that it continues what this machine has seen of it before. It may have been set back. Nothing it says now counts.")

// tileAt reads as much of a tile as a log of this size has.
func tileAt(ctx context.Context, from Source, base string, size int64) ([]byte, error) {
	t, err := ledger.ParsePath(base)
	if err != nil {
		return nil, err
	}
	t.W = ledger.WidthAt(t, size)
	if t.W == 0 {
		return nil, fmt.Errorf("client: tile %s is beyond the log", base)
	}
	b, err := from.Tile(ctx, ledger.Path(t))
	if err == nil && len(b) != ledger.TileSize(t) {
		err = fault.New(fault.Internal, "client.answer", "The server's answer is not a tile of the log.")
	}
	return b, err
}

// keepEvidence writes the two signed checkpoints of a fork where nobody
// overwrites them.
func (l *Log) keepEvidence(signed []byte) error {
	if l.file == "" {
		return nil
	}
	sum := canon.Hash("fork", []byte(l.state.Checkpoint), signed)
	name := fmt.Sprintf("%s.fork-%x.txt", l.file, sum[:6])
	return create(name, fmt.Appendf(nil, "%s\n---\n%s", l.state.Checkpoint, signed), 0o600)
}
