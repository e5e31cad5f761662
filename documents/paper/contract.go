package paper

import "time"

// A contract becomes a paper in three steps, each recorded before the next:
//
//  1. DrawContract draws the body, the paper that is agreed on. Its SHA-256 is
//     recorded.
//  2. Both sides sign that hash in the system. Their signatures are facts in the
//     log, not part of any file.
//  3. PrepareContract draws the same pages again, adds a certificate of who signed
//     what and when, and embeds the body; the platform seals the whole, once.
//
// CheckContract goes the way back.

// Contract is what the body says. All numbers are exact decimals that the
// caller computed; nothing is added or rounded here.
type Contract struct {
	Sheet
	Title      Text        `json:"title,omitempty"`
	Award      string      `json:"award,omitempty"` // the decision it rests on
	Layout     string      `json:"layout"`          // BesideLayout or StackedLayout; matters in two languages
	Parties    []Party     `json:"parties,omitempty"`
	Subject    Text        `json:"subject,omitempty"`
	Currency   string      `json:"currency"`
	Lots       []Lot       `json:"lots,omitempty"`
	Sums       []Sum       `json:"sums,omitempty"` // between the lots and the total: tax, discount
	Total      string      `json:"total"`
	Start      string      `json:"start,omitempty"` // date
	End        string      `json:"end,omitempty"`   // date
	Delivery   Text        `json:"delivery,omitempty"`
	Milestones []Milestone `json:"milestones,omitempty"`
	Payments   []Payment   `json:"payments,omitempty"`
	Terms      Text        `json:"paymentTerms,omitempty"`
	Penalties  Text        `json:"penalties,omitempty"`
	Clauses    []Clause    `json:"clauses,omitempty"`
}

// How two languages share the page: side by side, or one below the other.
const (
	BesideLayout  = "beside"
	StackedLayout = "stacked"
)

// Party is one who is bound by the contract.
type Party struct {
	Role           string       `json:"role"` // "buyer", "supplier", "consortium_member", "subcontractor"
	Name           Text         `json:"name,omitempty"`
	Identifiers    []Identifier `json:"identifiers,omitempty"`
	Address        Text         `json:"address,omitempty"`
	Representative string       `json:"representative,omitempty"`
	Position       Text         `json:"position,omitempty"`
	Contact        string       `json:"contact,omitempty"`
}

// Lot is a part of the subject with its items.
type Lot struct {
	ID    string `json:"id"`
	Title Text   `json:"title,omitempty"`
	Items []Item `json:"items,omitempty"`
	Total string `json:"total"`
}

// Item is one line of the price schedule.
type Item struct {
	ID             string `json:"id"`
	Description    Text   `json:"description,omitempty"`
	Classification string `json:"classification,omitempty"` // "CPV 39121000-6"
	Quantity       string `json:"quantity"`
	Unit           Text   `json:"unit,omitempty"`
	UnitPrice      string `json:"unitPrice"` // up to six decimals
	Total          string `json:"total"`     // rounded half up to the minor unit
}

// Sum is a line between the lots and the total.
type Sum struct {
	What   Text   `json:"what,omitempty"`
	Amount string `json:"amount"`
}

// Milestone is something due.
type Milestone struct {
	ID    string `json:"id"`
	Title Text   `json:"title,omitempty"`
	Due   string `json:"due"` // date
}

// Payment is money due.
type Payment struct {
	ID     string `json:"id"`
	When   Text   `json:"when,omitempty"`
	Share  string `json:"share,omitempty"` // "30 %"
	Amount string `json:"amount"`
}

// Clause is one of the general or special terms.
type Clause struct {
	Title Text `json:"title,omitempty"`
	Body  Text `json:"body,omitempty"`
}

// Certificate says who signed the body. It is drawn behind it.
type Certificate struct {
	Form       string      `json:"form"`     // set when it is drawn
	BodyHash   string      `json:"bodyHash"` // SHA-256 of the body, hex; set when it is drawn
	Signatures []Signature `json:"signatures,omitempty"`
	Log        Place       `json:"log"` // of the last signature
}

// Signature is a signature over the hash of the body, as a fact in the log.
type Signature struct {
	Role      string    `json:"role"` // of the party
	Party     Text      `json:"party,omitempty"`
	Signatory string    `json:"signatory"`
	Position  Text      `json:"position,omitempty"`
	Method    string    `json:"method"` // "device_key", "qualified", "passkey"
	Key       string    `json:"key"`    // fingerprint of the key
	Value     string    `json:"value"`  // the signature
	At        time.Time `json:"at"`
	LogIndex  uint64    `json:"logIndex"`
	LogLeaf   string    `json:"logLeaf"`
}

const (
	contractForm    = "probity-contract/1"
	certificateForm = "probity-contract-certificate/1"
	contractFile    = "contract.json"
	certificateFile = "certificate.json"
	bodyFile        = "contract-body.pdf"
)

var contractKind = kind{contractForm, "contract", contractFile}
