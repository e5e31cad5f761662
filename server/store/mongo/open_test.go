package mongo

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

func checkSecret(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), "secret") {
		t.Errorf("an error tells the password: %v", err)
	}
}

// TestManyOpenAtOnce: processes that start together make one set of indexes.
func TestManyOpenAtOnce(t *testing.T) {
	uri, name := address(t), database(t, t.TempDir())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			e, err := Open(context.WithoutCancel(t.Context()), uri, name, storetest.Kinds, Options{})
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			e.Close()
		})
	}
	all.Wait()
}

func TestForeignDatabasesAreRefused(t *testing.T) {
	for what, row := range map[string]struct {
		collection string
		row        bson.D
	}{
		"of somebody else":   {"customers", byID("x")},
		"of a newer release": {metaName, append(byID(formID), bson.E{Key: "form", Value: "probity-mongo/9"})},
	} {
		uri, name := address(t), database(t, t.TempDir())
		client, err := connect(uri)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Database(name).Collection(row.collection).InsertOne(t.Context(), row.row); err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), uri, name, storetest.Kinds, Options{})
		if f := fault.From(err); f.Code != "store.foreign" || f.Kind != fault.Conflict {
			t.Errorf("a database %s: %v", what, err)
		}
		if names, err := client.Database(name).ListCollectionNames(t.Context(), bson.D{}); err != nil || len(names) != 1 {
			t.Errorf("a database %s was changed: %v, %v", what, names, err)
		}
		client.Disconnect(t.Context())
	}
}

func TestNamesThatAreOurs(t *testing.T) {
	for _, kind := range []string{"", "probity", "log.entry", "system", "a$b", "a/b"} {
		if _, err := Open(t.Context(), "mongodb://127.0.0.1:1/", "x", []store.Collection{{Kind: kind}}, Options{}); err == nil {
			t.Errorf("a kind was called %q", kind)
		}
	}
}

// TestIndexesAreBuilt: a release that declares an index finds old documents.
func TestIndexesAreBuilt(t *testing.T) {
	uri, name := address(t), database(t, t.TempDir())
	kinds := func(indexes ...store.Index) []store.Collection {
		return []store.Collection{{Kind: "tender", Indexes: indexes}}
	}
	byName := store.Index{Name: "name", Fields: []string{"name"}}
	unique := store.Index{Name: "name", Fields: []string{"name"}, Unique: true}

	e := openAt(t, name, kinds())
	for id, name := range map[string]string{"a": "x", "b": "y", "c": "x"} {
		d := &store.Doc{Kind: "tender", ID: id, Keys: store.Keys{"name": name}, Body: []byte("{}")}
		if err := e.Put(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	e.Close()
	e = openAt(t, name, kinds(byName))
	page, err := e.Find(t.Context(), store.Query{Kind: "tender", Index: "name", Eq: []any{"x"}, Limit: 9})
	if err != nil || len(page.Docs) != 2 || page.Docs[0].ID != "a" || page.Docs[1].ID != "c" {
		t.Errorf("find in a new index: %+v, %v", page, err)
	}
	if _, err = Open(t.Context(), uri, name, kinds(unique), Options{}); fault.From(err).Code != "store.unique" {
		t.Errorf("shared values under a unique index: %v", err)
	}
	c, err := e.Get(t.Context(), "tender", "c")
	if err != nil {
		t.Fatal(err)
	}
	c.Keys["name"] = "z"
	if err := e.Put(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	openAt(t, name, kinds(unique)).Close()
	if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: "d", Keys: store.Keys{"name": "x"}, Body: []byte("{}")}); fault.From(err).Code != store.ErrTaken.Code {
		t.Errorf("a shared value under a unique index: %v", err)
	}
	e = openAt(t, name, kinds(byName)) // not unique any more
	if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: "d", Keys: store.Keys{"name": "x"}, Body: []byte("{}")}); err != nil {
		t.Errorf("a shared value under an index that is not unique any more: %v", err)
	}
}

// TestListingsUseIndexes asks the server how it would find what Find asks for.
// Only a server that can explain runs it.
func TestListingsUseIndexes(t *testing.T) {
	e := fresh(t, storetest.Kinds)
	if e.server.plainLists {
		t.Skipf("not run: needs a server that can explain; this is %s", e.Server())
	}
	for _, q := range []store.Query{
		{Kind: "tender", Index: "ref", Limit: 9}, {Kind: "tender", Index: "state", Limit: 9},
		{Kind: "tender", Index: "state", Eq: []any{"s"}, From: int64(1), Limit: 9, Desc: true},
		{Kind: "tender", Index: "tag", Eq: []any{"t"}, Limit: 9}, {Kind: "tender", Index: "buyer-no", Eq: []any{"b"}, Limit: 9},
		{Kind: "tender", Index: "alias", Eq: []any{"a"}, Limit: 9},
	} {
		if why := e.Scans(t.Context(), q); why != "" {
			t.Errorf("%+v: %s", q, why)
		}
	}
}

// TestTimeNeverGoesBack: another primary may be behind the one before.
func TestTimeNeverGoesBack(t *testing.T) {
	var c clock
	noon := time.Date(2026, 3, 2, 12, 0, 0, 987654321, time.FixedZone("", 3600))
	if got := c.said(noon); got != noon.UTC().Truncate(time.Millisecond) {
		t.Errorf("said %v", got)
	}
	if got := c.said(noon.Add(-time.Second)); got != noon.UTC().Truncate(time.Millisecond) {
		t.Errorf("went back to %v", got)
	}
}
