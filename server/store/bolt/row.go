package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"probity/tender/event"
	"probity/tender/store"
)

// Names of buckets and of the keys in meta.
var (
	metaRows  = []byte("meta")
	outbox    = []byte("outbox")
	entryRows = []byte("entry")
	entryOf   = []byte("entry-of")
	entryOn   = []byte("entry-on")
	tileRows  = []byte("tile")

	keyFormat = []byte("format")
	keyClock  = []byte("clock")
	keyHead   = []byte("head")
)

func docBucket(kind string) []byte         { return []byte("doc/" + kind) }
func indexBucket(kind, name string) []byte { return []byte("index/" + kind + "/" + name) }

// errRow means that the file is damaged: a row does not read as what it is.
var errRow = errors.New("bolt: damaged row")

// Rows are fields one after the other: numbers as varints, bytes and strings
// behind their length. A length is one more than what it says, 0 for nil.

func appendBytes[T ~string | ~[]byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))+1), s...)
}

// reader takes fields off a row; after the first that does not fit it is bad
// and gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() int64 {
	n, w := binary.Varint(r.b)
	if w <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[w:]
	return n
}

// bytes returns a copy: rows are only valid within their transaction.
func (r *reader) bytes() []byte {
	n, w := binary.Uvarint(r.b)
	if w <= 0 || n > uint64(len(r.b)-w)+1 {
		r.bad, r.b = true, nil
		return nil
	}
	r.b = r.b[w:]
	if n == 0 {
		return nil
	}
	s := append(make([]byte, 0, n-1), r.b[:n-1]...)
	r.b = r.b[n-1:]
	return s
}

func (r *reader) string() string { return string(r.bytes()) }

func (r *reader) end() error {
	if r.bad || len(r.b) > 0 {
		return errRow
	}
	return nil
}

// docRow: version, number of keys, (field, type, value)..., body.
func docRow(version int64, keys store.Keys, body []byte) []byte {
	b := make([]byte, 0, len(body)+64+32*len(keys))
	b = binary.AppendVarint(b, version)
	b = binary.AppendVarint(b, int64(len(keys)))
	for _, field := range slices.Sorted(maps.Keys(keys)) {
		b = appendBytes(b, field)
		switch v := keys[field].(type) {
		case int64:
			b = binary.AppendVarint(append(b, 'i'), v)
		case string:
			b = appendBytes(append(b, 's'), v)
		case []string:
			b = binary.AppendVarint(append(b, 'm'), int64(len(v)))
			for _, s := range v {
				b = appendBytes(b, s)
			}
		}
	}
	return appendBytes(b, body)
}

func readDoc(kind, id string, row []byte) (*store.Doc, error) {
	r := &reader{b: row}
	d := &store.Doc{Kind: kind, ID: id, Version: r.number(), Keys: store.Keys{}}
	for n := r.number(); n > 0 && !r.bad; n-- {
		field := r.string()
		if r.bad || len(r.b) == 0 {
			break
		}
		tag := r.b[0]
		r.b = r.b[1:]
		switch tag {
		case 'i':
			d.Keys[field] = r.number()
		case 's':
			d.Keys[field] = r.string()
		case 'm':
			many := []string{}
			for m := r.number(); m > 0 && !r.bad; m-- {
				many = append(many, r.string())
			}
			d.Keys[field] = many
		default:
			r.bad = true
		}
	}
	d.Body = r.bytes()
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("bolt: %s %q: %w", kind, id, err)
	}
	return d, nil
}

// factRow: milliseconds, id, name, topic, by, data, salt.
func factRow(f event.Event) []byte {
	b := make([]byte, 0, 64+len(f.ID)+len(f.Name)+len(f.Topic)+len(f.By)+len(f.Data))
	b = binary.AppendVarint(b, f.At.UnixMilli())
	for _, s := range []string{f.ID, f.Name, f.Topic, f.By} {
		b = appendBytes(b, s)
	}
	return appendBytes(appendBytes(b, f.Data), f.Salt)
}

func readFact(row []byte) (event.Event, error) {
	r := &reader{b: row}
	at := time.UnixMilli(r.number()).UTC()
	f := event.Event{ID: r.string(), Name: r.string(), Topic: r.string(), By: r.string(), At: at, Data: r.bytes(), Salt: r.bytes()}
	return f, r.end()
}

// entryRow: id, name, topic, leaf, salt, record. The index is the key.
func entryRow(e store.Entry) []byte {
	b := make([]byte, 0, 128+len(e.ID)+len(e.Name)+len(e.Topic)+len(e.Record))
	for _, s := range []string{e.ID, e.Name, e.Topic} {
		b = appendBytes(b, s)
	}
	b = appendBytes(b, e.Leaf)
	for _, s := range [][]byte{e.Salt, e.Record} {
		if s == nil {
			b = append(b, 0)
			continue
		}
		b = appendBytes(b, s)
	}
	return b
}

func readEntry(index uint64, row []byte) (store.Entry, error) {
	r := &reader{b: row}
	e := store.Entry{Index: int64(index), ID: r.string(), Name: r.string(), Topic: r.string()}
	e.Leaf, e.Salt, e.Record = r.bytes(), r.bytes(), r.bytes()
	if err := r.end(); err != nil {
		return store.Entry{}, fmt.Errorf("bolt: entry %d: %w", index, err)
	}
	return e, nil
}

// headRow: size, checkpoint.
func headRow(h store.Head) []byte {
	return appendBytes(binary.AppendVarint(nil, h.Size), h.Checkpoint)
}

func readHead(row []byte) (store.Head, error) {
	if row == nil {
		return store.Head{}, nil
	}
	r := &reader{b: row}
	h := store.Head{Size: r.number(), Checkpoint: r.bytes()}
	return h, r.end()
}
