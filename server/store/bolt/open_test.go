package bolt

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

func aFact() event.Event { return event.New("tender.draft", "", "user/1", time.Now(), nil) }

func TestSecondProcessGetsASentence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "probity.db")
	openAt(t, path, storetest.Kinds)
	_, err := Open(path, storetest.Kinds, Options{})
	if f := fault.From(err); f.Code != "store.locked" || f.Kind != fault.Conflict || !strings.Contains(f.Text, path) {
		t.Errorf("second open: %v", err)
	}
}

func TestForeignFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database\n"), 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	bucket(t, other, "something", "key", "else")
	newer := filepath.Join(dir, "newer")
	bucket(t, newer, "meta", "format", "probity-bolt/9")
	for _, path := range []string{text, other, newer} {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(path, storetest.Kinds, Options{})
		if fault.From(err).Code != "store.foreign" {
			t.Errorf("open %s: %v", path, err)
		}
		if path == text {
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
				t.Errorf("a foreign file was changed: %v", err)
			}
		}
	}
}

func bucket(t *testing.T, path, name, key, value string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(name))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), []byte(value))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTimeOverRestart: the machine's clock may be set back while the program
// is down; what was stored says what time it was at least.
func TestTimeOverRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "probity.db")
	wall := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	now := func() time.Time { return wall }
	reopen := func(o Options) (*Engine, error) { return Open(path, storetest.Kinds, o) }
	said := func(e *Engine) time.Time {
		got, err := e.Time(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}

	e, err := reopen(Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: "a", Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	noon := said(e)
	wall = wall.Add(-time.Minute)
	if got := said(e); !got.Equal(noon) {
		t.Errorf("the clock went back from %v to %v", noon, got)
	}
	e.Close()

	if e, err = reopen(Options{Now: now}); err != nil {
		t.Fatalf("a minute behind: %v", err)
	}
	if got := said(e); !got.Equal(noon) {
		t.Errorf("over a restart the clock went back from %v to %v", noon, got)
	}
	wall = noon.Add(time.Second)
	if got := said(e); !got.Equal(wall) {
		t.Errorf("time is %v, want %v", got, wall)
	}
	e.Close()

	wall = noon.Add(-time.Hour)
	if _, err = reopen(Options{Now: now}); fault.From(err).Code != "store.clock" {
		t.Fatalf("an hour behind: %v", err)
	}
	if e, err = reopen(Options{Now: now, ClockMayLag: true}); err != nil {
		t.Fatalf("an hour behind, allowed: %v", err)
	}
	e.Close()
}

// TestIndexesAreBuilt: a release that declares an index finds old documents.
func TestIndexesAreBuilt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "probity.db")
	kinds := func(indexes ...store.Index) []store.Collection {
		return []store.Collection{{Kind: "tender", Indexes: indexes}}
	}
	e := openAt(t, path, kinds())
	for id, name := range map[string]string{"a": "x", "b": "y", "c": "x"} {
		d := &store.Doc{Kind: "tender", ID: id, Keys: store.Keys{"name": name}, Body: []byte("{}")}
		if err := e.Put(t.Context(), d, aFact()); err != nil {
			t.Fatal(err)
		}
	}
	e.Close()

	e = openAt(t, path, kinds(store.Index{Name: "name", Fields: []string{"name"}}))
	page, err := e.Find(t.Context(), store.Query{Kind: "tender", Index: "name", Eq: []any{"x"}, Limit: 9})
	if err != nil || len(page.Docs) != 2 || page.Docs[0].ID != "a" || page.Docs[1].ID != "c" {
		t.Errorf("find in a new index: %+v, %v", page, err)
	}
	e.Close()

	_, err = Open(path, kinds(store.Index{Name: "name", Fields: []string{"name"}, Unique: true}), Options{})
	if fault.From(err).Code != "store.unique" {
		t.Errorf("shared values under a unique index: %v", err)
	}
	e = openAt(t, path, kinds(store.Index{Name: "name", Fields: []string{"name"}})) // as it was
	if list, err := e.Pending(t.Context(), 9); err != nil || len(list) != 3 {
		t.Errorf("pending after restarts: %d, %v", len(list), err)
	}
}

func TestSmallAddressSpaceMustDo(t *testing.T) {
	all := mapSizes
	defer func() { mapSizes = all }()
	mapSizes = append([]int64{1 << 60}, all...)
	openAt(t, filepath.Join(t.TempDir(), "probity.db"), storetest.Kinds)
	mapSizes = []int64{1 << 60}
	if _, err := Open(filepath.Join(t.TempDir(), "probity.db"), nil, Options{}); err == nil {
		t.Error("2^60 bytes were mapped")
	}
}

func TestDamagedRowsAreNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "probity.db")
	e := openAt(t, path, storetest.Kinds)
	if err := e.Put(t.Context(), &store.Doc{Kind: "tender", ID: "a", Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	err := e.put(t.Context(), func(tx *bbolt.Tx) error {
		b := tx.Bucket(docBucket("tender"))
		return b.Put([]byte("a"), append([]byte(nil), b.Get([]byte("a"))[1:]...))
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Get(t.Context(), "tender", "a"); !errors.Is(err, errRow) {
		t.Errorf("get: %v", err)
	}
}
