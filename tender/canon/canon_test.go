package canon_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"probity/tender/canon"
)

func TestMarshalWritesOneForm(t *testing.T) {
	got := canon.Must(map[string]any{"b": []any{1, true, "ü\n\"\\\u0001<&>\u2028"}, "a": map[string]any{}})
	want := "{\"a\":{},\"b\":[1,true,\"ü\\n\\\"\\\\\\u0001<&>\u2028\"]}"
	if string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestCheckRefusesOtherForms(t *testing.T) {
	for name, in := range map[string]string{
		"a space":             `{"a": 1}`,
		"keys out of order":   `{"b":1,"a":1}`,
		"a duplicate key":     `{"a":1,"a":1}`,
		"null":                `{"a":null}`,
		"a fraction":          `{"a":1.5}`,
		"an exponent":         `{"a":1e3}`,
		"a negative":          `{"a":-1}`,
		"minus zero":          `{"a":-0}`,
		"past 2^53-1":         `{"a":9007199254740992}`,
		"a leading zero":      `{"a":01}`,
		"a needless escape":   `{"a":"\u0041"}`,
		"an upper-case \\u":   `{"a":"\u001F"}`,
		"a lone surrogate":    `{"a":"\ud800"}`,
		"broken UTF-8":        "{\"a\":\"\xff\"}",
		"a key beyond ASCII":  `{"ä":1}`,
		"two values":          `{}{}`,
		"a trailing newline":  "{}\n",
		"nothing":             ``,
		"too deep":            strings.Repeat("[", 80) + strings.Repeat("]", 80),
		"a byte order mark":   "\ufeff{}",
		"a replacement for a": `{"a":"\u00e4"}`,
	} {
		if canon.Check([]byte(in)) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestParseRefusesUnknownMembers(t *testing.T) {
	var v struct {
		A string `json:"a"`
	}
	if err := canon.Parse([]byte(`{"a":"x","b":"y"}`), &v); err == nil {
		t.Error("an unknown member was accepted")
	}
	if err := canon.Parse([]byte(`{"a":"x"}`), &v); err != nil || v.A != "x" {
		t.Errorf("got %q, %v", v.A, err)
	}
}

func TestHashSeparatesDomains(t *testing.T) {
	if canon.Hash("bid", []byte("x")) == canon.Hash("withdraw", []byte("x")) {
		t.Error("two domains share a hash")
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add([]byte(`{"a":[1,"x",{"b":true}]}`))
	f.Add([]byte(`"\ud83d\ude00"`))
	f.Fuzz(func(t *testing.T, in []byte) {
		once, err := canon.Rewrite(in)
		if err != nil {
			return
		}
		if !json.Valid(once) {
			t.Fatalf("%q became %q, which is not JSON", in, once)
		}
		twice, err := canon.Rewrite(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q became %q and then %q, %v", in, once, twice, err)
		}
	})
}
