package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/tender/store"
)

// lookForTaken does what it can on a server whose unique indexes do not look
// into lists (FerretDB 1): it asks before the write. Two writers at the same
// moment may both be let in there, which is why such a server is not for
// production. Everywhere else the index decides, and nothing is asked.
func (e *Engine) lookForTaken(ctx context.Context, c store.Collection, d *store.Doc) error {
	if !e.server.plainLists {
		return nil
	}
	for _, ix := range c.Indexes {
		filter, many := sameValues(ix, d.Keys)
		if !ix.Unique || !many {
			continue
		}
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$ne", Value: d.ID}}})
		err := e.db.Collection(c.Kind).FindOne(ctx, filter, options.FindOne().SetProjection(byID(1))).Err()
		if err == nil {
			return store.ErrTaken.Because(fmt.Errorf("mongo: index %s of %s", ix.Name, c.Kind))
		}
		if !errors.Is(err, mongo.ErrNoDocuments) {
			return err
		}
	}
	return nil
}

// sameValues selects the documents that share a value of an index; many says
// whether one of its fields holds a list.
func sameValues(ix store.Index, keys store.Keys) (filter bson.D, many bool) {
	for _, field := range ix.Fields {
		switch v := keys[field].(type) {
		case nil:
			return nil, false
		case []string:
			if len(v) == 0 {
				return nil, false
			}
			many = true
			filter = append(filter, bson.E{Key: "k." + field, Value: bson.D{{Key: "$in", Value: v}}})
		default:
			filter = append(filter, bson.E{Key: "k." + field, Value: v})
		}
	}
	return filter, many
}
