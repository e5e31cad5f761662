package pdf

// Table is a grid under a head that is drawn again on each page.
type Table struct {
	Columns []Column
	Rows    []Row
}

// Column is one column of a table. Shares divide the width of the page.
type Column struct {
	Head  string
	Share int
	Right bool // numbers: aligned at their right edge; figures are of one width
}

// Row is one row. When it has fewer cells than the table has columns, its first
// cell spans the difference, as the word "Total" does.
type Row struct {
	Cells []string
	Bold  bool
	Shade bool
}

// Table draws t. Long cells break into lines, and rows that are higher than
// half a page break over pages.
func (d *Doc) Table(t Table) {
	x, w := t.place()
	d.block("Table", func() {
		d.need(cellHead.lead + 3*cell.lead + 2000)
		d.block("TR", func() { d.tableHead(t, x, w, true) })
		for _, r := range t.Rows {
			d.block("TR", func() { d.tableRow(t, r, x, w) })
		}
	})
	d.Space(7)
}

// place returns the left edge and width of the text in each column.
func (t Table) place() (x, w []length) {
	total := 0
	for _, c := range t.Columns {
		total += c.Share
	}
	sum := 0
	for _, c := range t.Columns {
		from := textWidth * length(sum) / length(total)
		sum += c.Share
		to := textWidth * length(sum) / length(total)
		x = append(x, marginLeft+from+cellPad)
		w = append(w, to-from-2*cellPad)
	}
	return x, w
}

// tableHead draws the head; repeated on a further page it is an artifact.
func (d *Doc) tableHead(t Table, x, w []length, first bool) {
	s := strip{pad: 350, shade: &tint, line: &hair, whole: true}
	for i, c := range t.Columns {
		col := &column{x: x[i], w: w[i], text: c.Head, style: cellHead, right: c.Right}
		if first {
			col.elem = d.add(d.parent, "TH")
			col.elem.attr = "<</O/Table/Scope/Column>>"
		}
		s.columns = append(s.columns, col)
	}
	d.flow(s)
}

func (d *Doc) tableRow(t Table, r Row, x, w []length) {
	st := cell
	if r.Bold {
		st = cell.strong()
	}
	s := strip{pad: 320, line: &hair, whole: true, renew: func() { d.tableHead(t, x, w, false) }}
	if r.Shade {
		s.shade = &tint
	}
	spare := max(len(t.Columns)-len(r.Cells), 0)
	for i, text := range r.Cells[:min(len(r.Cells), len(t.Columns))] {
		from, to := i+spare, i+spare
		e := d.add(d.parent, "TD")
		if i == 0 && spare > 0 {
			from = 0
			e.attr = spanAttr(spare + 1)
		}
		s.columns = append(s.columns, &column{x: x[from], w: x[to] + w[to] - x[from],
			text: text, style: st, right: t.Columns[to].Right && (i > 0 || spare == 0), elem: e})
	}
	d.flow(s)
}
