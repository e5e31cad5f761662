package paper

import (
	"fmt"
	"slices"
	"strings"

	"probity/documents/pdf"
	"probity/tender/fault"
)

// painter draws one paper: a document, its languages and a count of sections.
type painter struct {
	*pdf.Doc
	voice
	sheet    Sheet
	sections int
}

func newPainter(s Sheet, k kind) (*painter, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	p := &painter{voice: s.Languages, sheet: s}
	info := pdf.Info{
		Title:    fmt.Sprintf("%s %s: %s", p.say(k.key), s.Number, p.line(s.Procedure.Title)),
		Subject:  s.Procedure.ID,
		Author:   s.Platform,
		Language: map[string]string{"en": "en", "zh": "zh-CN"}[s.Languages[0]],
		At:       s.At,
		Head:     p.say(k.key),
		Number:   s.Number,
		Foot:     s.Platform + " · " + s.Procedure.ID,
		Page:     p.page,
	}
	if s.Sandbox {
		info.Mark, info.MarkNote = "SANDBOX 演练", p.say("sandbox.note")
	}
	doc, err := pdf.New(info)
	if err != nil {
		return nil, err
	}
	p.Doc = doc
	return p, nil
}

// check refuses sheets that no paper can be made of.
func (s Sheet) check() error {
	if s.Number == "" {
		return fault.Field("paper.number_missing", "number", "A paper needs a number.")
	}
	if len(s.Languages) == 0 || len(s.Languages) > 2 || slices.Contains(s.Languages[1:], s.Languages[0]) {
		return fault.Field("paper.languages", "languages", "A paper is written in English, Chinese or both.")
	}
	for _, l := range s.Languages {
		if words[l] == nil {
			return fault.Field("paper.languages", "languages", "Papers are not written in %q.", l)
		}
	}
	if s.At.IsZero() {
		return fault.Field("paper.date_missing", "at", "A paper needs a date.")
	}
	return nil
}

func (p *painter) page(part string, n, of int) string {
	s := p.join(" · ", "page", []any{n, of})
	if part != "" {
		s = part + " · " + s
	}
	return s
}

// masthead draws the top of the first page and what the paper belongs to.
func (p *painter) masthead(k kind, code string) {
	s := p.sheet
	title, sub := p.text(s.Procedure.Title), ""
	if s.Procedure.Lot != "" {
		sub = p.say("lot") + " " + s.Procedure.Lot
		if t := p.line(s.Procedure.LotTitle); t != "" {
			sub += " · " + t
		}
	}
	m := pdf.Masthead{Kicker: strings.ToUpper(p.join(" · ", k.key, nil)), Title: title, Subtitle: sub}
	if code != "" {
		m.QR, m.QRAlt, m.QRNote = code, p.say("qr.alt", s.VerifyURL), p.tell("qr.note")
	}
	p.Masthead(m)
	p.Facts(
		pdf.Fact{Name: p.say("number"), Value: s.Number},
		pdf.Fact{Name: p.say("date"), Value: when(s.At)},
		pdf.Fact{Name: p.say("procedure"), Value: s.Procedure.ID},
		pdf.Fact{Name: p.say("buyer"), Value: p.text(s.Procedure.Buyer)},
		pdf.Fact{Name: p.say("issued_by"), Value: s.Platform},
	)
}

// section starts a numbered part of the paper.
func (p *painter) section(key string) {
	p.sections++
	p.Heading(1, fmt.Sprintf("%d  %s", p.sections, p.say(key)))
}

// fact is a line with a label of the catalogue.
func (p *painter) fact(key, value string) pdf.Fact { return pdf.Fact{Name: p.say(key), Value: value} }

// small is fact in small print.
func (p *painter) small(key, value string) pdf.Fact {
	return pdf.Fact{Name: p.say(key), Value: value, Fine: true}
}

// hash is fact for a hash in hex.
func (p *painter) hash(key, value string) pdf.Fact { return p.small(key, spaced(value)) }

// place draws where a record stands in the log.
func (p *painter) place(l Place) {
	p.Facts(
		p.fact("log.origin", l.Origin),
		p.fact("log.index", fmt.Sprint(l.Index)),
		p.hash("log.leaf", l.Leaf),
		p.fact("log.size", fmt.Sprint(l.Size)),
		p.hash("log.root", l.Root),
	)
}

// code is what the QR code of a logged paper says: the address of the check,
// with the place in the log behind a # so that a reader without a line has it.
func (s Sheet) code(l Place) string {
	if s.VerifyURL == "" {
		return ""
	}
	return fmt.Sprintf("%s#i=%d&leaf=%s&n=%d&root=%s", s.VerifyURL, l.Index, l.Leaf, l.Size, l.Root)
}

// seal draws the place of the platform's seal.
func (p *painter) seal(c pdf.Claim) {
	p.SealBox(p.say("seal.title"), c.By, c.Reason, when(c.At), p.tell("seal.note"))
}

// columns makes a table's columns from labels: "key:share" or, for numbers at
// the right edge, "key:share>".
func (p *painter) columns(specs ...string) (out []pdf.Column) {
	for _, s := range specs {
		key, share, _ := strings.Cut(s, ":")
		c := pdf.Column{Head: p.join("\n", key, nil)}
		share, c.Right = strings.CutSuffix(share, ">")
		if _, err := fmt.Sscan(share, &c.Share); err != nil {
			panic("paper: column " + s)
		}
		out = append(out, c)
	}
	return out
}

// rows fills a table of strings.
func rows(cells ...[]string) (out []pdf.Row) {
	for _, c := range cells {
		out = append(out, pdf.Row{Cells: c})
	}
	return out
}

// named is a line with a label that is not from the catalogue.
func (p *painter) named(name, value string) pdf.Fact { return pdf.Fact{Name: name, Value: value} }
