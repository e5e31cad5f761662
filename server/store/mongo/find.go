package mongo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/tender/store"
)

// Find returns one page, read from the index that the query names: equality on
// its first fields, a range on the next, sorted by the rest and the ID.
func (e *Engine) Find(ctx context.Context, q store.Query) (page store.Page, err error) {
	c, err := e.kind(q.Kind)
	if err != nil {
		return page, err
	}
	ix, err := c.CheckQuery(q)
	if err != nil {
		return page, err
	}
	filter := selection(q, ix)
	if q.After != "" {
		at, err := openCursor(q, ix)
		if err != nil {
			return page, err
		}
		filter = append(filter, behind(q, ix, at)...)
	}
	inner, end, err := e.begin(ctx)
	if err != nil {
		return page, err
	}
	defer end()
	found, err := e.db.Collection(q.Kind).Find(inner, filter, options.Find().
		SetSort(order(q, ix)).SetLimit(int64(q.Limit)+1).SetProjection(withoutFacts))
	if err != nil {
		return page, explain(ctx, "find "+q.Kind, err)
	}
	var rows []row
	if err := found.All(inner, &rows); err != nil {
		return page, explain(ctx, "find "+q.Kind, err)
	}
	return pageOf(q, ix, rows)
}

// pageOf makes a page of the rows, of which there is one more if it has a next.
func pageOf(q store.Query, ix store.Index, rows []row) (page store.Page, err error) {
	for i := range rows {
		if i == q.Limit {
			page.Next, err = sealCursor(q, ix, page.Docs[i-1])
			return page, err
		}
		d, err := rows[i].doc(q.Kind)
		if err != nil {
			return store.Page{}, fmt.Errorf("mongo: find: %w", err)
		}
		if err := q.CheckFound(ix, d.Keys); err != nil {
			return store.Page{}, err
		}
		page.Docs = append(page.Docs, d)
	}
	return page, nil
}

// selection is the filter of the whole list. It names every field of the
// index, since documents without one are not in it.
func selection(q store.Query, ix store.Index) bson.D {
	filter := bson.D{}
	for i, v := range q.Eq {
		filter = append(filter, bson.E{Key: "k." + ix.Fields[i], Value: v})
	}
	for i, field := range ix.Fields[len(q.Eq):] {
		in := bson.D{{Key: "$exists", Value: true}}
		if i == 0 && q.From != nil {
			in = append(in, bson.E{Key: "$gte", Value: q.From})
		}
		if i == 0 && q.To != nil {
			in = append(in, bson.E{Key: "$lt", Value: q.To})
		}
		filter = append(filter, bson.E{Key: "k." + field, Value: in})
	}
	return filter
}

// order sorts by what the query leaves open. A unique index has no ties and no
// ID at its end.
func order(q store.Query, ix store.Index) bson.D {
	direction := 1
	if q.Desc {
		direction = -1
	}
	sort := bson.D{}
	for _, field := range ix.Fields[len(q.Eq):] {
		sort = append(sort, bson.E{Key: "k." + field, Value: direction})
	}
	if !ix.Unique || len(sort) == 0 {
		sort = append(sort, bson.E{Key: "_id", Value: direction})
	}
	return sort
}

// position is where a page ends: the values of the open fields, then the ID.
type position struct {
	Values []any  `bson:"v"`
	ID     string `bson:"i"`
}

// behind is the filter of what follows a position: greater in the first field,
// or equal there and greater in the next, and so on. A bound on the first
// field says it once more, for servers that use one index range for all.
func behind(q store.Query, ix store.Index, at position) bson.D {
	greater := "$gt"
	if q.Desc {
		greater = "$lt"
	}
	var same bson.D
	cases := bson.A{}
	for i, v := range at.Values {
		field := "k." + ix.Fields[len(q.Eq)+i]
		cases = append(cases, append(bson.D{{Key: field, Value: bson.D{{Key: greater, Value: v}}}}, same...))
		same = append(same, bson.E{Key: field, Value: v})
	}
	last := append(bson.D{{Key: "_id", Value: bson.D{{Key: greater, Value: at.ID}}}}, same...)
	if len(at.Values) == 0 {
		return last
	}
	first := bson.D{{Key: "k." + ix.Fields[len(q.Eq)], Value: bson.D{{Key: greater + "e", Value: at.Values[0]}}}}
	return bson.D{{Key: "$and", Value: bson.A{first, bson.D{{Key: "$or", Value: append(cases, last)}}}}}
}

const bindLen = 8

// sealCursor writes the position of a document, behind eight bytes that bind
// it to the query.
func sealCursor(q store.Query, ix store.Index, d *store.Doc) (string, error) {
	at := position{Values: []any{}, ID: d.ID}
	for _, field := range ix.Fields[len(q.Eq):] {
		at.Values = append(at.Values, d.Keys[field])
	}
	raw, err := bson.Marshal(at)
	if err != nil {
		return "", fmt.Errorf("mongo: cursor: %w", err)
	}
	mark, err := bind(q, raw)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(mark, raw...)), nil
}

func openCursor(q store.Query, ix store.Index) (at position, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil || len(sealed) < bindLen {
		return at, store.ErrCursor
	}
	mark, err := bind(q, sealed[bindLen:])
	if err != nil {
		return at, err
	}
	if !bytes.Equal(mark, sealed[:bindLen]) || bson.Unmarshal(sealed[bindLen:], &at) != nil || len(at.Values) != len(ix.Fields)-len(q.Eq) {
		return at, store.ErrCursor
	}
	for _, v := range at.Values {
		switch v.(type) {
		case string, int64:
		default: // an operator would be another query
			return at, store.ErrCursor
		}
	}
	return at, nil
}

// bind is a mark of all that makes q another list, and of the position in it.
func bind(q store.Query, at []byte) ([]byte, error) {
	raw, err := bson.Marshal(bson.D{
		{Key: "kind", Value: q.Kind}, {Key: "index", Value: q.Index}, {Key: "eq", Value: q.Eq},
		{Key: "from", Value: q.From}, {Key: "to", Value: q.To}, {Key: "desc", Value: q.Desc}, {Key: "at", Value: at},
	})
	if err != nil {
		return nil, fmt.Errorf("mongo: cursor: %w", err)
	}
	sum := sha256.Sum256(raw)
	return sum[:bindLen], nil
}
