package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"probity/documents/ledger"
	"probity/tender/event"
	"probity/tender/store"
)

// Finding is one thing that does not fit together. Names are stable:
//
//	log.gap        entries are not 0, 1, 2, ...
//	log.record     a record is no fact, or its entry says otherwise
//	log.leaf       a leaf does not commit to its record and salt
//	log.lookup     an entry is not to be found by its fact's ID
//	log.order      facts of one document are in the wrong order
//	log.bundle     a stored bundle is not what the entries give
//	log.tile       a stored tile is not what the entries give
//	log.size       the head says another size than there are entries
//	log.root       the checkpoint has another root than the entries give
//	log.signature  the checkpoint is not signed by whom it must be
//	log.key        the keys of the log do not vouch for each other
//	log.pending    a fact waits for the log, and is in it
type Finding struct {
	Name  string
	Index int64  // of the entry; -1 if it is not about one
	Path  string // of the tile; "" if it is not about one
	Text  string
}

func (f Finding) String() string {
	switch {
	case f.Path != "":
		return fmt.Sprintf("%s: %s: %s", f.Name, f.Path, f.Text)
	case f.Index >= 0:
		return fmt.Sprintf("%s: entry %d: %s", f.Name, f.Index, f.Text)
	}
	return fmt.Sprintf("%s: %s", f.Name, f.Text)
}

// CheckLog computes leaves, bundles, tiles and root anew from the entries and
// compares them with what is stored and with the checkpoint that p believes.
// If p names no key of the log, those that the log itself names are taken.
// The log may grow meanwhile; what is added after the start is not looked at.
// progress, if not nil, is told how many entries were checked, of how many.
func CheckLog(ctx context.Context, e store.Engine, p ledger.Policy, progress func(done, of int64)) ([]Finding, error) {
	head, err := e.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: check: read head: %w", err)
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	c := &check{ctx: ctx, engine: e, head: head, last: map[string]turn{}, progress: progress}
	size, root, err := ledger.Rebuild(c.leaves(), c.tile)
	if err != nil {
		return c.found, fmt.Errorf("ledger: check: %w", err)
	}
	c.signed(p, size, root)
	if err := c.pending(); err != nil {
		return c.found, err
	}
	return c.found, nil
}

type check struct {
	ctx      context.Context
	engine   store.Engine
	head     store.Head
	last     map[string]turn // the newest fact of each document
	found    []Finding
	progress func(done, of int64)
}

func (c *check) find(name string, index int64, path, format string, args ...any) {
	c.found = append(c.found, Finding{name, index, path, fmt.Sprintf(format, args...)})
}

// leaves yields the leaves that the entries should have: computed where the
// record is there, as stored where it was erased.
func (c *check) leaves() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for next := int64(0); next < c.head.Size; {
			page, err := c.engine.Entries(c.ctx, next, pageSize)
			if err != nil {
				yield(nil, fmt.Errorf("entries from %d: %w", next, err))
				return
			}
			if len(page) == 0 {
				return // signed finds the size wrong
			}
			for _, x := range page[:min(int64(len(page)), c.head.Size-next)] {
				if x.Index != next {
					c.find("log.gap", x.Index, "", "stands where %d should", next)
				}
				if !yield(c.entry(x), nil) {
					return
				}
				next = x.Index + 1
			}
			c.progress(next, c.head.Size)
		}
	}
}

func (c *check) entry(x store.Entry) (leaf []byte) {
	if y, err := c.engine.EntryOf(c.ctx, x.ID); err != nil || y.Index != x.Index {
		c.find("log.lookup", x.Index, "", "fact %q is found at %d, %v", x.ID, y.Index, err)
	}
	c.order(x)
	if x.Record == nil {
		return x.Leaf // erased
	}
	f, err := event.Parse(x.Record)
	if err != nil || f.ID != x.ID || f.Name != x.Name || f.Topic != x.Topic {
		c.find("log.record", x.Index, "", "the record is not the fact %q (%s): %v", x.ID, x.Name, err)
	}
	if leaf = ledger.Leaf(x.Salt, x.Record); !bytes.Equal(leaf, x.Leaf) {
		c.find("log.leaf", x.Index, "", "record and salt give %x, the leaf is %x", leaf, x.Leaf)
	}
	return leaf
}

// turn is the place of a fact among those of its document.
type turn struct{ version, n int64 }

// order looks at the IDs alone: SUBJECT#VERSION or SUBJECT#VERSION.N.
func (c *check) order(x store.Entry) {
	i := strings.LastIndexByte(x.ID, '#')
	if i < 0 {
		c.find("log.record", x.Index, "", "%q is not the ID of a fact", x.ID)
		return
	}
	version, n, _ := strings.Cut(x.ID[i+1:], ".")
	var now turn
	now.version, _ = strconv.ParseInt(version, 10, 64)
	now.n, _ = strconv.ParseInt(n, 10, 64)
	before := c.last[x.ID[:i]]
	if now.version < before.version || now.version == before.version && now.n <= before.n && before.version > 0 {
		c.find("log.order", x.Index, "", "fact %q comes after %d.%d of its document", x.ID, before.version, before.n)
	}
	c.last[x.ID[:i]] = now
}

func (c *check) tile(t ledger.Tile) error {
	base := ledger.Base(t.Tile)
	stored, err := c.engine.Tile(c.ctx, base)
	if err != nil && !errors.Is(err, store.ErrMissing) {
		return fmt.Errorf("tile %s: %w", base, err)
	}
	if len(stored) > len(t.Data) && t.W < ledger.Width {
		stored = stored[:len(t.Data)] // the log has grown since
	}
	if bytes.Equal(stored, t.Data) {
		return nil
	}
	name := "log.tile"
	if t.L == ledger.Entries {
		name = "log.bundle"
	}
	c.find(name, -1, base, "%d stored bytes are not the %d that the entries give", len(stored), len(t.Data))
	return nil
}

// signed compares what the entries give with what the log has signed.
func (c *check) signed(p ledger.Policy, size int64, root tlog.Hash) {
	if size != c.head.Size {
		c.find("log.size", -1, "", "there are %d entries, the head says %d", size, c.head.Size)
	}
	if c.head.Checkpoint == nil {
		return
	}
	keys, err := Keys(c.ctx, c.engine, p.Origin)
	if err != nil {
		c.find("log.key", -1, "", "%v", err)
	}
	if len(p.Log) == 0 && len(keys) > 0 {
		if v, err := note.NewVerifier(keys[len(keys)-1]); err == nil {
			p.Log = []note.Verifier{v}
		}
	}
	if _, err := p.Open(c.head.Checkpoint); err != nil {
		c.find("log.signature", -1, "", "%v", err)
	}
	said, err := ledger.Peek(c.head.Checkpoint)
	if err != nil || said.Size != size || said.Root != root {
		c.find("log.root", -1, "", "the entries give %d with %v, the checkpoint says %d with %v", size, root, said.Size, said.Root)
	}
}

func (c *check) pending() error {
	waiting, err := c.engine.Pending(c.ctx, 100*pageSize)
	if err != nil {
		return fmt.Errorf("ledger: check: read outbox: %w", err)
	}
	for _, f := range waiting {
		x, err := c.engine.EntryOf(c.ctx, f.ID)
		if errors.Is(err, store.ErrMissing) {
			continue
		}
		if err != nil {
			return fmt.Errorf("ledger: check: %w", err)
		}
		// A fact that was taken between the two looks is no finding.
		if again, err := c.engine.Pending(c.ctx, 100*pageSize); err == nil && waits(again, f.ID) {
			c.find("log.pending", x.Index, "", "fact %q waits for the log, and is in it", f.ID)
		}
	}
	return nil
}

func waits(list []event.Event, id string) bool {
	for _, f := range list {
		if f.ID == id {
			return true
		}
	}
	return false
}
