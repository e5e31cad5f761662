package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"go.etcd.io/bbolt"

	"probity/tender/event"
	"probity/tender/store"
)

// Pending returns the facts that wait, all of them in the order of their puts.
func (e *Engine) Pending(ctx context.Context, limit int) (list []event.Event, err error) {
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(outbox).Cursor()
		for k, v := c.First(); k != nil && len(list) < limit; k, v = c.Next() {
			f, err := readFact(v)
			if err != nil {
				return err
			}
			list = append(list, f)
		}
		return nil
	})
	return list, err
}

// Head returns the end of the log.
func (e *Engine) Head(ctx context.Context) (h store.Head, err error) {
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		h, err = readHead(tx.Bucket(metaRows).Get(keyHead))
		return err
	})
	return h, err
}

// Append extends the log by b.
func (e *Engine) Append(ctx context.Context, b store.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.Check(); err != nil {
		return err
	}
	a := &appending{after: b.After.Size, checkpoint: bytes.Clone(b.After.Checkpoint), head: headRow(b.Head), tiles: make(map[string][]byte, len(b.Tiles))}
	for path, tile := range b.Tiles {
		a.tiles[path] = bytes.Clone(tile)
	}
	for _, x := range b.Entries {
		a.entries = append(a.entries, entry{x.ID, number(uint64(x.Index)), topicKey(x.Topic, x.Index), entryRow(x)})
	}
	return e.put(ctx, func(tx *bbolt.Tx) error { return a.do(tx, e.waiting) }, func() {
		for _, x := range a.entries {
			delete(e.waiting, x.id)
		}
	})
}

// appending is a batch on its way into the file, encoded before it is queued.
type appending struct {
	after      int64
	checkpoint []byte
	head       []byte
	entries    []entry
	tiles      map[string][]byte
}

type entry struct {
	id              string
	key, topic, row []byte
}

func (a *appending) do(tx *bbolt.Tx, waiting map[string][]byte) error {
	meta, box, byID := tx.Bucket(metaRows), tx.Bucket(outbox), tx.Bucket(entryOf)
	head, err := readHead(meta.Get(keyHead))
	if err != nil {
		return err
	}
	if head.Size != a.after || !bytes.Equal(head.Checkpoint, a.checkpoint) {
		return store.ErrStale
	}
	for _, x := range a.entries {
		if byID.Get([]byte(x.id)) != nil {
			return store.ErrTaken
		}
	}
	// Everything was checked: from here on, only the file itself can fail.
	rows, topics := tx.Bucket(entryRows), tx.Bucket(entryOn)
	rows.FillPercent = 0.95 // always at the end
	for _, x := range a.entries {
		if key := waiting[x.id]; key != nil {
			if err := box.Delete(key); err != nil {
				return err
			}
		}
		err := errors.Join(rows.Put(x.key, x.row), byID.Put([]byte(x.id), x.key), topics.Put(x.topic, nil))
		if err != nil {
			return err
		}
	}
	tiles := tx.Bucket(tileRows)
	for path, tile := range a.tiles {
		if err := tiles.Put([]byte(path), tile); err != nil {
			return err
		}
	}
	return meta.Put(keyHead, a.head)
}

func topicKey(topic string, index int64) []byte {
	return append(appendString(nil, topic), number(uint64(index))...)
}

// Tile returns stored tile bytes, or ErrMissing.
func (e *Engine) Tile(ctx context.Context, path string) (tile []byte, err error) {
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		b := tx.Bucket(tileRows).Get([]byte(path))
		if b == nil {
			return store.ErrMissing
		}
		tile = bytes.Clone(b)
		return nil
	})
	return tile, err
}

// Entries returns up to limit entries from index from on.
func (e *Engine) Entries(ctx context.Context, from int64, limit int) (list []store.Entry, err error) {
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(entryRows).Cursor()
		for k, v := c.Seek(number(uint64(max(from, 0)))); k != nil && len(list) < limit; k, v = c.Next() {
			x, err := readEntry(binary.BigEndian.Uint64(k), v)
			if err != nil {
				return err
			}
			list = append(list, x)
		}
		return nil
	})
	return list, err
}

// EntriesOn returns up to limit entries of one topic from index from on.
func (e *Engine) EntriesOn(ctx context.Context, topic string, from int64, limit int) (list []store.Entry, err error) {
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		rows, c := tx.Bucket(entryRows), tx.Bucket(entryOn).Cursor()
		prefix := appendString(nil, topic)
		for k, _ := c.Seek(topicKey(topic, max(from, 0))); isOn(k, prefix) && len(list) < limit; k, _ = c.Next() {
			index := k[len(prefix):]
			x, err := readEntry(binary.BigEndian.Uint64(index), rows.Get(index))
			if err != nil {
				return err
			}
			list = append(list, x)
		}
		return nil
	})
	return list, err
}

// isOn reports whether k is an index behind the topic: a longer topic that
// begins alike has other bytes or another length.
func isOn(k, prefix []byte) bool {
	return len(k) == len(prefix)+8 && bytes.HasPrefix(k, prefix)
}

// EntryOf returns the entry of a fact, or ErrMissing while it waits.
func (e *Engine) EntryOf(ctx context.Context, eventID string) (x store.Entry, err error) {
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		key := tx.Bucket(entryOf).Get([]byte(eventID))
		if key == nil {
			return store.ErrMissing
		}
		x, err = readEntry(binary.BigEndian.Uint64(key), tx.Bucket(entryRows).Get(key))
		return err
	})
	return x, err
}
