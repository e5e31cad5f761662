package bolt

import (
	"encoding/binary"

	"probity/tender/store"
)

// Index keys are tuples whose bytes sort like their values: each value is a
// tag, then a string with 0x00 written as 0x00 0xFF and ended by 0x00, or an
// int64 with its sign bit turned, big end first. Tags are below 0xFF, so the
// end of a string sorts before every continuation of it.
const (
	tagInt    = 1
	tagString = 2
	tagEnd    = 3 // above all tags
)

func appendString(b []byte, s string) []byte {
	b = append(b, tagString)
	for i := range len(s) {
		if b = append(b, s[i]); s[i] == 0 {
			b = append(b, 0xFF)
		}
	}
	return append(b, 0)
}

func appendInt(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(append(b, tagInt), uint64(n)^1<<63)
}

// appendValue encodes one value of a key or query, whose type was checked.
func appendValue(b []byte, v any) []byte {
	if s, ok := v.(string); ok {
		return appendString(b, s)
	}
	return appendInt(b, v.(int64))
}

// tuples returns the keys of a document in an index, without its id: none if a
// field is absent, one per distinct element if a field is a []string.
func tuples(ix store.Index, keys store.Keys) [][]byte {
	list := [][]byte{nil}
	for _, field := range ix.Fields {
		v, ok := keys[field]
		if !ok {
			return nil
		}
		many, ok := v.([]string)
		if !ok {
			for i := range list {
				list[i] = appendValue(list[i], v)
			}
			continue
		}
		prefix := list[0] // at most one field has several values
		list = nil
		seen := make(map[string]bool, len(many))
		for _, s := range many {
			if !seen[s] {
				seen[s] = true
				list = append(list, appendString(append([]byte(nil), prefix...), s))
			}
		}
	}
	return list
}

// span is a range of index keys: from <= key < to.
type span struct{ from, to []byte }

// spanOf returns the keys that q asks for. A range that is open at one end
// stays within the type of the other.
func spanOf(q store.Query) span {
	var eq []byte
	for _, v := range q.Eq {
		eq = appendValue(eq, v)
	}
	low, high := byte(tagInt), byte(tagEnd)
	for _, v := range []any{q.From, q.To} {
		switch v.(type) {
		case int64:
			low, high = tagInt, tagInt+1
		case string:
			low, high = tagString, tagString+1
		}
	}
	s := span{from: append(clip(eq), low), to: append(clip(eq), high)}
	if q.From != nil {
		s.from = appendValue(clip(eq), q.From)
	}
	if q.To != nil {
		s.to = appendValue(clip(eq), q.To)
	}
	return s
}

// clip makes the next append copy.
func clip(b []byte) []byte { return b[:len(b):len(b)] }

// number is the key of a place in a sequence.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
