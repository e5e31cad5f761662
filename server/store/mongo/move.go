package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/tender/store"
)

var _ store.Movable = (*Engine)(nil)

// Documents returns documents in the order of their ids, each read with its
// outbox in one go.
func (e *Engine) Documents(ctx context.Context, kind, after string, limit int) ([]store.Stored, error) {
	var rows []row
	if err := e.behind(ctx, kind, after, options.Find().SetLimit(int64(limit)), &rows); err != nil {
		return nil, err
	}
	var list []store.Stored
	for _, r := range rows {
		d, err := r.doc(kind)
		if err != nil {
			return nil, fmt.Errorf("mongo: documents: %w", err)
		}
		facts, err := waiting{kind: kind, ID: r.ID, Out: r.Out}.facts()
		if err != nil {
			return nil, fmt.Errorf("mongo: documents: %s %q: %w", kind, r.ID, err)
		}
		list = append(list, store.Stored{Doc: *d, Waiting: facts})
	}
	return list, nil
}

// Versions returns the same without what is in them.
func (e *Engine) Versions(ctx context.Context, kind, after string, limit int) ([]store.Doc, error) {
	var rows []struct {
		ID      string `bson:"_id"`
		Version int64  `bson:"v"`
	}
	only := options.Find().SetLimit(int64(limit)).SetProjection(bson.D{{Key: "v", Value: 1}})
	if err := e.behind(ctx, kind, after, only, &rows); err != nil {
		return nil, err
	}
	var list []store.Doc
	for _, r := range rows {
		list = append(list, store.Doc{Kind: kind, ID: r.ID, Version: r.Version})
	}
	return list, nil
}

// behind reads the documents of a kind whose ids sort behind one.
func (e *Engine) behind(ctx context.Context, kind, after string, o *options.FindOptionsBuilder, into any) error {
	if _, err := e.kind(kind); err != nil {
		return err
	}
	inner, end, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	filter := bson.D{}
	if after != "" {
		filter = byID(bson.D{{Key: "$gt", Value: after}})
	}
	found, err := e.db.Collection(kind).Find(inner, filter, o.SetSort(byID(1)))
	if err == nil {
		err = found.All(inner, into)
	}
	return explain(ctx, "documents of "+kind, err)
}

// Settled returns the head after having brought in what was on its way.
func (e *Engine) Settled(ctx context.Context) (store.Head, error) {
	inner, end, err := e.begin(ctx)
	if err != nil {
		return store.Head{}, err
	}
	defer end()
	h, err := e.readHead(inner)
	if err == nil && h.Next != nil {
		if err = e.finish(inner, h); err == nil {
			h, err = e.readHead(inner)
		}
	}
	if err != nil {
		return store.Head{}, explain(ctx, "settle", err)
	}
	return h.public(), nil
}

// Import stores documents as they are: inserted together, and where some are
// there already, replaced one by one.
func (e *Engine) Import(ctx context.Context, list []store.Stored) error {
	rows := map[string][]any{}
	for _, d := range list {
		c, err := e.kind(d.Kind)
		if err != nil {
			return err
		}
		if err := c.Check(&d.Doc, d.Waiting); err != nil {
			return err
		}
		r, err := importRow(d)
		if err != nil {
			return err
		}
		rows[d.Kind] = append(rows[d.Kind], r)
	}
	inner, end, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	for kind, of := range rows {
		_, err := e.db.Collection(kind).InsertMany(inner, of)
		if taken(err) {
			err = e.replace(inner, kind, of)
		}
		if taken(err) { // by a document of another id
			return store.ErrTaken.Because(fmt.Errorf("mongo: import %s: %w", kind, err))
		}
		if err != nil {
			return explain(ctx, "import "+kind, err)
		}
	}
	e.ticks.tick()
	return nil
}

// importRow encodes a document of that very version.
func importRow(d store.Stored) (*row, error) {
	d.Version--
	r, err := newRow(&d.Doc, nil)
	if err != nil {
		return nil, err
	}
	r.Op = rand.Text()
	for _, f := range d.Waiting {
		_, _, key, ok := place(f.ID)
		if !ok {
			return nil, fmt.Errorf("mongo: import: fact %q waits in no document", f.ID)
		}
		if r.Out == nil {
			now := time.Now().UTC()
			r.Waits, r.Out = &now, map[string]outFact{}
		}
		r.Out[key] = outFact{f.Name, f.Topic, f.By, f.At, f.Data, f.Salt}
	}
	return r, nil
}

func (e *Engine) replace(ctx context.Context, kind string, rows []any) error {
	for _, x := range rows {
		r := x.(*row)
		result, err := e.db.Collection(kind).ReplaceOne(ctx, byID(r.ID), r)
		if err == nil && result.MatchedCount == 0 {
			_, err = e.db.Collection(kind).InsertOne(ctx, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Remove removes a document of any kind.
func (e *Engine) Remove(ctx context.Context, kind, id string) error {
	if _, err := e.kind(kind); err != nil {
		return err
	}
	inner, end, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	_, err = e.db.Collection(kind).DeleteOne(inner, byID(id))
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	return explain(ctx, "remove "+kind, err)
}
