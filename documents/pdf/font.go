package pdf

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the two faces
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"golang.org/x/image/font/sfnt"
)

// The faces are embedded whole, because a name may need any character; see
// fonts/README.md for their origin and licence (OFL 1.1).
var (
	//go:embed fonts/NotoSansSC-Regular.ttf.gz
	regularGzip []byte
	//go:embed fonts/NotoSansSC-Bold.ttf.gz
	boldGzip []byte
)

// faces unpacks both fonts on first use: about 0.3 s and 21 MB, once in a
// process, shared by all papers and never written to.
var faces = sync.OnceValues(func() ([2]*face, error) {
	regular, err := loadFace("NotoSansSC-Regular", regularGzip)
	if err != nil {
		return [2]*face{}, err
	}
	bold, err := loadFace("NotoSansSC-Bold", boldGzip)
	return [2]*face{regular, bold}, err
})

// face is one weight of the font, read only.
type face struct {
	name   string
	data   []byte
	tables map[string][]byte
	glyphs int
	sfnt   *sfnt.Font
	basic  [1 << 16]uint16 // glyph of each rune of the basic plane, 0 if none
}

func loadFace(name string, packed []byte) (*face, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("pdf: unpack font %s: %w", name, err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("pdf: unpack font %s: %w", name, err)
	}
	f := &face{name: name, data: data, tables: tablesOf(data)}
	if f.sfnt, err = sfnt.Parse(data); err != nil {
		return nil, fmt.Errorf("pdf: parse font %s: %w", name, err)
	}
	if upm := f.sfnt.UnitsPerEm(); upm != 1000 {
		return nil, fmt.Errorf("pdf: font %s has %d units per em, the layout counts in 1000", name, upm)
	}
	f.glyphs = f.sfnt.NumGlyphs()
	var buf sfnt.Buffer
	for r := range f.basic {
		if g, err := f.sfnt.GlyphIndex(&buf, rune(r)); err == nil {
			f.basic[r] = uint16(g)
		}
	}
	return f, nil
}

// tablesOf reads the table directory. The fonts are our own, so a wrong one is
// a fault of the build and may panic.
func tablesOf(data []byte) map[string][]byte {
	n := int(binary.BigEndian.Uint16(data[4:]))
	t := make(map[string][]byte, n)
	for i := range n {
		e := data[12+16*i:]
		at, size := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
		t[string(e[:4])] = data[at : at+size : at+size]
	}
	return t
}

// glyph returns the glyph of r, or 0. Each caller brings its own buffer.
func (f *face) glyph(r rune, buf *sfnt.Buffer) sfnt.GlyphIndex {
	if r < 1<<16 {
		return sfnt.GlyphIndex(f.basic[r])
	}
	g, err := f.sfnt.GlyphIndex(buf, r)
	if err != nil {
		return 0
	}
	return g
}

// advance returns the width of a glyph in thousandths of an em.
func (f *face) advance(g sfnt.GlyphIndex) int {
	long := int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	return int(binary.BigEndian.Uint16(f.tables["hmtx"][4*min(int(g), long-1):]))
}

// outlineData returns the bytes of a glyph in the glyf table; the fonts use
// the long form of loca.
func (f *face) outlineData(g uint16) []byte {
	loca := f.tables["loca"]
	from, to := binary.BigEndian.Uint32(loca[4*int(g):]), binary.BigEndian.Uint32(loca[4*int(g)+4:])
	return f.tables["glyf"][from:to:to]
}

// metrics returns the advance and left side bearing of a glyph as stored.
func (f *face) metrics(g uint16) []byte { return f.tables["hmtx"][4*int(g) : 4*int(g)+4] }
