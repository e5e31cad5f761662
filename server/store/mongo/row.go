package mongo

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"probity/tender/event"
	"probity/tender/store"
)

// row is a document as it stands in the database. Whoever opens it with
// mongosh reads what the aggregate says:
//
//	{_id: "T-1", v: 3, op: "...", k: {state: "open", deadline: 1893456000000},
//	 body: {title: {en: "Salt"}, lots: [...]},
//	 out: {"3-0": {name: "tender.publish", topic: "ocds-1", ...}}, p: ISODate(...)}
type row struct {
	ID      string   `bson:"_id"`
	Version int64    `bson:"v"`
	Op      string   `bson:"op"`             // of the write that made this version
	Keys    bson.Raw `bson:"k"`              // the searchable fields that have a value
	None    []string `bson:"none,omitempty"` // searchable fields with an empty list: in no index
	Body    bson.Raw `bson:"body"`

	// Out holds the facts that wait for the log, by version-number. It is no
	// array, so that each can be taken by its name whatever else happens to it.
	Out map[string]outFact `bson:"out,omitempty"`

	// Waits is there while Out is not empty: when the first of them was put, by
	// that process's clock. It only makes who waits longest come first.
	Waits *time.Time `bson:"p,omitempty"`
}

// outFact is a fact in the outbox. Its ID follows from where it stands.
type outFact struct {
	Name  string    `bson:"name"`
	Topic string    `bson:"topic"`
	By    string    `bson:"by"`
	At    time.Time `bson:"at"`
	Data  []byte    `bson:"data"` // exact bytes of the canonical JSON
	Salt  []byte    `bson:"salt"`
}

// newRow encodes what a Put stores.
func newRow(d *store.Doc, facts []event.Event) (*row, error) {
	body, err := toBSON(d.Body)
	if err != nil {
		return nil, err
	}
	r := &row{ID: d.ID, Version: d.Version + 1, Op: rand.Text(), Body: body}
	if err := r.setKeys(d.Keys); err != nil {
		return nil, err
	}
	if len(facts) == 0 {
		return r, nil
	}
	now := time.Now().UTC()
	r.Waits, r.Out = &now, make(map[string]outFact, len(facts))
	for n, f := range facts {
		r.Out[outKey(r.Version, n)] = outFact{f.Name, f.Topic, f.By, f.At, f.Data, f.Salt}
	}
	return r, nil
}

func (r *row) setKeys(keys store.Keys) error {
	k := bson.D{}
	for _, field := range slices.Sorted(maps.Keys(keys)) {
		if many, ok := keys[field].([]string); ok && len(many) == 0 {
			r.None = append(r.None, field)
			continue
		}
		k = append(k, bson.E{Key: field, Value: keys[field]})
	}
	raw, err := bson.Marshal(k)
	if err != nil {
		return fmt.Errorf("mongo: keys as BSON: %w", err)
	}
	r.Keys = raw
	return nil
}

// update is the change from the version before to r.
func (r *row) update() bson.D {
	set := bson.D{{Key: "v", Value: r.Version}, {Key: "op", Value: r.Op}, {Key: "k", Value: r.Keys}, {Key: "body", Value: r.Body}}
	for key, f := range r.Out {
		set = append(set, bson.E{Key: "out." + key, Value: f})
	}
	u := bson.D{}
	if len(r.None) > 0 {
		set = append(set, bson.E{Key: "none", Value: r.None})
	} else {
		u = append(u, bson.E{Key: "$unset", Value: bson.D{{Key: "none", Value: ""}}})
	}
	if r.Waits != nil {
		u = append(u, bson.E{Key: "$min", Value: bson.D{{Key: "p", Value: r.Waits}}})
	}
	return append(u, bson.E{Key: "$set", Value: set})
}

// doc decodes a stored document.
func (r *row) doc(kind string) (*store.Doc, error) {
	d := &store.Doc{Kind: kind, ID: r.ID, Version: r.Version, Keys: store.Keys{}}
	var err error
	if d.Body, err = toJSON(r.Body); err != nil {
		return nil, fmt.Errorf("%s %q: %w", kind, r.ID, err)
	}
	list, err := r.Keys.Elements()
	if err != nil {
		return nil, fmt.Errorf("%s %q: keys: %w", kind, r.ID, err)
	}
	for _, x := range list {
		if d.Keys[x.Key()], err = keyValue(x.Value()); err != nil {
			return nil, fmt.Errorf("%s %q: key %s: %w", kind, r.ID, x.Key(), err)
		}
	}
	for _, field := range r.None {
		d.Keys[field] = []string{}
	}
	return d, nil
}

func keyValue(v bson.RawValue) (any, error) {
	if v.Type == bson.TypeArray {
		var many []string
		err := v.Unmarshal(&many)
		return many, err
	}
	return single(v)
}

func single(v bson.RawValue) (any, error) {
	switch v.Type {
	case bson.TypeString:
		return v.StringValue(), nil
	case bson.TypeInt64:
		return v.Int64(), nil
	case bson.TypeInt32:
		return int64(v.Int32()), nil
	}
	return nil, fmt.Errorf("a value of type %s", v.Type)
}

// outKey names the n-th fact of a version within its document.
func outKey(version int64, n int) string { return fmt.Sprintf("%d-%d", version, n) }

// readOutKey is the way back.
func readOutKey(key string) (version int64, n int, err error) {
	v, m, _ := strings.Cut(key, "-")
	if version, err = strconv.ParseInt(v, 10, 64); err == nil {
		n, err = strconv.Atoi(m)
	}
	return version, n, err
}

// place says which document a fact waits in, and under which key, or that its
// ID is none of an outbox.
func place(eventID string) (kind, id, key string, ok bool) {
	kind, rest, ok := strings.Cut(eventID, "/")
	i := strings.LastIndexByte(rest, '#')
	if !ok || i < 0 {
		return "", "", "", false
	}
	v, n, more := strings.Cut(rest[i+1:], ".")
	if !more {
		n = "0"
	}
	key = v + "-" + n
	version, m, err := readOutKey(key)
	return kind, rest[:i], key, err == nil && event.ID(store.Subject(kind, rest[:i]), version, m) == eventID
}
