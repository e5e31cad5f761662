package bolt

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"probity/tender/fault"
	"probity/tender/store"
)

// build makes an index anew from the keys of all documents of a kind.
func build(tx *bbolt.Tx, docs *bbolt.Bucket, kind string, ix store.Index) error {
	name := indexBucket(kind, ix.Name)
	if err := tx.DeleteBucket(name); err != nil && !errors.Is(err, bolterrors.ErrBucketNotFound) {
		return fmt.Errorf("bolt: drop index %s: %w", name, err)
	}
	index, err := tx.CreateBucket(name)
	if err != nil {
		return fmt.Errorf("bolt: make index %s: %w", name, err)
	}
	return docs.ForEach(func(id, row []byte) error {
		d, err := readDoc(kind, string(id), row)
		if err != nil {
			return err
		}
		for _, t := range tuples(ix, d.Keys) {
			if ix.Unique && holderOf(index, t) != nil {
				return fault.New(fault.Conflict, "store.unique", "Two documents of kind %s share what must be unique in %s.", fault.Name{Of: "kind", Word: kind}, ix.Name).
					Because(fmt.Errorf("bolt: build index: %q and %q", holderOf(index, t), id))
			}
			if err := index.Put(appendString(clip(t), d.ID), []byte(d.ID)); err != nil {
				return fmt.Errorf("bolt: build index %s: %w", name, err)
			}
		}
		return nil
	})
}
