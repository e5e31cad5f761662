package classify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"probity/documents/blob"
	"probity/documents/blob/dir"
	"probity/server/classify"
	"probity/server/store/bolt"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

var admin = party.Actor{User: "ada", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}

func open(t *testing.T) (*classify.Service, blob.Store) {
	engine, err := bolt.Open(t.TempDir()+"/x.db", []store.Collection{classify.Collection}, bolt.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	objects, err := dir.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return service(engine, objects), objects
}

func service(e store.Engine, o blob.Store) *classify.Service {
	return &classify.Service{Lists: store.Shelf[classify.List, *classify.List]{Engine: e, Kind: classify.Collection.Kind}, Objects: o}
}

const cpv = `code,en,zh
30000000-9,Office machinery,办公设备
33000000-0,Medical equipment,医疗设备
33100000-1,Medical instruments,医疗器械
33110000-4,Imaging equipment,影像设备
33112200-0,Ultrasound unit,超声设备
34000000-7,Vehicles,
`

func load(t *testing.T, s *classify.Service, scheme, csv string) *classify.List {
	t.Helper()
	l, err := s.Add(t.Context(), admin, classify.Load{Scheme: scheme, Title: text.Of("en", scheme), Source: "a test", CSV: []byte(csv)})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ids(list []classify.Code) string {
	var all []string
	for _, c := range list {
		all = append(all, c.ID)
	}
	return strings.Join(all, " ")
}

func TestCPV(t *testing.T) {
	s, _ := open(t)
	load(t, s, "CPV", "\ufeff"+cpv)
	_, tree, err := s.Tree(t.Context(), "CPV", 0)
	if err != nil {
		t.Fatal(err)
	}
	find := func(q string) string { list, _ := tree.Find(q, 10); return ids(list) }
	for _, c := range []struct{ what, got, want string }{
		{"the top", ids(tree.Under("")), "30000000-9 33000000-0 34000000-7"},
		{"a division", ids(tree.Under("33000000-0")), "33100000-1"},
		{"a level is skipped", ids(tree.Under("33110000-4")), "33112200-0"},
		{"above", ids(tree.Above("33112200-0")), "33000000-0 33100000-1 33110000-4"},
		{"an English word", find("ULTRA"), "33112200-0"},
		{"one Chinese character", find("疗"), "33000000-0 33100000-1"},
		{"two words", find("设备 33"), "33000000-0 33110000-4 33112200-0"},
		{"part of a code", find("331122"), "33112200-0"},
		{"nothing", find("salt"), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, not %q", c.what, c.got, c.want)
		}
	}
	if list, more := tree.Find("0", 2); len(list) != 2 || !more {
		t.Error("the bound does not hold", len(list), more)
	}
	if !tree.Leaf("34000000-7") || tree.Leaf("33000000-0") {
		t.Error("what is a leaf")
	}
}

func TestOtherLists(t *testing.T) {
	s, _ := open(t)
	load(t, s, "pairs", "code,zh\nA01000000,房屋\nA01010000,办公用房\nA02000000,设备\n")
	load(t, s, "told", "code,parent,en\nx,,X\ny,x,Y\n")
	load(t, s, "prefix", "code,en\n01,A\n01.1,B\n01.11,C\n")
	for _, c := range []struct{ scheme, code, above string }{
		{"pairs", "A01010000", "A01000000"}, {"pairs", "A02000000", ""}, {"told", "y", "x"}, {"prefix", "01.11", "01 01.1"},
	} {
		_, tree, err := s.Tree(t.Context(), c.scheme, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(tree.Above(c.code)); got != c.above {
			t.Errorf("%s: above %s is %q, not %q", c.scheme, c.code, got, c.above)
		}
	}
}

func TestRefused(t *testing.T) {
	s, _ := open(t)
	for what, csv := range map[string]string{
		"nothing":           "",
		"no codes":          "code,en\n",
		"no language":       "code\n1\n",
		"no code column":    "en\nx\n",
		"a strange column":  "code,en,Notes!\n1,x,y\n",
		"a column twice":    "code,en,en\n1,x,y\n",
		"a code twice":      "code,en\n1,x\n1,y\n",
		"a short row":       "code,en\n1\n",
		"no title":          "code,en\n1,\n",
		"a code with slash": "code,en\n../1,x\n",
		"a missing parent":  "code,parent,en\n1,2,x\n",
		"a circle":          "code,parent,en\n1,2,x\n2,1,y\n",
		"hidden characters": "code,en\n1,a\u202eb\n",
		"no UTF-8":          "code,en\n1,\xff\n",
	} {
		_, err := s.Add(t.Context(), admin, classify.Load{Scheme: "X", Title: text.Of("en", "X"), Source: "a test", CSV: []byte(csv)})
		if f := fault.From(err); f.Kind != fault.Invalid || f.Field["csv"] == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Add(t.Context(), party.PublicActor, classify.Load{}); fault.From(err).Kind != fault.Unknown {
		t.Error("a stranger may load lists:", err)
	}
	if _, _, err := s.Tree(t.Context(), "X", 0); !fault.Coded(err, "classification.missing") {
		t.Error("a refused list is there:", err)
	}
}

func TestEditions(t *testing.T) {
	s, _ := open(t)
	load(t, s, "CPV", cpv)
	if l := load(t, s, "CPV", cpv); len(l.Editions) != 1 {
		t.Error("the same codes make another edition")
	}
	if l := load(t, s, "CPV", cpv+"35000000-4,Security,安全\n"); len(l.Editions) != 2 || l.Newest().Codes != 7 {
		t.Error("a second edition", l)
	}
	_, old, err := s.Tree(t.Context(), "CPV", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, there := old.Code("35000000-4"); there {
		t.Error("an edition has changed")
	}
	if _, _, err := s.Tree(t.Context(), "CPV", 3); !fault.Coded(err, "classification.edition") {
		t.Error(err)
	}
}

// liar gives other bytes than were put.
type liar struct{ blob.Store }

func (l liar) Get(ctx context.Context, key string, offset, n int64) (io.ReadCloser, error) {
	r, err := l.Store.Get(ctx, key, offset, n)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return io.NopCloser(strings.NewReader(strings.Replace(string(b), "Vehicles", "Vessels!", 1))), err
}

func TestTheStoreLies(t *testing.T) {
	s, objects := open(t)
	load(t, s, "CPV", cpv)
	other := service(s.Lists.Engine, liar{objects})
	if _, _, err := other.Tree(t.Context(), "CPV", 0); err == nil || !strings.Contains(err.Error(), "other codes") {
		t.Error("changed codes are believed:", err)
	}
}

// broken fails to keep.
type broken struct{ blob.Store }

func (broken) Put(context.Context, string, int64, blob.Sum, io.Reader) error {
	return errors.New("no room")
}

func TestNoCodesNoList(t *testing.T) {
	s, objects := open(t)
	b := service(s.Lists.Engine, broken{objects})
	if _, err := b.Add(t.Context(), admin, classify.Load{Scheme: "CPV", Title: text.Of("en", "x"), Source: "x", CSV: []byte(cpv)}); err == nil {
		t.Fatal("what was not kept counts as loaded")
	}
	if _, _, err := s.Tree(t.Context(), "CPV", 0); !fault.Coded(err, "classification.missing") {
		t.Error(err)
	}
}

func BenchmarkFind(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("code,en,zh\n")
	for i := range 10_000 {
		fmt.Fprintf(&csv, "%d,Thing number %d,物品%d\n", 10_000_000+i, i, i)
	}
	engine, _ := bolt.Open(b.TempDir()+"/x.db", []store.Collection{classify.Collection}, bolt.Options{Now: time.Now})
	defer engine.Close()
	objects, _ := dir.Open(b.TempDir())
	s := service(engine, objects)
	if _, err := s.Add(b.Context(), admin, classify.Load{Scheme: "X", Title: text.Of("en", "x"), Source: "x", CSV: []byte(csv.String())}); err != nil {
		b.Fatal(err)
	}
	_, tree, err := s.Tree(b.Context(), "X", 0)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		tree.Find("物品99", 50)
	}
}
