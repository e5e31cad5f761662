package ledger

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"probity/documents/ledger"
	"probity/tender/fault"
	"probity/tender/store"
)

// What a reader of the log may be told.
var (
	// ErrPath: not the path of a tile.
	ErrPath = fault.New(fault.Invalid, "log.path", "This is not the path of a tile.")

	// ErrRange: no such entry or size, or not yet.
	ErrRange = fault.New(fault.Missing, "log.range", "The log has no such entry or size.")

	// ErrErased: the record and its salt were erased; the leaf stays.
	ErrErased = fault.New(fault.Missing, "log.erased", "This record was erased. Its place in the log remains.")
)

// Reader serves the log to the public. Any process can, without a key.
type Reader struct {
	engine store.Engine
	origin string
	tiles  tiles
}

// NewReader returns a reader of the log in e.
func NewReader(e store.Engine, origin string) *Reader {
	return &Reader{engine: e, origin: origin}
}

// Checkpoint returns the newest signed checkpoint. Before the log has begun
// there is none: ErrRange.
func (r *Reader) Checkpoint(ctx context.Context) ([]byte, error) {
	h, err := r.engine.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: read head: %w", err)
	}
	if h.Checkpoint == nil {
		return nil, ErrRange
	}
	return h.Checkpoint, nil
}

// Tile returns the bytes at a path of https://c2sp.org/tlog-tiles: a whole or
// partial tile of hashes, or a bundle of entries (level "entries"). The bytes
// at a path never change. A path that is no tile's is ErrPath, one that is not
// in the tree of the newest checkpoint ErrRange.
func (r *Reader) Tile(ctx context.Context, path string) ([]byte, error) {
	t, err := ledger.ParsePath(path)
	if err != nil {
		return nil, ErrPath.Because(err)
	}
	h, err := r.engine.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: read head: %w", err)
	}
	if ledger.WidthAt(t, h.Size) < t.W {
		return nil, ErrRange
	}
	b, err := r.read(ctx, ledger.Base(t))
	if err != nil {
		return nil, err
	}
	if len(b) < ledger.TileSize(t) {
		return nil, fmt.Errorf("ledger: tile %s has %d bytes, not %d", ledger.Base(t), len(b), ledger.TileSize(t))
	}
	return b[:ledger.TileSize(t):ledger.TileSize(t)], nil
}

// Prove returns the path of an entry in the newest tree, and its checkpoint.
func (r *Reader) Prove(ctx context.Context, index int64) (tlog.RecordProof, []byte, error) {
	h, err := r.engine.Head(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger: read head: %w", err)
	}
	if index < 0 || index >= h.Size {
		return nil, nil, ErrRange
	}
	p, err := r.tree(ctx, h.Size).Prove(index)
	return p, h.Checkpoint, err
}

// Receipt returns the receipt of a fact under the newest checkpoint, and its
// entry; store.ErrMissing while the fact is not in the log. It gives the
// record to whoever asks: whether they may have it is for the caller to say.
func (r *Reader) Receipt(ctx context.Context, eventID string) (ledger.Receipt, store.Entry, error) {
	x, err := r.engine.EntryOf(ctx, eventID)
	if err != nil {
		return ledger.Receipt{}, store.Entry{}, fmt.Errorf("ledger: entry of %q: %w", eventID, err)
	}
	if x.Record == nil {
		return ledger.Receipt{}, x, ErrErased
	}
	p, checkpoint, err := r.Prove(ctx, x.Index)
	if err != nil {
		return ledger.Receipt{}, x, err
	}
	return ledger.Receipt{Index: x.Index, Salt: x.Salt, Record: x.Record, Proof: p, Checkpoint: checkpoint}, x, nil
}

// Growth returns the proof that the log of size to begins with the log of size
// from.
func (r *Reader) Growth(ctx context.Context, from, to int64) (tlog.TreeProof, error) {
	h, err := r.engine.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: read head: %w", err)
	}
	if from < 0 || from > to || to > h.Size {
		return nil, ErrRange
	}
	return r.tree(ctx, to).ProveGrowth(from)
}

// tree returns the log at a size that is not above the head's.
func (r *Reader) tree(ctx context.Context, size int64) *ledger.Tree {
	return ledger.NewTree(size, func(base string) ([]byte, error) { return r.read(ctx, base) })
}

func (r *Reader) read(ctx context.Context, base string) ([]byte, error) {
	if b, ok := r.tiles.get(base); ok {
		return b, nil
	}
	b, err := r.engine.Tile(ctx, base)
	if err != nil {
		return nil, fmt.Errorf("ledger: read tile %s: %w", base, err)
	}
	r.tiles.keep(map[string][]byte{base: b})
	return b, nil
}

// tiles remembers whole tiles, which never change. Partial ones are another
// process's to widen, so they are read anew each time.
type tiles struct {
	mu   sync.RWMutex
	kept map[string][]byte
}

// maxTiles bounds the memory: 8 to 9 KB each.
const maxTiles = 4096

func (t *tiles) get(base string) ([]byte, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	b, ok := t.kept[base]
	return b, ok
}

func (t *tiles) keep(fresh map[string][]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for base, b := range fresh {
		if !ledger.Whole(b) {
			continue
		}
		if t.kept == nil || len(t.kept) >= maxTiles {
			t.kept = make(map[string][]byte)
		}
		t.kept[base] = b
	}
}
