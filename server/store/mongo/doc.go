package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/tender/event"
	"probity/tender/store"
)

// withoutFacts leaves the outbox where it is.
var withoutFacts = bson.D{{Key: "out", Value: 0}, {Key: "p", Value: 0}}

func byID(id any) bson.D { return bson.D{{Key: "_id", Value: id}} }

// Get returns the document, or ErrMissing.
func (e *Engine) Get(ctx context.Context, kind, id string) (*store.Doc, error) {
	if _, err := e.kind(kind); err != nil {
		return nil, err
	}
	inner, end, err := e.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	var r row
	err = e.db.Collection(kind).FindOne(inner, byID(id), options.FindOne().SetProjection(withoutFacts)).Decode(&r)
	if err != nil {
		return nil, explain(ctx, "get "+kind, err)
	}
	d, err := r.doc(kind)
	return d, explain(ctx, "get "+kind, err)
}

// Put stores d and its facts: one insert, or one update guarded by the version.
func (e *Engine) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	c, err := e.kind(d.Kind)
	if err != nil {
		return err
	}
	if err := c.Check(d, facts); err != nil {
		return err
	}
	inner, end, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := e.put(inner, c, d, facts); err != nil {
		return explain(ctx, "put "+d.Kind, err)
	}
	if len(facts) > 0 {
		e.ticks.tick()
	}
	return nil
}

// tries is how often a write is sent whose outcome stays unknown.
const tries = 3

// put sends the write until it knows what has become of it. Sending it again
// is no harm: its version lets it in once, and its op says whose that was.
func (e *Engine) put(ctx context.Context, c store.Collection, d *store.Doc, facts []event.Event) error {
	r, err := newRow(d, facts)
	if err != nil {
		return err
	}
	if err := e.lookForTaken(ctx, c, d); err != nil {
		return err
	}
	for range tries {
		var done bool
		if d.Version == 0 {
			_, err = e.db.Collection(c.Kind).InsertOne(ctx, r)
			done = err == nil
		} else {
			var result *mongo.UpdateResult
			guard := append(byID(d.ID), bson.E{Key: "v", Value: d.Version})
			result, err = e.db.Collection(c.Kind).UpdateOne(ctx, guard, r.update())
			done = err == nil && result.MatchedCount == 1
		}
		if done {
			return nil
		}
		if err != nil && !taken(err) && !away(err) {
			return err
		}
		if settled, verdict := e.verdict(ctx, c.Kind, r, err); settled {
			return verdict
		}
	}
	return store.ErrBusy.Because(fmt.Errorf("mongo: outcome unknown: %w", err))
}

// verdict reads what has become of a write that did not plainly succeed; sent
// is what the driver said. It is not settled while the write may still be on
// its way.
func (e *Engine) verdict(ctx context.Context, kind string, r *row, sent error) (settled bool, err error) {
	var now row
	err = e.db.Collection(kind).FindOne(ctx, byID(r.ID), options.FindOne().SetProjection(bson.D{{Key: "v", Value: 1}, {Key: "op", Value: 1}})).Decode(&now)
	missing := errors.Is(err, mongo.ErrNoDocuments)
	switch {
	case err != nil && !missing:
		return true, store.ErrBusy.Because(errors.Join(sent, err))
	case !missing && now.Op == r.Op:
		return true, nil // it was in all the time
	case taken(sent):
		return true, store.ErrTaken.Because(sent)
	case sent == nil: // the guard did not match, and the server said so
		return true, store.ErrStale
	case missing || now.Version < r.Version:
		return false, nil
	case now.Version == r.Version && r.Version == 1:
		return true, store.ErrTaken.Because(sent)
	case now.Version == r.Version:
		return true, store.ErrStale.Because(sent)
	}
	// Somebody wrote on top; of what, nobody can tell any more.
	return true, store.ErrBusy.Because(sent)
}

// Delete removes an ephemeral document of that version.
func (e *Engine) Delete(ctx context.Context, kind, id string, version int64) error {
	c, err := e.kind(kind)
	if err != nil {
		return err
	}
	if !c.Ephemeral {
		return store.ErrInput.Because(fmt.Errorf("mongo: documents of kind %q stay", kind))
	}
	inner, end, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	rows := e.db.Collection(kind)
	result, err := rows.DeleteOne(inner, append(byID(id), bson.E{Key: "v", Value: version}))
	if err != nil {
		return explain(ctx, "delete "+kind, err)
	}
	if result.DeletedCount == 1 {
		return nil
	}
	err = rows.FindOne(inner, byID(id), options.FindOne().SetProjection(byID(1))).Err()
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return nil
	case err != nil:
		return explain(ctx, "delete "+kind, err)
	}
	return store.ErrStale
}
