package paper

import "probity/documents/pdf"

// The report leads with the result; how it came about follows, in the order in
// which the committee worked.
func (e Evaluation) draw(p *painter) {
	p.masthead(evaluationKind, e.code(e.Log))
	e.result(p)
	e.committee(p)
	e.requirements(p)
	e.criteria(p)
	e.prices(p)
	e.low(p)
	e.dissents(p)
	p.section("log")
	p.place(e.Log)
	p.Note(p.tell("evaluation.note"))
}

func (e Evaluation) result(p *painter) {
	p.section("evaluation.ranking")
	t := pdf.Table{Columns: p.columns("rank:8", "bidder:31", "evaluation.price:19>", "evaluation.quality:15>", "evaluation.price_points:13>", "evaluation.total:14>")}
	for i, r := range e.Ranking {
		who := r.Bidder
		if r.Remark != "" {
			who += "\n" + r.Remark
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []string{r.Place, who, money(r.Price), r.Quality, r.Points, r.Total}, Bold: i == 0 && r.Place == "1"})
	}
	p.Table(t)
	if len(e.TieRule) > 0 {
		p.Note(p.say("evaluation.tie") + ": " + p.text(e.TieRule))
	}
	if len(e.Recommendation) > 0 {
		p.Heading(2, p.say("evaluation.recommendation"))
		p.Paragraph(p.text(e.Recommendation))
	}
}

func (e Evaluation) committee(p *painter) {
	p.section("evaluation.committee")
	t := pdf.Table{Columns: p.columns("person:28", "signature.position:28", "evaluation.interests:44")}
	for _, m := range e.Members {
		declared := p.cell("interest", m.Declaration)
		if len(m.Remark) > 0 {
			declared += "\n" + p.text(m.Remark)
		}
		t.Rows = append(t.Rows, rows([]string{m.Name, p.text(m.Position), declared})...)
	}
	p.Table(t)
}

func (e Evaluation) requirements(p *painter) {
	if len(e.Requirements) == 0 {
		return
	}
	p.section("evaluation.requirements")
	for _, r := range e.Requirements {
		p.Heading(2, r.ID+"  "+p.line(r.Title))
		t := pdf.Table{Columns: p.columns("bidder:32", "evaluation.finding:18", "reason:50")}
		for _, f := range r.Findings {
			verdict := p.tell("failed")
			if f.Passed {
				verdict = p.tell("passed")
			}
			t.Rows = append(t.Rows, rows([]string{f.Bidder, verdict, f.Reason})...)
		}
		p.Table(t)
	}
}

func (e Evaluation) criteria(p *painter) {
	if len(e.Criteria) == 0 {
		return
	}
	p.section("evaluation.criteria")
	for _, c := range e.Criteria {
		p.Heading(2, c.ID+"  "+p.line(c.Title))
		p.Facts(p.fact("evaluation.weight", c.Weight), p.fact("evaluation.most", c.Most))
		for _, s := range c.Scores {
			p.Heading(3, s.Bidder)
			t := pdf.Table{Columns: p.columns("evaluation.evaluator:26", "evaluation.points:12>", "reason:62")}
			for _, m := range s.Marks {
				t.Rows = append(t.Rows, rows([]string{m.Evaluator, m.Points, m.Reason})...)
			}
			t.Rows = append(t.Rows, pdf.Row{Cells: []string{p.say("evaluation.agreed"), s.Agreed, s.Reason}, Bold: true, Shade: true})
			p.Table(t)
		}
	}
}

func (e Evaluation) prices(p *painter) {
	if len(e.Prices) == 0 {
		return
	}
	p.section("evaluation.prices")
	if len(e.PriceFormula) > 0 {
		p.Paragraph(p.text(e.PriceFormula))
	}
	for _, s := range e.Prices {
		p.Heading(3, s.Bidder)
		t := pdf.Table{Columns: p.columns("evaluation.step:34", "evaluation.how:42", "evaluation.value:24>")}
		for _, l := range s.Steps {
			t.Rows = append(t.Rows, rows([]string{p.text(l.What), l.How, group(l.Value)})...)
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []string{p.say("evaluation.points"), s.Points}, Bold: true, Shade: true})
		p.Table(t)
	}
}

func (e Evaluation) low(p *painter) {
	if len(e.Low) == 0 {
		return
	}
	p.section("evaluation.low")
	for _, l := range e.Low {
		verdict := p.say("rejected")
		if l.Accepted {
			verdict = p.say("accepted")
		}
		p.Heading(3, l.Bidder)
		p.Facts(
			p.fact("evaluation.price", money(l.Price)),
			p.fact("evaluation.low.why", l.Why),
			p.fact("evaluation.low.asked", l.Asked),
			p.fact("evaluation.low.answer", l.Answer),
			p.fact("evaluation.low.decision", verdict),
			p.fact("reason", l.Reason),
		)
	}
}

func (e Evaluation) dissents(p *painter) {
	if len(e.Dissents) == 0 {
		return
	}
	p.section("evaluation.dissent")
	for _, d := range e.Dissents {
		p.Facts(p.named(d.Member, d.View))
	}
}
