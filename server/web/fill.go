package web

import (
	"bytes"
	"encoding"
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"probity/tender/fault"
)

// Limits on foreign JSON. Bytes are bounded by the route; these bound what few
// bytes can make us allocate.
const (
	maxDepth  = 32
	maxValues = 200_000
	maxList   = 10_000
	maxNumber = 20 // characters of a number
	maxWrong  = 50 // field errors in one answer
)

// fill reads one JSON text into v, which is a pointer, and is stricter than
// encoding/json: names match exactly, nothing is unknown, nothing comes twice,
// nothing is null, and strings hold whole characters and no controls. It
// returns a refusal with status 400 for what is no such JSON, and one with 422
// that names every field whose type is another. v may be half filled then.
func fill(body []byte, v any) error {
	return fillAs(body, reflect.ValueOf(v).Elem(), fieldsOf)
}

// fillAs is fill for a struct whose members are those that top names.
func fillAs(body []byte, v reflect.Value, top func(reflect.Type) members) error {
	if !utf8.Valid(body) {
		return malformed("", "it is not UTF-8")
	}
	if loneSurrogate(body) {
		return malformed("", "it has half of a character written as \\u")
	}
	f := filler{dec: json.NewDecoder(bytes.NewReader(body)), wrong: map[string]fault.Sentence{}, top: top}
	f.dec.UseNumber()
	if err := f.value(v, "", 0); err != nil {
		return err
	}
	if _, err := f.dec.Token(); err != io.EOF {
		return malformed("", "something follows its end")
	}
	return mistaken(f.wrong)
}

// filler walks one text and one value together. What it returns as an error
// ends the walk; what is in wrong does not.
type filler struct {
	dec   *json.Decoder
	wrong map[string]fault.Sentence
	seen  int // values so far
	top   func(reflect.Type) members
}

var (
	jsonType = reflect.TypeFor[json.Unmarshaler]()
	textType = reflect.TypeFor[encoding.TextUnmarshaler]()
	timeType = reflect.TypeFor[time.Time]()
	byteType = reflect.TypeFor[[]byte]()
)

// value fills v with the next value of the text.
func (f *filler) value(v reflect.Value, path string, depth int) error {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	if v.Type() != timeType && reflect.PointerTo(v.Type()).Implements(jsonType) {
		return f.custom(v, path, depth)
	}
	t, err := f.token(path, depth)
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return f.object(v, path, depth)
		}
		return f.list(v, path, depth)
	case string:
		f.str(v, t, path)
	case json.Number:
		f.number(v, string(t), path)
	case bool:
		if v.Kind() != reflect.Bool {
			f.mistake(path, fault.Say(want(v)))
			return nil
		}
		v.SetBool(t)
	case nil:
		f.mistake(path, fault.Say("Leave this out instead of writing null."))
	}
	return nil
}

// token is the next token, within the limits.
func (f *filler) token(path string, depth int) (json.Token, error) {
	t, err := f.dec.Token()
	if err != nil {
		return nil, syntax(err)
	}
	f.seen++
	if f.seen > maxValues {
		return nil, malformed(path, "it has too many values")
	}
	if depth > maxDepth {
		return nil, malformed(path, "it is nested too deeply")
	}
	if n, ok := t.(json.Number); ok && len(n) > maxNumber {
		return nil, malformed(path, "it has a number that is too long")
	}
	return t, nil
}

// custom hands the raw value to a type that reads itself.
func (f *filler) custom(v reflect.Value, path string, depth int) error {
	var raw json.RawMessage
	if err := f.dec.Decode(&raw); err != nil {
		return syntax(err)
	}
	inner := filler{dec: json.NewDecoder(bytes.NewReader(raw)), wrong: f.wrong, seen: f.seen}
	inner.dec.UseNumber()
	if err := inner.skip(path, depth); err != nil {
		return err
	}
	f.seen = inner.seen
	if len(raw) == 4 && string(raw) == "null" {
		f.mistake(path, fault.Say("Leave this out instead of writing null."))
		return nil
	}
	if err := v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(raw); err != nil {
		f.mistake(path, sentence(err))
	}
	return nil
}

func (f *filler) object(v reflect.Value, path string, depth int) error {
	var named members
	switch {
	case v.Kind() == reflect.Struct && v.Type() != timeType:
		named = fieldsOf(v.Type())
		if path == "" && f.top != nil {
			named = f.top(v.Type())
		}
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		v.Set(reflect.MakeMap(v.Type()))
	default:
		f.mistake(path, fault.Say(want(v)))
		return f.skipObject(path, depth)
	}
	return f.members(path, depth, func(key, at string) error {
		if v.Kind() == reflect.Map {
			x := reflect.New(v.Type().Elem()).Elem()
			err := f.value(x, at, depth+1)
			v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), x)
			return err
		}
		index, ok := named[key]
		if !ok {
			f.mistake(at, fault.Say("There is no such field here."))
			return f.skip(at, depth+1)
		}
		return f.value(reach(v, index), at, depth+1)
	})
}

// members calls each for every member of the object that has begun.
func (f *filler) members(path string, depth int, each func(key, at string) error) error {
	seen := map[string]bool{}
	for f.dec.More() {
		t, err := f.token(path, depth)
		if err != nil {
			return err
		}
		key, _ := t.(string)
		at := join(path, key)
		if bad := control(key); bad || len(key) > 200 {
			return malformed(path, "it has a name that no field can have")
		}
		if seen[key] {
			return malformed(at, "it has this field twice")
		}
		seen[key] = true
		if len(seen) > maxList {
			return malformed(path, "it has too many members")
		}
		if err := each(key, at); err != nil {
			return err
		}
	}
	_, err := f.token(path, depth)
	return err
}

func (f *filler) list(v reflect.Value, path string, depth int) error {
	if v.Kind() != reflect.Slice || v.Type() == byteType {
		f.mistake(path, fault.Say(want(v)))
		return f.skipList(path, depth)
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for i := 0; f.dec.More(); i++ {
		if i == maxList {
			return malformed(path, "it has too many elements")
		}
		v.Grow(1)
		v.SetLen(i + 1)
		v.Index(i).SetZero()
		if err := f.value(v.Index(i), path+"["+strconv.Itoa(i)+"]", depth+1); err != nil {
			return err
		}
	}
	_, err := f.token(path, depth)
	return err
}

func (f *filler) str(v reflect.Value, s, path string) {
	if control(s) {
		f.mistake(path, fault.Say("Control characters are not allowed."))
		return
	}
	if err := setText(v, s); err != nil {
		f.mistake(path, sentence(err))
	}
}

func (f *filler) number(v reflect.Value, n, path string) {
	if !v.CanInt() && !v.CanUint() {
		f.mistake(path, fault.Say(want(v)))
		return
	}
	if err := setNumber(v, n); err != nil {
		f.mistake(path, sentence(err))
	}
}

func (f *filler) mistake(path string, why fault.Sentence) {
	if len(f.wrong) < maxWrong {
		f.wrong[clip(path)] = why
	}
}
