package move

import (
	"context"
	"errors"
	"fmt"

	"probity/server/store/bolt"
	"probity/tender/store"
)

// Gather copies all documents and the log of an engine, as of one moment, into
// a new file of the embedded engine, while others write.
//
// Where an engine cannot look at one moment, the moment is found. Documents are
// copied, and those that have changed are copied again, until one look at
// all versions finds no change. Each document then was, when that look began,
// what the copy has: versions only grow, so what had the same version before
// and after had it in between. The end of the log is fixed before that look.
// What a document's outbox has lost until then is in the log below that end;
// what it has lost since is still in the copy of the outbox; and appending the
// log takes out of the copy what it brings.
func Gather(ctx context.Context, from store.Movable, kinds []store.Collection, path string, tell Tell) (err error) {
	to, err := bolt.Open(path, kinds, bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	ctx, end, err := from.Moment(ctx)
	if err != nil {
		return err
	}
	defer end()
	g := &gathering{from: from, to: to, tell: tell, seen: map[string]map[string]int64{}}
	if _, err := g.look(ctx, kinds); err != nil {
		return err
	}
	for range maxLooks {
		head, err := from.Settled(ctx)
		if err != nil {
			return fmt.Errorf("move: end of the log: %w", err)
		}
		changed, err := g.look(ctx, kinds)
		if err != nil {
			return err
		}
		if changed == 0 {
			return copyLog(ctx, from, to, head, tell)
		}
	}
	return ErrBusy
}

// maxLooks bounds the wait for a moment without a change between its beginning
// and its end. A look at versions takes a second for some hundred thousand
// documents, and far less for most platforms.
const maxLooks = 200

const pageSize = 200

type gathering struct {
	from, to store.Movable
	tell     Tell
	seen     map[string]map[string]int64 // kind, id: version of the copy
	total    int64
}

// look copies what has changed and returns how much that was.
func (g *gathering) look(ctx context.Context, kinds []store.Collection) (changed int, err error) {
	for _, c := range kinds {
		if transient(c) {
			continue
		}
		n, err := g.kind(ctx, c.Kind)
		if err != nil {
			return changed, fmt.Errorf("move: documents of kind %s: %w", c.Kind, err)
		}
		changed += n
	}
	return changed, nil
}

func (g *gathering) kind(ctx context.Context, kind string) (changed int, err error) {
	seen := g.seen[kind]
	if seen == nil {
		return g.first(ctx, kind)
	}
	there := 0
	for after := ""; ; {
		page, err := g.from.Versions(ctx, kind, after, maxPage)
		if err != nil {
			return changed, err
		}
		for _, d := range page {
			there++
			if seen[d.ID] != d.Version {
				changed++
				if err := g.copy(ctx, kind, after); err != nil {
					return changed, err
				}
			}
			after = d.ID
		}
		if len(page) < maxPage {
			break
		}
	}
	if there < len(seen) { // ephemeral ones may go
		gone, err := g.drop(ctx, kind)
		return changed + gone, err
	}
	return changed, nil
}

const maxPage = 1000

// first copies a kind page by page.
func (g *gathering) first(ctx context.Context, kind string) (copied int, err error) {
	g.seen[kind] = map[string]int64{}
	for after := ""; ; {
		page, err := g.from.Documents(ctx, kind, after, pageSize)
		if err != nil {
			return copied, err
		}
		if err := g.take(ctx, kind, page); err != nil {
			return copied, err
		}
		copied += len(page)
		if len(page) < pageSize {
			return copied, nil
		}
		after = page[len(page)-1].ID
	}
}

// copy takes the document behind an id once more.
func (g *gathering) copy(ctx context.Context, kind, after string) error {
	page, err := g.from.Documents(ctx, kind, after, 1)
	if err != nil {
		return err
	}
	return g.take(ctx, kind, page)
}

func (g *gathering) take(ctx context.Context, kind string, page []store.Stored) error {
	if len(page) == 0 {
		return nil
	}
	if err := g.to.Import(ctx, page); err != nil {
		return err
	}
	for _, d := range page {
		g.seen[kind][d.ID] = d.Version
		g.total++
	}
	g.tell.tell("documents", g.total, 0)
	return nil
}

// drop removes from the copy what is not there any more.
func (g *gathering) drop(ctx context.Context, kind string) (gone int, err error) {
	there := map[string]bool{}
	for after := ""; ; {
		page, err := g.from.Versions(ctx, kind, after, maxPage)
		if err != nil {
			return 0, err
		}
		for _, d := range page {
			there[d.ID], after = true, d.ID
		}
		if len(page) < maxPage {
			break
		}
	}
	for id := range g.seen[kind] {
		if there[id] {
			continue
		}
		if err := g.to.Remove(ctx, kind, id); err != nil {
			return gone, err
		}
		delete(g.seen[kind], id)
		gone++
	}
	return gone, nil
}
