// Package award is the decision of who gets a lot, or that nobody does.
//
// Start with life.go, the table of what may happen to a decision. propose.go
// and decide.go are the two persons' steps, end.go what ends an award that
// stands, apply.go how a decision moves the lot and tells the bidders.
//
// The system names the winner: the best of the published ranking who has not
// been passed over. An officer adds the reasons and cannot choose another; who
// disagrees with the ranking has the evaluation to go back to, not the award.
//
// A decision and its effects are separate writes. What is still to be done
// stands in [Award.Owed], is found by its index, and is done by [Service.Apply],
// which may run again after a crash at any line.
//
// Frozen: [ID], the JSON of [Decision] (it is signed) and of [Notice] (its hash
// is in a fact), and the names of actions, which are the second half of facts'.
package award

import (
	"encoding/hex"
	"fmt"
	"time"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// Kind is the name under which awards are stored, and the subject of facts.
const Kind = "award"

// MaxText is how many characters reasons may have.
const MaxText = 20000

// Award is one decision about one lot. A lot has a new one each time the one
// before came to nothing.
type Award struct {
	store.Root // ID is ID(tender, lot, n)

	N        int       `json:"n"` // counts the awards of the lot from 1
	State    State     `json:"state"`
	Decision Decision  `json:"decision"`
	Proposed Word      `json:"proposed"`
	Approved *Approval `json:"approved,omitempty"`

	// Notified is when the last bidder had its notice; the standstill runs
	// from there. StandstillEnds is as first reckoned: complaints move the
	// lot's own date.
	Notified       time.Time `json:"notified,omitzero"`
	StandstillEnds time.Time `json:"standstillEnds,omitzero"`

	Ended *End   `json:"ended,omitempty"` // how it came to nothing
	Owed  Effect `json:"owed,omitempty"`  // what the last step still asks for
}

// Decision is what is proposed, approved and published. Its canonical JSON is
// what the approver signs.
type Decision struct {
	Kind   string `json:"kind"` // "award"
	ID     string `json:"award"`
	Tender string `json:"tender"`
	Lot    string `json:"lot"`

	// Winner is nil for the decision that the lot ends without an award; then
	// Without is a code of eForms non-award-justification.
	Winner  *Winner `json:"winner,omitempty"`
	Without string  `json:"without,omitempty"`

	Ranking string      `json:"ranking,omitempty"` // hex H("ranking", the canonical ranking)
	Reasons tender.Text `json:"reasons"`
}

// Winner is who gets the lot, and for what.
type Winner struct {
	Bid      string         `json:"bid"`
	Supplier tender.OrgName `json:"supplier"`
	Members  []Member       `json:"members,omitempty"` // of a consortium, without its leader
	Price    tender.Money   `json:"price"`
	Rank     int            `json:"rank"`
	Score    tender.Decimal `json:"score"`
}

// Member is a further member of a consortium.
type Member struct {
	Org  tender.OrgName `json:"org"`
	Part tender.Text    `json:"part,omitempty"` // what it does
}

// Person is who put their word to something, in which role.
type Person struct {
	User    string        `json:"user"`
	Name    string        `json:"name"`
	Org     string        `json:"org"`
	OrgKind party.OrgKind `json:"orgKind"`
	Role    party.Role    `json:"role"`
}

// PersonOf is the person behind an actor.
func PersonOf(a party.Actor) Person { return Person{a.User, a.Name, a.Org, a.OrgKind, a.Role} }

// Actor is the person as they acted: what follows from their word is done in
// their name, also when a crash delayed it.
func (p Person) Actor() party.Actor {
	return party.Actor{User: p.User, Name: p.Name, Org: p.Org, OrgKind: p.OrgKind, Role: p.Role}
}

// Word is who did something, and when.
type Word struct {
	Person
	At time.Time `json:"at"`
}

// Approval is the second person's signed word.
type Approval struct {
	Word
	Signature sign.Signature `json:"signature"`
}

// End is how an award, or a proposal, came to nothing.
type End struct {
	Word
	Reason    tender.Text `json:"reason"`
	Complaint string      `json:"complaint,omitempty"` // whose decision it was
}

// Effect is what is still to be done after a step.
type Effect string

// The effects. Each is idempotent.
const (
	OwesNotices Effect = "notices" // tell every bidder
	OwesAward   Effect = "award"   // move the lot to its standstill
	OwesFailure Effect = "failure" // end the lot
	OwesNext    Effect = "next"    // give the lot back to the next in rank
)

// ID names the n-th award of a lot, so that two officers who propose at the
// same time cannot both succeed.
func ID(tender, lot string, n int) string { return fmt.Sprintf("%s~%s~%d", tender, lot, n) }

// Record returns the canonical bytes that the approver signs.
func (d Decision) Record() []byte { return canon.Must(d) }

// Hash is hex H("award", canonical decision).
func (d Decision) Hash() string {
	h := canon.Hash("award", d.Record())
	return hex.EncodeToString(h[:])
}

// Public reports whether anybody may see the award.
func (a *Award) Public() bool { return a.Approved != nil }

// Keys make awards searchable by lot, by winner, and by what is owed.
func (a *Award) Keys() store.Keys {
	k := store.Keys{"tender": a.Decision.Tender, "lot": a.Decision.Lot, "n": int64(a.N)}
	if a.Owed != "" {
		k["owed"] = string(a.Owed)
	}
	if w := a.Decision.Winner; w != nil && a.Public() {
		k["supplier"] = w.Supplier.ID
		k["decided"] = a.Approved.At.UnixMilli()
	}
	return k
}

// Collections are the documents that this package keeps.
var Collections = []store.Collection{
	{Kind: Kind, Indexes: []store.Index{
		{Name: "lot", Fields: []string{"tender", "lot", "n"}},
		{Name: "supplier", Fields: []string{"supplier", "decided"}},
		{Name: "owed", Fields: []string{"owed"}},
	}},
	{Kind: NoticeKind, Indexes: []store.Index{
		{Name: "award", Fields: []string{"award"}},
		{Name: "bidder", Fields: []string{"bidder", "at"}},
	}},
}

// Status is the award's code in OCDS, where the lot stands as given: "" while
// it is not decided, then pending, active, cancelled or unsuccessful.
func (a *Award) Status(l *tender.Lot) string {
	switch {
	case !a.Public():
		return ""
	case a.Decision.Winner == nil:
		return "unsuccessful"
	case a.State != Decided || l == nil || l.Phase == tender.LotCancelled:
		return "cancelled"
	case l.Award == a.ID && (l.Phase == tender.Awarded || l.Phase == tender.Contracted):
		return "active"
	}
	return "pending"
}

// Stands reports whether the award holds and the lot may be contracted on it.
func (a *Award) Stands(l *tender.Lot) bool {
	return l != nil && a.State == Decided && a.Decision.Winner != nil && l.Award == a.ID && l.Phase == tender.Awarded
}
