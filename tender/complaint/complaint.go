// Package complaint is challenges of what was done in a procedure, and the
// decisions about them, which bind.
//
// Start with life.go, the table of what may happen to a complaint. Who may
// complain, about what, to whom and within what time stands in the policy of
// the procedure (rules.Remedy); file.go holds a complaint against it. decide.go
// has the decisions, apply.go what follows from them for the procedure.
//
// A decision and its effects are separate writes. What is still to be done
// stands in [Complaint.Owed], is found by its index, and is done by
// [Service.Apply], which may run again after a crash at any line. An order to
// cancel is carried out by the buyer; until it has been, the suspension stays,
// so that there is no way round it.
//
// Before bids are closed nobody but the reviewers and the oversight learns who
// complains: it would tell who takes part.
//
// Frozen: the names of actions, orders and grounds, which are parts of facts.
package complaint

import (
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/rules"
	"probity/tender/store"
)

// Kind is the name under which complaints are stored, and the subject of facts.
const Kind = "complaint"

// MaxText is how many characters grounds, statements and reasons may have.
const MaxText = 50000

// Sealed are the facts that tell who complains or what they say. Their records
// are withheld from all but the reviewers and the oversight until the bids of
// the procedure are closed.
var Sealed = []string{"complaint.file", "complaint.withdraw"}

// Complaint is one challenge, as it is stored.
type Complaint struct {
	store.Root

	Tender string       `json:"tender"`
	Lot    string       `json:"lot,omitempty"` // "" for the whole procedure
	State  State        `json:"state"`
	Remedy rules.Remedy `json:"remedy"` // as the policy had it
	About  rules.Matter `json:"about"`
	Award  string       `json:"award,omitempty"` // the one that is challenged, if About it

	By      tender.OrgName `json:"by"`
	Filed   award.Word     `json:"filed"`
	Grounds tender.Text    `json:"grounds"`
	Basis   time.Time      `json:"basis"`            // from when the time to file ran
	Before  string         `json:"before,omitempty"` // the complaint that had to be taken first
	Due     time.Time      `json:"due,omitzero"`     // decided strictly before it
	Until   time.Time      `json:"until,omitzero"`   // what the reviewer holds up besides goes on at it

	Statement *Words    `json:"statement,omitempty"` // the buyer's
	Accepted  *Words    `json:"accepted,omitempty"`
	Decision  *Decision `json:"decided,omitempty"`
	Withdrawn *Words    `json:"withdrawn,omitempty"`
	Resolved  time.Time `json:"resolved,omitzero"`

	// Holds is what may not be done until the decision; Suspended, that the
	// procedure has come to such a step and been stopped there.
	Holds     []rules.Held `json:"holds,omitempty"`
	Suspended bool         `json:"suspended,omitempty"`

	Owed Effect `json:"owed,omitempty"` // what the last step still asks for
}

// Words are what somebody said, and when.
type Words struct {
	award.Word
	Text tender.Text `json:"text,omitempty"`
}

// Decision is the end of a complaint, in writing.
type Decision struct {
	award.Word
	Code    string      `json:"code"`            // of eForms review-decision-type
	Order   Order       `json:"order,omitempty"` // what must be done, if it is upheld
	Award   string      `json:"award,omitempty"` // the one that is set aside
	Reasons tender.Text `json:"reasons"`
}

// Order is what the review body orders.
type Order string

// The orders.
const (
	OrderCorrect      Order = "correct"          // the buyer mends what was wrong; nothing is undone
	OrderSetAside     Order = "set-aside"        // the award falls; the lot is awarded anew
	OrderReevaluate   Order = "re-evaluate"      // the award falls, if there is one; the bids are judged anew
	OrderCancelLot    Order = "cancel-lot"       // the buyer cancels the lot
	OrderCancelTender Order = "cancel-procedure" // the buyer cancels the procedure
)

// Effect is what is still to be done after a step.
type Effect string

// The effects. Each is idempotent.
const (
	OwesSuspension Effect = "suspend"
	OwesRelease    Effect = "resume"
	OwesOrder      Effect = "order"
)

// Keys make complaints searchable by tender, by complainant, by what is owed
// and by when the clock has to look.
func (c *Complaint) Keys() store.Keys {
	k := store.Keys{
		"tender": c.Tender,
		"state":  string(c.State),
		"by":     c.By.ID,
		"filed":  c.Filed.At.UnixMilli(),
	}
	if c.Owed != "" {
		k["owed"] = string(c.Owed)
	}
	if c.State == Accepted && !c.Until.IsZero() {
		k["until"] = c.Until.UnixMilli()
	}
	return k
}

// Collection declares complaints to the engine.
var Collection = store.Collection{Kind: Kind, Indexes: []store.Index{
	{Name: "tender", Fields: []string{"tender", "filed"}},
	{Name: "state", Fields: []string{"state", "filed"}},
	{Name: "by", Fields: []string{"by", "filed"}},
	{Name: "owed", Fields: []string{"owed"}},
	{Name: "until", Fields: []string{"until"}},
}}
