package mongo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/tender/fault"
	"probity/tender/store"
)

// index is one to be made. Its name says all that it is, so that an index that
// is declared otherwise is another one, and programs of two releases can run
// side by side, each with its own.
type index struct {
	name   string
	fields []string
	unique bool
	sparse bool
}

// declare makes the indexes of a kind. It removes none but a unique one that
// is declared without being unique now, which would refuse what is allowed;
// what else is not needed any more only costs a little.
func (e *Engine) declare(ctx context.Context, c store.Collection) error {
	var list []index
	if !c.Ephemeral {
		list = append(list, index{name: "waiting", fields: []string{"p"}, sparse: true})
	}
	for _, ix := range c.Indexes {
		list = append(list, indexOf(ix))
	}
	there, err := e.make(ctx, c.Kind, list)
	if err != nil {
		return err
	}
	for _, ix := range c.Indexes {
		ix.Unique = !ix.Unique
		if other := indexOf(ix).name; !ix.Unique || !there[other] {
			continue
		} else if err := e.db.Collection(c.Kind).Indexes().DropOne(ctx, other); err != nil {
			return fmt.Errorf("drop index %s of %s: %w", other, c.Kind, err)
		}
	}
	return nil
}

// declareLog makes the indexes of the log.
func (e *Engine) declareLog(ctx context.Context) error {
	_, err := e.make(ctx, entryName, []index{
		{name: "fact", fields: []string{"id"}, unique: true},
		{name: "topic", fields: []string{"topic", "_id"}},
	})
	return err
}

// indexOf is the index for a declaration. Ties are in the order of IDs; where
// values are unique there are none.
func indexOf(ix store.Index) index {
	x := index{name: "find(" + strings.Join(ix.Fields, ",") + ")", unique: ix.Unique}
	for _, field := range ix.Fields {
		x.fields = append(x.fields, "k."+field)
	}
	if ix.Unique {
		x.name = "unique" + strings.TrimPrefix(x.name, "find")
	} else {
		x.fields = append(x.fields, "_id")
	}
	return x
}

// make makes the indexes that are not there and returns the names of those
// that were.
func (e *Engine) make(ctx context.Context, collection string, list []index) (there map[string]bool, err error) {
	there = map[string]bool{}
	specs, err := e.db.Collection(collection).Indexes().ListSpecifications(ctx)
	if err != nil && !hasCode(err, []int{26}) { // no such collection yet
		return nil, fmt.Errorf("list indexes of %s: %w", collection, err)
	}
	for _, s := range specs {
		there[s.Name] = true
	}
	for _, x := range list {
		if there[x.name] {
			continue
		}
		if err := e.build(ctx, collection, x); err != nil {
			return nil, err
		}
	}
	return there, nil
}

// build makes one index. Several processes may start at once and get in each
// other's way; then it tries again.
func (e *Engine) build(ctx context.Context, collection string, x index) (err error) {
	partial := x.unique && len(x.fields) > 1
	for try := range 6 {
		_, err = e.db.Collection(collection).Indexes().CreateOne(ctx, x.model(partial))
		switch {
		case err == nil:
			return nil
		case taken(err):
			return fault.New(fault.Conflict, "store.unique", "Two documents of kind %s share what must be unique in %s.", fault.Name{Of: "kind", Word: collection}, x.name).Because(err)
		case partial && hasCode(err, []int{238}): // FerretDB 1, where absent fields are never alike
			partial = false
			continue
		case ctx.Err() != nil, refused(err):
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(time.Duration(try)*50*time.Millisecond + rand.N(50*time.Millisecond)):
		}
	}
	return fmt.Errorf("make index %s of %s: %w", x.name, collection, err)
}

// model writes the index for the driver. Documents without one of the fields
// are free of a unique one: of one field, by leaving out those without it; of
// several, by a condition.
func (x index) model(partial bool) mongo.IndexModel {
	keys, there := bson.D{}, bson.D{}
	for _, field := range x.fields {
		keys = append(keys, bson.E{Key: field, Value: 1})
		there = append(there, bson.E{Key: field, Value: bson.D{{Key: "$exists", Value: true}}})
	}
	o := options.Index().SetName(x.name)
	if x.unique {
		o.SetUnique(true)
	}
	if partial {
		o.SetPartialFilterExpression(there)
	} else if x.unique || x.sparse {
		o.SetSparse(true)
	}
	return mongo.IndexModel{Keys: keys, Options: o}
}
