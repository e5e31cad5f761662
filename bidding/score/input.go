package score

import (
	"probity/tender"
)

// Input is everything that a ranking follows from. Its canonical JSON (see
// [Input.Canonical]) is archived beside the ranking; nothing else is needed to
// compute the ranking again.
type Input struct {
	Version  string          `json:"version"` // [Version]
	Lot      string          `json:"lot"`
	Currency tender.Currency `json:"currency"`
	Criteria Criteria        `json:"criteria"`

	// Estimate is the published value of the lot, if there is one.
	Estimate *tender.Money `json:"estimate,omitempty"`

	Requirements []string `json:"requirements,omitempty"` // ids; every bid answers all
	Items        []Item   `json:"items,omitempty"`        // the price list, where Criteria.Lines is set
	Evaluators   []string `json:"evaluators,omitempty"`   // ids; each scores every bid that complies

	// Root is the root of the log (hex) as it ended with the window-closed entry
	// of the tender. It is the public number that a draw starts from; see [Seed].
	Root string `json:"root"`

	Bids []Bid `json:"bids"` // all that were opened, whatever became of them
}

// Item is a line of the price list.
type Item struct {
	ID       string         `json:"id"`
	Quantity tender.Decimal `json:"quantity"`
}

// Bid is one bid with all that was decided about it.
type Bid struct {
	ID          string   `json:"id"`
	Fingerprint string   `json:"fingerprint"` // of the sealed bid, 32 bytes in hex
	Answers     []Answer `json:"answers,omitempty"`

	Scores    []Score     `json:"scores,omitempty"`
	Consensus []Agreement `json:"consensus,omitempty"` // under Agreed only

	// Price is what the bid states in total. It is absent while the price
	// envelope is sealed, which it stays for a bid that does not comply.
	Price *tender.Money `json:"price,omitempty"`
	Lines []Line        `json:"lines,omitempty"`
	Costs []Cost        `json:"costs,omitempty"`

	// Correction is the bidder's answer to a corrected price; Low is what was
	// decided about an abnormally low one.
	Correction *Decision `json:"correction,omitempty"`
	Low        *Decision `json:"low,omitempty"`

	// Rejected is why the panel has put the bid aside on grounds that are not
	// computed here, such as a price that cannot be read. Nothing behind it is
	// looked at any more.
	Rejected string `json:"rejected,omitempty"`
}

// Answer says whether the bid meets a requirement. A failure needs a reason.
type Answer struct {
	Requirement string `json:"requirement"`
	Pass        bool   `json:"pass"`
	Reason      string `json:"reason,omitempty"`
}

// Score is what one evaluator gives for one criterion, and why.
type Score struct {
	Evaluator string         `json:"evaluator"`
	Criterion string         `json:"criterion"`
	Value     tender.Decimal `json:"value"`
	Reason    string         `json:"reason"`
}

// Agreement is what the evaluators agree on for one criterion, and why.
type Agreement struct {
	Criterion string         `json:"criterion"`
	Value     tender.Decimal `json:"value"`
	Reason    string         `json:"reason"`
}

// Line is the bid's price for one item.
type Line struct {
	Item      string         `json:"item"`
	UnitPrice tender.Decimal `json:"unitPrice"`
	Total     tender.Money   `json:"total"` // as the bid states it
}

// Cost is one of Price.Costs as the bid states it.
type Cost struct {
	ID     string       `json:"id"`
	Amount tender.Money `json:"amount"`
}

// Decision is a written answer to a question about a bid.
type Decision struct {
	Accepted bool   `json:"accepted"`
	Reason   string `json:"reason"`
}

// Limits of an input. They are far beyond real procedures and bound memory.
const (
	MaxBids         = 10000
	MaxEvaluators   = 100
	MaxItems        = 5000
	MaxRequirements = 500
	MaxReason       = 8000 // bytes of one reason
	maxID           = 200  // bytes
)
