// Package security is what becomes of bid securities: who is still to get one
// back, by when, and that it was returned, or kept where the law lets the buyer
// keep it.
//
// Start with life.go, the table of what may happen to a security. ended.go says
// from when one is owed, and until when; service.go is the use cases.
//
// What was given stands in the bid, which is its bidder's; what became of it is
// a document of its own, which is the buyer's. Nobody is told of a security
// before nothing can come in any more: it would show who takes part.
//
// Frozen: the id of a settlement, which is that of its bid, and the names of
// actions, which are the second half of facts'.
package security

import (
	"time"

	"probity/bidding"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/rules"
	"probity/tender/store"
)

// Kind is the name under which settlements are stored, and the subject of facts.
const Kind = "security"

// MaxText is how many characters a reason may have.
const MaxText = 20000

// MaxCorrections is how often what is recorded about one security can be taken
// back.
const MaxCorrections = 20

// Settlement is what the buyer did with one bid's security. There is none while
// the buyer holds it and has never recorded anything else.
type Settlement struct {
	store.Root // ID is bidding.BidID(tender, lot, bidder)

	Tender string         `json:"tender"`
	Lot    string         `json:"lot"`
	Bidder tender.OrgName `json:"bidder"`

	State    State            `json:"state"`
	Security bidding.Security `json:"security"` // as it was given
	Record                    // zero while the buyer holds it
	Earlier  []Corrected      `json:"earlier,omitempty"` // what was recorded wrongly, oldest first
}

// Record is what is recorded of a security that was returned or kept.
type Record struct {
	Why    Cause       `json:"why,omitempty"`    // it had to be returned
	Since  time.Time   `json:"since,omitzero"`   // it was owed
	Due    time.Time   `json:"due,omitzero"`     // strictly before it, if the rules say so
	Day    rules.Date  `json:"day,omitempty"`    // on which it was returned
	Late   bool        `json:"late,omitempty"`   // that day was after the last one for it
	Reason tender.Text `json:"reason,omitempty"` // why it was kept
	By     award.Word  `json:"by,omitzero"`
}

// Corrected is a record that was wrong. It stays to be read, with who took it
// back, and why.
type Corrected struct {
	State State `json:"state"` // that was recorded
	Record
	Correction award.End `json:"correction"`
}

// Keys make settlements searchable by lot.
func (s *Settlement) Keys() store.Keys { return store.Keys{"tender": s.Tender, "lot": s.Lot} }

// Collection declares settlements to the engine.
var Collection = store.Collection{Kind: Kind, Indexes: []store.Index{{Name: "lot", Fields: []string{"tender", "lot"}}}}

// Holding is one security as those concerned see it.
type Holding struct {
	Tender   string           `json:"tender"`
	Lot      string           `json:"lot"`
	Bidder   tender.OrgName   `json:"bidder"`
	Security bidding.Security `json:"security"`
	State    State            `json:"state"`
	Why      Cause            `json:"why,omitempty"` // it is owed, or was; "" while it holds
	Since    time.Time        `json:"since,omitzero"`
	Due      time.Time        `json:"due,omitzero"` // to be returned strictly before it
	Late     bool             `json:"late,omitempty"`
	Day      rules.Date       `json:"day,omitempty"`
	Reason   tender.Text      `json:"reason,omitempty"`
	Settled  *award.Word      `json:"settled,omitempty"`
	Earlier  []Corrected      `json:"earlier,omitempty"` // what was recorded wrongly before, oldest first
	Version  int64            `json:"version,omitempty"` // of what is recorded, for its correction
	Actions  []Action         `json:"actions"`           // what the asker may do now
}

// given is the security of a bid that counts: the last one, whatever became of
// its version. nil: there is none.
func given(b *bidding.Bid) *bidding.Security {
	for i := len(b.Versions) - 1; i >= 0; i-- {
		if s := b.Versions[i].Security; s != nil {
			return s
		}
	}
	return nil
}
