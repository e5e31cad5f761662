package score

import (
	"slices"

	"probity/tender"
	"probity/tender/fault"
)

// Criteria say how the bids for one lot are compared. They are published with
// the notice and do not change once bids can be read.
type Criteria struct {
	Price Price `json:"price"`

	// Quality lists what is scored by people. Its weights and that of the price
	// sum to exactly 100.
	Quality []Criterion `json:"quality,omitempty"`

	// Consensus says how the evaluators' scores become one; empty without Quality.
	Consensus Consensus `json:"consensus,omitempty"`

	// MinimumQuality is the share of the quality points, in percent, that a bid
	// must reach for its price to be opened and to count; 0 for none.
	MinimumQuality tender.Decimal `json:"minimumQuality"`

	// Places is how many decimals every line of the sum is rounded to: 0 to 6.
	// [DefaultPlaces] is a good choice.
	Places int `json:"places"`

	// Lines says what holds where a price list contradicts itself; empty where
	// bids have a price and no list.
	Lines LineRule `json:"lines,omitempty"`

	// ConfirmCorrections keeps a corrected bid from being ranked until the
	// bidder has accepted the correction.
	ConfirmCorrections bool `json:"confirmCorrections"`

	Low Low `json:"low"`

	// Ties says in which order equal bids are told apart. The last is the draw.
	Ties []Tie `json:"ties"`
}

// DefaultPlaces is the usual number of decimals of a score.
const DefaultPlaces = 2

// Criterion is scored by each evaluator, or is the sum of its Parts.
type Criterion struct {
	ID     string         `json:"id"`
	Weight tender.Decimal `json:"weight"` // points that the highest score is worth

	// Parts are the criteria that this one consists of, one level deep; their
	// weights sum to its Weight. A criterion with parts has no Scale.
	Parts []Criterion `json:"parts,omitempty"`
	Scale *Scale      `json:"scale,omitempty"`
}

// Scale is what evaluators may give: from 0 to Max.
type Scale struct {
	Max     tender.Decimal   `json:"max"`
	Step    tender.Decimal   `json:"step"`             // scores are multiples of it; 0 for any
	Levels  []tender.Decimal `json:"levels,omitempty"` // if any, no other scores
	Minimum tender.Decimal   `json:"minimum"`          // a lower consensus disqualifies; 0 for none
}

// Consensus is a way from many scores to one.
type Consensus string

// The ways. The trimmed mean leaves out one lowest and one highest score.
const (
	Agreed      Consensus = "agreed" // set in a meeting, with a reason
	Mean        Consensus = "mean"
	TrimmedMean Consensus = "trimmed_mean"
)

// Low says which prices are questioned as abnormally low. The test is made
// once, over all bids that comply until then, so that its outcome does not
// depend on the order in which they are decided. The limit is rounded half-up
// to the minor unit, and a price strictly below it is questioned.
type Low struct {
	// BelowMean is in percent below the mean price of the other bids, and asked
	// if there are at least Others of them; 0 for never.
	BelowMean tender.Decimal `json:"belowMean"`
	Others    int            `json:"others,omitempty"`

	// BelowEstimate is in percent below the estimated value; 0 for never.
	BelowEstimate tender.Decimal `json:"belowEstimate"`
}

// LineRule says which number holds where a price list contradicts itself.
type LineRule string

// The rules. Unit price times quantity is rounded half-up to the minor unit per
// line (tender.LineTotal).
const (
	UnitPriceHolds LineRule = "unit_price"   // line totals and the price follow from it
	LineTotalHolds LineRule = "line_total"   // the price is the sum of the stated totals
	PriceHolds     LineRule = "stated_price" // a contradiction is noted and nothing else
	Contradicted   LineRule = "reject"       // a contradiction rejects the bid
)

// Tie is one way to tell equal bids apart.
type Tie struct {
	By        TieRule `json:"by"`
	Criterion string  `json:"criterion,omitempty"`
}

// TieRule names the ways.
type TieRule string

// The ways, in words: the lower compared price, more quality points, more
// points for one criterion, and the draw of [Seed].
const (
	TiePrice     TieRule = "price"
	TieQuality   TieRule = "quality"
	TieCriterion TieRule = "criterion"
	TieDraw      TieRule = "draw"
)

// Limits of criteria; they bound the work that one bid can cause.
const (
	MaxCriteria = 200
	MaxPlaces   = 6
)

var hundred = tender.NewDecimal(100)

// Check finds what keeps criteria from being published. currency is that of
// the prices.
func (c *Criteria) Check(currency tender.Currency) error {
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
	case !id(q.ID) || seen[q.ID]:
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
	var sum tender.Decimal
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
	for _, l := range append([]tender.Decimal{s.Max}, s.Levels...) {
		if !s.has(l) {
			return fault.Field("score.scale", path, "%s does not stand on the scale.", l)
		}
	}
	return nil
}

// has reports whether d may be given.
func (s *Scale) has(d tender.Decimal) bool {
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
	sum := c.Price.Weight.Add(c.qualityWeight())
	if !sum.Equal(hundred) {
		return fault.Field("score.weights", "price.weight", "The weights sum to %s; they must sum to 100.", sum)
	}
	if c.Price.Formula == LowestPrice && len(c.Quality) > 0 {
		return fault.Field("score.formula", "price.formula", "Lowest price ranks by price alone; there is no place for quality criteria.")
	}
	return nil
}

func (c *Criteria) qualityWeight() (sum tender.Decimal) {
	for _, q := range c.Quality {
		sum = sum.Add(q.Weight)
	}
	return sum
}

// scored lists the criteria that evaluators give scores for, in order.
func (c *Criteria) scored() (list []Criterion) {
	for _, q := range c.Quality {
		if len(q.Parts) == 0 {
			list = append(list, q)
		}
		list = append(list, q.Parts...)
	}
	return list
}
