// Package ocds writes what is published as releases of the Open Contracting Data
// Standard, version 1.1.
//
// Start with [Plan]: every entry of a published plan is a planning process with
// an ocid of its own. [Planning] is the part of it that the release of a tender
// which comes from the entry has as well, see [Notice].
//
// Texts are given in one language, the release's; the standard has no place for
// two side by side without an extension. Amounts go out as JSON numbers with
// exactly the decimals of their currency, never as floating point.
package ocds

import (
	"encoding/json"
	"time"

	"probity/tender"
)

// Version of the standard.
const Version = "1.1"

// Package is a release package.
type Package struct {
	URI       string    `json:"uri"`
	Version   string    `json:"version"`
	Published time.Time `json:"publishedDate"`
	Publisher Publisher `json:"publisher"`
	Releases  []Release `json:"releases"`
}

// Publisher is who has published.
type Publisher struct {
	Name string `json:"name"`
	URI  string `json:"uri,omitempty"`
}

// Release is what was published about one process at one moment.
type Release struct {
	OCID       string         `json:"ocid"`
	ID         string         `json:"id"`
	Date       time.Time      `json:"date"`
	Tag        []string       `json:"tag"`
	Initiation string         `json:"initiationType"`
	Language   string         `json:"language"`
	Parties    []Organization `json:"parties,omitempty"`
	Buyer      *Reference     `json:"buyer,omitempty"`
	Planning   *Planning      `json:"planning,omitempty"`
	Tender     *Tender        `json:"tender,omitempty"`
	Related    []Related      `json:"relatedProcesses,omitempty"`
}

// Organization is a party with its roles.
type Organization struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	Identifier Identifier    `json:"identifier"`
	Contact    *ContactPoint `json:"contactPoint,omitempty"`
	Roles      []string      `json:"roles"`
}

// Reference names a party of the same release.
type Reference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Identifier is an organisation's number in a register.
type Identifier struct {
	Scheme    string `json:"scheme"`
	ID        string `json:"id"`
	LegalName string `json:"legalName,omitempty"`
}

// ContactPoint is whom to ask.
type ContactPoint struct {
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	Telephone string `json:"telephone,omitempty"`
}

// Planning is why and from what money something is bought.
type Planning struct {
	Rationale  string      `json:"rationale,omitempty"`
	Budget     *Budget     `json:"budget,omitempty"`
	Documents  []Document  `json:"documents,omitempty"`
	Milestones []Milestone `json:"milestones,omitempty"`
}

// Budget is where the money comes from.
type Budget struct {
	ID          string `json:"id,omitempty"`
	Description string `json:"description,omitempty"`
	Amount      *Value `json:"amount,omitempty"`
}

// Document is a paper or page about the process.
type Document struct {
	ID        string    `json:"id"`
	Type      string    `json:"documentType"`
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Published time.Time `json:"datePublished"`
	Format    string    `json:"format"`
	Language  string    `json:"language"`
}

// Milestone is something that is expected to happen.
type Milestone struct {
	ID     string    `json:"id"`
	Title  string    `json:"title"`
	Type   string    `json:"type"`
	Code   string    `json:"code"`
	Due    time.Time `json:"dueDate"`
	Status string    `json:"status"`
}

// Tender is the call, planned or published.
type Tender struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	Status      string     `json:"status"`
	Entity      *Reference `json:"procuringEntity,omitempty"`
	Items       []Item     `json:"items,omitempty"`
	Value       *Value     `json:"value,omitempty"`
	Method      string     `json:"procurementMethod,omitempty"`
	Details     string     `json:"procurementMethodDetails,omitempty"`
	Category    string     `json:"mainProcurementCategory"`
	Period      *Period    `json:"tenderPeriod,omitempty"`
	Enquiries   *Period    `json:"enquiryPeriod,omitempty"`
	Award       *Period    `json:"awardPeriod,omitempty"`
	Contract    *Period    `json:"contractPeriod,omitempty"`
}

// Item is a line of what is bought.
type Item struct {
	ID             string          `json:"id"`
	Description    string          `json:"description,omitempty"`
	Classification *Classification `json:"classification,omitempty"`
}

// Classification is a code of a list.
type Classification struct {
	Scheme      string `json:"scheme"`
	ID          string `json:"id"`
	Description string `json:"description,omitempty"`
}

// Period is a span of time; either end may be open.
type Period struct {
	Start *time.Time `json:"startDate,omitempty"`
	End   *time.Time `json:"endDate,omitempty"`
}

// Related is another process that this one has to do with.
type Related struct {
	ID           string   `json:"id"`
	Relationship []string `json:"relationship"`
	Scheme       string   `json:"scheme"`
	Identifier   string   `json:"identifier"`
}

// Value is an amount.
type Value struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
}

func valueOf(m *tender.Money) *Value {
	if m == nil {
		return nil
	}
	return &Value{json.Number(m.Amount()), string(m.Currency)}
}
