package mongo

import (
	"encoding/json"
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// toJSON turns a stored body back into JSON.
func toJSON(body bson.Raw) ([]byte, error) {
	if text, ok := body.Lookup(textName).StringValueOK(); ok {
		return []byte(text), nil
	}
	b, err := appendObject(make([]byte, 0, len(body)), body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBody, err)
	}
	return b, nil
}

func appendObject(b []byte, doc bson.Raw) ([]byte, error) {
	list, err := doc.Elements()
	if err != nil {
		return nil, err
	}
	b = append(b, '{')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendString(b, unescape(x.Key())); err != nil {
			return nil, err
		}
		if b, err = appendValue(append(b, ':'), x.Value()); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendArray(b []byte, array bson.RawArray) ([]byte, error) {
	list, err := array.Values()
	if err != nil {
		return nil, err
	}
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendValue(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendValue(b []byte, v bson.RawValue) ([]byte, error) {
	switch v.Type {
	case bson.TypeString:
		return appendString(b, v.StringValue())
	case bson.TypeInt64:
		return strconv.AppendInt(b, v.Int64(), 10), nil
	case bson.TypeInt32: // as somebody with a shell may have written it
		return strconv.AppendInt(b, int64(v.Int32()), 10), nil
	case bson.TypeDouble:
		return append(b, formatFloat(v.Double())...), nil
	case bson.TypeBoolean:
		return strconv.AppendBool(b, v.Boolean()), nil
	case bson.TypeNull:
		return append(b, "null"...), nil
	case bson.TypeArray:
		return appendArray(b, v.Array())
	case bson.TypeEmbeddedDocument:
		return appendDocument(b, v.Document())
	}
	return nil, fmt.Errorf("a value of type %s", v.Type)
}

// appendDocument writes an object, or what a wrapper holds.
func appendDocument(b []byte, doc bson.Raw) ([]byte, error) {
	if n, ok := doc.Lookup(numberName).StringValueOK(); ok {
		if !json.Valid([]byte(n)) {
			return nil, fmt.Errorf("number %q", n)
		}
		return append(b, n...), nil
	}
	if list, ok := doc.Lookup(listName).ArrayOK(); ok {
		return appendArray(b, list)
	}
	return appendObject(b, doc)
}

func appendString(b []byte, s string) ([]byte, error) {
	quoted, err := json.Marshal(s)
	return append(b, quoted...), err
}
