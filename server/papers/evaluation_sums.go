package papers

import (
	"strings"

	"probity/bidding/score"
	"probity/documents/paper"
	"probity/tender"
)

// scored lists the criteria that people score, parts in place of their whole,
// with every evaluator's score and what they came to.
func (r report) scored() (list []paper.Criterion) {
	for _, q := range r.criteria.Quality {
		if len(q.Parts) == 0 {
			list = append(list, r.criterion(q, nil))
		}
		for _, part := range q.Parts {
			list = append(list, r.criterion(part, text(q.Title)))
		}
	}
	return list
}

func (r report) criterion(q tender.Criterion, of paper.Text) paper.Criterion {
	c := paper.Criterion{ID: q.ID, Title: text(q.Title), Weight: q.Weight.String() + " %"}
	if of != nil {
		c.Title = part(of, c.Title)
	}
	if q.Scale != nil {
		c.Most = q.Scale.Max.String()
	}
	for _, e := range r.entries {
		if s := r.scores(q.ID, e); len(s.Marks) > 0 {
			c.Scores = append(c.Scores, s)
		}
	}
	return c
}

// scores are what one bid got for one criterion. The line of the sum that the
// consensus went into stands with its reason.
func (r report) scores(criterion string, e score.Entry) paper.Score {
	s := paper.Score{Bidder: r.short(e.Bid)}
	for _, sheet := range r.Sheets {
		for _, x := range sheet.Scores {
			if x.Bidder == e.Bid && x.Criterion == criterion {
				s.Marks = append(s.Marks, paper.Mark{Evaluator: tidy(sheet.Name), Points: x.Value.String(), Reason: tidy(x.Reason)})
			}
		}
	}
	for _, a := range r.Judgement.FindingOn(e.Bid).Consensus {
		if a.Criterion == criterion {
			s.Agreed, s.Reason = a.Value.String(), tidy(a.Reason)
		}
	}
	for _, x := range e.Steps {
		if x.Code == score.StepCriterion && x.Of == criterion {
			if s.Agreed == "" {
				s.Reason = lines(consensus[r.criteria.Consensus], r.langs)
			}
			s.Reason = strings.TrimSpace(s.Reason + "\n" + in(pointsFor, r.langs[0]) + " = " + x.Expression + " = " + x.Result)
		}
	}
	return s
}

// sums show the whole sum of each bid, after what the prices have in common.
func (r report) sums() (list []paper.PriceSum) {
	if k := r.Judgement.Ranking; k != nil && len(k.Base) > 0 {
		list = append(list, paper.PriceSum{Bidder: strings.ReplaceAll(lines(common, r.langs), "\n", " "), Steps: r.steps(k.Base), Points: "–"})
	}
	for _, e := range r.entries {
		if len(e.Steps) == 0 {
			continue
		}
		x := paper.PriceSum{Bidder: r.short(e.Bid), Steps: r.steps(e.Steps), Points: "–"}
		if e.Status == score.Valid && r.Judgement.Ranking != nil && r.criteria.Price.Formula != score.LowestPrice {
			x.Points = e.Total.String()
		}
		list = append(list, x)
	}
	return list
}

func (r report) steps(list []score.Step) (out []paper.Step) {
	for _, s := range list {
		out = append(out, paper.Step{What: r.step(s), How: s.Expression, Value: s.Result})
	}
	return out
}

// step names a line of a sum.
func (r report) step(s score.Step) paper.Text {
	t, ok := steps[s.Code]
	if !ok {
		return both(s.Code, s.Code)
	}
	if s.Of == "" {
		return t
	}
	of := both(s.Of, s.Of)
	if s.Code == score.StepCriterion {
		of = r.title(s.Of)
	}
	return part(t, of)
}

// questions are what was asked about prices, and how it was settled.
func (r report) questions() (list []paper.LowBid) {
	for _, e := range r.entries {
		for _, q := range e.Questions {
			if q.Answer == nil {
				continue
			}
			x := paper.LowBid{Bidder: r.short(e.Bid), Price: amount(e.Price), Asked: lines(asked[q.Code], r.langs),
				Accepted: q.Answer.Accepted, Reason: tidy(q.Answer.Reason)}
			for _, s := range q.Steps {
				x.Why = strings.TrimSpace(x.Why + "\n" + lines(r.step(s), r.langs) + ":\n" + s.Expression + " = " + s.Result)
			}
			if q.Code == score.QuestionCorrection {
				x.Why = strings.TrimSpace(lines(corrected(e), r.langs) + "\n" + x.Why)
			}
			list = append(list, x)
		}
	}
	return list
}

// grounds say why a bid is out, and how it was put before or behind equals.
func (r report) grounds(e score.Entry) string {
	var all []string
	for _, x := range e.Reasons {
		t := ground(x.Code)
		if x.Of != "" {
			t = part(t, r.title(x.Of))
		}
		words := lines(t, r.langs)
		if x.Text != "" {
			words += "\n" + tidy(x.Text)
		}
		all = append(all, words)
	}
	if k := r.Judgement.Ranking; k != nil {
		for _, tie := range k.Ties {
			all = append(all, r.tie(tie, e.Bid)...)
		}
	}
	return strings.Join(all, "\n")
}

// tie says what put a bid before or behind those with the same result.
func (r report) tie(t score.TieBreak, bid string) (all []string) {
	for i, b := range t.Bids {
		if b != bid {
			continue
		}
		for _, v := range t.Rules {
			if i < len(v.Values) {
				all = append(all, lines(tieRule(v.Rule, r.title), r.langs)+": "+v.Values[i])
			}
		}
	}
	return all
}
