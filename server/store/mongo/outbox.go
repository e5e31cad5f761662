package mongo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"probity/tender/event"
	"probity/tender/store"
)

// waiting is a document with facts in its outbox.
type waiting struct {
	kind  string
	ID    string             `bson:"_id"`
	Since time.Time          `bson:"p"`
	Out   map[string]outFact `bson:"out"`
}

// Pending returns the facts that wait, those of the documents that have waited
// longest first, those of one document in the order of their puts.
func (e *Engine) Pending(ctx context.Context, limit int) ([]event.Event, error) {
	inner, end, err := e.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	all, err := e.allWaiting(inner, limit)
	if err != nil {
		return nil, explain(ctx, "pending", err)
	}
	slices.SortFunc(all, func(a, b waiting) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.kind, b.kind), cmp.Compare(a.ID, b.ID))
	})
	var list []event.Event
	for _, w := range all {
		facts, err := w.facts()
		if err != nil {
			return nil, fmt.Errorf("mongo: pending: %s %q: %w", w.kind, w.ID, err)
		}
		if list = append(list, facts...); len(list) >= limit {
			return list[:limit:limit], nil
		}
	}
	return list, nil
}

// allWaiting reads up to limit documents of each kind, of all kinds at once.
func (e *Engine) allWaiting(ctx context.Context, limit int) ([]waiting, error) {
	found := make([][]waiting, len(e.kinds))
	group, ctx := errgroup.WithContext(ctx)
	i := 0
	for kind, c := range e.kinds {
		if c.Ephemeral {
			continue
		}
		into := &found[i]
		i++
		group.Go(func() error {
			cursor, err := e.db.Collection(kind).Find(ctx, bson.D{{Key: "p", Value: bson.D{{Key: "$exists", Value: true}}}},
				options.Find().SetSort(bson.D{{Key: "p", Value: 1}}).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "p", Value: 1}, {Key: "out", Value: 1}}))
			if err != nil {
				return err
			}
			if err := cursor.All(ctx, into); err != nil {
				return err
			}
			for i := range *into {
				(*into)[i].kind = kind
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// facts puts the facts of a document in their order.
func (w waiting) facts() ([]event.Event, error) {
	type place struct {
		version int64
		n       int
		event   event.Event
	}
	var list []place
	for key, f := range w.Out {
		version, n, err := readOutKey(key)
		if err != nil {
			return nil, fmt.Errorf("fact %q: %w", key, err)
		}
		id := event.ID(store.Subject(w.kind, w.ID), version, n)
		list = append(list, place{version, n, event.Event{ID: id, Name: f.Name, Topic: f.Topic, By: f.By, At: f.At.UTC(), Data: f.Data, Salt: f.Salt}})
	}
	slices.SortFunc(list, func(a, b place) int { return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.n, b.n)) })
	facts := make([]event.Event, len(list))
	for i, p := range list {
		facts[i] = p.event
	}
	return facts, nil
}

// take removes facts from the outboxes, and the mark from those that are then
// empty. To do it again, at any time, is no harm: no fact gets a name twice.
func (e *Engine) take(ctx context.Context, entries []entryRow) error {
	gone := map[string]map[string]bson.D{} // kind, id: what goes
	for _, x := range entries {
		kind, id, key, ok := place(x.ID)
		if c, declared := e.kinds[kind]; !ok || !declared || c.Ephemeral {
			continue // it has never waited
		}
		if gone[kind] == nil {
			gone[kind] = map[string]bson.D{}
		}
		gone[kind][id] = append(gone[kind][id], bson.E{Key: "out." + key, Value: ""})
	}
	group, ctx := errgroup.WithContext(ctx)
	for kind, docs := range gone {
		group.Go(func() error { return e.takeOf(ctx, kind, docs) })
	}
	return group.Wait()
}

// takeOf is one command per kind. The mark goes in a write of its own, which
// looks whether the outbox is empty at that moment.
func (e *Engine) takeOf(ctx context.Context, kind string, docs map[string]bson.D) error {
	var writes []mongo.WriteModel
	for id, keys := range docs {
		empty := append(byID(id), bson.E{Key: "out", Value: bson.D{}})
		unmark := bson.D{{Key: "out", Value: ""}, {Key: "p", Value: ""}}
		writes = append(writes,
			mongo.NewUpdateOneModel().SetFilter(byID(id)).SetUpdate(bson.D{{Key: "$unset", Value: keys}}),
			mongo.NewUpdateOneModel().SetFilter(empty).SetUpdate(bson.D{{Key: "$unset", Value: unmark}}))
	}
	_, err := e.db.Collection(kind).BulkWrite(ctx, writes)
	return err
}
