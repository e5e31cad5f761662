package pdf

import (
	"fmt"
	"strconv"

	"github.com/jung-kurt/gofpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// step is one thing to draw, done on the page it was recorded for.
type step func(f *gofpdf.Fpdf)

func (d *Doc) record(s step) { p := d.page(); p.steps = append(p.steps, s) }

func (d *Doc) raw(s string) { d.record(func(f *gofpdf.Fpdf) { f.RawWriteStr(s) }) }

// pt is a length in points, for gofpdf.
func (l length) pt() float64 { return float64(l) / 100 }

func (d *Doc) ruler(s style) ruler { return ruler{d.faces[s.face()], &d.buf} }

// text draws one line, its left end at x and its baseline at y, inside an
// element of the language lang.
func (d *Doc) text(x, y length, s string, st style, lang string) {
	m, units := d.ruler(st), 0
	for _, p := range m.face.pieces(s, lang) {
		at := x + st.span(units)
		switch {
		case !p.plain:
			d.raw("/Span <</ActualText " + textString(p.text) + langEntry(p.lang) + ">> BDC")
			d.cluster(at, y, p.text, st)
			d.raw("EMC")
		case p.lang != "":
			d.raw("/Span <<" + langEntry(p.lang) + ">> BDC")
			d.glyphs(at, y, p.text, st)
			d.raw("EMC")
		default:
			d.glyphs(at, y, p.text, st)
		}
		units += m.width(p.text)
	}
}

func langEntry(lang string) string {
	if lang == "" {
		return ""
	}
	return "/Lang (" + lang + ")"
}

// glyphs draws runes of the basic plane by the font.
func (d *Doc) glyphs(x, y length, s string, st style) {
	for _, r := range s {
		d.used[st.face()][r] = true
	}
	d.record(func(f *gofpdf.Fpdf) {
		setFont(f, st)
		f.Text(x.pt(), y.pt(), s)
	})
}

func setFont(f *gofpdf.Fpdf, st style) {
	f.SetFont(fontFamily, [2]string{"", "B"}[st.face()], st.size.pt())
	f.SetTextColor(st.ink.r, st.ink.g, st.ink.b)
}

// cluster draws what gofpdf cannot: runes beyond U+FFFF as outlines, and runes
// that the font does not have as boxes with their number. Readers take the text
// from ActualText, but only if something of a font is drawn inside, and take
// that for its extent; so shapes have an invisible wide space before them.
func (d *Doc) cluster(x, y length, s string, st style) {
	m, units := d.ruler(st), 0
	for _, r := range s {
		at := x + st.span(units)
		g := m.face.glyph(r, &d.buf)
		switch {
		case unseen(r):
		case g != 0 && r <= 0xffff:
			d.glyphs(at, y, string(r), st)
		default:
			d.raw("3 Tr")
			d.glyphs(at, y, "\u3000", st)
			d.raw("0 Tr")
			if g == 0 {
				d.box(at, y, r, st)
			} else {
				d.shape(at, y, g, st)
			}
		}
		units += m.rune(r)
	}
}

// box stands for a rune that the font does not have. The number in it says
// which one is meant: a name on paper must not become ambiguous.
func (d *Doc) box(x, y length, r rune, st style) {
	em := st.size
	w, h, thin := em*92/100, em*92/100, max(em/25, 1)
	left, top := x+em*4/100, y-em*80/100
	d.fill(left, top, w, thin, st.ink)
	d.fill(left, top+h-thin, w, thin, st.ink)
	d.fill(left, top, thin, h, st.ink)
	d.fill(left+w-thin, top, thin, h, st.ink)
	digits := style{size: em * 40 / 100, bold: st.bold, ink: st.ink}
	number := fmt.Sprintf("%04X", r)
	half := (len(number) + 1) / 2
	for i, s := range []string{number[:half], number[half:]} {
		at := x + (em-digits.span(d.ruler(digits).width(s)))/2
		for _, digit := range s { // not as text, which would be extracted with the line
			d.shape(at, y-em*(44-length(i)*39)/100, d.ruler(digits).face.glyph(digit, &d.buf), digits)
			at += digits.span(d.ruler(digits).rune(digit))
		}
	}
}

// shape fills the contour of a glyph.
func (d *Doc) shape(x, y length, g sfnt.GlyphIndex, st style) {
	segments, err := d.faces[st.face()].sfnt.LoadGlyph(&d.buf, g, fixed.I(1000), nil)
	if err != nil {
		d.fail(fmt.Errorf("glyph %d: %w", g, err))
		return
	}
	var path []byte
	// at gives a point of the page in thousandths of a point, from the corner
	// at the bottom left, of a point of the glyph in 64ths of a unit.
	at := func(p fixed.Point26_6) (int, int) {
		k := int(st.size) * 10
		return int(x)*10 + int(p.X)*k/64000, int(pageHeight-y)*10 - int(p.Y)*k/64000
	}
	write := func(op string, xy ...int) {
		for _, v := range xy {
			path = append(appendThousandths(path, v), ' ')
		}
		path = append(path, op...)
	}
	var px, py int
	for _, s := range segments {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		switch s.Op { // the font is TrueType: there are no cubic curves in it
		case sfnt.SegmentOpMoveTo:
			write("m\n", ax, ay)
			px, py = ax, ay
		case sfnt.SegmentOpLineTo:
			write("l\n", ax, ay)
			px, py = ax, ay
		case sfnt.SegmentOpQuadTo: // written as a cubic: PDF has no other
			write("c\n", px+(ax-px)*2/3, py+(ay-py)*2/3, bx+(ax-bx)*2/3, by+(ay-by)*2/3, bx, by)
			px, py = bx, by
		}
	}
	path = append(path, "f\n"...)
	d.record(func(f *gofpdf.Fpdf) {
		f.SetFillColor(st.ink.r, st.ink.g, st.ink.b)
		f.RawWriteStr(string(path))
	})
}

// thousandths writes n/1000 without a float.
func thousandths(n int) string { return string(appendThousandths(nil, n)) }

func appendThousandths(b []byte, n int) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = append(strconv.AppendInt(b, int64(n/1000), 10), '.')
	return append(b, byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
}

// fill paints a rectangle.
func (d *Doc) fill(x, y, w, h length, c ink) {
	d.record(func(f *gofpdf.Fpdf) {
		f.SetFillColor(c.r, c.g, c.b)
		f.Rect(x.pt(), y.pt(), w.pt(), h.pt(), "F")
	})
}

// rule paints a horizontal line of the given thickness.
func (d *Doc) rule(x, y, w, thick length, c ink) { d.fill(x, y-thick/2, w, thick, c) }
