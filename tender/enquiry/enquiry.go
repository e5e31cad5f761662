// Package enquiry is questions about a published procedure and their public
// answers.
//
// Start with life.go, the table of what may happen to a question; service.go
// has the use cases. Whoever asks stays unknown: methods return a [View], which
// has no place for a name, so that no page, feed or mail can show one. The
// stored document keeps the asker for those who oversee the buyer, and each
// reading of it is a fact.
//
// A question is shown to others once it is answered, never before: its text may
// give away who wrote it, and the officer who sees that can decline it. Until
// then the public sees only that a question was asked, and when.
//
// Frozen: the names of actions, which are the second half of facts' names.
package enquiry

import (
	"time"

	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
)

// Kind is the name under which enquiries are stored, and the subject of facts.
const Kind = "enquiry"

// MaxText is how many characters a question, an answer or a reason may have.
const MaxText = 5000

// Secret are the facts that name the asker. Their records are withheld from
// everybody but the oversight, for ever; their leaves are in the log.
var Secret = []string{"enquiry.ask", "enquiry.withdraw"}

// Enquiry is one question, as it is stored. Only this package sees it.
type Enquiry struct {
	store.Root

	Tender   string      `json:"tender"`
	Lot      string      `json:"lot,omitempty"` // "" for a question about the whole
	State    State       `json:"state"`
	Asker    Asker       `json:"asker"`
	Asked    time.Time   `json:"asked"`
	Question tender.Text `json:"question"`

	Answer tender.Text `json:"answer,omitempty"`
	Reason tender.Text `json:"reason,omitempty"` // why it was declined, or its answer corrected
	Dealt  time.Time   `json:"dealt,omitzero"`   // when it was last answered or declined
}

// Asker is who asked.
type Asker struct {
	User string         `json:"user"`
	Org  tender.OrgName `json:"org"`
}

// Keys make enquiries searchable by tender and by the organisation that asked.
func (e *Enquiry) Keys() store.Keys {
	return store.Keys{
		"tender": e.Tender,
		"state":  string(e.State),
		"asker":  e.Asker.Org.ID,
		"asked":  e.Asked.UnixMilli(),
	}
}

// Collection declares enquiries to the engine.
var Collection = store.Collection{Kind: Kind, Indexes: []store.Index{
	{Name: "tender", Fields: []string{"tender", "asked"}},
	{Name: "state", Fields: []string{"tender", "state", "asked"}},
	{Name: "asker", Fields: []string{"asker", "asked"}},
}}

// View is what somebody may see of an enquiry.
type View struct {
	ID       string      `json:"id"`
	Version  int64       `json:"version"`
	Tender   string      `json:"tender"`
	Lot      string      `json:"lot,omitempty"`
	State    State       `json:"state"`
	Asked    time.Time   `json:"asked"`
	Question tender.Text `json:"question,omitempty"`
	Answer   tender.Text `json:"answer,omitempty"`
	Reason   tender.Text `json:"reason,omitempty"`
	Dealt    time.Time   `json:"dealt,omitzero"`
	Due      time.Time   `json:"due,omitzero"`   // answered strictly before it, where the rules say so
	Mine     bool        `json:"mine,omitempty"` // asked by the viewer's own organisation
	Actions  []Action    `json:"actions,omitempty"`
}

// show gives by's view of e. The text of a question is for those who asked and
// those who must answer, until it is answered; a declined or withdrawn question
// is never anybody else's.
func (e *Enquiry) show(t *tender.Tender, by party.Actor, now time.Time) View {
	v := View{
		ID: e.ID, Version: e.Version, Tender: e.Tender, Lot: e.Lot, State: e.State, Asked: e.Asked,
		Answer: e.Answer, Reason: e.Reason, Dealt: e.Dealt,
	}
	v.Mine = by.SignedIn() && by.Org == e.Asker.Org.ID
	if v.Mine || e.State == Answered || party.Allowed(by, party.EnquiryAnswer, t.Buyer.ID) == nil {
		v.Question = e.Question
	}
	if r, ok := t.Policy.Due(rules.EnquiryReply, e.Asked); ok && e.State == Asked {
		v.Due = r.At
	}
	v.Actions = life.Offered(e, scene{t, ask{by: by, now: now}})
	return v
}
