package mongo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"probity/tender/fault"
	"probity/tender/store"
)

// The next release of a test writes beside every title how long it is.
var nextRelease = levels{list: []migration{{
	level: 1, kind: "tender",
	old: bson.D{{Key: "long", Value: bson.D{{Key: "$exists", Value: false}}}},
	change: func(raw bson.Raw) (bson.D, error) {
		title, ok := raw.Lookup("body", "title").StringValueOK()
		if !ok {
			return nil, errors.New("no title")
		}
		return bson.D{{Key: "$set", Value: bson.D{{Key: "long", Value: int64(len(title))}}}}, nil
	},
}}}

var migrateKinds = []store.Collection{{Kind: "tender", Indexes: []store.Index{{Name: "no", Fields: []string{"no"}}}}}

func openRelease(t *testing.T, name string, l levels) (*Engine, error) {
	t.Helper()
	e, err := Open(t.Context(), address(t), name, migrateKinds, Options{levels: &l})
	if err == nil {
		t.Cleanup(func() { e.Close() })
	}
	return e, err
}

// remaining counts the documents of the old form.
func remaining(t *testing.T, e *Engine) int64 {
	t.Helper()
	n, err := e.db.Collection("tender").CountDocuments(t.Context(), nextRelease.list[0].old)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func level(t *testing.T, e *Engine) (f formRow) {
	t.Helper()
	if err := e.db.Collection(metaName).FindOne(t.Context(), byID(formID)).Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for until := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%s does not come about", what)
		}
	}
}

// writer puts and changes documents all the time, as servers do.
func writer(t *testing.T, e *Engine, from int) (stop func() int) {
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	n := from
	all.Go(func() {
		for ctx.Err() == nil {
			d := &store.Doc{Kind: "tender", ID: fmt.Sprint(n), Keys: store.Keys{"no": int64(n)}, Body: fmt.Appendf(nil, `{"title":"no %d"}`, n)}
			if err := e.Put(t.Context(), d); err != nil {
				t.Errorf("put: %v", err)
				return
			}
			n++
			old, err := e.Get(t.Context(), "tender", fmt.Sprint(n/2))
			if err == nil {
				err = e.Put(t.Context(), old)
			}
			if err != nil && !errors.Is(err, store.ErrMissing) {
				t.Errorf("change: %v", err)
				return
			}
		}
	})
	return func() int { cancel(); all.Wait(); return n }
}

// TestMigrate: two releases run side by side and write. The next one brings
// what is there to the new form, is stopped in the middle and goes on, and ends
// when no server of the old release is left. Nothing is lost.
func TestMigrate(t *testing.T) {
	name := database(t, t.TempDir())
	old, err := openRelease(t, name, levels{})
	if err != nil {
		t.Fatal(err)
	}
	stop := writer(t, old, 0)
	eventually(t, "some documents", func() bool { return remaining(t, old) > 40 })
	next, err := openRelease(t, name, nextRelease)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "a first step", func() bool {
		n, err := next.db.Collection("tender").CountDocuments(t.Context(), bson.D{{Key: "long", Value: bson.D{{Key: "$exists", Value: true}}}})
		return err == nil && n > 2
	})
	next.Close() // in the middle
	again, err := openRelease(t, name, nextRelease)
	if err != nil {
		t.Fatal(err)
	}
	n := stop()
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	last, err := openRelease(t, name, nextRelease) // in the place of the old one
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of the migration", func() bool { return remaining(t, last) == 0 && level(t, last).Level == 1 })
	for i := range n {
		d, err := again.Get(t.Context(), "tender", fmt.Sprint(i))
		if err != nil || string(d.Body) != fmt.Sprintf(`{"title":"no %d"}`, i) || d.Version < 1 {
			t.Fatalf("document %d is %s, %v", i, d.Body, err)
		}
	}
	t.Logf("%d documents", n)
}

// TestLevels: a release is refused where it could not read, or would write what
// others do not read any more.
func TestLevels(t *testing.T) {
	relies := levels{list: []migration{}, needs: 1}
	name := database(t, t.TempDir())
	for _, c := range []struct {
		what  string
		with  levels
		want  string
		after func(*Engine)
	}{
		{"the first release", levels{}, "", func(e *Engine) {
			if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: "1", Body: []byte(`{"title":"x"}`)}); err != nil {
				t.Fatal(err)
			}
		}},
		{"the release after the next", relies, "store.behind", nil},
		{"the next release", nextRelease, "", func(e *Engine) {
			eventually(t, "its migration", func() bool { return level(t, e).Level == 1 })
		}},
		{"the first release again", levels{}, "", nil},
		{"the release after the next, in its turn", relies, "", nil},
		{"the next release again", nextRelease, "", nil},
		{"the first release, too late", levels{}, "store.foreign", nil},
	} {
		e, err := openRelease(t, name, c.with)
		if c.want == "" && err != nil || c.want != "" && !fault.Coded(err, c.want) {
			t.Fatalf("%s: %v, want %q", c.what, err, c.want)
		}
		if err == nil {
			if c.after != nil {
				c.after(e)
			}
			e.Close()
		}
	}
}
