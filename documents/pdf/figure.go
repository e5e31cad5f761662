package pdf

import (
	"fmt"

	"github.com/jung-kurt/gofpdf"
	"rsc.io/qr"

	"probity/tender/fault"
)

const qrSide length = 7600

func spanAttr(n int) string { return fmt.Sprintf("<</O/Table/ColSpan %d>>", n) }

// qr draws the code of m as squares at the right margin, its top at top, and
// returns where its note ends.
func (d *Doc) qr(m Masthead, top length) length {
	d.check(m.QRAlt)
	code, err := qr.Encode(m.QR, qr.M)
	if err != nil {
		d.fail(fault.New(fault.Invalid, "pdf.qr_too_long", "The QR code cannot hold %d bytes.", len(m.QR)).Because(err))
		return top
	}
	side := qrSide / length(code.Size)
	x := pageWidth - marginRight - side*length(code.Size)
	e := d.add(d.parent, "Figure")
	e.alt = m.QRAlt
	e.lang = mainLang(m.QRAlt, d.info.Language)
	e.attr = fmt.Sprintf("<</O/Layout/Placement/Block/BBox[%s %s %s %s]>>", thousandths(int(x)*10),
		thousandths(int(pageHeight-top-qrSide)*10), thousandths(int(x+qrSide)*10), thousandths(int(pageHeight-top)*10))
	d.mark(e, func() {
		d.record(func(f *gofpdf.Fpdf) {
			f.SetFillColor(0, 0, 0)
			for row := range code.Size {
				for from := 0; from < code.Size; from++ {
					to := from
					for to < code.Size && code.Black(to, row) {
						to++
					}
					if to > from {
						f.Rect((x + length(from)*side).pt(), (top + length(row)*side).pt(), (length(to-from) * side).pt(), side.pt(), "F")
						from = to
					}
				}
			}
		})
	})
	if m.QRNote == "" {
		return top + qrSide
	}
	was := d.y
	d.y = top + qrSide + 250
	note := small
	note.size, note.lead = 680, 920
	d.flow(strip{columns: []*column{{x: x, w: qrSide + 100, text: m.QRNote, style: note, elem: d.add(d.parent, "P")}}})
	end := d.y
	d.y = was
	return end
}
