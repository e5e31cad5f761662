// Package canon writes and reads canonical JSON and makes the domain-separated
// hashes over it. Everything that is signed, sealed or logged goes through
// here, so that one value has one sequence of bytes and one hash, in Go and in
// the browser, now and in fifteen years.
//
// The form is RFC 8785 (JCS) narrowed: objects with printable ASCII keys,
// arrays, valid Unicode strings, booleans, and integers from 0 to 2^53-1. There
// is no null, no fraction and no negative number; exact decimals travel as
// strings. A reader refuses every sequence of bytes that it would not have
// written itself, which also refuses duplicate keys and stray spaces.
package canon

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// ErrForm is returned for bytes that are not in canonical form, and for values
// that have none.
var ErrForm = errors.New("canon: not canonical JSON")

// maxDepth bounds recursion over foreign bytes.
const maxDepth = 64

// Marshal returns the canonical bytes of v, which may be anything that
// encoding/json can write as an object, array, string, bool or whole number.
func Marshal(v any) ([]byte, error) {
	loose, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canon: %w", err)
	}
	return Rewrite(loose)
}

// Must is Marshal for values whose type cannot fail.
func Must(v any) []byte {
	b, err := Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// Rewrite returns the canonical form of one JSON text.
func Rewrite(loose []byte) ([]byte, error) {
	if already(loose) {
		return bytes.Clone(loose), nil
	}
	return rewrite(loose)
}

func rewrite(loose []byte) ([]byte, error) {
	if !utf8.Valid(loose) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrForm)
	}
	d := json.NewDecoder(bytes.NewReader(loose))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForm, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: more than one value", ErrForm)
	}
	return write(make([]byte, 0, len(loose)), v, 0)
}

// Check refuses b unless it is canonical.
func Check(b []byte) error {
	if already(b) {
		return nil
	}
	again, err := rewrite(b)
	if err != nil {
		return err
	}
	if !bytes.Equal(b, again) {
		return ErrForm
	}
	return nil
}

// Parse fills v from b and refuses b unless it is canonical and every member
// has a place in v. Missing members are for the caller to refuse.
func Parse(b []byte, v any) error {
	if err := Check(b); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	return nil
}

// Hash is H(domain, part...) of the sealbid/1 specification:
// SHA-256("sealbid/1 " || domain || 0x0A || part || ...). Two domains never
// share a hash, so a signature made for one cannot be used in another.
func Hash(domain string, parts ...[]byte) [32]byte {
	h := sha256.New()
	io.WriteString(h, "sealbid/1 "+domain+"\n")
	for _, p := range parts {
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

func write(b []byte, v any, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: nested too deeply", ErrForm)
	}
	switch x := v.(type) {
	case bool:
		return strconv.AppendBool(b, x), nil
	case string:
		return writeString(b, x), nil
	case json.Number:
		return writeNumber(b, x)
	case []any:
		return writeArray(b, x, depth)
	case map[string]any:
		return writeObject(b, x, depth)
	}
	return nil, fmt.Errorf("%w: %T has no canonical form", ErrForm, v)
}

func writeNumber(b []byte, n json.Number) ([]byte, error) {
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil || i < 0 || i > 1<<53-1 || strconv.FormatInt(i, 10) != string(n) {
		return nil, fmt.Errorf("%w: number %.20q is not a whole number up to 2^53-1", ErrForm, string(n))
	}
	return append(b, n...), nil
}

func writeArray(b []byte, list []any, depth int) (_ []byte, err error) {
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = write(b, x, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func writeObject(b []byte, m map[string]any, depth int) (_ []byte, err error) {
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(m)) {
		for _, c := range []byte(key) {
			if c < 0x20 || c > 0x7e {
				return nil, fmt.Errorf("%w: key %.40q is not printable ASCII", ErrForm, key)
			}
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(writeString(b, key), ':')
		if b, err = write(b, m[key], depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func writeString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < 0x20:
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
