package store

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
)

// What every engine takes. The limits are far above what the business needs
// and far below what any engine can hold (16 MB for a MongoDB document with
// the facts that wait in it).
const (
	MaxID    = 512     // bytes of an ID
	MaxKey   = 1024    // bytes of one searchable string
	MaxMany  = 1000    // elements of a []string
	MaxBody  = 8 << 20 // bytes of a body
	MaxFacts = 4 << 20 // bytes of the data of all facts of one write
	MaxLimit = 1000    // documents of one page
)

// ErrInput: an engine can not keep or find this. Every fault of this code says
// what is wrong; nothing happened.
var ErrInput = fault.New(fault.Invalid, "store.input", "The store cannot take this.")

func refuse(format string, args ...any) error {
	return fault.New(ErrInput.Kind, ErrInput.Code, format, args...)
}

// Check refuses, as ErrInput, a document or facts that no engine can keep.
// Engines call it before anything else, so that what is queued or sent can
// only be refused for what is stored already.
func (c Collection) Check(d *Doc, facts []event.Event) error {
	if err := checkID(d.ID); err != nil {
		return err
	}
	if len(d.Body) > MaxBody {
		return refuse("A body has %d bytes; the limit is %d.", len(d.Body), MaxBody)
	}
	if b := bytes.TrimLeft(d.Body, " \t\r\n"); len(b) == 0 || b[0] != '{' || !utf8.Valid(b) || !json.Valid(b) {
		return refuse("A body must be one JSON object.")
	}
	for field, v := range d.Keys {
		if err := checkKey(field, v); err != nil {
			return err
		}
	}
	for _, ix := range c.Indexes {
		if err := ix.checkMany(d.Keys); err != nil {
			return err
		}
	}
	return c.checkFacts(facts)
}

// CheckQuery refuses, as ErrInput, a query that c cannot answer, and returns
// the index of one that it can.
func (c Collection) CheckQuery(q Query) (Index, error) {
	if q.Limit < 1 || q.Limit > MaxLimit {
		return Index{}, refuse("A page has 1 to %d documents, not %d.", MaxLimit, q.Limit)
	}
	for _, ix := range c.Indexes {
		if ix.Name == q.Index {
			return ix, ix.checkRange(q)
		}
	}
	return Index{}, refuse("There is no index %q of %q.", q.Index, fault.Name{Of: "kind", Word: c.Kind})
}

// CheckFound refuses, as ErrInput, a query that leaves open a field in which
// the document holds a []string: it would stand in the list once per element.
func (q Query) CheckFound(ix Index, keys Keys) error {
	for _, field := range ix.Fields[len(q.Eq):] {
		if _, many := keys[field].([]string); many {
			return refuse("Field %q holds several values, so a query of %q must say which.", field, ix.Name)
		}
	}
	return nil
}

func (ix Index) checkRange(q Query) error {
	if len(q.Eq) > len(ix.Fields) {
		return refuse("Index %q has %d fields, not %d.", ix.Name, len(ix.Fields), len(q.Eq))
	}
	if len(q.Eq) == len(ix.Fields) && (q.From != nil || q.To != nil) {
		return refuse("Index %q has no field left for a range.", ix.Name)
	}
	for _, v := range append([]any{q.From, q.To}, q.Eq...) {
		if v == nil {
			continue
		}
		if _, many := v.([]string); many {
			return refuse("A query compares with single values.")
		}
		if err := checkKey("query", v); err != nil {
			return err
		}
	}
	for _, v := range q.Eq {
		if v == nil {
			return refuse("A query cannot ask for absent fields.")
		}
	}
	_, f := q.From.(string)
	_, t := q.To.(string)
	if q.From != nil && q.To != nil && f != t {
		return refuse("The ends of a range must be of one type.")
	}
	return nil
}

func (ix Index) checkMany(keys Keys) error {
	n := 0
	for _, field := range ix.Fields {
		if _, many := keys[field].([]string); many {
			n++
		}
	}
	if n > 1 {
		return refuse("Index %q has more than one field with several values.", ix.Name)
	}
	return nil
}

func (c Collection) checkFacts(facts []event.Event) error {
	if c.Ephemeral && len(facts) > 0 {
		return refuse("Documents of kind %q take no facts.", fault.Name{Of: "kind", Word: c.Kind})
	}
	size := 0
	for _, f := range facts {
		size += len(f.Data)
		if f.Name == "" || f.By == "" || len(f.Salt) != 16 || !utf8.ValidString(f.Name+f.Topic+f.By) {
			return refuse("Fact %q needs a name, somebody who did it, and 16 bytes of salt.", f.Name)
		}
		if len(f.Topic) > MaxID {
			return refuse("Fact %q has a topic of %d bytes.", f.Name, len(f.Topic))
		}
		if y := f.At.UTC().Year(); y < 0 || y > 9999 {
			return refuse("Fact %q is of the year %d.", f.Name, y)
		}
		if len(f.Data) == 0 || f.Data[0] != '{' || canon.Check(f.Data) != nil {
			return refuse("The data of fact %q is not a canonical JSON object.", f.Name)
		}
	}
	if size > MaxFacts {
		return refuse("The facts of one write have %d bytes; the limit is %d.", size, MaxFacts)
	}
	return nil
}

func checkID(id string) error {
	if id == "" || len(id) > MaxID || !utf8.ValidString(id) {
		return refuse("An id is 1 to %d bytes of Unicode.", MaxID)
	}
	return nil
}

func checkKey(field string, v any) error {
	if !fieldName(field) {
		return refuse("%q is not the name of a searchable field.", field)
	}
	switch x := v.(type) {
	case int64:
		return nil
	case string:
		return checkText(field, x)
	case []string:
		if len(x) > MaxMany {
			return refuse("Field %q has %d values; the limit is %d.", field, len(x), MaxMany)
		}
		for _, s := range x {
			if err := checkText(field, s); err != nil {
				return err
			}
		}
		return nil
	}
	return refuse("Field %q is a %T; only string, int64 and []string can be searched.", field, v)
}

func checkText(field, s string) error {
	if len(s) > MaxKey || !utf8.ValidString(s) {
		return refuse("Field %q has a value that is not Unicode of at most %d bytes.", field, MaxKey)
	}
	return nil
}

// fieldName allows what every engine can use as a name: letters, digits, - _.
func fieldName(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// Check refuses, as ErrInput, a batch that does not fit together.
func (b Batch) Check() error {
	if b.Head.Size != b.After.Size+int64(len(b.Entries)) || len(b.Head.Checkpoint) == 0 {
		return refuse("A batch of %d after %d does not end at %d.", len(b.Entries), b.After.Size, b.Head.Size)
	}
	seen := make(map[string]bool, len(b.Entries))
	for i, e := range b.Entries {
		if e.Index != b.After.Size+int64(i) || e.ID == "" || seen[e.ID] || len(e.Leaf) != 32 {
			return refuse("Entry %d (%q) of a batch is out of place, or no entry.", e.Index, e.ID)
		}
		seen[e.ID] = true
	}
	return nil
}
