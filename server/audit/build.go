package audit

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"probity/bidding"
	"probity/documents/archive"
	"probity/documents/ledger"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/store"
)

// Build writes the archive of a procedure: all its facts that the log has by
// now, with their proofs, and the bytes that they speak of. It checks nothing;
// [Verify] does, and the keeper of the log should, before giving it away.
//
// Before the grace window has ended, or the procedure was cancelled, there is
// no archive: it would tell who takes part. That is the Conflict
// "archive.too_early"; a procedure that is not there is "tender.missing".
func Build(ctx context.Context, w io.Writer, s Sources, ocid string, scope Scope) (archive.Manifest, error) {
	b := &build{ctx: ctx, Sources: s, scope: scope, ocid: ocid, keys: map[string]bool{}}
	for _, part := range []func() error{b.tender, b.log, b.notice, b.openings, b.contracts, b.notices, b.papers, b.proofs} {
		if err := part(); err != nil {
			return archive.Manifest{}, fmt.Errorf("audit: archive of %q: %w", ocid, err)
		}
	}
	return b.write(w)
}

// build is an archive in the making.
type build struct {
	Sources
	ctx   context.Context
	scope Scope
	ocid  string

	t          *tender.Tender
	checkpoint []byte
	size       int64
	facts      []bidding.Placed // all
	open       []bidding.Placed // those that are shown
	indexes    []int64          // of all entries
	keys       map[string]bool  // ids of the keys that people signed with
	items      []item
}

// item is one file of the archive: its bytes, or where they are kept.
type item struct {
	path  string
	bytes []byte
	key   string
}

func (b *build) add(path string, content []byte) {
	b.items = append(b.items, item{path: path, bytes: content})
}

// keep adds an object as a file, if there is such an object. One that should be
// there and is not will be missed by whoever verifies the archive.
func (b *build) keep(path, key string) { b.items = append(b.items, item{path: path, key: key}) }

// tender refuses a procedure that may not be shown yet.
func (b *build) tender() error {
	shelf := store.Shelf[tender.Tender, *tender.Tender]{Engine: b.Engine, Kind: tender.Kind}
	t, err := shelf.Get(b.ctx, b.ocid)
	if err != nil {
		return err
	}
	switch t.Phase {
	case tender.Sealed, tender.Complete, tender.Failed, tender.Cancelled:
		b.t = t
		return nil
	}
	return fault.New(fault.Conflict, "archive.too_early", "There is an archive of a procedure when its bids are closed and the time for uploads is over.")
}

// write puts the files into the archive, in order.
func (b *build) write(w io.Writer) (archive.Manifest, error) {
	c, err := ledger.Peek(b.checkpoint)
	if err != nil {
		return archive.Manifest{}, err
	}
	b.add(archive.ReadmePath, archive.Readme(b.ocid, b.Origin, string(b.scope)))
	if len(b.Seals) > 0 {
		b.add(sealsPath, b.Seals)
	}
	slices.SortFunc(b.items, func(x, y item) int { return cmp.Compare(x.path, y.path) })
	out := archive.NewWriter(w, archive.Manifest{OCID: b.ocid, Origin: b.Origin, Scope: string(b.scope), Size: c.Size})
	for _, x := range b.items {
		if err := b.put(out, x); err != nil {
			return archive.Manifest{}, err
		}
	}
	return out.Close(func(m archive.Manifest) ([]byte, error) { return m.Sign(b.Signers...) })
}

func (b *build) put(out *archive.Writer, x item) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	if x.key == "" {
		return out.Add(x.path, bytes.NewReader(x.bytes))
	}
	r, err := b.Objects.Open(b.ctx, x.key)
	if err != nil && fault.From(err).Kind == fault.Missing {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit: read %s: %w", x.key, err)
	}
	return errors.Join(out.Add(x.path, r), r.Close())
}

// tile reads exactly one tile of the log.
func (b *build) tile(t tlog.Tile) ([]byte, error) {
	raw, err := b.Engine.Tile(b.ctx, ledger.Base(t))
	if err != nil {
		return nil, err
	}
	if len(raw) < ledger.TileSize(t) {
		return nil, fmt.Errorf("audit: tile %s has %d bytes, not %d", ledger.Path(t), len(raw), ledger.TileSize(t))
	}
	return raw[:ledger.TileSize(t)], nil
}

// named lists the facts of a name.
func (b *build) named(name string) []bidding.Placed {
	var list []bidding.Placed
	for _, f := range b.facts {
		if f.Name == name {
			list = append(list, f)
		}
	}
	return list
}
