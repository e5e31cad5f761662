package tender

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
	MinimumQuality Decimal `json:"minimumQuality"`

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
	Ties []Tie `json:"ties,omitempty"`
}

// DefaultPlaces is the usual number of decimals of a score.
const DefaultPlaces = 2

// Criterion is scored by each evaluator, or is the sum of its Parts.
type Criterion struct {
	ID          string  `json:"id"`
	Title       Text    `json:"title,omitempty"` // a notice has one for each
	Description Text    `json:"description,omitempty"`
	Weight      Decimal `json:"weight"` // points that the highest score is worth

	// Parts are the criteria that this one consists of, one level deep; their
	// weights sum to its Weight. A criterion with parts has no Scale.
	Parts []Criterion `json:"parts,omitempty"`
	Scale *Scale      `json:"scale,omitempty"`
}

// Scale is what evaluators may give: from 0 to Max.
type Scale struct {
	Max     Decimal   `json:"max"`
	Step    Decimal   `json:"step"`             // scores are multiples of it; 0 for any
	Levels  []Decimal `json:"levels,omitempty"` // if any, no other scores
	Minimum Decimal   `json:"minimum"`          // a lower consensus disqualifies; 0 for none
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
	BelowMean Decimal `json:"belowMean"`
	Others    int     `json:"others,omitempty"`

	// BelowEstimate is in percent below the estimated value; 0 for never.
	BelowEstimate Decimal `json:"belowEstimate"`
}

// LineRule says which number holds where a price list contradicts itself.
type LineRule string

// The rules. Unit price times quantity is rounded half-up to the minor unit per
// line (LineTotal).
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
// points for one criterion, and the draw (package score).
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
	MaxTrim     = 10000 // prices left out of a mean, and others that a mean is taken from
	MaxCosts    = 100   // over the life cycle
	MaxLevels   = 1000  // of one scale
)
