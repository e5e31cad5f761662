package contract

import (
	"encoding/hex"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/rules"
)

// RecordForm labels the JSON of a record.
const RecordForm = "probity-contract-record/1"

// Record is everything that the two sides agree on. Its canonical JSON is
// embedded in the paper and does not change once the paper is drawn.
type Record struct {
	V           string        `json:"v"`
	ID          string        `json:"contract"`
	Tender      string        `json:"tender"`
	Lot         string        `json:"lot"`
	Award       string        `json:"award"`
	Number      string        `json:"number,omitempty"` // the buyer's own
	Title       tender.Text   `json:"title"`
	Date        rules.Date    `json:"date"` // as printed
	Bilingual   bool          `json:"bilingual"`
	Parties     []Party       `json:"parties"`
	Items       []Line        `json:"items"`
	Price       tender.Money  `json:"price"`
	Milestones  []Milestone   `json:"milestones,omitempty"`
	PaymentDays int           `json:"paymentDays"`
	Security    *tender.Money `json:"performanceSecurity,omitempty"`
	Terms       tender.Text   `json:"terms,omitempty"` // those of the notice
	Clauses     []Clause      `json:"clauses,omitempty"`
}

// Party is one who is bound, as the paper names it.
type Party struct {
	Role           Side           `json:"role"`
	Org            tender.OrgName `json:"organisation"`
	Address        tender.Text    `json:"address,omitempty"`
	Contact        string         `json:"contact,omitempty"`
	Representative string         `json:"representative,omitempty"`
	Position       tender.Text    `json:"position,omitempty"`
	Part           tender.Text    `json:"part,omitempty"` // what a consortium member does
}

// Side is who somebody is in a contract.
type Side string

// The sides. Members of a consortium are bound by its leader's signature.
const (
	BuyerSide    Side = "buyer"
	SupplierSide Side = "supplier"
	MemberSide   Side = "consortium_member"
)

// Line is one item with its price.
type Line struct {
	ID             string                `json:"id"`
	Description    tender.Text           `json:"description"`
	Classification tender.Classification `json:"classification"`
	Quantity       tender.Decimal        `json:"quantity"`
	Unit           tender.Unit           `json:"unit"`
	UnitPrice      tender.Decimal        `json:"unitPrice"` // up to six decimals
	Total          tender.Money          `json:"total"`     // rounded half up to the minor unit
}

// Clause is a term beyond those of the notice that the parties need to fill a
// gap in it. It cannot change price, items or dates.
type Clause struct {
	Title tender.Text `json:"title"`
	Body  tender.Text `json:"body"`
}

// Bytes returns the canonical bytes of the record: what the paper embeds.
func (r Record) Bytes() []byte { return canon.Must(r) }

// Hash is hex H("contract-record", canonical record).
func (r Record) Hash() string {
	h := canon.Hash("contract-record", r.Bytes())
	return hex.EncodeToString(h[:])
}
