package bolt

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"probity/tender/event"
	"probity/tender/store"
)

// Get returns the document, or ErrMissing.
func (e *Engine) Get(ctx context.Context, kind, id string) (d *store.Doc, err error) {
	if _, err := e.kind(kind); err != nil {
		return nil, err
	}
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		row := tx.Bucket(docBucket(kind)).Get([]byte(id))
		if row == nil {
			return store.ErrMissing
		}
		d, err = readDoc(kind, id, row)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Put stores d and its facts, all or nothing.
func (e *Engine) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := e.kind(d.Kind)
	if err != nil {
		return err
	}
	if err := c.Check(d, facts); err != nil {
		return err
	}
	p := &change{kind: c, id: d.ID, version: d.Version, row: docRow(d.Version+1, d.Keys, d.Body)}
	for _, ix := range c.Indexes {
		p.tuples = append(p.tuples, tuples(ix, d.Keys))
	}
	for n, f := range facts {
		f.ID = event.ID(store.Subject(d.Kind, d.ID), d.Version+1, n)
		p.facts = append(p.facts, fact{f.ID, factRow(f), nil})
	}
	return e.put(ctx, p.do, func() {
		for _, f := range p.facts {
			e.waiting[f.id] = f.key
		}
	})
}

// Delete removes an ephemeral document of that version.
func (e *Engine) Delete(ctx context.Context, kind, id string, version int64) error {
	c, err := e.kind(kind)
	if err != nil {
		return err
	}
	if !c.Ephemeral {
		return store.ErrInput.Because(fmt.Errorf("bolt: documents of kind %q stay", kind))
	}
	p := &change{kind: c, id: id, version: version, tuples: make([][][]byte, len(c.Indexes))}
	return e.put(ctx, p.remove, nil)
}

// change is one document's way into the file, encoded before it is queued.
type change struct {
	kind    store.Collection
	id      string
	version int64 // that is changed
	row     []byte
	tuples  [][][]byte // per index: the new keys, without the id
	facts   []fact
}

type fact struct {
	id  string
	row []byte
	key []byte // in the outbox, once it is there
}

func (p *change) do(tx *bbolt.Tx) error {
	docs := tx.Bucket(docBucket(p.kind.Kind))
	old, err := p.stored(docs)
	if err != nil {
		return err
	}
	if err := p.checkUnique(tx); err != nil {
		return err
	}
	// Everything was checked: from here on, only the file itself can fail.
	if err := p.reindex(tx, old); err != nil {
		return err
	}
	if err := docs.Put([]byte(p.id), p.row); err != nil {
		return err
	}
	return p.enqueue(tx.Bucket(outbox))
}

func (p *change) remove(tx *bbolt.Tx) error {
	docs := tx.Bucket(docBucket(p.kind.Kind))
	if docs.Get([]byte(p.id)) == nil {
		return nil
	}
	if p.version < 1 {
		return store.ErrStale
	}
	old, err := p.stored(docs)
	if err != nil {
		return err
	}
	if err := p.reindex(tx, old); err != nil {
		return err
	}
	return docs.Delete([]byte(p.id))
}

// stored returns the keys of the document that is changed, or why it is not
// the one that is there.
func (p *change) stored(docs *bbolt.Bucket) (store.Keys, error) {
	row := docs.Get([]byte(p.id))
	switch {
	case row == nil && p.version == 0:
		return nil, nil
	case row == nil:
		return nil, store.ErrStale
	case p.version == 0:
		return nil, store.ErrTaken
	}
	d, err := readDoc(p.kind.Kind, p.id, row)
	if err != nil {
		return nil, err
	}
	if d.Version != p.version {
		return nil, store.ErrStale
	}
	return d.Keys, nil
}

func (p *change) checkUnique(tx *bbolt.Tx) error {
	for i, ix := range p.kind.Indexes {
		if !ix.Unique {
			continue
		}
		for _, t := range p.tuples[i] {
			if holder := holderOf(tx.Bucket(indexBucket(p.kind.Kind, ix.Name)), t); holder != nil && string(holder) != p.id {
				return store.ErrTaken.Because(fmt.Errorf("bolt: index %s of %s: held by %q", ix.Name, p.kind.Kind, holder))
			}
		}
	}
	return nil
}

// holderOf returns the id of the first document under a tuple, or nil. The
// tag of the id that follows keeps a longer string from being taken for it.
func holderOf(index *bbolt.Bucket, tuple []byte) []byte {
	prefix := append(clip(tuple), tagString)
	if k, id := index.Cursor().Seek(prefix); bytes.HasPrefix(k, prefix) {
		return id
	}
	return nil
}

// reindex moves the document from its old index keys to the new ones.
func (p *change) reindex(tx *bbolt.Tx, old store.Keys) error {
	for i, ix := range p.kind.Indexes {
		index := tx.Bucket(indexBucket(p.kind.Kind, ix.Name))
		before := tuples(ix, old)
		for _, t := range before {
			if !contains(p.tuples[i], t) {
				if err := index.Delete(appendString(clip(t), p.id)); err != nil {
					return err
				}
			}
		}
		for _, t := range p.tuples[i] {
			if !contains(before, t) {
				if err := index.Put(appendString(clip(t), p.id), []byte(p.id)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *change) enqueue(box *bbolt.Bucket) error {
	for i := range p.facts {
		n, err := box.NextSequence()
		if err != nil {
			return err
		}
		p.facts[i].key = number(n)
		if err := box.Put(p.facts[i].key, p.facts[i].row); err != nil {
			return err
		}
	}
	return nil
}

func contains(list [][]byte, b []byte) bool {
	for _, x := range list {
		if bytes.Equal(x, b) {
			return true
		}
	}
	return false
}

// declare makes the buckets of a kind and builds the indexes that are new or
// are declared otherwise than before.
func declare(tx *bbolt.Tx, c store.Collection) error {
	docs, err := tx.CreateBucketIfNotExists(docBucket(c.Kind))
	if err != nil {
		return fmt.Errorf("bolt: make bucket of %q: %w", c.Kind, err)
	}
	for _, ix := range c.Indexes {
		name := indexBucket(c.Kind, ix.Name)
		form, err := json.Marshal(ix)
		if err != nil {
			return fmt.Errorf("bolt: declare index %s: %w", name, err)
		}
		if bytes.Equal(tx.Bucket(metaRows).Get(name), form) {
			continue
		}
		if err := build(tx, docs, c.Kind, ix); err != nil {
			return err
		}
		if err := tx.Bucket(metaRows).Put(name, form); err != nil {
			return fmt.Errorf("bolt: declare index %s: %w", name, err)
		}
	}
	return nil
}
