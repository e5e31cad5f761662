package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"probity/tender/fault"
)

// Bounds on files that operators load.
const (
	maxFile  = 1 << 20 // bytes
	maxDepth = 16
)

// decode fills v from one JSON text. What a rule says must not hang on how a
// reader of JSON treats doubtful input, so unknown members, members that occur
// twice (in any spelling of capitals) and nulls are refused.
func decode(b []byte, v any) error {
	if len(b) > maxFile {
		return fault.New(fault.TooLarge, "rules.size", "A rule file has up to %d bytes.", maxFile)
	}
	if !utf8.Valid(b) {
		return form(errors.New("not UTF-8"))
	}
	scan := json.NewDecoder(bytes.NewReader(b))
	scan.UseNumber()
	if err := unique(scan, 0); err != nil {
		return form(err)
	}
	if _, err := scan.Token(); err != io.EOF {
		return form(errors.New("something follows the JSON text"))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return form(err)
	}
	return nil
}

// form is the answer to a file that cannot be read at all.
func form(err error) *fault.Error {
	why := strings.TrimPrefix(err.Error(), "json: ")
	return fault.New(fault.Invalid, "rules.form", "This is not a rule file: %.200q.", why).Because(err)
}

// unique walks one value and refuses doubled members and nulls.
func unique(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deeply")
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token == nil {
		return errors.New("null says nothing; leave the member out")
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			if err := once(d, seen); err != nil {
				return err
			}
		}
		if err := unique(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// once reads the name of a member and refuses it the second time.
func once(d *json.Decoder, seen map[string]bool) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	name, _ := token.(string)
	name = strings.ToLower(name)
	if seen[name] {
		return errors.New("the member " + name + " occurs twice")
	}
	seen[name] = true
	return nil
}
