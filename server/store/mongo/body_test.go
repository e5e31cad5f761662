package mongo

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func decode(t *testing.T, b []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %.200q", err, b)
	}
	return v
}

// goesRound checks that a body comes back equal as JSON, and that no field of
// its BSON has a name that some server refuses.
func goesRound(t *testing.T, body []byte) {
	t.Helper()
	raw, err := toBSON(body)
	if err != nil {
		t.Fatalf("to BSON: %v: %.200q", err, body)
	}
	checkNames(t, raw, 0)
	back, err := toJSON(raw)
	if err != nil {
		t.Fatalf("to JSON: %v: %.200q", err, body)
	}
	if got, want := decode(t, back), decode(t, body); !reflect.DeepEqual(got, want) {
		t.Fatalf("body\n got %.300s\nwant %.300s", back, body)
	}
}

func checkNames(t *testing.T, doc bson.Raw, depth int) {
	t.Helper()
	if depth > 95 {
		t.Fatal("deeper than mongod takes")
	}
	list, err := doc.Elements()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if name := x.Key(); name == "" || name[0] == '$' || strings.ContainsAny(name, ".\x00") {
			t.Fatalf("a field is called %q", name)
		}
		if inner, ok := x.Value().DocumentOK(); ok {
			checkNames(t, inner, depth+1)
		}
		if inner, ok := x.Value().ArrayOK(); ok {
			checkNames(t, bson.Raw(inner), depth+1)
		}
	}
}

var bodies = map[string]string{
	"empty":             `{}`,
	"plain":             `{"title":{"en":"Salt"},"lots":[{"id":"1"},{"id":"2"}],"open":true,"note":null}`,
	"names":             `{"":1,"%":2,"$set":{"$where":3},"a.b":4,"50%":5,"%25":6,"%24x":7,"\u0000":8,"%number":"9","%list":[1],"_id":[2]}`,
	"numbers":           `{"n":[0,-0,1,-1,9007199254740993,9223372036854775807,9223372036854775808,0.1,0.10,1e400,1E5,-0.0,123456789012345678901234567890.5]}`,
	"arrays in arrays":  `{"a":[[],[[1],[2,[3]]],{"b":[[4]]}]}`,
	"a name twice":      `{"a":1,"b":2,"a":3}`,
	"escapes":           `{"a":"\u0000\u2028\"\\\ud83d\ude00<>&"}`,
	"the name of text":  `{"%json":"{}"}`,
	"what looks at all": `{"body":{"%number":{"%list":"x"}}}`,
}

func TestBodiesGoRound(t *testing.T) {
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) { goesRound(t, []byte(body)) })
	}
	t.Run("deep", func(t *testing.T) {
		goesRound(t, []byte(strings.Repeat(`{"a":[`, 500)+strings.Repeat(`]}`, 500)))
	})
	t.Run("larger as BSON", func(t *testing.T) {
		body := []byte(`{"a":[1` + strings.Repeat(",1", 700_000) + `]}`)
		goesRound(t, body)
		if raw, err := toBSON(body); err != nil || len(raw) > maxBSON {
			t.Errorf("%d bytes, %v", len(raw), err)
		}
	})
}

// TestBodiesAreReadable: what a person finds with a shell.
func TestBodiesAreReadable(t *testing.T) {
	raw, err := toBSON([]byte(`{"title":{"en":"Salt"},"lots":[{"n":2,"price":2.5}],"open":true,"at":"2026-03-02T12:00:00.987Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"title": {"en": "Salt"},"lots": [{"n": {"$numberLong":"2"},"price": {"$numberDouble":"2.5"}}],"open": true,"at": "2026-03-02T12:00:00.987Z"}`
	if raw.String() != want {
		t.Errorf("\n got %s\nwant %s", raw, want)
	}
}

func FuzzBody(f *testing.F) {
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' || !json.Valid(body) {
			return // Check lets nothing else through
		}
		goesRound(t, body)
	})
}

func TestPlacesOfFacts(t *testing.T) {
	for id, want := range map[string][3]string{
		"tender/T-1#1":      {"tender", "T-1", "1-0"},
		"tender/a/b#c#12.3": {"tender", "a/b#c", "12-3"},
		"log/cover-ab#1":    {"log", "cover-ab", "1-0"},
	} {
		kind, doc, key, ok := place(id)
		if !ok || [3]string{kind, doc, key} != want {
			t.Errorf("%s: %q %q %q %v", id, kind, doc, key, ok)
		}
	}
	for _, id := range []string{"", "never put", "tender/T-1", "tender/T-1#", "tender/T-1#x", "tender/T-1#1.0", "tender/T-1#01", "tender/T-1#1.2.3", "T-1#1"} {
		if kind, doc, key, ok := place(id); ok {
			t.Errorf("%q is said to be at %q %q %q", id, kind, doc, key)
		}
	}
}
