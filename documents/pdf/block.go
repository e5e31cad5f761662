package pdf

import (
	"fmt"
	"strings"
)

// Masthead is the top of a paper's first page.
type Masthead struct {
	Kicker   string // what kind of paper, above the title
	Title    string
	Subtitle string
	QR       string // what the code says; "" for none
	QRAlt    string // what it is for, for those who cannot see it
	QRNote   string // under the code
}

// Masthead draws the title with the code to its right.
func (d *Doc) Masthead(m Masthead) {
	w, top := textWidth, d.y
	if m.QR != "" {
		w -= qrSide + gutter
	}
	d.paragraph("P", m.Kicker, kicker, w)
	d.y += 300
	d.bookmark(0, m.Title)
	d.paragraph("H1", m.Title, headline, w)
	if m.Subtitle != "" {
		d.y += 200
		d.paragraph("P", m.Subtitle, subtitle, w)
	}
	if m.QR != "" {
		end := d.qr(m, top)
		d.y = max(d.y, end)
	}
	d.y += 1000
	d.artifact(func() { d.rule(marginLeft, d.y, textWidth, 80, accent) })
	d.y += 1200
}

func (d *Doc) bookmark(level int, text string) {
	text = strings.Join(strings.Fields(text), " ")
	d.marks = append(d.marks, bookmark{level, text, len(d.pages) - 1, d.y})
}

// Heading draws a heading of level 1 to 3 with a bookmark, and keeps it with
// what follows.
func (d *Doc) Heading(level int, text string) {
	level = min(max(level, 1), len(headings))
	st := headings[level-1]
	d.Space([]int{10, 7, 5}[level-1])
	d.need(st.lead + 4*body.lead)
	d.bookmark(level, text)
	d.paragraph(fmt.Sprintf("H%d", level+1), text, st, textWidth)
	d.y += 300
}

// Paragraph draws running text.
func (d *Doc) Paragraph(text string) {
	d.paragraph("P", text, body, textWidth)
	d.Space(4)
}

// Note draws small print.
func (d *Doc) Note(text string) {
	d.paragraph("P", text, small, textWidth)
	d.Space(4)
}

// Strong draws one bold paragraph.
func (d *Doc) Strong(text string) {
	d.paragraph("P", text, body.strong(), textWidth)
	d.Space(2)
}

func (d *Doc) paragraph(tag, text string, st style, w length) {
	if text == "" {
		return
	}
	e := d.add(d.parent, tag)
	d.flow(strip{columns: []*column{{x: marginLeft, w: w, text: text, style: st, elem: e}}})
}

// Beside draws two texts side by side, as one clause in two languages. An
// empty one leaves its side empty.
func (d *Doc) Beside(left, right string) {
	w := (textWidth - gutter) / 2
	d.block("Div", func() {
		var cs []*column
		for i, t := range []string{left, right} {
			if t != "" {
				cs = append(cs, &column{x: marginLeft + length(i)*(w+gutter), w: w, text: t, style: body, elem: d.add(d.parent, "P")})
			}
		}
		d.flow(strip{columns: cs})
	})
	d.Space(4)
}

// Fact is one line of a list of facts.
type Fact struct {
	Name, Value string
	Fine        bool // smaller, so that a SHA-256 in hex fits on one line
}

// Facts draws names in a narrow column and what they are beside them. Facts
// without a value are left out.
func (d *Doc) Facts(facts ...Fact) {
	const nameWidth = 13400
	d.block("L", func() {
		for _, f := range facts {
			if f.Value == "" {
				continue
			}
			st := value
			if f.Fine {
				st.size = 810
			}
			d.block("LI", func() {
				d.flow(strip{whole: true, columns: []*column{
					{x: marginLeft, w: nameWidth - 800, text: f.Name, style: label, elem: d.add(d.parent, "Lbl")},
					{x: marginLeft + nameWidth, w: textWidth - nameWidth, text: f.Value, style: st, elem: d.add(d.parent, "LBody")},
				}})
				d.y += 180
			})
		}
	})
	d.Space(4)
}
