package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"probity/tender/fault"
)

type inner struct {
	Word string `json:"word"`
	Flag bool   `json:"flag,omitempty"`
}

type sample struct {
	Title  string            `json:"title"`
	Count  int               `json:"count,omitempty"`
	Small  uint8             `json:"small,omitempty"`
	When   time.Time         `json:"when,omitzero"`
	Bytes  []byte            `json:"bytes,omitempty"`
	List   []inner           `json:"list,omitempty"`
	Maybe  *inner            `json:"maybe,omitempty"`
	Text   map[string]string `json:"text,omitempty"`
	Raw    json.RawMessage   `json:"raw,omitempty"`
	Picky  *picky            `json:"picky,omitempty"`
	hidden string
}

// picky reads itself, as money does.
type picky struct{ s string }

func (p *picky) UnmarshalJSON(b []byte) error {
	if string(b) != `"good"` {
		return fault.New(fault.Invalid, "picky.bad", "Only good will do.")
	}
	p.s = "good"
	return nil
}

func (p picky) MarshalJSON() ([]byte, error) { return json.Marshal(p.s) }

func TestFillReadsWhatItShould(t *testing.T) {
	var got sample
	body := `{"title":"路 😀 \ud83d\ude00\n","count":-7,"small":255,"when":"2026-03-01T14:00:00.5+02:00","bytes":"AQI=",
		"list":[{"word":"a"},{"word":"b","flag":true}],"maybe":{"word":"c"},"text":{"en":"x","zh":"y"},"raw":{"a":[1,2]},"picky":"good"}`
	if err := fill([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := sample{Title: "路 😀 😀\n", Count: -7, Small: 255, When: time.Date(2026, 3, 1, 12, 0, 0, 5e8, time.UTC), Bytes: []byte{1, 2},
		List: []inner{{"a", false}, {"b", true}}, Maybe: &inner{Word: "c"}, Text: map[string]string{"en": "x", "zh": "y"},
		Raw: json.RawMessage(`{"a":[1,2]}`), Picky: &picky{"good"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestFillRefuses(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, c := range []struct {
		sentence, body string
		status         int
		field          string
	}{
		{"nothing", ``, 400, ""},
		{"half a text", `{"title":`, 400, ""},
		{"what is not JSON", `title=x`, 400, ""},
		{"a trailing comma", `{"title":"x",}`, 400, ""},
		{"two texts", `{"title":"x"}{}`, 400, ""},
		{"a byte order mark", "\ufeff{}", 400, ""},
		{"broken UTF-8", "{\"title\":\"\xff\"}", 400, ""},
		{"half a character", `{"title":"\ud800"}`, 400, ""},
		{"the other half", `{"title":"\udc00x"}`, 400, ""},
		{"halves in the wrong order", `{"title":"\udc00\ud800"}`, 400, ""},
		{"half a character in an unknown field", `{"x":"\ud800"}`, 400, ""},
		{"a member twice", `{"title":"x","title":"y"}`, 400, "title"},
		{"a member twice, once escaped", `{"title":"x","\u0074itle":"y"}`, 400, "title"},
		{"a member twice deep down", `{"list":[{"word":"a","word":"b"}]}`, 400, "list[0].word"},
		{"a member twice in what reads itself", `{"raw":{"a":1,"a":2}}`, 400, "raw.a"},
		{"a language twice", `{"text":{"en":"a","en":"b"}}`, 400, "text.en"},
		{"a member twice in what is unknown", `{"x":{"a":1,"a":2}}`, 400, "x.a"},
		{"a name with a control character", `{"ti\u0000tle":"x"}`, 400, ""},
		{"too deep", `{"raw":` + deep + `}`, 400, ""},
		{"too deep where nothing is known", `{"x":` + deep + `}`, 400, ""},
		{"a number of a thousand digits", `{"count":` + strings.Repeat("9", 1000) + `}`, 400, ""},
		{"a list of too many", `{"list":[` + strings.Repeat(`{"word":""},`, maxList) + `{"word":""}]}`, 400, ""},
		{"a comment", `{"title":"x"/*y*/}`, 400, ""},
		{"not a number", `{"count":NaN}`, 400, ""},

		{"an array for an object", `[]`, 422, ""},
		{"a string for an object", `"x"`, 422, ""},
		{"null for an object", `null`, 422, ""},
		{"an unknown member", `{"titel":"x"}`, 422, "titel"},
		{"a member in other letters", `{"Title":"x"}`, 422, "Title"},
		{"a member that is ours alone", `{"hidden":"x"}`, 422, "hidden"},
		{"an unknown member deep down", `{"list":[{"word":"a"},{"wort":"b"}]}`, 422, "list[1].wort"},
		{"a number for text", `{"title":1}`, 422, "title"},
		{"null for text", `{"title":null}`, 422, "title"},
		{"null for what reads itself", `{"picky":null}`, 422, "picky"},
		{"null inside a list", `{"list":[null]}`, 422, "list[0]"},
		{"text for a number", `{"count":"1"}`, 422, "count"},
		{"a fraction", `{"count":1.0}`, 422, "count"},
		{"an exponent", `{"count":1e2}`, 422, "count"},
		{"minus zero", `{"count":-0}`, 422, "count"},
		{"a number past 2^53", `{"count":9007199254740992}`, 422, "count"},
		{"a number that does not fit", `{"small":256}`, 422, "small"},
		{"a negative number where there is none", `{"small":-1}`, 422, "small"},
		{"a number for a flag", `{"maybe":{"word":"x","flag":1}}`, 422, "maybe.flag"},
		{"an object for a list", `{"list":{}}`, 422, "list"},
		{"a list for text", `{"title":["x"]}`, 422, "title"},
		{"a list of numbers for bytes", `{"bytes":[1]}`, 422, "bytes"},
		{"bytes in another base", `{"bytes":"__8="}`, 422, "bytes"},
		{"bytes with stray bits", `{"bytes":"AR=="}`, 422, "bytes"},
		{"a time without a zone", `{"when":"2026-03-01T12:00:00"}`, 422, "when"},
		{"a date alone", `{"when":"2026-03-01"}`, 422, "when"},
		{"a 30th of February", `{"when":"2026-02-30T12:00:00Z"}`, 422, "when"},
		{"a time finer than a millisecond", `{"when":"2026-03-01T12:00:00.0001Z"}`, 422, "when"},
		{"a time as a number", `{"when":1}`, 422, "when"},
		{"what its type refuses", `{"picky":"bad"}`, 422, "picky"},
		{"a NUL", `{"title":"a\u0000b"}`, 422, "title"},
		{"an escape sequence of a terminal", `{"title":"\u001b[31m"}`, 422, "title"},
		{"a C1 control", `{"title":"\u0085"}`, 422, "title"},
		{"a NUL in what reads itself", `{"raw":"\u0000"}`, 422, "raw"},
		{"a NUL in a map", `{"text":{"en":"\u0000"}}`, 422, "text.en"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			var v sample
			err := fill([]byte(c.body), &v)
			r, ok := errors.AsType[*refusal](err)
			if !ok || r.status != c.status || v.hidden != "" {
				t.Fatalf("got %v, want a refusal with %d", err, c.status)
			}
			if _, ok := r.fields[c.field]; c.field != "" && !ok {
				t.Errorf("fields %v, want %q", r.fields, c.field)
			}
		})
	}
}

func TestFillNamesEveryFieldAtOnce(t *testing.T) {
	err := fill([]byte(`{"title":1,"count":"x","list":[{"word":2},{"word":"b","x":3}]}`), new(sample))
	r, _ := errors.AsType[*refusal](err)
	if r == nil || len(r.fields) != 4 {
		t.Fatalf("got %v", err)
	}
	many := `{` + strings.TrimSuffix(strings.Repeat(`"x":1,`, 1), ",")
	for i := range 200 {
		many += `,"x` + strings.Repeat("y", i) + `":1`
	}
	err = fill([]byte(many+`}`), new(sample))
	if r, _ = errors.AsType[*refusal](err); r == nil || len(r.fields) > maxWrong {
		t.Fatalf("a flood of unknown members gave %d errors", len(r.fields))
	}
}

// FuzzFill holds that whatever is accepted is JSON that encoding/json reads to
// the same value, that writing it and reading it again changes nothing, and
// that every refusal is the caller's fault.
func FuzzFill(f *testing.F) {
	for _, s := range []string{`{"title":"x","count":1}`, `{"list":[{"word":"a"}],"text":{"en":"x"}}`, `{"when":"2026-03-01T12:00:00Z","bytes":"AQ=="}`,
		`{"title":"\ud83d\ude00","raw":[1,{"a":null}],"picky":"good"}`, `{"a":{"b":[`, `{"title":"\ud800"}`, `{"count":1e5}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v, std, again sample
		if err := fill(b, &v); err != nil {
			r, ok := errors.AsType[*refusal](err)
			if !ok || r.status != 400 && r.status != 422 {
				t.Fatalf("%q: %v", b, err)
			}
			return
		}
		if err := json.Unmarshal(b, &std); err != nil {
			t.Fatalf("%q was accepted, but: %v", b, err)
		}
		std.When, v.Raw, std.Raw = std.When.UTC(), nil, nil
		one, _ := json.Marshal(v)
		two, _ := json.Marshal(std)
		if !bytes.Equal(one, two) {
			t.Fatalf("%q was read as %s, and by encoding/json as %s", b, one, two)
		}
		if err := fill(one, &again); err != nil {
			t.Fatalf("%q became %s, which is refused: %v", b, one, err)
		}
	})
}
