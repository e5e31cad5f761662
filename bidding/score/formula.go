package score

import (
	"slices"

	"probity/tender"
)

// Price says how prices become points.
//
// What is compared is the price after arithmetic correction, plus the Costs
// over the life cycle where there are any. Lowest, highest and mean are taken
// over the bids that are still valid when every bid has been decided on: a bid
// that is out does not move the points of the others.
type Price struct {
	Weight  tender.Decimal `json:"weight"` // points that the best price is worth
	Formula Formula        `json:"formula"`
	Zero    Zero           `json:"zero,omitempty"` // for Linear

	// Above and Below are points lost per percent of deviation.
	Above tender.Decimal `json:"above,omitzero"`
	Below tender.Decimal `json:"below,omitzero"`

	// Factor is what the mean is multiplied by to give the benchmark. From
	// TrimFrom bids on, Trim prices at each end are left out of the mean.
	Factor   tender.Decimal `json:"factor,omitzero"`
	Trim     int            `json:"trim,omitempty"`
	TrimFrom int            `json:"trimFrom,omitempty"`

	// Ceiling is the highest price that is accepted; a bid above it is rejected.
	Ceiling *tender.Money `json:"ceiling,omitempty"`

	// Costs names what is added to the price: the life-cycle costs that every
	// bid states, each as an amount at present value.
	Costs []string `json:"costs,omitempty"`
}

// Formula is a published way from price to points.
type Formula string

// The formulas. w is the weight, p the compared price, low and high the lowest
// and highest of the valid bids. Points never fall below 0.
const (
	// LowestPrice gives no points: the lower price is the better bid.
	LowestPrice Formula = "lowest_price"

	// LowestRatio is w * low / p (China, MOF Order 87 of 2017, art. 55).
	LowestRatio Formula = "lowest_ratio"

	// Linear falls from w at the lowest price in a straight line; [Zero] says how
	// steeply.
	Linear Formula = "linear"

	// MeanBased takes b = Factor * mean of the prices as the benchmark. A price p
	// above it gets w - Above * 100 * (p - b) / b, one below it
	// w - Below * 100 * (b - p) / b. The benchmark is not rounded.
	MeanBased Formula = "mean"
)

// Zero says where [Linear] reaches zero points.
type Zero string

// The points of zero.
const (
	// ZeroAtTwice is w * (1 - (p - low) / low): zero at twice the lowest price.
	ZeroAtTwice Zero = "twice_lowest"

	// ZeroAtHighest is w * (high - p) / (high - low), or w if all prices are
	// equal. The dearest bid then moves the points of the others.
	ZeroAtHighest Zero = "highest"

	// ZeroAtCeiling is w * (ceiling - p) / (ceiling - low), or w if the lowest
	// price is the ceiling.
	ZeroAtCeiling Zero = "ceiling"

	// ZeroBySlope is w - Above * 100 * (p - low) / low.
	ZeroBySlope Zero = "slope"
)

// base is what the prices of all valid bids have in common.
type base struct {
	low, high calc
	sum       calc // of the prices that count for the mean
	count     calc
	steps     []Step
}

// baseOf computes the base of the formula over the compared prices of the valid
// bids, at least one.
func (p *Price) baseOf(prices []tender.Decimal) base {
	sorted := slices.SortedFunc(slices.Values(prices), tender.Decimal.Cmp)
	low, high := extreme("MIN", -1, sorted), extreme("MAX", 1, sorted)
	b := base{low: num(low.num), high: num(high.num), steps: []Step{low.step(StepLowest, "")}}
	if p.Zero == ZeroAtHighest {
		b.steps = append(b.steps, high.step(StepHighest, ""))
	}
	if p.Formula == MeanBased {
		if p.Trim > 0 && len(sorted) >= p.TrimFrom {
			sorted = sorted[p.Trim : len(sorted)-p.Trim]
		}
		sum := total(sorted)
		b.sum, b.count = num(sum.num), whole(len(sorted))
		b.steps = append(b.steps, sum.step(StepSum, ""), b.count.step(StepCount, ""))
	}
	return b
}

// points computes what price is worth, before rounding.
func (p *Price) points(price tender.Decimal, b base) calc {
	w, x := num(p.Weight), num(price)
	switch p.Formula {
	case LowestRatio:
		return w.times(b.low).over(x)
	case MeanBased:
		return p.fromMean(x, b)
	}
	switch p.Zero {
	case ZeroAtHighest:
		return fall(w, x, b.low, b.high)
	case ZeroAtCeiling:
		return fall(w, x, b.low, amount(*p.Ceiling))
	case ZeroBySlope:
		return w.minus(num(p.Above).times(num(hundred)).times(x.minus(b.low)).over(b.low)).notNegative()
	}
	return w.times(whole(1).minus(x.minus(b.low).over(b.low))).notNegative()
}

// fall is the straight line from w at low to zero at end.
func fall(w, x, low, end calc) calc {
	if end.num.Equal(low.num) {
		return w
	}
	return w.times(end.minus(x)).over(end.minus(low)).notNegative()
}

func (p *Price) fromMean(x calc, b base) calc {
	mark := b.sum.over(b.count)
	if !p.Factor.Equal(tender.NewDecimal(1)) {
		mark = num(p.Factor).times(mark)
	}
	loss, off := num(p.Above), x.minus(mark)
	if off.num.Sign() < 0 {
		loss, off = num(p.Below), mark.minus(x)
	}
	return num(p.Weight).minus(loss.times(num(hundred)).times(off).over(mark)).notNegative()
}
