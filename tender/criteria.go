package tender

import (
	"slices"

	"probity/tender/fault"
)

// Criteria say how the bids for a lot are compared. The weights of price and
// quality sum to 100.
type Criteria struct {
	Price   PriceCriterion     `json:"price"`
	Quality []QualityCriterion `json:"quality,omitempty"`

	// MinimumQuality is the share of the quality points, in percent, that a
	// bid must reach for its price to count; 0 for none.
	MinimumQuality Decimal `json:"minimumQuality"`

	// Places is how many decimals every score is rounded to, half up.
	Places int `json:"places"`

	// Ties says in which order equal bids are told apart.
	Ties []Tie `json:"ties"`
}

// PriceCriterion turns a price into points.
type PriceCriterion struct {
	Weight  Decimal      `json:"weight"`
	Formula PriceFormula `json:"formula"`

	// Slope is the points lost per percent of deviation, for Linear and Mean;
	// SlopeBelow the same for prices below the mean.
	Slope      *Decimal `json:"slope,omitempty"`
	SlopeBelow *Decimal `json:"slopeBelow,omitempty"`

	// AbnormalPercent flags a bid that is more than so many percent below the
	// mean of the others; 0 for never.
	AbnormalPercent Decimal `json:"abnormalPercent"`
}

// PriceFormula names one of the published ways from price to points.
type PriceFormula string

// The formulas. package score says exactly what each computes.
const (
	LowestPrice PriceFormula = "lowest_price" // price alone ranks
	LowestRatio PriceFormula = "lowest_ratio" // lowest / price x weight
	Linear      PriceFormula = "linear"
	MeanBased   PriceFormula = "mean"
)

// QualityCriterion is scored by each evaluator from 0 to Max.
type QualityCriterion struct {
	ID          string  `json:"id"`
	Title       Text    `json:"title"`
	Description Text    `json:"description,omitempty"`
	Weight      Decimal `json:"weight"`
	Max         Decimal `json:"max"`
}

// Tie is one way to tell equal bids apart.
type Tie string

// The ways. A draw is computed from public numbers, so that anybody can repeat
// it; it is always last and always decides.
const (
	TiePrice   Tie = "price"
	TieQuality Tie = "quality"
	TieDraw    Tie = "draw"
)

// check finds what is wrong with the criteria of one lot; path names them.
func (c Criteria) check(path string) *fault.Error {
	sum := c.Price.Weight
	var seen []string
	for i, q := range c.Quality {
		at := path + ".quality[" + itoa(i) + "]"
		if f := named(at, q.ID, seen); f != nil {
			return f
		}
		seen = append(seen, q.ID)
		if f := needText(at+".title", q.Title); f != nil {
			return f
		}
		if q.Weight.Sign() <= 0 || q.Max.Sign() <= 0 {
			return fault.Field("criteria.weight", at, "Weight and highest score must be above 0.")
		}
		sum = sum.Add(q.Weight)
	}
	switch {
	case c.Price.Weight.Sign() < 0 || sum.Cmp(NewDecimal(100)) != 0:
		return fault.Field("criteria.weights", path, "The weights sum to %s; they must sum to 100.", sum)
	case !slices.Contains([]PriceFormula{LowestPrice, LowestRatio, Linear, MeanBased}, c.Price.Formula):
		return fault.Field("criteria.formula", path+".price.formula", "There is no such price formula.")
	case c.Price.Formula == LowestPrice && len(c.Quality) > 0:
		return fault.Field("criteria.formula", path+".price.formula", "Lowest price ranks by price alone: remove the quality criteria or choose another formula.")
	case c.Places < 0 || c.Places > 6:
		return fault.Field("criteria.places", path+".places", "Scores have 0 to 6 decimals.")
	case c.MinimumQuality.Sign() < 0 || c.MinimumQuality.Cmp(NewDecimal(100)) > 0:
		return fault.Field("criteria.minimum", path+".minimumQuality", "The minimum is a percentage from 0 to 100.")
	}
	if n := len(c.Ties); n == 0 || slices.Index(c.Ties, TieDraw) != n-1 {
		return fault.Field("criteria.ties", path+".ties", "The last way to break a tie must be the draw.")
	}
	return nil
}
