package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"go.etcd.io/bbolt"

	"probity/tender/store"
)

// Find returns one page. Its cursor is the index key of the last document on
// it, behind eight bytes that bind it to the query; so what is stored or
// removed meanwhile moves nothing else across the border of a page.
func (e *Engine) Find(ctx context.Context, q store.Query) (page store.Page, err error) {
	c, err := e.kind(q.Kind)
	if err != nil {
		return page, err
	}
	ix, err := c.CheckQuery(q)
	if err != nil {
		return page, err
	}
	s := spanOf(q)
	if s, err = s.after(q); err != nil {
		return page, err
	}
	err = e.view(ctx, func(tx *bbolt.Tx) error {
		page, err = read(tx, q, ix, s)
		return err
	})
	return page, err
}

func read(tx *bbolt.Tx, q store.Query, ix store.Index, s span) (page store.Page, err error) {
	docs := tx.Bucket(docBucket(q.Kind))
	cursor := tx.Bucket(indexBucket(q.Kind, q.Index)).Cursor()
	var last []byte
	for k, id := s.first(cursor, q.Desc); s.holds(k); k, id = step(cursor, q.Desc) {
		if len(page.Docs) == q.Limit {
			page.Next = seal(q, last)
			return page, nil
		}
		row := docs.Get(id)
		if row == nil {
			return page, fmt.Errorf("bolt: index %s of %s names %q: %w", q.Index, q.Kind, id, errRow)
		}
		d, err := readDoc(q.Kind, string(id), row)
		if err != nil {
			return page, err
		}
		if err := q.CheckFound(ix, d.Keys); err != nil {
			return store.Page{}, err
		}
		page.Docs, last = append(page.Docs, d), k
	}
	return page, nil
}

// first moves to the first key of the list, or to one outside the span.
func (s span) first(c *bbolt.Cursor, desc bool) (k, v []byte) {
	if !desc {
		return c.Seek(s.from)
	}
	if k, _ = c.Seek(s.to); k == nil {
		return c.Last()
	}
	return c.Prev()
}

func step(c *bbolt.Cursor, desc bool) (k, v []byte) {
	if desc {
		return c.Prev()
	}
	return c.Next()
}

func (s span) holds(k []byte) bool {
	return k != nil && bytes.Compare(k, s.from) >= 0 && bytes.Compare(k, s.to) < 0
}

// after narrows s to what lies behind the cursor of q.
func (s span) after(q store.Query) (span, error) {
	if q.After == "" {
		return s, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil || len(raw) < bindLen || !bytes.Equal(raw[:bindLen], bind(q)) || !s.holds(raw[bindLen:]) {
		return s, store.ErrCursor
	}
	if key := raw[bindLen:]; q.Desc {
		s.to = key
	} else {
		s.from = append(clip(key), 0)
	}
	return s, nil
}

const bindLen = 8

// bind is a mark of all that makes q another list.
func bind(q store.Query) []byte {
	s := spanOf(q)
	h := sha256.New()
	for _, part := range [][]byte{[]byte(q.Kind), []byte(q.Index), s.from, s.to, fmt.Append(nil, len(q.Eq), q.Desc)} {
		h.Write(number(uint64(len(part))))
		h.Write(part)
	}
	return h.Sum(nil)[:bindLen]
}

func seal(q store.Query, key []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(bind(q), key...))
}
