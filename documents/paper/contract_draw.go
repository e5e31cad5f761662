package paper

import (
	"fmt"
	"strings"

	"probity/documents/pdf"
	"probity/tender/fault"
)

// check refuses contracts that cannot be one.
func (c Contract) check() error {
	sides := map[string]bool{}
	for _, p := range c.Parties {
		sides[p.Role] = true
	}
	switch {
	case !sides["buyer"] || !sides["supplier"]:
		return fault.Field("paper.parties", "parties", "A contract needs a buyer and a supplier.")
	case len(c.Lots) == 0 || c.Total == "":
		return fault.Field("paper.items", "lots", "A contract needs items and a total.")
	case c.Layout != BesideLayout && c.Layout != StackedLayout:
		return fault.Field("paper.layout", "layout", "The layout is %q or %q.", BesideLayout, StackedLayout)
	}
	return nil
}

// body draws the pages that are agreed on and signed.
func (c Contract) body() (*painter, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	p, err := newPainter(c.Sheet, contractKind)
	if err != nil {
		return nil, err
	}
	c.top(p)
	c.parties(p)
	p.section("contract.subject")
	c.prose(p, c.Subject)
	c.prices(p)
	c.schedule(p)
	c.clauses(p)
	p.section("contract.signing")
	p.Paragraph(p.tell("contract.signing.how"))
	c.Form = contractForm
	return p, p.attach(contractFile, c)
}

func (c Contract) top(p *painter) {
	m := pdf.Masthead{Kicker: strings.ToUpper(p.join(" · ", "contract", nil)), Title: p.text(c.Title)}
	if c.VerifyURL != "" {
		m.QR, m.QRAlt, m.QRNote = c.VerifyURL, p.say("qr.alt", c.VerifyURL), p.tell("qr.note")
	}
	p.Masthead(m)
	period := c.Start
	if c.End != "" {
		period += " – " + c.End
	}
	p.Facts(
		p.fact("contract.number", c.Number),
		p.fact("date", c.At.UTC().Format("2006-01-02")),
		p.fact("procedure", c.Procedure.ID+"\n"+p.text(c.Procedure.Title)),
		p.fact("contract.award", c.Award),
		p.fact("contract.period", period),
		p.fact("contract.total", money(Amount{c.Total, c.Currency})),
	)
}

func (c Contract) parties(p *painter) {
	p.section("contract.parties")
	for _, y := range c.Parties {
		p.Heading(2, p.code("role", y.Role))
		ids := make([]string, 0, len(y.Identifiers))
		for _, id := range y.Identifiers {
			ids = append(ids, id.Scheme+" "+id.ID)
		}
		who := y.Representative
		if pos := p.line(y.Position); pos != "" && who != "" {
			who += ", " + pos
		}
		p.Facts(
			p.fact("party.name", p.text(y.Name)),
			p.fact("party.identifier", strings.Join(ids, "\n")),
			p.fact("party.address", p.text(y.Address)),
			p.fact("party.representative", who),
			p.fact("party.contact", y.Contact),
		)
	}
}

func (c Contract) prices(p *painter) {
	p.section("contract.prices")
	p.Note(p.tell("contract.prices.note", c.Currency))
	for _, l := range c.Lots {
		p.Heading(2, strings.TrimSpace(p.say("lot")+" "+l.ID+"  "+p.line(l.Title)))
		t := pdf.Table{Columns: p.columns("item.no:7", "item.description:41", "item.quantity:15>", "item.unit_price:18>", "item.total:19>")}
		for _, i := range l.Items {
			about := p.text(i.Description)
			if i.Classification != "" {
				about += "\n" + i.Classification
			}
			t.Rows = append(t.Rows, pdf.Row{Cells: []string{i.ID, about, group(i.Quantity) + " " + p.line(i.Unit), group(i.UnitPrice), group(i.Total)}})
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []string{p.say("item.lot_total") + " " + l.ID, group(l.Total)}, Bold: true, Shade: true})
		p.Table(t)
	}
	sums := pdf.Table{Columns: p.columns("sum.what:76", "sum.amount:24>")}
	for _, s := range c.Sums {
		sums.Rows = append(sums.Rows, pdf.Row{Cells: []string{p.line(s.What), group(s.Amount)}})
	}
	sums.Rows = append(sums.Rows, pdf.Row{Cells: []string{p.say("contract.total"), money(Amount{c.Total, c.Currency})}, Bold: true, Shade: true})
	p.Table(sums)
}

// schedule draws what is due and when: delivery, milestones, payments, and what
// follows if it is not met.
func (c Contract) schedule(p *painter) {
	if len(c.Delivery)+len(c.Milestones) > 0 {
		p.section("contract.delivery")
		c.prose(p, c.Delivery)
	}
	if len(c.Milestones) > 0 {
		t := pdf.Table{Columns: p.columns("item.no:10", "milestone.title:65", "milestone.due:25>")}
		for _, m := range c.Milestones {
			t.Rows = append(t.Rows, rows([]string{m.ID, p.text(m.Title), m.Due})...)
		}
		p.Table(t)
	}
	if len(c.Payments)+len(c.Terms) > 0 {
		p.section("contract.payments")
		c.prose(p, c.Terms)
	}
	if len(c.Payments) > 0 {
		t := pdf.Table{Columns: p.columns("item.no:10", "payment.when:52", "payment.share:14>", "sum.amount:24>")}
		for _, y := range c.Payments {
			t.Rows = append(t.Rows, rows([]string{y.ID, p.text(y.When), y.Share, money(Amount{y.Amount, c.Currency})})...)
		}
		p.Table(t)
	}
	if len(c.Penalties) > 0 {
		p.section("contract.penalties")
		c.prose(p, c.Penalties)
	}
}

func (c Contract) clauses(p *painter) {
	if len(c.Clauses) == 0 {
		return
	}
	p.section("contract.terms")
	for i, l := range c.Clauses {
		p.Heading(2, fmt.Sprintf("%d.%d  %s", p.sections, i+1, p.line(l.Title)))
		c.prose(p, l.Body)
	}
}

// prose draws running text in the layout of the contract. Side by side,
// paragraphs that belong together start at one height.
func (c Contract) prose(p *painter, t Text) {
	versions := p.versions(t)
	if c.Layout == BesideLayout && len(versions) == 2 {
		left, right := strings.Split(versions[0], "\n"), strings.Split(versions[1], "\n")
		if len(left) != len(right) {
			p.Beside(versions[0], versions[1])
			return
		}
		for i := range left {
			p.Beside(left[i], right[i])
		}
		return
	}
	for _, v := range versions {
		for para := range strings.SplitSeq(v, "\n") {
			p.Paragraph(para)
		}
	}
}
