package web

import (
	"encoding"
	"encoding/base64"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"probity/tender/fault"
)

// plain is an error whose text is a sentence for the person who asked.
type plain string

func (p plain) Error() string { return string(p) }

// sentence is what may be shown of err: a fault's text, a sentence of ours, or
// no more than that the value is wrong.
func sentence(err error) fault.Sentence {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		return f.Sentence()
	}
	if p, ok := errors.AsType[plain](err); ok {
		return fault.Say(string(p))
	}
	return fault.Say("This value cannot be read.")
}

// want says what should stand where v is.
func want(v reflect.Value) string {
	switch k := v.Kind(); {
	case v.Type() == timeType:
		return "Write a time like 2026-03-01T12:00:00Z."
	case v.Type() == byteType:
		return "Write bytes in standard base64."
	case k == reflect.String:
		return "This must be text."
	case k == reflect.Bool:
		return "This must be true or false."
	case v.CanInt() || v.CanUint():
		return "This must be a whole number."
	case k == reflect.Slice:
		return "This must be a list."
	}
	return "This must be an object."
}

// setText puts s into v if v is a string, a time, bytes or reads text itself.
func setText(v reflect.Value, s string) error {
	switch {
	case v.Type() == timeType:
		t, err := parseTime(s)
		v.Set(reflect.ValueOf(t))
		return err
	case v.Type() == byteType:
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		v.SetBytes(b)
		if err != nil {
			return plain(want(v))
		}
		return nil
	case reflect.PointerTo(v.Type()).Implements(textType):
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s))
	case v.Kind() == reflect.String:
		v.SetString(s)
		return nil
	}
	return plain(want(v))
}

// setNumber puts a whole number into v. Fractions, exponents and what does not
// fit are refused; -0 too, since it is written in no other way.
func setNumber(v reflect.Value, s string) error {
	if strings.ContainsAny(s, ".eE") || s == "-0" {
		return plain("This must be a whole number.")
	}
	if v.CanUint() {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil || v.OverflowUint(n) {
			return plain("This number is out of range.")
		}
		v.SetUint(n)
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v.OverflowInt(n) || n > 1<<53-1 || n < -(1<<53-1) {
		return plain("This number is out of range.")
	}
	v.SetInt(n)
	return nil
}

// parseTime reads RFC 3339 with at most milliseconds and returns UTC.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1 || t.Year() > 9998 {
		return time.Time{}, plain("Write a time like 2026-03-01T12:00:00Z.")
	}
	if t = t.UTC(); !t.Equal(t.Truncate(time.Millisecond)) {
		return time.Time{}, plain("Times go down to milliseconds, no further.")
	}
	return t, nil
}

// members maps names in JSON to where the field is.
type members map[string][]int

var known sync.Map // reflect.Type to members

// fieldsOf returns the members that a struct has in JSON, by the rules of
// encoding/json but with exact names.
func fieldsOf(t reflect.Type) members {
	if m, ok := known.Load(t); ok {
		return m.(members)
	}
	m := members{}
	collect(t, nil, m)
	known.Store(t, m)
	return m
}

func collect(t reflect.Type, at []int, m members) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		index := append(at[:len(at):len(at)], i)
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			collect(f.Type, index, m)
		case !f.IsExported():
		default:
			if name == "" {
				name = f.Name
			}
			if old, ok := m[name]; !ok || len(old) > len(index) {
				m[name] = index
			}
		}
	}
}

func reach(v reflect.Value, index []int) reflect.Value { return v.FieldByIndex(index) }

// control reports whether s has a character that neither people nor programs
// write on purpose: all controls but tab and line ends.
func control(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
	})
}

// loneSurrogate reports whether a \u escape stands for half a character. The
// text is scanned as bytes; outside of strings there are no backslashes.
func loneSurrogate(b []byte) bool {
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		i++
		r, ok := escape(b, i)
		if !ok || r < 0xd800 || r > 0xdfff {
			continue
		}
		low, ok := escape(b, i+6)
		if r >= 0xdc00 || !ok || b[i+5] != '\\' || low < 0xdc00 || low > 0xdfff {
			return true
		}
		i += 10
	}
	return false
}

// escape reads uXXXX at i.
func escape(b []byte, i int) (rune, bool) {
	if i+5 > len(b) || b[i] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[i+1:i+5]), 16, 16)
	return rune(n), err == nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// clip keeps a path that a stranger has chosen short.
func clip(path string) string {
	if r := []rune(path); len(r) > 200 {
		return string(r[:200]) + "..."
	}
	return path
}
