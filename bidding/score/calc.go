package score

import (
	"strconv"
	"strings"

	"probity/tender"
)

// Step is one line of the sum as it is shown and printed.
//
// Expression is a formula that any spreadsheet takes after a "=": decimal
// numbers, + - * / with the usual precedence, parentheses, and the functions
// ROUND, MAX and MIN. Result is its value, exactly, in plain decimal notation;
// only ROUND rounds, half away from zero. Whoever wants to check a score needs
// nothing else.
type Step struct {
	Code       string `json:"code"`         // one of the Step constants; pages translate it
	Of         string `json:"of,omitempty"` // the criterion, item or cost that it is about
	Expression string `json:"expression"`
	Result     string `json:"result"`
}

// The codes of steps. They are part of archived rankings and never renamed.
const (
	StepCriterion   = "criterion"    // points for a criterion
	StepQuality     = "quality"      // all quality points
	StepThreshold   = "threshold"    // quality points that a bid must reach
	StepLine        = "line"         // a line total that contradicts its factors
	StepLines       = "lines"        // the sum of all line totals
	StepCost        = "cost"         // price and further costs over the life cycle
	StepLowSum      = "low_sum"      // the prices among which low ones are looked for
	StepLowMean     = "low_mean"     // a price below this is questioned
	StepLowEstimate = "low_estimate" // and below this
	StepLowest      = "lowest"       // the lowest compared price
	StepHighest     = "highest"      // the highest compared price
	StepSum         = "sum"          // the sum of those that count for the mean
	StepCount       = "count"        // how many those are
	StepPrice       = "price"        // points for the price
	StepTotal       = "total"        // all points
)

// calc is a number on its way to a score: an exact fraction, and the formula
// that says how it came about. Number and formula grow by the same calls, so
// that what is shown is what was computed.
type calc struct {
	num, den tender.Decimal // den is above zero
	text     string
	binds    binding
}

// binding is how tightly a formula holds together, to place parentheses.
type binding int

const (
	sum binding = iota
	product
	atom
)

func num(d tender.Decimal) calc { return calc{d, tender.NewDecimal(1), d.String(), atom} }

func whole(n int) calc { return num(tender.NewDecimal(int64(n))) }

func amount(m tender.Money) calc { return num(m.Decimal()) }

// within gives the formula, in parentheses if it binds less tightly than least.
func (a calc) within(least binding) string {
	if a.binds < least {
		return "(" + a.text + ")"
	}
	return a.text
}

func (a calc) plus(b calc) calc {
	return calc{a.num.Mul(b.den).Add(b.num.Mul(a.den)), a.den.Mul(b.den), a.text + "+" + b.text, sum}
}

func (a calc) minus(b calc) calc {
	return calc{a.num.Mul(b.den).Sub(b.num.Mul(a.den)), a.den.Mul(b.den), a.text + "-" + b.within(product), sum}
}

func (a calc) times(b calc) calc {
	return calc{a.num.Mul(b.num), a.den.Mul(b.den), a.within(product) + "*" + b.within(product), product}
}

// over divides. Its callers see to it that b is above zero.
func (a calc) over(b calc) calc {
	return calc{a.num.Mul(b.den), a.den.Mul(b.num), a.within(product) + "/" + b.within(atom), product}
}

// notNegative is the floor of a score.
func (a calc) notNegative() calc {
	c := calc{a.num, a.den, "MAX(0," + a.text + ")", atom}
	if a.num.Sign() < 0 {
		c.num = tender.Decimal{}
	}
	return c
}

// total adds up a list, in a time that grows only with its length.
func total(list []tender.Decimal) calc {
	var n tender.Decimal
	texts := make([]string, len(list))
	for i, d := range list {
		n, texts[i] = n.Add(d), d.String()
	}
	c := calc{n, tender.NewDecimal(1), strings.Join(texts, "+"), sum}
	switch len(list) {
	case 0:
		return whole(0)
	case 1:
		c.binds = atom
	}
	return c
}

// extreme picks the first of a list in the order of sign, by the named function.
func extreme(function string, sign int, list []tender.Decimal) calc {
	best := list[0]
	texts := make([]string, len(list))
	for i, d := range list {
		if d.Cmp(best) == sign {
			best = d
		}
		texts[i] = d.String()
	}
	return calc{best, tender.NewDecimal(1), function + "(" + strings.Join(texts, ",") + ")", atom}
}

// round is the one place where a score loses digits: half up, to the published
// places, once for each line of the sum. Sums of lines are never rounded.
func (a calc) round(places int) calc {
	d, err := a.num.Div(a.den, places)
	if err != nil {
		panic("score: " + a.text + " divides by zero")
	}
	return calc{d, tender.NewDecimal(1), "ROUND(" + a.text + "," + strconv.Itoa(places) + ")", atom}
}

// exact carries out a division by a power of ten.
func (a calc) exact() calc {
	d, err := a.num.Div(a.den, 4*tender.DecimalPlaces)
	if err != nil {
		panic("score: " + a.text + " divides by zero")
	}
	return calc{d, tender.NewDecimal(1), a.text, a.binds}
}

// step keeps a as a line of the sum. a has been rounded, or its
// division carried out.
func (a calc) step(code, of string) Step {
	return Step{code, of, a.text, a.num.String()}
}
