package pdf

import (
	"fmt"

	"github.com/jung-kurt/gofpdf"
)

// furnish draws what stands around the text of every page. It runs when all
// pages are known, so that each can say of how many it is.
func (d *Doc) furnish() {
	of := map[string]int{}
	for _, p := range d.pages {
		of[p.part]++
	}
	seen := map[string]int{}
	all := d.pages
	for i, p := range all {
		d.pages = all[:i+1] // drawing goes to the last page
		seen[p.part]++
		page := ""
		if d.info.Page != nil {
			page = d.info.Page(p.part, seen[p.part], of[p.part])
		}
		d.check(page)
		d.artifact(func() {
			d.edge(d.info.Head, 4700, false)
			d.edge(d.info.Number, 4700, true)
			d.rule(marginLeft, 5500, textWidth, 50, hair)
			d.rule(marginLeft, pageHeight-5000, textWidth, 50, hair)
			d.edge(d.info.Foot, pageHeight-4000, false)
			d.edge(page, pageHeight-4000, true)
		})
	}
}

// edge draws one line at the left or right margin, cut to fit beside the other.
func (d *Doc) edge(s string, y length, right bool) {
	m := d.ruler(furnish)
	if lines := m.lines(s, furnish.limit(textWidth*6/10)); len(lines) > 1 {
		s = lines[0] + " …"
	}
	x := marginLeft
	if right {
		x = pageWidth - marginRight - furnish.span(m.width(s))
	}
	d.text(x, y, s, furnish, mainLang(s, d.info.Language))
}

// sandbox draws the mark of a sandbox over the page, slanted and pale beneath
// the text, and a line that explains it.
func (d *Doc) sandbox() {
	big := style{8200, 9000, true, pale}
	width := big.span(d.ruler(big).width(d.info.Mark))
	if room := textWidth * 11 / 10; width > room {
		big.size = big.size * room / width
		width = room
	}
	d.artifact(func() {
		d.raw("q 0.8192 0.5736 -0.5736 0.8192 297.64 420.94 cm")
		d.text(-width/2, pageHeight+big.size/3, d.info.Mark, big, d.info.Language)
		d.raw("Q")
	})
	note := style{760, 1100, true, warn}
	line := d.info.Mark
	if d.info.MarkNote != "" {
		line = fmt.Sprintf("%s · %s", line, d.info.MarkNote)
	}
	draw := func() {
		for i, l := range d.ruler(note).lines(line, note.limit(textWidth)) {
			x := (pageWidth - note.span(d.ruler(note).width(l))) / 2
			d.text(x, 2300+length(i)*note.lead, l, note, mainLang(line, d.info.Language))
		}
	}
	if len(d.pages) > 1 { // read aloud once
		d.artifact(draw)
		return
	}
	e := d.add(d.root, "P")
	e.lang = mainLang(line, d.info.Language)
	d.mark(e, draw)
}

// fontFamily names the font for gofpdf, in both weights.
const fontFamily = "notosanssc"

// play draws the recorded pages.
func (d *Doc) play() (*gofpdf.Fpdf, error) {
	f := gofpdf.New("P", "pt", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(d.info.At) // not kept, but without it the clock is read
	f.SetModificationDate(d.info.At)
	f.SetAutoPageBreak(false, 0)
	f.SetCompression(false) // done in the finishing, by one packer for all pages
	for i, weight := range []string{"", "B"} {
		f.AddUTF8FontFromBytes(fontFamily, weight, d.faces[i].subset(d.runes(i)))
	}
	for _, p := range d.pages {
		f.AddPage()
		for _, s := range p.steps {
			s(f)
		}
	}
	return f, f.Error()
}

// runes lists what of a face the paper uses.
func (d *Doc) runes(face int) (list []rune) {
	for r, used := range d.used[face] {
		if used {
			list = append(list, rune(r))
		}
	}
	return list
}
