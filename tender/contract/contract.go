// Package contract is what buyer and winner sign, and how it is kept.
//
// Start with life.go, the table of what may happen to a contract. draft.go
// makes it from the award and the bid, sign.go has it drawn and signed, seal.go
// does what follows from the last signature; deliver.go, pay.go, change.go and end.go
// are its implementation.
//
// Nobody types a price: unit prices come from the opened bid, quantities from
// the notice, sums are computed, and the total must be the one of the award.
//
// The paper goes through four states that are each stored before the next:
// drawn (the hash of its body is fixed), signed (both sides have signed that
// hash), sealing (the platform is about to seal) and active (the hash of the
// sealed file is fixed). [Service.Apply] may run again after a crash at any
// line: it draws again and compares, seals once, and keeps what it sealed.
//
// Frozen: the JSON of [Record] (it is hashed into the paper) and of [Signing]
// and [ChangeSigning] (they are signed), and the names of actions.
package contract

import (
	"strings"
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/canon"
	"probity/tender/rules"
	"probity/tender/sign"
	"probity/tender/store"
)

// Kind is the name under which contracts are stored, and the subject of facts.
const Kind = "contract"

// Limits of a contract's own lists. They bound what its document holds.
const (
	MaxText     = 20000 // characters of a text
	MaxEntries  = 1000  // invoices, and payments
	MaxChanges  = 50
	MaxReplaced = 500 // lines of one change
)

// Contract is one contract as it is stored. There is one per award, under the
// award's id.
type Contract struct {
	store.Root

	State    State      `json:"state"`
	Record   Record     `json:"record"`   // what is signed
	Supplier string     `json:"supplier"` // id of the organisation that signs
	Buyer    string     `json:"buyer"`
	Drafted  award.Word `json:"drafted"`

	SignBy      time.Time      `json:"signBy,omitzero"`       // to be signed strictly before it
	ChangeLimit *rules.Percent `json:"changeLimit,omitempty"` // of the price, for all changes together

	Body       *File       `json:"body,omitempty"` // the paper that is signed
	Signatures []Signature `json:"signatures,omitempty"`
	Intent     time.Time   `json:"intent,omitzero"` // when the platform set out to seal
	Sealed     *File       `json:"sealed,omitempty"`

	Guarantee  *Guarantee   `json:"guarantee,omitempty"` // the performance security given
	Items      []Line       `json:"items,omitempty"`     // as they stand after changes; see Lines
	Milestones []Milestone  `json:"milestones,omitempty"`
	Value      tender.Money `json:"value,omitzero"` // the price after changes
	Invoices   []Invoice    `json:"invoices,omitempty"`
	Payments   []Payment    `json:"payments,omitempty"`
	Changes    []Change     `json:"changes,omitempty"`

	End  *End   `json:"end,omitempty"`
	Owed Effect `json:"owed,omitempty"` // what the last step still asks for
}

// File is a paper in the file keeper.
type File struct {
	Key    string    `json:"key"`
	SHA256 string    `json:"sha256"` // hex
	Size   int64     `json:"size"`   // bytes
	At     time.Time `json:"at"`
}

// Signature is one side's word over the body.
type Signature struct {
	Side Side `json:"side"`
	award.Word
	Signature sign.Signature `json:"signature"`
}

// Guarantee is a performance security as it was given.
type Guarantee struct {
	Issuer    string       `json:"issuer"`
	Reference string       `json:"reference"`
	Amount    tender.Money `json:"amount"`
	Until     rules.Date   `json:"until"` // its last day
	Recorded  award.Word   `json:"recorded"`
	Returned  time.Time    `json:"returned,omitzero"`
}

// End is how a contract ended.
type End struct {
	award.Word
	Reason tender.Text `json:"reason"`
}

// Effect is what is still to be done after a step.
type Effect string

// The effects. Each is idempotent.
const (
	OwesLot  Effect = "lot"  // mark the lot as contracted
	OwesSeal Effect = "seal" // seal the paper
)

// Signing is what each side signs, in the domain "contract".
type Signing struct {
	Kind     string `json:"kind"` // "contract"
	Contract string `json:"contract"`
	Body     string `json:"body"` // hex SHA-256 of the paper
	Side     Side   `json:"side"`
}

// Signing returns the canonical bytes that a side signs; nil until the paper is
// drawn.
func (c *Contract) Signing(side Side) []byte {
	if c.Body == nil {
		return nil
	}
	return canon.Must(Signing{Kind, c.ID, c.Body.SHA256, side})
}

// Signed returns a side's signature, or nil.
func (c *Contract) Signed(side Side) *Signature {
	for i := range c.Signatures {
		if c.Signatures[i].Side == side {
			return &c.Signatures[i]
		}
	}
	return nil
}

// Public reports whether anybody may see the contract.
func (c *Contract) Public() bool { return c.Sealed != nil }

// Status is the contract's code in OCDS: pending, active, cancelled or
// terminated.
func (c *Contract) Status() string {
	switch c.State {
	case Active:
		return "active"
	case Closed, Terminated:
		return "terminated"
	case Cancelled:
		return "cancelled"
	}
	return "pending"
}

// Keys make contracts searchable by tender, by either side, and by what is owed.
func (c *Contract) Keys() store.Keys {
	k := store.Keys{
		"tender":   c.Record.Tender,
		"buyer":    c.Buyer,
		"supplier": c.Supplier,
		"drafted":  c.Drafted.At.UnixMilli(),
	}
	if c.Owed != "" {
		k["owed"] = string(c.Owed)
	}
	if c.Public() {
		k["public"] = "yes"
		k["sealed"] = c.Sealed.At.UnixMilli()
	}
	return k
}

// Collection declares contracts to the engine.
var Collection = store.Collection{Kind: Kind, Indexes: []store.Index{
	{Name: "tender", Fields: []string{"tender", "drafted"}},
	{Name: "buyer", Fields: []string{"buyer", "drafted"}},
	{Name: "supplier", Fields: []string{"supplier", "drafted"}},
	{Name: "public", Fields: []string{"public", "sealed"}},
	{Name: "owed", Fields: []string{"owed"}},
}}

// folder is where the papers of the contract are kept.
func (c *Contract) folder() string { return "contracts/" + strings.ReplaceAll(c.ID, "~", "/") + "/" }
