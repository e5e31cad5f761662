package mongo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A body is stored as what it is: objects as documents, arrays as arrays, whole
// numbers as int64, other numbers as doubles, all in the order given. Four
// things have no such place in BSON, or not on every server, and stand in it
// under a name that no field can have, since a percent sign in a field's name
// is escaped itself:
//
//	a field "$set", "x.y", "50%", "", or with a zero byte    %24set, x%2Ey, 50%25, %
//	a number that a double would change: 1e400, 0.10, -0     {"%number": "1e400"}
//	an array in an array                                     {"%list": [...]}
//	a body too deep, or too large as BSON                    {"%json": "..."}
const (
	numberName = "%number"
	listName   = "%list"
	textName   = "%json"
)

const (
	maxDepth = 60      // mongod takes 100, and a wrapper counts too
	maxBSON  = 9 << 20 // bytes; leaves room for facts under the 16 MB of a document
)

var errDepth = errors.New("mongo: too deep")

// errBody means that the stored body is none that this program has written.
var errBody = errors.New("mongo: damaged body")

// toBSON turns a body, which is one JSON object, into a document.
func toBSON(body []byte) (bson.Raw, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	v, err := value(d, 0)
	if errors.Is(err, errDepth) {
		return asText(body)
	}
	if err != nil {
		return nil, fmt.Errorf("mongo: read body: %w", err)
	}
	raw, err := bson.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("mongo: body as BSON: %w", err)
	}
	if len(raw) > maxBSON {
		return asText(body)
	}
	return raw, nil
}

func asText(body []byte) (bson.Raw, error) {
	return bson.Marshal(bson.D{{Key: textName, Value: string(body)}})
}

// value reads one JSON value.
func value(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		return number(t), nil
	case json.Delim:
		if depth > maxDepth {
			return nil, errDepth
		}
		if t == '{' {
			return object(d, depth+1)
		}
		return array(d, depth+1)
	}
	return t, nil // string, bool, nil
}

// object reads the rest of an object. Of a field that is there twice the last
// one counts, as for encoding/json.
func object(d *json.Decoder, depth int) (bson.D, error) {
	doc, at := bson.D{}, map[string]int{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := value(d, depth)
		if err != nil {
			return nil, err
		}
		name := escape(t.(string))
		if i, twice := at[name]; twice {
			doc[i].Value = v
			continue
		}
		at[name] = len(doc)
		doc = append(doc, bson.E{Key: name, Value: v})
	}
	_, err := d.Token()
	return doc, err
}

func array(d *json.Decoder, depth int) (bson.A, error) {
	list := bson.A{}
	for d.More() {
		v, err := value(d, depth)
		if err != nil {
			return nil, err
		}
		if inner, nested := v.(bson.A); nested {
			v = bson.D{{Key: listName, Value: inner}}
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

// number keeps the digits: what does not come back as it was is kept as text.
func number(n json.Number) any {
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil && strconv.FormatInt(i, 10) == string(n) {
		return i
	}
	if f, err := strconv.ParseFloat(string(n), 64); err == nil && f != 0 && formatFloat(f) == string(n) {
		return f
	}
	return bson.D{{Key: numberName, Value: string(n)}}
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

var (
	escaper   = strings.NewReplacer("%", "%25", ".", "%2E", "\x00", "%00")
	unescaper = strings.NewReplacer("%25", "%", "%2E", ".", "%00", "\x00", "%24", "$")
)

func escape(name string) string {
	switch {
	case name == "":
		return "%"
	case name[0] == '$':
		return "%24" + escaper.Replace(name[1:])
	}
	return escaper.Replace(name)
}

func unescape(name string) string {
	if name == "%" {
		return ""
	}
	return unescaper.Replace(name)
}
