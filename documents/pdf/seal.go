package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"probity/tender/fault"
)

// widget is where the seal shows on paper.
type widget struct {
	page       int
	x, y, w, h length
}

// SealBox draws a frame with a few lines of text: the place of the seal. A
// paper that is to be sealed has exactly one.
func (d *Doc) SealBox(title string, lines ...string) {
	const pad, width = 1000, 26000
	high := 2*pad + headings[2].lead + length(len(lines))*small.lead
	d.Space(8)
	d.need(high)
	if d.widget != nil {
		d.fail(fault.New(fault.Invalid, "pdf.seal_twice", "A paper has one seal."))
		return
	}
	top := d.y
	d.widget = &widget{len(d.pages) - 1, marginLeft, top, width, high}
	d.block("Form", func() { d.parent.annot, d.parent.alt = true, title })
	d.y = top + pad
	d.block("Div", func() {
		for i, l := range append([]string{title}, lines...) {
			st := small
			if i == 0 {
				st = headings[2]
				st.ink = accent
			}
			d.flow(strip{whole: true, columns: []*column{
				{x: marginLeft + pad, w: width - 2*pad, text: l, style: st, elem: d.add(d.parent, "P")}}})
		}
	})
	d.widget.h = max(high, d.y+pad-top)
	d.y = top + d.widget.h
}

// Claim is what a seal says about itself. It is part of the sealed bytes.
type Claim struct {
	By     string    // who seals: the platform's name
	Reason string    // what the seal means
	At     time.Time // when; the certificate must be valid then
}

// slot is the room for the signature, in bytes. Ours takes about 1 kB; the rest
// is for longer certificate chains.
const slot = 4096

// Prepared is a paper that is drawn and waits for its seal. It can be sealed
// once. Record its digest before, so that after a crash it is known what was
// about to be sealed; the same paper and claim give the same digest again.
type Prepared struct {
	digest [sha256.Size]byte

	mu   sync.Mutex
	file []byte // nil once sealed
	gap  [2]int // the hex string of the signature, with its angle brackets
}

// Digest is the SHA-256 of all that the seal will cover: the whole file but the
// signature itself.
func (p *Prepared) Digest() [sha256.Size]byte { return p.digest }

// ErrSealed is returned by the second Seal of one Prepared.
var ErrSealed = errors.New("pdf: already sealed, or tried to be")

// Prepare draws the paper with an empty slot for the signature.
func (d *Doc) Prepare(c Claim) (*Prepared, error) {
	if d.widget == nil {
		d.fail(errors.New("there is no place for the seal"))
	}
	if c.At.IsZero() {
		d.fail(fault.Field("pdf.date_missing", "at", "A seal needs a time."))
	}
	d.check(c.By)
	d.check(c.Reason)
	a, err := d.assemble()
	if err != nil {
		return nil, err
	}
	sig := a.reserve()
	d.writeWidget(a, sig, c)
	const hole = "0000000000"
	a.set(sig, fmt.Sprintf("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Name%s/Reason%s/M%s/ByteRange[0 %s %s %s]/Contents<%s>>>",
		textString(c.By), textString(c.Reason), date(c.At), hole, hole, hole, strings.Repeat("0", 2*slot)))
	file, offsets := a.write()

	from := offsets[sig] + bytes.Index(file[offsets[sig]:], []byte("/Contents<")) + len("/Contents")
	to := from + 2*slot + 2
	at := offsets[sig] + bytes.Index(file[offsets[sig]:], []byte("/ByteRange[0 "))
	copy(file[at:], fmt.Sprintf("/ByteRange[0 %010d %010d %010d]", from, to, len(file)-to))
	return &Prepared{digest: digestAround(file, from, to), file: file, gap: [2]int{from, to}}, nil
}

// digestAround hashes file without file[from:to].
func digestAround(file []byte, from, to int) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write(file[:from])
	h.Write(file[to:])
	h.Sum(sum[:0])
	return sum
}

// frame draws the widget: a thin line around the text of the seal.
func (w *widget) frame(a *assembly) int {
	return a.stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %s %s]/Resources<<>>", thousandths(int(w.w)*10), thousandths(int(w.h)*10)),
		fmt.Appendf(nil, "0.110 0.310 0.451 RG 1 w 0.5 0.5 %s %s re S", thousandths(int(w.w)*10-1000), thousandths(int(w.h)*10-1000)), true)
}

// writeWidget writes the field of the seal, by which a reader shows its
// verdict. Without a signature the field is empty.
func (d *Doc) writeWidget(a *assembly, sig int, c Claim) {
	w := d.widget
	low := pageHeight - w.y - w.h
	signed := "/TU" + textString("Seal")
	if sig > 0 {
		signed = fmt.Sprintf("/TU%s/V %d 0 R", textString(c.By+": "+c.Reason), sig)
	}
	a.set(a.widget, fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)%s/F 132/Rect[%s %s %s %s]/P %d 0 R/StructParent %d/AP<</N %d 0 R>>>>",
		signed, thousandths(int(w.x)*10), thousandths(int(low)*10), thousandths(int(w.x+w.w)*10), thousandths(int(low+w.h)*10),
		a.pages[w.page], len(d.pages), a.frame))
}

// Seal signs the paper with s and returns the finished file. Whatever comes of
// it, p is spent: a key that failed may have signed, so nothing is signed twice
// without the caller preparing, and so recording, again.
func (p *Prepared) Seal(s *Sealer) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	file := p.file
	if file == nil {
		return nil, ErrSealed
	}
	p.file = nil
	if digestAround(file, p.gap[0], p.gap[1]) != p.digest {
		return nil, errors.New("pdf: the prepared paper changed before its seal")
	}
	sig, err := s.sign(p.digest)
	if err != nil {
		return nil, fmt.Errorf("pdf: seal %x: %w", p.digest[:8], err)
	}
	if len(sig) > slot {
		return nil, fmt.Errorf("pdf: seal %x: the signature has %d bytes, the slot %d", p.digest[:8], len(sig), slot)
	}
	hex.Encode(file[p.gap[0]+1:], sig)
	return file, nil
}
