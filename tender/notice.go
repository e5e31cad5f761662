package tender

import (
	"encoding/hex"
	"time"

	"probity/tender/canon"
	"probity/tender/rules"
	"probity/tender/text"
)

// Text is a text in one or more languages.
type Text = text.Text

// Notice is what is published: everything a bidder must know. Its canonical
// JSON is what is approved, signed and logged, so it holds no clock reading
// and nothing that changes without an amendment.
type Notice struct {
	Title          Text           `json:"title,omitempty"`
	Description    Text           `json:"description,omitempty"`
	Reference      string         `json:"reference,omitempty"` // the buyer's own number
	Planned        *Planned       `json:"planned,omitempty"`   // where it was announced before
	Procedure      string         `json:"procedure"`           // a procedure of the rule set: "open"
	Category       Category       `json:"category"`
	Classification Classification `json:"classification"`
	Circumstances  []rules.Fact   `json:"circumstances,omitempty"` // what lets periods be shorter: "urgent"
	Languages      []string       `json:"languages,omitempty"`     // bids may be written in these
	Currency       Currency       `json:"currency"`
	Value          *Money         `json:"value,omitempty"`  // estimated, without tax
	Budget         *Money         `json:"budget,omitempty"` // the ceiling, if there is one
	Lots           []LotNotice    `json:"lots,omitempty"`
	Requirements   []Requirement  `json:"requirements,omitempty"`
	Documents      []Document     `json:"documents,omitempty"`
	Timetable      Timetable      `json:"timetable"`
	Envelopes      Envelopes      `json:"envelopes"`
	Security       *Security      `json:"security,omitempty"`
	ValidityDays   int            `json:"validityDays"` // a bid binds for so long after the deadline
	Terms          Terms          `json:"terms"`
}

// Category is OCDS mainProcurementCategory.
type Category string

// The categories.
const (
	Goods    Category = "goods"
	Works    Category = "works"
	Services Category = "services"
)

// Envelopes says how many sealed parts a bid has.
type Envelopes string

// One envelope is opened whole; of two, the price stays sealed until the
// technical part has passed.
const (
	OneEnvelope  Envelopes = "one"
	TwoEnvelopes Envelopes = "two"
)

// The names of envelopes in seal contexts and bid records.
const (
	Technical = "technical"
	Financial = "financial"
	Whole     = "bid"
)

// Names lists the envelopes in the order in which they are opened.
func (e Envelopes) Names() []string {
	if e == TwoEnvelopes {
		return []string{Technical, Financial}
	}
	return []string{Whole}
}

// Classification is a code of a list such as CPV, with its words.
type Classification struct {
	Scheme      string `json:"scheme"`
	ID          string `json:"id"`
	Description Text   `json:"description,omitempty"`
}

// LotNotice is a part that is awarded on its own.
type LotNotice struct {
	ID          string   `json:"id"`
	Title       Text     `json:"title,omitempty"`
	Description Text     `json:"description,omitempty"`
	Value       *Money   `json:"value,omitempty"`
	Items       []Item   `json:"items,omitempty"`
	Criteria    Criteria `json:"criteria"`
}

// Item is one line that is bought.
type Item struct {
	ID             string         `json:"id"`
	Description    Text           `json:"description,omitempty"`
	Classification Classification `json:"classification"`
	Quantity       Decimal        `json:"quantity"`
	Unit           Unit           `json:"unit"`
}

// Unit is a unit of measure: a UN/ECE Recommendation 20 code and its name.
type Unit struct {
	Code string `json:"code"`
	Name Text   `json:"name,omitempty"`
}

// Requirement is passed or failed. A bid that fails one is disqualified.
type Requirement struct {
	ID    string   `json:"id"`
	Title Text     `json:"title,omitempty"`
	Kind  string   `json:"kind"`           // exclusion, selection or technical
	Lots  []string `json:"lots,omitempty"` // empty: all lots
}

// Document is a file of the notice. Old versions stay.
type Document struct {
	ID       string    `json:"id"`
	Title    Text      `json:"title,omitempty"`
	Type     string    `json:"type"` // OCDS documentType: "biddingDocuments"
	Versions []Version `json:"versions,omitempty"`
}

// Version is one state of a document. Its bytes are in the object store under
// their hash.
type Version struct {
	Number int       `json:"number"`
	Name   string    `json:"name"` // of the file
	Media  string    `json:"media"`
	Size   int64     `json:"size"`   // bytes
	SHA256 string    `json:"sha256"` // hex
	At     time.Time `json:"at"`
}

// Timetable holds the dates of a procedure. All are instants in UTC.
type Timetable struct {
	Publish        time.Time `json:"publish"`        // when it is meant to be published
	EnquiriesUntil time.Time `json:"enquiriesUntil"` // questions are taken strictly before it
	Deadline       time.Time `json:"deadline"`       // bids are taken strictly before it
	GraceMinutes   int       `json:"graceMinutes"`   // sealed parts may follow for so long
	Opens          time.Time `json:"opens"`          // nothing is opened before it
}

// WindowEnds is the end of the grace window as the notice says it; see
// [Tender.WindowEnds].
func (t Timetable) WindowEnds() time.Time {
	return t.Deadline.Add(time.Duration(t.GraceMinutes) * time.Minute)
}

// Security is the bid security that is asked for. Who has given one is not
// told before closing.
type Security struct {
	Amount Money `json:"amount"`
	Days   int   `json:"days"` // valid for so long after the deadline
}

// Terms are what the contract will say beyond price and items.
type Terms struct {
	Text           Text            `json:"text,omitempty"`
	Bilingual      bool            `json:"bilingual"` // the contract is drawn in English and Chinese
	PaymentDays    int             `json:"paymentDays"`
	Milestones     []MilestonePlan `json:"milestones,omitempty"`
	SecurityAmount *Money          `json:"performanceSecurity,omitempty"`
}

// MilestonePlan is a step of delivery: due so many days after signature, and
// the share of the price that is paid for it.
type MilestonePlan struct {
	ID      string  `json:"id"`
	Title   Text    `json:"title,omitempty"`
	Days    int     `json:"days"`
	Percent Decimal `json:"percent"`
}

// Hash is hex H("notice", canonical notice): what approvals are signed over.
func (n Notice) Hash() string {
	h := canon.Hash("notice", canon.Must(n))
	return hex.EncodeToString(h[:])
}

// Called is the title of one of the lot's criteria or items; nil if it has none.
func (l *LotNotice) Called(id string) Text {
	if c := l.Criteria.Find(id); c != nil {
		return c.Title
	}
	for _, x := range l.Items {
		if x.ID == id {
			return x.Description
		}
	}
	return nil
}

// Lot returns the lot of the notice, or nil.
func (n *Notice) Lot(id string) *LotNotice {
	for i := range n.Lots {
		if n.Lots[i].ID == id {
			return &n.Lots[i]
		}
	}
	return nil
}

// LotTitle is what a lot buys; its id where the notice has no such lot.
func (n *Notice) LotTitle(id string) Text {
	if l := n.Lot(id); l != nil {
		return l.Title
	}
	return Text{"en": id}
}

// RequirementsOf lists the requirements that a bid for the lot must pass.
func (n *Notice) RequirementsOf(lot string) []Requirement {
	var list []Requirement
	for _, r := range n.Requirements {
		if len(r.Lots) == 0 || contains(r.Lots, lot) {
			list = append(list, r)
		}
	}
	return list
}
