package score

import (
	"probity/tender"
)

// Ranking is the result for one lot. Its canonical JSON is logged, published
// and printed; [Verify] computes it again.
type Ranking struct {
	Version string `json:"version"`
	Lot     string `json:"lot"`
	Input   string `json:"input"` // hex H("score-input", canonical input)

	// Base holds what the prices of the valid bids have in common: the lowest,
	// the mean and so on, as far as the formula uses them. The sum of the prices
	// that were tested for being abnormally low stands last, if one was.
	Base []Step `json:"base,omitempty"`

	// Entries has one for every bid: those ranked in order, then the others by id.
	Entries []Entry `json:"entries"`

	// Ties tells how bids with equal results were put in order.
	Ties []TieBreak `json:"ties,omitempty"`
}

// Entry is what became of one bid.
type Entry struct {
	Bid     string   `json:"bid"`
	Rank    int      `json:"rank,omitempty"` // from 1; none unless Status is Valid
	Status  Status   `json:"status"`
	Reasons []Reason `json:"reasons,omitempty"` // why it is not valid

	Stated   *tender.Money `json:"stated,omitempty"`   // the price as the bid states it
	Price    *tender.Money `json:"price,omitempty"`    // after arithmetic correction
	Compared *tender.Money `json:"compared,omitempty"` // with costs over the life cycle

	// Under LowestPrice there are no points, and these three are 0.
	QualityScore tender.Decimal `json:"qualityScore"`
	PriceScore   tender.Decimal `json:"priceScore"`
	Total        tender.Decimal `json:"total"`

	// Questions are those that were asked about the price, with their answers.
	Questions []Question `json:"questions,omitempty"`

	// Steps is the sum, line by line, in the order of the criteria.
	Steps []Step `json:"steps,omitempty"`
}

// Status says whether a bid takes part in the ranking.
type Status string

// The states. OCDS calls the second and the third both "disqualified".
const (
	Valid        Status = "valid"
	Disqualified Status = "disqualified" // fails a requirement or a minimum of quality
	Rejected     Status = "rejected"     // its price cannot be accepted, or the panel put it aside
)

// Reason is a ground on which a bid is out. Text is what a person wrote.
type Reason struct {
	Code string `json:"code"`
	Of   string `json:"of,omitempty"`
	Text string `json:"text,omitempty"`
}

// The codes of reasons. They are part of archived rankings and never renamed.
const (
	ReasonRequirement    = "requirement"        // Of: the requirement that is not met
	ReasonMinimum        = "minimum"            // Of: the criterion below its minimum
	ReasonMinimumQuality = "minimum_quality"    // the quality points are too few
	ReasonPanel          = "panel"              // Bid.Rejected
	ReasonArithmetic     = "arithmetic"         // the price list contradicts itself
	ReasonCorrection     = "correction_refused" // the bidder does not accept the corrected price
	ReasonCeiling        = "ceiling"            // the price is above the ceiling
	ReasonLow            = "abnormally_low"
)

// Question is something about a bid's price that needs an answer in writing
// before the lot can be ranked.
type Question struct {
	Bid    string    `json:"bid"`
	Code   string    `json:"code"`
	Steps  []Step    `json:"steps,omitempty"` // the numbers that raise it
	Answer *Decision `json:"answer,omitempty"`
}

// The codes of questions.
const (
	// QuestionCorrection: the price was corrected and the bidder must accept that.
	QuestionCorrection = "correction"

	// QuestionLow: the price is abnormally low by one of the tests of [Low], or
	// the panel has asked although no test did.
	QuestionLow = "low"
)

// TieBreak tells how bids with the same result were put in order: by each rule
// in turn until all of them differ. Values stand in the order of Bids.
type TieBreak struct {
	Bids  []string    `json:"bids"` // as they are ranked
	Rules []TieValues `json:"rules"`
}

// TieValues is what one rule compared.
type TieValues struct {
	Rule   Tie      `json:"rule"`
	Values []string `json:"values"`
}
