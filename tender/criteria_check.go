package tender

import (
	"slices"

	"probity/tender/fault"
)

// Check finds what keeps criteria from being published. currency is that of
// the prices.
func (c *Criteria) Check(currency Currency) error {
	if err := c.checkSize(); err != nil {
		return err
	}
	for _, part := range []func() error{
		func() error { return c.Price.check(currency) },
		c.checkQuality, c.checkWeights, c.checkRules, c.checkTies,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// checkSize bounds the rules themselves, before anything is computed from them:
// an archive that somebody else wrote must not hold up the one who checks it.
func (c *Criteria) checkSize() error {
	p := c.Price
	if p.Trim > MaxTrim || p.TrimFrom > MaxTrim || len(p.Costs) > MaxCosts {
		return fault.Field("score.many", "price", "No more than %d prices and %d costs are possible.", MaxTrim, MaxCosts)
	}
	for _, q := range c.Scored() {
		if q.Scale != nil && len(q.Scale.Levels) > MaxLevels {
			return fault.Field("score.many", "quality."+q.ID, "A scale has at most %d levels.", MaxLevels)
		}
	}
	return nil
}

func (c *Criteria) checkQuality() error {
	seen := map[string]bool{}
	for _, q := range c.Quality {
		if err := q.check(seen, true); err != nil {
			return err
		}
	}
	if len(seen) > MaxCriteria {
		return fault.Field("score.criteria", "quality", "There are at most %d criteria.", MaxCriteria)
	}
	return nil
}

func (q Criterion) check(seen map[string]bool, mayHaveParts bool) error {
	path := "quality." + q.ID
	switch {
	case !idForm.MatchString(q.ID) || seen[q.ID]:
		return fault.Field("score.criteria", path, "Every criterion needs an id of its own.")
	case q.Weight.Sign() <= 0:
		return fault.Field("score.weight", path, "The weight of a criterion is above 0.")
	}
	seen[q.ID] = true
	if len(q.Parts) == 0 {
		return q.Scale.check(path)
	}
	if !mayHaveParts || q.Scale != nil {
		return fault.Field("score.criteria", path, "Parts go one level deep, and what has parts has no scale.")
	}
	var sum Decimal
	for _, p := range q.Parts {
		if err := p.check(seen, false); err != nil {
			return err
		}
		sum = sum.Add(p.Weight)
	}
	if !sum.Equal(q.Weight) {
		return fault.Field("score.weights", path, "The weights of the parts sum to %s; they must sum to %s.", sum, q.Weight)
	}
	return nil
}

func (s *Scale) check(path string) error {
	if s == nil || s.Max.Sign() <= 0 || s.Step.Sign() < 0 || s.Minimum.Sign() < 0 || s.Minimum.Cmp(s.Max) > 0 {
		return fault.Field("score.scale", path, "A scale goes from 0 to a highest score above 0, with the minimum in between.")
	}
	for _, l := range append([]Decimal{s.Max}, s.Levels...) {
		if !s.Has(l) {
			return fault.Field("score.scale", path, "%s does not stand on the scale.", l)
		}
	}
	return nil
}

// Has reports whether d may be given.
func (s *Scale) Has(d Decimal) bool {
	if d.Sign() < 0 || d.Cmp(s.Max) > 0 {
		return false
	}
	if !s.Step.IsZero() {
		if n, err := d.Div(s.Step, 0); err != nil || !n.Mul(s.Step).Equal(d) {
			return false
		}
	}
	return len(s.Levels) == 0 || slices.ContainsFunc(s.Levels, d.Equal)
}

func (c *Criteria) checkWeights() error {
	sum := c.Price.Weight.Add(c.QualityWeight())
	if !sum.Equal(NewDecimal(100)) {
		return fault.Field("score.weights", "price.weight", "The weights sum to %s; they must sum to 100.", sum)
	}
	if c.Price.Formula == LowestPrice && len(c.Quality) > 0 {
		return fault.Field("score.formula", "price.formula", "Lowest price ranks by price alone; there is no place for quality criteria.")
	}
	return nil
}

// QualityWeight is the sum of the weights of what is scored by people.
func (c *Criteria) QualityWeight() (sum Decimal) {
	for _, q := range c.Quality {
		sum = sum.Add(q.Weight)
	}
	return sum
}

// Scored lists the criteria that evaluators give scores for, in order.
func (c *Criteria) Scored() (list []Criterion) {
	for _, q := range c.Quality {
		if len(q.Parts) == 0 {
			list = append(list, q)
		}
		list = append(list, q.Parts...)
	}
	return list
}

// percent reports whether d is from 0 to 100.
func percent(d Decimal) bool { return d.Sign() >= 0 && d.Cmp(NewDecimal(100)) <= 0 }

func (c *Criteria) checkRules() error {
	ways := []Consensus{Agreed, Mean, TrimmedMean}
	switch {
	case c.Places < 0 || c.Places > MaxPlaces:
		return fault.Field("score.places", "places", "Scores have 0 to %d decimals.", MaxPlaces)
	case !percent(c.MinimumQuality):
		return fault.Field("score.minimum", "minimumQuality", "The minimum is a percentage from 0 to 100.")
	case len(c.Quality) == 0 && (!c.MinimumQuality.IsZero() || c.Consensus != ""):
		return fault.Field("score.minimum", "minimumQuality", "Without quality criteria there is no minimum and no consensus.")
	case len(c.Quality) > 0 && !slices.Contains(ways, c.Consensus):
		return fault.Field("score.consensus", "consensus", "There is no such way to a consensus.")
	case !slices.Contains([]LineRule{"", UnitPriceHolds, LineTotalHolds, PriceHolds, Contradicted}, c.Lines):
		return fault.Field("score.lines", "lines", "There is no such rule for contradictions.")
	case c.ConfirmCorrections && c.Lines != UnitPriceHolds && c.Lines != LineTotalHolds:
		return fault.Field("score.lines", "confirmCorrections", "This rule for contradictions corrects nothing.")
	case !percent(c.Low.BelowMean) || !percent(c.Low.BelowEstimate):
		return fault.Field("score.low", "low", "The thresholds are percentages from 0 to 100.")
	case c.Low.BelowMean.IsZero() != (c.Low.Others == 0) || c.Low.Others < 0 || c.Low.Others > MaxTrim:
		return fault.Field("score.low", "low.others", "Say from how many other bids on the mean is asked.")
	}
	return nil
}

func (c *Criteria) checkTies() error {
	n := len(c.Ties)
	if n == 0 || c.Ties[n-1] != (Tie{By: TieDraw}) {
		return fault.Field("score.ties", "ties", "The last way to break a tie is the draw, since it always decides.")
	}
	for i, t := range c.Ties {
		known := slices.Contains([]TieRule{TiePrice, TieQuality, TieDraw}, t.By) && t.Criterion == "" ||
			t.By == TieCriterion && c.has(t.Criterion)
		if !known || slices.Contains(c.Ties[:i], t) {
			return fault.Field("score.ties", "ties", "The ways to break a tie are price, quality, a criterion of this lot and the draw, each once.")
		}
	}
	return nil
}

// has reports whether there is such a criterion, with parts or without.
func (c *Criteria) has(id string) bool {
	return slices.ContainsFunc(c.Quality, func(q Criterion) bool {
		return q.ID == id || slices.ContainsFunc(q.Parts, func(p Criterion) bool { return p.ID == id })
	})
}

// check looks at the price formula alone. Settings that the formula does not
// use are refused, since a reader of the notice would take them for a rule.
func (p *Price) check(currency Currency) error {
	wrong := func(path, text string) error { return fault.Field("score.formula", "price."+path, "%s", text) }
	slope := p.Formula == MeanBased || p.Formula == Linear && p.Zero == ZeroBySlope
	switch {
	case !percent(p.Weight):
		return fault.Field("score.weight", "price.weight", "The weight of the price is from 0 to 100.")
	case !slices.Contains([]Formula{LowestPrice, LowestRatio, Linear, MeanBased}, p.Formula):
		return wrong("formula", "There is no such price formula.")
	case p.Formula == Linear && !slices.Contains([]Zero{ZeroAtTwice, ZeroAtHighest, ZeroAtCeiling, ZeroBySlope}, p.Zero):
		return wrong("zero", "Say at which price the points reach zero.")
	case p.Formula != Linear && p.Zero != "":
		return wrong("zero", "Only the linear formula has such a point.")
	case slope != (p.Above.Sign() > 0) || p.Above.Sign() < 0:
		return wrong("above", "Points lost per percent above belong to the mean and the slope, and only to them.")
	case p.Below.Sign() < 0 || p.Below.Sign() > 0 && p.Formula != MeanBased:
		return wrong("below", "Points lost per percent below belong to the mean.")
	case (p.Formula == MeanBased) != (p.Factor.Sign() > 0) || p.Factor.Sign() < 0:
		return wrong("factor", "The mean needs a factor above 0 (1 for the mean itself); other formulas have none.")
	case p.Trim < 0 || p.Trim > 0 && (p.Formula != MeanBased || p.TrimFrom <= 2*p.Trim) || p.Trim == 0 && p.TrimFrom != 0:
		return wrong("trim", "Prices can be left out at both ends of a mean, if more remain.")
	case p.Zero == ZeroAtCeiling && (p.Ceiling == nil || len(p.Costs) > 0):
		return wrong("ceiling", "Points that reach zero at the ceiling need one, and it must bound what is compared.")
	case p.Ceiling != nil && (p.Ceiling.Currency != currency || p.Ceiling.Minor <= 0):
		return wrong("ceiling", "The ceiling is an amount above 0 in the currency of the prices.")
	}
	return distinct("price.costs", p.Costs)
}

// Find returns the criterion with the id, or nil.
func (c *Criteria) Find(id string) *Criterion {
	for i, q := range c.Quality {
		if q.ID == id {
			return &c.Quality[i]
		}
		for j, p := range q.Parts {
			if p.ID == id {
				return &c.Quality[i].Parts[j]
			}
		}
	}
	return nil
}

// distinct refuses names that are malformed or used twice.
func distinct(path string, names []string) error {
	for i, n := range names {
		if !idForm.MatchString(n) || slices.Contains(names[:i], n) {
			return fault.Field("score.id", path, "%.40q is no id, or there twice.", n)
		}
	}
	return nil
}
