package search

import "encoding/binary"

// list holds the slots of the notices that have a term, in order, with the
// term's weight in each: the difference to the slot before as a varint, then
// one byte of weight.
type list struct {
	packed []byte
	last   uint32
	n      int
}

// add appends a slot, which is higher than all before it.
func (l *list) add(slot uint32, weight int) {
	l.packed = binary.AppendUvarint(l.packed, uint64(slot-l.last))
	l.packed = append(l.packed, byte(min(weight, 255)))
	l.last = slot
	l.n++
}

func (l *list) each(f func(slot uint32, weight int)) {
	for c := l.read(); c.next(); {
		f(c.slot, c.weight)
	}
}

// cursor walks along a list.
type cursor struct {
	rest   []byte
	slot   uint32
	weight int
}

func (l *list) read() cursor { return cursor{rest: l.packed} }

// next moves on, and reports whether there was something.
func (c *cursor) next() bool {
	if len(c.rest) == 0 {
		return false
	}
	d, n := uint64(c.rest[0]), 1
	if d >= 0x80 {
		d, n = binary.Uvarint(c.rest)
	}
	c.slot += uint32(d)
	c.weight = int(c.rest[n])
	c.rest = c.rest[n+1:]
	return true
}
