package pdf

import (
	"encoding/binary"
	"slices"
)

// subset returns a TrueType font with the given runes of the basic plane and
// nothing else, for one paper. gofpdf would cut the font down itself, but only
// after reading all of it, which costs some 40 MB for each face of each paper,
// and it writes into the bytes it is given.
//
// used must be sorted. Every rune gets a glyph of its own, in order, so that
// runs of runes are runs of glyphs; runes the font does not have get none.
func (f *face) subset(used []rune) []byte {
	s := subset{face: f, placed: map[uint16]uint16{}}
	s.add(0)
	if segments(used) > 4000 { // more do not fit into a cmap of format 4
		used = everyRune()
	}
	for _, r := range used {
		if g := f.basic[r]; g != 0 {
			s.runes = append(s.runes, r)
			s.add(g)
		}
	}
	for i := 0; i < len(s.glyphs); i++ {
		s.addParts(s.glyphs[i])
	}
	return s.font()
}

type subset struct {
	face   *face
	runes  []rune            // the glyph of runes[i] is i+1
	glyphs []uint16          // old numbers in the new order
	placed map[uint16]uint16 // old number to new number, for parts
}

func (s *subset) add(g uint16) { s.glyphs = append(s.glyphs, g) }

// addParts places the components of a composite glyph.
func (s *subset) addParts(g uint16) {
	eachPart(s.face.outlineData(g), func(number []byte) {
		part := binary.BigEndian.Uint16(number)
		if _, ok := s.placed[part]; !ok {
			s.placed[part] = uint16(len(s.glyphs))
			s.add(part)
		}
	})
}

// eachPart calls f with the two bytes that number each component.
func eachPart(glyph []byte, f func(number []byte)) {
	const words, scale, more, scales, matrix = 1 << 0, 1 << 3, 1 << 5, 1 << 6, 1 << 7
	if len(glyph) < 10 || int16(binary.BigEndian.Uint16(glyph)) >= 0 {
		return
	}
	for at := 10; ; {
		flags := binary.BigEndian.Uint16(glyph[at:])
		f(glyph[at+2 : at+4])
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&scales != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if flags&more == 0 {
			return
		}
	}
}

// font writes the tables that gofpdf and PDF readers need.
func (s *subset) font() []byte {
	var glyf, loca, hmtx []byte
	for _, g := range s.glyphs {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		outline := slices.Clone(s.face.outlineData(g))
		eachPart(outline, func(number []byte) {
			binary.BigEndian.PutUint16(number, s.placed[binary.BigEndian.Uint16(number)])
		})
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = append(hmtx, s.face.metrics(g)...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head, hhea, maxp := s.copyOf("head"), s.copyOf("hhea"), s.copyOf("maxp")
	binary.BigEndian.PutUint16(head[50:], 1) // long loca
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(s.glyphs)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(s.glyphs)))
	post := s.copyOf("post")[:32]
	binary.BigEndian.PutUint32(post, 0x00030000) // no glyph names
	return packTables(map[string][]byte{
		"OS/2": s.copyOf("OS/2"), "cmap": s.cmap(), "glyf": glyf, "head": head, "hhea": hhea,
		"hmtx": hmtx, "loca": loca, "maxp": maxp, "name": {0, 0, 0, 0, 0, 6}, "post": post,
	})
}

func (s *subset) copyOf(table string) []byte { return slices.Clone(s.face.tables[table]) }

// cmap writes a character map of format 4, one segment for each run of runes.
func (s *subset) cmap() []byte {
	var ends, starts, deltas []uint16
	for i, r := range s.runes {
		if i > 0 && s.runes[i-1] == r-1 {
			ends[len(ends)-1] = uint16(r)
			continue
		}
		ends, starts = append(ends, uint16(r)), append(starts, uint16(r))
		deltas = append(deltas, uint16(i+1)-uint16(r))
	}
	ends, starts, deltas = append(ends, 0xffff), append(starts, 0xffff), append(deltas, 1)
	n := uint16(len(ends))
	search, selector := uint16(1), uint16(0)
	for search*2 <= n {
		search, selector = search*2, selector+1
	}
	b := appendUint16(nil, 0, 1, 3, 1, 0, 12) // one table: Windows, Unicode, at 12
	b = appendUint16(b, 4, 16+8*n, 0, 2*n, 2*search, selector, 2*(n-search))
	b = appendUint16(b, ends...)
	b = appendUint16(b, 0)
	b = appendUint16(b, starts...)
	b = appendUint16(b, deltas...)
	return append(b, make([]byte, 2*n)...) // range offsets: none
}

func appendUint16(b []byte, values ...uint16) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

// packTables writes the font file. The checksums stay zero: gofpdf writes the
// tables again, with sums, when it puts the font into the paper.
func packTables(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	head := appendUint16([]byte{0, 1, 0, 0}, uint16(len(names)), 0, 0, 0)
	var body []byte
	for _, name := range names {
		head = append(head, name...)
		head = binary.BigEndian.AppendUint32(head, 0)
		head = binary.BigEndian.AppendUint32(head, uint32(12+16*len(names)+len(body)))
		head = binary.BigEndian.AppendUint32(head, uint32(len(tables[name])))
		body = append(body, tables[name]...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(head, body...)
}

// segments counts the runs of consecutive runes.
func segments(sorted []rune) (n int) {
	for i, r := range sorted {
		if i == 0 || sorted[i-1] != r-1 {
			n++
		}
	}
	return n
}

func everyRune() []rune {
	all := make([]rune, 0, 1<<16)
	for r := rune(1); r < 1<<16; r++ {
		all = append(all, r)
	}
	return all
}
