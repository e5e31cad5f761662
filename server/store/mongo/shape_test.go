package mongo

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"probity/tender/event"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// What only some deployments can show. Each asks the server what it is; CI says
// which of these it has not run.

// TestChangesOnAReplicaSet: a server hears of what another has written at once,
// without looking.
func TestChangesOnAReplicaSet(t *testing.T) {
	name := database(t, t.TempDir())
	open := func() *Engine {
		e, err := Open(t.Context(), address(t), name, storetest.Kinds, Options{Poll: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		return e
	}
	a := open()
	if a.server.shape == "standalone" {
		t.Skipf("not run: needs a replica set; this is %s", a.Server())
	}
	b := open()
	changes := b.Changes(t.Context())
	time.Sleep(time.Second) // the stream opens
	for n := range 3 {
		if err := a.Put(t.Context(), &store.Doc{Kind: "tender", ID: fmt.Sprint(n), Body: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changes:
		case <-time.After(5 * time.Second):
			t.Fatal("nothing is heard of a write")
		}
	}
}

// TestMajorityOnAReplicaSet: what is acknowledged is what a majority has
// journaled, whatever the address says.
func TestMajorityOnAReplicaSet(t *testing.T) {
	e := fresh(t, storetest.Kinds)
	if e.server.shape == "standalone" {
		t.Skipf("not run: needs a replica set; this is %s", e.Server())
	}
	if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: "1", Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	var row bson.M
	local := e.client.Database(e.db.Name()).Collection("tender")
	if err := local.FindOne(t.Context(), byID("1")).Decode(&row); err != nil {
		t.Errorf("an acknowledged write is not what a majority has: %v", err)
	}
}

// TestSharded: kinds without a unique index may be spread over shards, as the
// package comment says, and keep their contract. The clock is a shard's.
func TestSharded(t *testing.T) {
	e := fresh(t, []store.Collection{{Kind: "spread", Indexes: []store.Index{{Name: "no", Fields: []string{"no"}}}}})
	if !e.server.sharded {
		t.Skipf("not run: needs a sharded cluster; this is %s", e.Server())
	}
	admin := e.client.Database("admin")
	for _, command := range []bson.D{
		{{Key: "enableSharding", Value: e.db.Name()}},
		{{Key: "shardCollection", Value: e.db.Name() + ".spread"}, {Key: "key", Value: bson.D{{Key: "_id", Value: "hashed"}}}},
	} {
		if err := admin.RunCommand(t.Context(), command).Err(); err != nil {
			t.Fatal(err)
		}
	}
	const n = 200
	for i := range n {
		d := &store.Doc{Kind: "spread", ID: fmt.Sprint(i), Keys: store.Keys{"no": int64(i)}, Body: []byte("{}")}
		if err := e.Put(t.Context(), d, event.New("tender.draft", "t", "user/1", time.Now(), nil)); err != nil {
			t.Fatal(err)
		}
		if err := e.Put(t.Context(), d); err == nil {
			t.Fatal("a document was made twice")
		}
	}
	var got []string
	q := store.Query{Kind: "spread", Index: "no", Limit: 30, Desc: true}
	for {
		page, err := e.Find(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page.Docs {
			got = append(got, d.ID)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	slices.Reverse(got)
	for i, id := range got {
		if id != fmt.Sprint(i) {
			t.Fatalf("number %d of the list is %s", i, id)
		}
	}
	facts, err := e.Pending(t.Context(), 1000)
	if err != nil || len(got) != n || len(facts) != n {
		t.Errorf("%d listed, %d wait, %v", len(got), len(facts), err)
	}
	if now, err := e.Time(context.WithoutCancel(t.Context())); err != nil || time.Since(now).Abs() > time.Minute {
		t.Errorf("the time is %v, %v", now, err)
	}
}
