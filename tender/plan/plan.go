// Package plan is what public bodies intend to buy: one plan for each year of a
// body, with an entry for each procurement (the notice of planned procurement
// of GPA article VII:4, the prior information notice of the EU).
//
// Start with life.go, the table of what may happen to a plan. A plan is written
// like a notice: officers edit it, a second person approves it with a signature
// and publishes it. What is published is an edition; a revision is written
// beside it and nobody outside sees it until it is the next edition. Earlier
// editions stay to be read: each is in the log, in the fact that published it.
//
// The document [Plan] is what officers edit. A published entry is a document of
// its own as well, a [Line], because what becomes of it - a tender begins, a
// stranger looks for it among those of all buyers - must not contend with what
// officers write. Lines follow the facts: planned.go takes them in.
//
// Frozen: the id of a plan and the numbers of its entries, which together are
// the ocid of a planning process; the names of actions, which are the second
// half of facts' names; the JSON of [Content], which is hashed, signed and logged.
package plan

import (
	"encoding/hex"
	"strconv"
	"time"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/sign"
	"probity/tender/store"
)

// Kind is the name under which plans are stored, and the subject of facts.
const Kind = "plan"

// Limits of a plan. They bound what a page has to show and a fact to hold.
const (
	MaxEntries  = 400
	MaxEditions = 200
	MaxTitle    = 300  // characters
	MaxText     = 1500 // characters of a description or a reason
	MaxName     = 200
)

// Plan is one body's plan for one year, as its officers see it.
type Plan struct {
	store.Root

	Buyer   tender.OrgName `json:"buyer"`
	State   State          `json:"state"`           // of Content
	Content Content        `json:"content"`         // as it is being written
	Last    int            `json:"last"`            // the highest number that an entry has had
	Added   []Addition     `json:"added,omitempty"` // the latest entries that were added, for requests that are repeated

	Drafters []string  `json:"drafters,omitempty"` // who has written since the last edition
	Approval *Approval `json:"approval,omitempty"` // of Content, once it is approved
	Reason   string    `json:"reason,omitempty"`   // why it was given back

	Editions []Edition `json:"editions,omitempty"` // those published, the first first
	Public   *Content  `json:"public,omitempty"`   // the last of them

	Created time.Time `json:"created"`
}

// Addition is an entry, and the request that has added it.
type Addition struct {
	Request string `json:"request"`
	Entry   string `json:"entry"`
}

// keepsAdded is how many additions a plan remembers.
const keepsAdded = 100

// added is the entry that a request has added before it broke off, or "".
func (p *Plan) added(request string) string {
	for _, a := range p.Added {
		if a.Request == request && request != "" {
			return a.Entry
		}
	}
	return ""
}

// Content is what a plan says. Its canonical JSON, without what is withheld, is
// what is approved, signed and logged.
type Content struct {
	Year        int         `json:"year"`
	Period      Period      `json:"period"`
	Title       tender.Text `json:"title,omitempty"`
	Description tender.Text `json:"description,omitempty"`
	Contact     Contact     `json:"contact"`
	Entries     []Entry     `json:"entries,omitempty"` // in the order of their numbers
}

// Period is the fiscal year, both days included.
type Period struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// Contact is whom suppliers may ask.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"telephone,omitempty"`
}

// Approval is the second person's word over what is to be published.
type Approval struct {
	By        string         `json:"by"`
	Name      string         `json:"name"`
	At        time.Time      `json:"at"`
	Content   string         `json:"content"` // Content.Hash
	Signature sign.Signature `json:"signature"`
}

// ApprovalRecord is what an approver signs.
type ApprovalRecord struct {
	Content string `json:"content"`
	Edition int    `json:"edition"`
	Kind    string `json:"kind"` // "approve-plan"
	Plan    string `json:"plan"`
}

// Edition is one published state of a plan. What it says is in its fact.
type Edition struct {
	Number  int       `json:"number"` // from 1
	At      time.Time `json:"at"`
	Content string    `json:"content"` // Content.Hash
	Fact    string    `json:"fact"`    // id of the fact
	Entries int       `json:"entries"`
}

// Keys make plans searchable: a body's own, and those that are published.
func (p *Plan) Keys() store.Keys {
	k := store.Keys{"buyer": p.Buyer.ID, "year": int64(p.Content.Year)}
	if len(p.Editions) > 0 {
		k["public"] = "yes"
		k["published"] = p.Editions[len(p.Editions)-1].At.UnixMilli()
	}
	return k
}

// Collection declares plans to the engine. A body has one plan for a year.
var Collection = store.Collection{Kind: Kind, Indexes: []store.Index{
	{Name: "own", Fields: []string{"buyer", "year"}, Unique: true},
	{Name: "published", Fields: []string{"public", "published"}},
	{Name: "year", Fields: []string{"public", "year", "published"}},
	{Name: "buyer", Fields: []string{"public", "buyer", "year"}},
}}

// Collections are all that this package keeps.
var Collections = []store.Collection{Collection, Lines}

// ID names the planning process of an entry: its ocid.
func ID(plan, entry string) string { return plan + "-" + entry }

// open returns c without what the body keeps to itself.
func (c Content) open() Content {
	list := make([]Entry, len(c.Entries))
	for i, e := range c.Entries {
		list[i] = e.open()
	}
	if len(list) == 0 {
		list = nil
	}
	c.Entries = list
	return c
}

// Hash is hex H("plan", canonical content) of what the public may see. A value
// that is withheld has no part in it: amounts are few enough to be guessed from
// a hash.
func (c Content) Hash() string {
	h := canon.Hash("plan", canon.Must(c.open()))
	return hex.EncodeToString(h[:])
}

// Entry returns the entry with the id, or nil.
func (c *Content) Entry(id string) *Entry {
	for i := range c.Entries {
		if c.Entries[i].ID == id {
			return &c.Entries[i]
		}
	}
	return nil
}

// edition is the last published one; 0 for none.
func (p *Plan) edition() int { return len(p.Editions) }

// Record is what an approver signs to let the content be the next edition.
func (p *Plan) Record() []byte {
	return canon.Must(ApprovalRecord{Content: p.Content.Hash(), Edition: p.edition() + 1, Kind: "approve-plan", Plan: p.ID})
}

// nextFact is the id that the first fact of the next change will have.
func (p *Plan) nextFact() string {
	return store.Subject(Kind, p.ID) + "#" + strconv.FormatInt(p.Version+1, 10)
}
