package score

import (
	"slices"

	"probity/tender"
)

// qualify decides on requirements and quality, bid by bid. A bid that fails a
// requirement or was put aside is not scored.
func (w *work) qualify() error {
	for _, b := range w.bids {
		if b.bid.Rejected != "" {
			b.out(Rejected, Reason{Code: ReasonPanel, Text: b.bid.Rejected})
			continue
		}
		if err := w.screen(b); err != nil {
			return err
		}
		if b.Status != Valid {
			continue
		}
		if err := w.scoreQuality(b); err != nil {
			return err
		}
	}
	return nil
}

// screen takes out a bid that fails a requirement.
func (w *work) screen(b *assessed) error {
	for _, r := range w.in.Requirements {
		i := slices.IndexFunc(b.bid.Answers, func(a Answer) bool { return a.Requirement == r })
		if i < 0 {
			return incomplete("bids."+b.Bid+".answers."+r, "It is not decided yet whether every bid meets every requirement.")
		}
		if a := b.bid.Answers[i]; !a.Pass {
			b.out(Disqualified, Reason{ReasonRequirement, r, a.Reason})
		}
	}
	return nil
}

// scoreQuality gives the points for every criterion and applies the minimums.
func (w *work) scoreQuality(b *assessed) error {
	rules := &w.in.Criteria
	if len(rules.Quality) == 0 {
		return nil
	}
	panel := b.panel(len(w.in.Evaluators))
	var lines []tender.Decimal
	for _, q := range rules.Quality {
		if err := w.scoreCriterion(b, panel, q); err != nil {
			return err
		}
		lines = append(lines, b.points[q.ID])
	}
	sum := total(lines)
	b.QualityScore = sum.num
	b.Steps = append(b.Steps, sum.step(StepQuality, ""))
	if rules.MinimumQuality.IsZero() {
		return nil
	}
	least := num(rules.QualityWeight()).times(num(rules.MinimumQuality)).over(num(hundred)).exact()
	b.Steps = append(b.Steps, least.step(StepThreshold, ""))
	if b.QualityScore.Cmp(least.num) < 0 {
		b.out(Disqualified, Reason{Code: ReasonMinimumQuality})
	}
	return nil
}

// scoreCriterion gives the points for one criterion with its parts.
func (w *work) scoreCriterion(b *assessed, panel panel, q Criterion) error {
	if len(q.Parts) == 0 {
		return w.scoreScaled(b, panel, q)
	}
	var lines []tender.Decimal
	for _, p := range q.Parts {
		if err := w.scoreScaled(b, panel, p); err != nil {
			return err
		}
		lines = append(lines, b.points[p.ID])
	}
	sum := total(lines)
	b.points[q.ID] = sum.num
	b.Steps = append(b.Steps, sum.step(StepCriterion, q.ID))
	return nil
}

// scoreScaled turns the consensus on one criterion into points:
// weight * consensus / highest score.
func (w *work) scoreScaled(b *assessed, panel panel, q Criterion) error {
	rules := &w.in.Criteria
	agreed, err := w.consensus(b, panel, q.ID)
	if err != nil {
		return err
	}
	points := num(q.Weight).times(agreed).over(num(q.Scale.Max)).round(rules.Places)
	b.points[q.ID] = points.num
	b.Steps = append(b.Steps, points.step(StepCriterion, q.ID))
	if agreed.num.Cmp(q.Scale.Minimum.Mul(agreed.den)) < 0 {
		b.out(Disqualified, Reason{Code: ReasonMinimum, Of: q.ID})
	}
	return nil
}

// consensus makes one score of all. Every evaluator must have given one, also
// where the consensus is agreed on in a meeting.
func (w *work) consensus(b *assessed, panel panel, criterion string) (calc, error) {
	given := panel.scores[criterion]
	if len(given) < panel.size {
		return calc{}, incomplete("bids."+b.Bid+".scores."+criterion, "Not every evaluator has scored every bid yet.")
	}
	switch w.in.Criteria.Consensus {
	case Agreed:
		agreed, ok := panel.agreed[criterion]
		if !ok {
			return calc{}, incomplete("bids."+b.Bid+".consensus."+criterion, "The evaluators have not agreed on every score yet.")
		}
		return num(agreed), nil
	case TrimmedMean:
		given = given[1 : len(given)-1]
	}
	return total(given).over(whole(len(given))), nil
}

// panel holds the scores of one bid by criterion, each list sorted: neither the
// order in which evaluators hand in nor who gave which score shows in a sum.
type panel struct {
	size   int
	scores map[string][]tender.Decimal
	agreed map[string]tender.Decimal
}

func (b *assessed) panel(size int) panel {
	p := panel{size, map[string][]tender.Decimal{}, map[string]tender.Decimal{}}
	for _, s := range b.bid.Scores {
		p.scores[s.Criterion] = append(p.scores[s.Criterion], s.Value)
	}
	for _, list := range p.scores {
		slices.SortFunc(list, tender.Decimal.Cmp)
	}
	for _, a := range b.bid.Consensus {
		p.agreed[a.Criterion] = a.Value
	}
	return p
}
