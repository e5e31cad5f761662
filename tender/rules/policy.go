package rules

import (
	"encoding/hex"

	"probity/tender/canon"
	"probity/tender/text"
)

// PolicyForm labels the JSON of a policy.
const PolicyForm = "probity-policy/1"

// Policy is what the law, or the house, says about one procedure. A tender
// carries the one that it was published under, whole: calendar, numbers and
// their sources. Its canonical JSON is logged and its hash is frozen.
//
// What a policy does not name is not limited: without a percentage for bid
// securities a buyer may ask for any.
type Policy struct {
	V         string    `json:"v"`
	RuleSet   string    `json:"ruleSet"`
	Edition   string    `json:"edition"` // of the rule set: "2026.1"
	Procedure string    `json:"procedure"`
	Method    Method    `json:"method"`
	Title     text.Text `json:"title"`

	Zone     string   `json:"zone"` // IANA name; days begin and end there
	Calendar Calendar `json:"calendar"`
	Rolls    Choice   `json:"rolls"` // a period that ends on a day off ends with the next working day

	Stages    []Stage  `json:"stages"`
	Envelopes []string `json:"envelopes"` // arrangements allowed: "one", "two"

	Bids     *Minimum `json:"bids,omitempty"`     // how long bids are taken
	Requests *Minimum `json:"requests,omitempty"` // how long requests to participate are

	Limits   map[LimitID]Limit `json:"limits,omitempty"`
	Percents map[ShareID]Share `json:"percents,omitempty"`

	MinimumBids    Count          `json:"minimumBids"`             // fewer stored bids: unsuccessful
	MinimumInvited Count          `json:"minimumInvited,omitzero"` // where bidders are invited
	Candidates     Count          `json:"maximumRanked,omitzero"`  // how many are named to the buyer
	Price          Price          `json:"price"`                   // formulas and weights
	Abnormal       []AbnormalTest `json:"abnormallyLow,omitempty"` // when a price must be questioned
	Committee      Committee      `json:"committee"`               // who evaluates
	Grace          Grace          `json:"grace"`                   // for sealed parts after the deadline
	Outage         *OutageRule    `json:"outage,omitempty"`        // when the platform was away
	FourEyes       FourEyes       `json:"fourEyes"`                // who approves in a body of one
	Combine        []Combination  `json:"combine,omitempty"`       // duties that one person may combine after all
	Complaints     []Remedy       `json:"complaints,omitempty"`    // in the order in which they are to be taken
}

// Hash is hex H("policy", canonical JSON): it names a policy for ever.
func (p *Policy) Hash() string {
	h := canon.Hash("policy", p.Bytes())
	return hex.EncodeToString(h[:])
}

// Bytes returns the canonical JSON of p.
func (p *Policy) Bytes() []byte { return canon.Must(p) }

// Source says where a number comes from, and how far to trust that.
type Source struct {
	Cite   Cite   `json:"cite"`
	Status Status `json:"status,omitempty"`
}

// Status is how a number was found.
type Status string

// The statuses. Only what has none may be taken on our word.
const (
	Read      Status = ""          // the number stands in the cited text, which we have read
	Secondary Status = "secondary" // others quote the cited text
	Memory    Status = "memory"    // not compared with any text: check before use
	Own       Status = "own"       // the law leaves it open; this is our choice, to be changed freely
)

// Method is how bidders are chosen, as in OCDS.
type Method string

// The methods.
const (
	Open      Method = "open"
	Selective Method = "selective"
	Limited   Method = "limited"
	Direct    Method = "direct"
)

// Stage is a part of a procedure.
type Stage string

// The stages, in the order in which procedures have them.
const (
	Prequalification Stage = "prequalification"
	Invitation       Stage = "invitation"
	Bidding          Stage = "bidding"
	Negotiation      Stage = "negotiation"
	Auction          Stage = "auction"
)

// Choice is a yes or no of the law.
type Choice struct {
	On bool `json:"on"`
	Source
}

// Count is a whole number of the law; the zero Count limits nothing.
type Count struct {
	N int `json:"n"`
	Source
}

// Share is a percentage of the law, and of what.
type Share struct {
	Percent Percent `json:"percent"`
	Of      string  `json:"of"` // "budget", "value", "contract"
	Source
}

// ShareID names a percentage. All are upper limits.
type ShareID string

// The percentages.
const (
	BidSecurity         ShareID = "bid_security"
	PerformanceSecurity ShareID = "performance_security"
	ContractChange      ShareID = "contract_change" // all changes together
)

// Share returns a percentage, if the policy has it.
func (p *Policy) Share(id ShareID) (Share, bool) {
	s, ok := p.Percents[id]
	return s, ok
}

// Price says how prices may become points.
type Price struct {
	Formulas []string `json:"formulas"`

	// Weights bounds the weight of price by category (goods, works, services);
	// a category that is not there is free.
	Weights map[string]Range `json:"weights,omitempty"`
	Source
}

// Range is from Min to Max, both included.
type Range struct {
	Min Percent `json:"min"`
	Max Percent `json:"max"`
	Source
}

// AbnormalTest says that a price below so many percent of a reference must be
// questioned before it may win.
type AbnormalTest struct {
	Against string  `json:"against"`
	Percent Percent `json:"percent"`
	Source
}

// What a price is compared with.
const (
	AgainstMean    = "mean"        // of all bids that pass, this one among them
	AgainstNext    = "next_lowest" // the lowest bid but this one
	AgainstCeiling = "ceiling"     // the budget or the ceiling of the notice
)

// Committee is what an evaluation committee must be like.
type Committee struct {
	Min     int       `json:"min"`
	Odd     bool      `json:"odd,omitempty"`
	Experts *Fraction `json:"experts,omitempty"` // the least share of experts from outside
	Draw    Draw      `json:"draw"`              // how experts are chosen
	Source
}

// Fraction is a fraction: 2 of 3.
type Fraction struct {
	Part  int `json:"part"`
	Whole int `json:"whole"`
}

// Draw is how the members of a committee are chosen.
type Draw string

// The ways of choosing.
const (
	Named  Draw = "named"  // by the buyer
	Random Draw = "random" // drawn from a pool, so that anybody can repeat the draw
)

// Grace bounds the grace window, in hours.
type Grace struct {
	MinHours int `json:"minHours"`
	MaxHours int `json:"maxHours"`
	Source
}

// FourEyes says what becomes of the second pair of eyes in a body that has none.
type FourEyes struct {
	Exception string `json:"exception"`
	Source
}

// The exceptions from four eyes.
const (
	NoException   = "none"      // somebody else of the buyer approves, or nobody
	ByOversight   = "oversight" // somebody of the oversight organisation approves
	ByPublication = "published" // as that; or the drafter approves, which is published
)

// Combination is two duties (of package party) that one person may combine.
type Combination struct {
	A string `json:"a"`
	B string `json:"b"`
	Source
}
