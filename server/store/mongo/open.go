package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"probity/tender/fault"
	"probity/tender/store"
)

// form names the form of everything in the database.
const form = "probity-mongo/1"

const (
	metaName = "probity"
	formID   = "form"
)

// patience is how long a call waits for a primary when the address does not
// say otherwise (serverSelectionTimeoutMS).
const patience = 5 * time.Second

// Open opens the store in a database of the server at uri, and makes it if
// there is none. Any number of processes may have it open. Whatever uri says,
// writes are acknowledged by a majority and journaled, and reads are of what a
// majority has, from the primary.
//
// A server that is not to be reached gives ErrBusy; one that refuses the name
// or the password a Conflict with code "store.credentials"; a database that is
// none of ours, or of a newer release, "store.foreign". Indexes that are new
// are built; that fails with "store.unique" if documents share values that now
// must be unique. No error holds the uri, which may hold a password.
func Open(ctx context.Context, uri, database string, kinds []store.Collection, o Options) (*Engine, error) {
	if o.Poll <= 0 {
		o.Poll = 250 * time.Millisecond
	}
	if o.Rescue <= 0 {
		o.Rescue = 2 * time.Second
	}
	e := &Engine{levels: current, kinds: make(map[string]store.Collection, len(kinds))}
	if o.levels != nil {
		e.levels = *o.levels
	}
	for _, c := range kinds {
		if c.Kind == "" || c.Kind == metaName || strings.ContainsAny(c.Kind, ".$/\x00") || strings.HasPrefix(c.Kind, "system") {
			return nil, fmt.Errorf("mongo: open: a kind cannot be called %q", c.Kind)
		}
		e.kinds[c.Kind] = c
	}
	var err error
	if e.client, err = connect(uri); err != nil {
		return nil, err
	}
	e.db = e.client.Database(database)
	if err := e.prepare(ctx, o); err != nil {
		return nil, errors.Join(openFault(ctx, err), e.client.Disconnect(context.WithoutCancel(ctx)))
	}
	beside, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.ending = cancel
	e.beside.Go(func() { e.watch(beside, o) })
	e.beside.Go(func() { e.listen(beside) })
	e.beside.Go(func() { e.migrate(beside) })
	return e, nil
}

func connect(uri string) (*mongo.Client, error) {
	journal := true
	all := options.Client().SetServerSelectionTimeout(patience).SetAppName("probity").ApplyURI(uri)
	all.SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journal})
	all.SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary())
	client, err := mongo.Connect(all)
	if err != nil {
		return nil, fault.New(fault.Conflict, "store.address", "The address of the database is not one that MongoDB clients understand.")
	}
	return client, nil
}

// openFault adds to explain what only the first call can meet.
func openFault(ctx context.Context, err error) error {
	if refused(err) {
		return fault.New(fault.Conflict, "store.credentials", "The database does not accept this name and password.").Because(fmt.Errorf("mongo: open: %w", err))
	}
	return explain(ctx, "open", err)
}

// prepare looks at what is there and makes what is missing.
func (e *Engine) prepare(ctx context.Context, o Options) (err error) {
	if e.server, err = meet(ctx, e.db); err != nil {
		return err
	}
	if err := e.checkForm(ctx, o); err != nil {
		return err
	}
	if err := e.declareLog(ctx); err != nil {
		return err
	}
	for _, c := range e.kinds {
		if err := e.declare(ctx, c); err != nil {
			return err
		}
	}
	return e.recover(ctx)
}

// checkForm refuses a database of another form, and marks an empty one.
func (e *Engine) checkForm(ctx context.Context, o Options) error {
	meta := e.db.Collection(metaName)
	var found formRow
	err := meta.FindOne(ctx, byID(formID)).Decode(&found)
	if errors.Is(err, mongo.ErrNoDocuments) {
		names, err := e.db.ListCollectionNames(ctx, bson.D{})
		if err != nil {
			return err
		}
		for _, name := range names {
			if name != metaName && !strings.HasPrefix(name, "system.") {
				return e.foreign(fmt.Errorf("mongo: there is a collection %q and no form", name))
			}
		}
		if o.Existing {
			return store.ErrMissing.Because(fmt.Errorf("mongo: the database %s is empty", e.db.Name()))
		}
		found.Form = form
		found.Level = e.levels.top() // nothing is there that would be of an older form
		first := append(byID(formID), bson.E{Key: "form", Value: form}, bson.E{Key: "level", Value: found.Level}, bson.E{Key: "needs", Value: e.levels.needs})
		if _, err := meta.InsertOne(ctx, first); err != nil && !taken(err) {
			return err
		}
	} else if err != nil {
		return err
	}
	if found.Form != form {
		return e.foreign(fmt.Errorf("mongo: form is %q, want %q", found.Form, form))
	}
	if err := e.checkLevel(found); err != nil {
		return err
	}
	if found.Needs < e.levels.needs {
		return e.rely(ctx)
	}
	return nil
}

func tooOld(database string) *fault.Error {
	return fault.New(fault.Conflict, "store.behind", "The database %s is of a release that this one cannot follow. Run the release between them first, until its migrations have finished.", database)
}

func (e *Engine) foreign(why error) error {
	return fault.New(fault.Conflict, "store.foreign", "The database %s is not a store of this program, or of a newer release of it.", e.db.Name()).Because(why)
}

// recover makes the head if there is none, and brings in a batch that was on
// its way.
func (e *Engine) recover(ctx context.Context) error {
	h, err := e.readHead(ctx)
	if errors.Is(err, mongo.ErrNoDocuments) {
		_, err = e.db.Collection(headName).InsertOne(ctx, append(byID(headID),
			bson.E{Key: "seq", Value: int64(0)}, bson.E{Key: "size", Value: int64(0)}, bson.E{Key: "checkpoint", Value: []byte{}}, bson.E{Key: "last", Value: ""}))
		if err != nil && !taken(err) {
			return err
		}
		return nil
	}
	if err != nil {
		return err
	}
	if h.Next != nil {
		return e.finish(ctx, h)
	}
	return e.sweep(ctx, h.Seq)
}
