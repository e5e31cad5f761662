package score

import (
	"slices"

	"probity/tender"
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
func baseOf(p *Price, prices []tender.Decimal) base {
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
func points(p *Price, price tender.Decimal, b base) calc {
	w, x := num(p.Weight), num(price)
	switch p.Formula {
	case LowestRatio:
		return w.times(b.low).over(x)
	case MeanBased:
		return fromMean(p, x, b)
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

func fromMean(p *Price, x calc, b base) calc {
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
