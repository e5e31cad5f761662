package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"probity/tender/store"
)

var _ store.Movable = (*Engine)(nil)

// Documents returns documents in the order of their ids.
func (e *Engine) Documents(ctx context.Context, kind, after string, limit int) (list []store.Stored, err error) {
	if _, err := e.kind(kind); err != nil {
		return nil, err
	}
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		for id, row := range behind(tx, kind, after) {
			if len(list) == limit {
				break
			}
			d, err := readDoc(kind, id, row)
			if err != nil {
				return err
			}
			list = append(list, store.Stored{Doc: *d})
		}
		return waitingOf(tx, kind, list)
	})
	return list, err
}

// Versions returns the same without what is in them.
func (e *Engine) Versions(ctx context.Context, kind, after string, limit int) (list []store.Doc, err error) {
	if _, err := e.kind(kind); err != nil {
		return nil, err
	}
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		for id, row := range behind(tx, kind, after) {
			if len(list) == limit {
				break
			}
			r := reader{b: row}
			list = append(list, store.Doc{Kind: kind, ID: id, Version: r.number()})
			if r.bad {
				return errRow
			}
		}
		return nil
	})
	return list, err
}

// behind lists the rows of a kind whose ids sort behind one.
func behind(tx *bbolt.Tx, kind, after string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		c := tx.Bucket(docBucket(kind)).Cursor()
		k, v := c.Seek([]byte(after))
		if string(k) == after {
			k, v = c.Next()
		}
		for ; k != nil && yield(string(k), v); k, v = c.Next() {
		}
	}
}

// waitingOf hands each document the facts of it that are in the outbox.
func waitingOf(tx *bbolt.Tx, kind string, list []store.Stored) error {
	at := make(map[string]int, len(list))
	for i, d := range list {
		at[d.ID] = i
	}
	return tx.Bucket(outbox).ForEach(func(_, row []byte) error {
		f, err := readFact(row)
		if err != nil {
			return err
		}
		if k, id, ok := store.SubjectOf(f.ID); ok && k == kind {
			if i, ok := at[id]; ok {
				list[i].Waiting = append(list[i].Waiting, f)
			}
		}
		return nil
	})
}

// Settled is the end of the log: nothing is ever on its way.
func (e *Engine) Settled(ctx context.Context) (store.Head, error) { return e.Head(ctx) }

// Moment is ctx: who needs one moment takes a Snapshot.
func (e *Engine) Moment(ctx context.Context) (context.Context, func(), error) {
	return ctx, func() {}, nil
}

// Import stores documents as they are, in one transaction.
func (e *Engine) Import(ctx context.Context, list []store.Stored) error {
	var all []*importing
	for _, d := range list {
		c, err := e.kind(d.Kind)
		if err != nil {
			return err
		}
		if err := c.Check(&d.Doc, d.Waiting); err != nil {
			return err
		}
		x := &importing{change{kind: c, id: d.ID, row: docRow(d.Version, d.Keys, bytes.Clone(d.Body))}}
		for _, ix := range c.Indexes {
			x.tuples = append(x.tuples, tuples(ix, d.Keys))
		}
		for _, f := range d.Waiting {
			x.facts = append(x.facts, fact{f.ID, factRow(f), nil})
		}
		all = append(all, x)
	}
	do := func(tx *bbolt.Tx) error {
		for _, x := range all {
			if err := x.replace(tx, e.waiting); err != nil {
				return err
			}
		}
		return nil
	}
	return e.put(ctx, do, func() {
		for _, x := range all {
			e.forget(x.id, x.kind.Kind)
			for _, f := range x.facts {
				e.waiting[f.id] = f.key
			}
		}
	})
}

// importing is a document that takes the place of whatever is there.
type importing struct{ change }

func (x *importing) replace(tx *bbolt.Tx, waiting map[string][]byte) error {
	if err := x.clear(tx, waiting); err != nil {
		return err
	}
	if err := x.checkUnique(tx); err != nil {
		return fmt.Errorf("bolt: import %s %q: %w", x.kind.Kind, x.id, err)
	}
	if err := x.reindex(tx, nil); err != nil {
		return err
	}
	if err := tx.Bucket(docBucket(x.kind.Kind)).Put([]byte(x.id), x.row); err != nil {
		return err
	}
	return x.enqueue(tx.Bucket(outbox))
}

// clear removes what is there under the id, with its keys and its facts.
func (x *importing) clear(tx *bbolt.Tx, waiting map[string][]byte) error {
	docs := tx.Bucket(docBucket(x.kind.Kind))
	if row := docs.Get([]byte(x.id)); row != nil {
		d, err := readDoc(x.kind.Kind, x.id, row)
		if err != nil {
			return err
		}
		none := change{kind: x.kind, id: x.id, tuples: make([][][]byte, len(x.kind.Indexes))}
		if err := errors.Join(none.reindex(tx, d.Keys), docs.Delete([]byte(x.id))); err != nil {
			return err
		}
	}
	for id, key := range waiting {
		if k, of, ok := store.SubjectOf(id); ok && k == x.kind.Kind && of == x.id {
			if err := tx.Bucket(outbox).Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget drops what the committer knows of a document's facts.
func (e *Engine) forget(id, kind string) {
	for fact := range e.waiting {
		if k, of, ok := store.SubjectOf(fact); ok && k == kind && of == id {
			delete(e.waiting, fact)
		}
	}
}

// Remove removes a document of any kind.
func (e *Engine) Remove(ctx context.Context, kind, id string) error {
	c, err := e.kind(kind)
	if err != nil {
		return err
	}
	x := &importing{change{kind: c, id: id}}
	return e.put(ctx, func(tx *bbolt.Tx) error { return x.clear(tx, e.waiting) }, func() { e.forget(id, kind) })
}
