package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/tender/store"
)

// Names of the log's collections.
const (
	headName  = "log.head"
	partName  = "log.part"
	entryName = "log.entry"
	tileName  = "log.tile"
)

// entryRow is an entry as it stands in the database.
type entryRow struct {
	Index  int64  `bson:"_id"`
	ID     string `bson:"id"`
	Name   string `bson:"name"`
	Topic  string `bson:"topic"`
	Record []byte `bson:"record"` // exact bytes; null once erased
	Salt   []byte `bson:"salt"`
	Leaf   []byte `bson:"leaf"`
}

func (r entryRow) entry() store.Entry {
	return store.Entry{Index: r.Index, ID: r.ID, Name: r.Name, Topic: r.Topic, Record: r.Record, Salt: r.Salt, Leaf: r.Leaf}
}

// Head returns the end of the log.
func (e *Engine) Head(ctx context.Context) (store.Head, error) {
	inner, end, err := e.begin(ctx)
	if err != nil {
		return store.Head{}, err
	}
	defer end()
	h, err := e.readHead(inner)
	if err != nil {
		return store.Head{}, explain(ctx, "head", err)
	}
	return h.public(), nil
}

// Tile returns stored tile bytes, or ErrMissing.
func (e *Engine) Tile(ctx context.Context, path string) ([]byte, error) {
	inner, end, err := e.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	var t tileRow
	if err := e.db.Collection(tileName).FindOne(inner, byID(path)).Decode(&t); err != nil {
		return nil, explain(ctx, "tile", err)
	}
	return t.Bytes, nil
}

// Entries returns up to limit entries from index from on.
func (e *Engine) Entries(ctx context.Context, from int64, limit int) ([]store.Entry, error) {
	return e.entries(ctx, bson.D{}, from, limit)
}

// EntriesOn returns up to limit entries of one topic from index from on.
func (e *Engine) EntriesOn(ctx context.Context, topic string, from int64, limit int) ([]store.Entry, error) {
	return e.entries(ctx, bson.D{{Key: "topic", Value: topic}}, from, limit)
}

// EntryOf returns the entry of a fact, or ErrMissing while it waits.
func (e *Engine) EntryOf(ctx context.Context, eventID string) (store.Entry, error) {
	list, err := e.entries(ctx, bson.D{{Key: "id", Value: eventID}}, 0, 1)
	if err != nil {
		return store.Entry{}, err
	}
	if len(list) == 0 {
		return store.Entry{}, store.ErrMissing
	}
	return list[0], nil
}

// entries reads entries in their order. Those of a batch that is on its way in
// are there before the head is, and are not shown: whoever sees an entry can
// have a proof of it.
func (e *Engine) entries(ctx context.Context, filter bson.D, from int64, limit int) ([]store.Entry, error) {
	inner, end, err := e.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	if limit < 1 {
		return nil, nil
	}
	// Most who ask have all that there is; the head alone tells them.
	if there, err := e.reaches(inner, from); err != nil || !there {
		return nil, explain(ctx, "entries", err)
	}
	if from > 0 {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$gte", Value: from}}})
	}
	found, err := e.db.Collection(entryName).Find(inner, filter, options.Find().SetSort(byID(1)).SetLimit(int64(limit)))
	if err != nil {
		return nil, explain(ctx, "entries", err)
	}
	var rows []entryRow
	if err := found.All(inner, &rows); err != nil {
		return nil, explain(ctx, "entries", err)
	}
	if n := len(rows); n > 0 {
		if _, err := e.reaches(inner, rows[n-1].Index); err != nil {
			return nil, explain(ctx, "entries", err)
		}
	}
	var list []store.Entry
	for _, r := range rows {
		if r.Index < e.size.Load() {
			list = append(list, r.entry())
		}
	}
	return list, nil
}

// reaches reports whether the log has an entry index. It reads the head only if
// that is not known.
func (e *Engine) reaches(ctx context.Context, index int64) (bool, error) {
	if index < e.size.Load() {
		return true, nil
	}
	h, err := e.readHead(ctx)
	return err == nil && index < h.Size, err
}
