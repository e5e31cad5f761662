package tender

// Price says how prices become points.
//
// What is compared is the price after arithmetic correction, plus the Costs
// over the life cycle where there are any. Lowest, highest and mean are taken
// over the bids that are still valid when every bid has been decided on: a bid
// that is out does not move the points of the others.
type Price struct {
	Weight  Decimal `json:"weight"` // points that the best price is worth
	Formula Formula `json:"formula"`
	Zero    Zero    `json:"zero,omitempty"` // for Linear

	// Above and Below are points lost per percent of deviation.
	Above Decimal `json:"above,omitzero"`
	Below Decimal `json:"below,omitzero"`

	// Factor is what the mean is multiplied by to give the benchmark. From
	// TrimFrom bids on, Trim prices at each end are left out of the mean.
	Factor   Decimal `json:"factor,omitzero"`
	Trim     int     `json:"trim,omitempty"`
	TrimFrom int     `json:"trimFrom,omitempty"`

	// Ceiling is the highest price that is accepted; a bid above it is rejected.
	Ceiling *Money `json:"ceiling,omitempty"`

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
