package pdf

// column is text of one style in a column of the page.
type column struct {
	x, w  length
	text  string
	style style
	right bool // aligned at the right edge
	elem  *elem

	lines []string
	lang  string
}

// strip is a row of columns that flow down side by side and over pages.
type strip struct {
	columns []*column
	pad     length // above and below
	whole   bool   // keep on one page if it fits on one
	shade   *ink   // behind it
	line    *ink   // under its end
	renew   func() // draws on top of each further page, as a table's head
}

// flow sets the strip below what is there.
func (d *Doc) flow(s strip) {
	most, lead := 0, length(0)
	for _, c := range s.columns {
		d.check(c.text)
		if d.err != nil {
			return
		}
		c.lines = d.ruler(c.style).lines(c.text, c.style.limit(c.w))
		c.lang = mainLang(c.text, d.info.Language)
		if c.elem != nil {
			c.elem.lang = c.lang
		}
		most, lead = max(most, len(c.lines)), max(lead, c.style.lead)
	}
	high := 2*s.pad + length(most)*lead
	if s.whole && d.y+high > bottom && high < (bottom-marginTop)/2 {
		d.over(s)
	}
	fresh := d.y <= marginTop // a new page, which must take at least one line
	for from := 0; from < most; {
		n := min(most-from, int((bottom-d.y-2*s.pad)/lead))
		if n < min(2, most-from) && !fresh { // no lone first line
			d.over(s)
			fresh = true
			continue
		}
		if most-from-n == 1 && n > 2 { // nor a lone last one
			n--
		}
		d.cutOf(s, from, from+max(n, 1), lead)
		from += max(n, 1)
		if from < most {
			d.over(s)
			fresh = true
		}
	}
	if s.line != nil {
		d.artifact(func() {
			first, last := s.columns[0], s.columns[len(s.columns)-1]
			d.rule(first.x-s.sidePad(), d.y, last.x+last.w-first.x+2*s.sidePad(), 50, *s.line)
		})
	}
}

// over continues on a new page.
func (d *Doc) over(s strip) {
	d.newPage(d.page().part)
	if s.renew != nil {
		s.renew()
	}
}

// sidePad is how far a table's lines reach beyond the text of its cells.
func (s strip) sidePad() length {
	if s.pad > 0 {
		return cellPad
	}
	return 0
}

// cutOf draws lines [from, to) of every column on this page.
func (d *Doc) cutOf(s strip, from, to int, lead length) {
	top, base := d.y+s.pad, length(0)
	for _, c := range s.columns { // lines side by side stand on one baseline
		base = max(base, c.style.baseline()+(lead-c.style.lead)/2)
	}
	if s.shade != nil {
		d.artifact(func() {
			first, last := s.columns[0], s.columns[len(s.columns)-1]
			d.fill(first.x-cellPad, d.y, last.x+last.w-first.x+2*cellPad, 2*s.pad+length(to-from)*lead, *s.shade)
		})
	}
	for _, c := range s.columns {
		if from >= len(c.lines) {
			continue
		}
		part := c.lines[from:min(to, len(c.lines))]
		draw := func() { d.column(c, part, top+base, lead) }
		if c.elem == nil {
			d.artifact(draw)
		} else {
			d.mark(c.elem, draw)
		}
	}
	d.y = top + length(to-from)*lead + s.pad
}

// column draws lines, the first on the baseline y.
func (d *Doc) column(c *column, lines []string, y, lead length) {
	m := d.ruler(c.style)
	for i, l := range lines {
		x := c.x
		if c.right {
			x += c.w - c.style.span(m.width(l))
		}
		d.text(x, y+length(i)*lead, l, c.style, c.lang)
	}
}
