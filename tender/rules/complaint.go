package rules

import (
	"slices"
	"time"

	"probity/tender/fault"
	"probity/tender/text"
)

// Remedy is one way in which a decision may be challenged: to whom, by whom,
// within what time, and what it holds up. Where a policy has several, each
// later one is open only to those who have taken the one before.
type Remedy struct {
	ID    string    `json:"id"` // "challenge", "complaint"
	Title text.Text `json:"title"`
	To    string    `json:"to"`  // ToBuyer or ToReview
	Who   string    `json:"who"` // WhoBidder, WhoSupplier or WhoAnyone

	About []Matter `json:"about"` // what may be challenged

	// Within is how long it may be filed after its basis: when the challenger
	// knew or should have known or, for a later remedy, when the decision of
	// the one before came or was due.
	Within Limit `json:"within"`

	// Decision is how long whoever it goes to has to decide; none: no limit.
	Decision *Limit `json:"decision,omitempty"`

	// Suspends lists what may not be done from the filing until the decision.
	// MaySuspend lists what whoever it goes to may hold up besides, from their
	// word on, until the decision or for as long as Suspension at most.
	Suspends   []Held `json:"suspends,omitempty"`
	MaySuspend []Held `json:"maySuspend,omitempty"`
	Suspension *Limit `json:"suspension,omitempty"`
	Source
}

// To whom a remedy goes, and who has it.
const (
	ToBuyer     = "buyer"
	ToReview    = "review_body"
	WhoBidder   = "bidder"   // who has bid
	WhoSupplier = "supplier" // who has bid, or might have
	WhoAnyone   = "anyone"
)

// Matter is what a complaint is about.
type Matter string

// The matters.
const (
	AboutDocuments Matter = "documents" // the notice and what comes with it
	AboutProcedure Matter = "procedure" // what was done until the award
	AboutAward     Matter = "award"
)

// Held is what a complaint holds up.
type Held string

// What can be held up.
const (
	HoldsOpening    Held = "opening"
	HoldsEvaluation Held = "evaluation"
	HoldsAward      Held = "award"
	HoldsContract   Held = "contract"
)

// Remedy returns one way to complain, or a Missing fault rules.remedy.
func (p *Policy) Remedy(id string) (Remedy, error) {
	for _, r := range p.Complaints {
		if r.ID == id {
			return r, nil
		}
	}
	return Remedy{}, fault.New(fault.Missing, "rules.remedy", "This procedure knows no %.40q.", id)
}

// ComplaintUntil reckons until when a remedy may be taken: strictly before it.
// basis is when its time began to run; see [Remedy].
func (p *Policy) ComplaintUntil(id string, basis time.Time) (Reckoning, error) {
	r, err := p.Remedy(id)
	if err != nil {
		return Reckoning{}, err
	}
	return p.reckon(basis, r.Within), nil
}

// DecisionDue reckons until when a complaint that was filed must be decided. It
// is the zero reckoning if the policy sets no time.
func (p *Policy) DecisionDue(id string, filed time.Time) (Reckoning, error) {
	r, err := p.Remedy(id)
	if err != nil || r.Decision == nil {
		return Reckoning{}, err
	}
	return p.reckon(filed, *r.Decision), nil
}

// SuspendedUntil reckons how long what was held up by somebody's word at since
// may stay so. It is the zero reckoning if that is until the decision.
func (p *Policy) SuspendedUntil(id string, since time.Time) (Reckoning, error) {
	r, err := p.Remedy(id)
	if err != nil || r.Suspension == nil {
		return Reckoning{}, err
	}
	return p.reckon(since, *r.Suspension), nil
}

// Holds reports whether filing a complaint of this kind holds up what.
func (r Remedy) Holds(what Held) bool { return slices.Contains(r.Suspends, what) }

// MayHold reports whether what can be held up while the complaint is open: by
// itself, or by the word of whoever it goes to.
func (r Remedy) MayHold(what Held) bool { return r.Holds(what) || slices.Contains(r.MaySuspend, what) }

// Covers reports whether the remedy is open for a matter.
func (r Remedy) Covers(m Matter) bool { return slices.Contains(r.About, m) }
