package mongo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// migration brings documents of a kind from an older form to a newer one, while
// servers of both releases run.
//
// It says which documents are still of the old form, so that it can be stopped
// anywhere and begun again, by several servers at once, and nothing need be
// remembered of how far it came. It runs beside the calls at every start: what
// servers of the old release write meanwhile is found when the last of them has
// been replaced, since that one's start comes after.
//
// A new form is brought in by two releases. The first writes what both read, and
// carries the migration; the second relies on it, and says so by needs. A program
// never changes the version of a document, which belongs to the aggregate.
type migration struct {
	level int64  // counts up by one
	kind  string // of the documents
	old   bson.D // selects those of the old form

	// change returns the update of one of them. It must not select it again.
	change func(bson.Raw) (bson.D, error)
}

// levels say what a release can live with.
type levels struct {
	list  []migration
	needs int64 // the migrations up to this one must have been finished
}

// current are the levels of this release. There has been one form of everything
// so far.
var current = levels{}

// top is the level of the last migration.
func (l levels) top() int64 {
	if len(l.list) == 0 {
		return l.needs
	}
	return l.list[len(l.list)-1].level
}

// formRow is the document that Open looks at first.
type formRow struct {
	Form  string `bson:"form"`
	Level int64  `bson:"level"` // migrations up to this one have been finished
	Needs int64  `bson:"needs"` // programs that do not know this level may not open it
}

// checkLevel refuses a database that is too old for this program, or that has
// been opened by one which relies on what this one does not write.
func (e *Engine) checkLevel(f formRow) error {
	switch {
	case f.Needs > e.levels.top():
		return e.foreign(fmt.Errorf("mongo: programs must know level %d here, this one knows %d", f.Needs, e.levels.top()))
	case f.Level < e.levels.needs:
		return tooOld(e.db.Name()).Because(fmt.Errorf("mongo: the database is at level %d, this program needs %d", f.Level, e.levels.needs))
	}
	return nil
}

// rely notes that older programs may not open the database any more.
func (e *Engine) rely(ctx context.Context) error {
	_, err := e.db.Collection(metaName).UpdateOne(ctx, append(byID(formID), bson.E{Key: "form", Value: form}),
		bson.D{{Key: "$max", Value: bson.D{{Key: "needs", Value: e.levels.needs}, {Key: "level", Value: int64(0)}}}})
	return err
}

// migrate runs what is to be run, until it is through or ctx ends. What fails
// is tried again.
func (e *Engine) migrate(ctx context.Context) {
	for _, m := range e.levels.list {
		for ctx.Err() == nil {
			err := e.pass(ctx, m)
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second + rand.N(time.Second)):
			}
		}
	}
}

// migrateBatch is how many documents are read at a time. A pass takes its time:
// the calls come first.
const (
	migrateBatch = 100
	migrateRest  = 10 * time.Millisecond
)

// pass changes every document of the old form, and notes that it found no more.
func (e *Engine) pass(ctx context.Context, m migration) error {
	rows := e.db.Collection(m.kind)
	for {
		cursor, err := rows.Find(ctx, m.old, options.Find().SetLimit(migrateBatch))
		if err != nil {
			return err
		}
		var found []bson.Raw
		if err := cursor.All(ctx, &found); err != nil {
			return err
		}
		for _, raw := range found {
			update, err := m.change(raw)
			if err != nil {
				return fmt.Errorf("mongo: migration %d of %s: %w", m.level, m.kind, err)
			}
			// Only what was read is changed: if somebody wrote meanwhile, it is
			// read again.
			guard := append(bson.D{{Key: "_id", Value: raw.Lookup("_id")}, {Key: "v", Value: raw.Lookup("v")}, {Key: "op", Value: raw.Lookup("op")}}, m.old...)
			if _, err := rows.UpdateOne(ctx, guard, update); err != nil {
				return err
			}
		}
		if len(found) == 0 {
			_, err := e.db.Collection(metaName).UpdateOne(ctx, byID(formID), bson.D{{Key: "$max", Value: bson.D{{Key: "level", Value: m.level}}}})
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(migrateRest):
		}
	}
}
