// Package tender is the life of a public procurement procedure: plan, notice,
// lots, approval, publication, amendments, closing, and what follows for each
// lot until a contract is signed or the procedure ends without one.
//
// Start with life.go and lot.go: the two tables there are the business.
// tender.go and notice.go say what a procedure is, the check files what a notice
// must be like; service.go, approve.go, publish.go, amend.go and clock.go are the
// use cases. Enquiries, complaints, awards and contracts are documents of their
// own in the folders below, because strangers write them and they must not
// contend with what an officer edits.
//
// Frozen: the id of a tender is its ocid and is part of keys, paths, sealed
// bids and log entries; the names of actions are part of facts; the JSON of
// [Notice] is hashed, signed and logged. None of them is ever renamed.
package tender

import (
	"slices"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
	"probity/tender/store"
)

// Kind is the name under which tenders are stored, and the subject of facts.
const Kind = "tender"

// Tender is one procedure as its officers and the clock see it. It does not
// grow with the number of bids, enquiries or complaints.
type Tender struct {
	store.Root // ID is the ocid

	Phase  Phase    `json:"phase"`
	Buyer  OrgName  `json:"buyer"`
	Notice Notice   `json:"notice"` // as it stands; earlier versions are in the log
	Lots   []Lot    `json:"lots"`   // one per Notice.Lots, same order
	Duties []Duty   `json:"duties,omitempty"`
	Panel  []Member `json:"panel,omitempty"` // evaluators; the first is the chair

	// RuleSet is what the procedure is run under. Policy is its block for the
	// procedure, frozen at publication.
	RuleSet string        `json:"ruleSet"`
	Policy  *rules.Policy `json:"policy,omitempty"`

	// Revision counts published versions of the notice: 1 when published.
	Revision int `json:"revision"`

	Approval *Approval `json:"approval,omitempty"` // of the notice that is published

	// Returned is the notice as it was last given back to its drafters, until it
	// is published; Amendment is one that is being written. Neither is public.
	Returned  *Notice `json:"returned,omitempty"`
	Amendment *Notice `json:"amendment,omitempty"`

	Openers Openers  `json:"openers"`
	Next    *Openers `json:"nextOpeners,omitempty"` // being made to replace Openers

	Suspended []Suspension `json:"suspended,omitempty"`
	Reason    string       `json:"reason,omitempty"` // why it was cancelled or returned

	// CloseFact and SealFact are the ids of the two facts that bound the tender
	// in the log: at the deadline, and at the end of the grace window.
	CloseFact string `json:"closeFact,omitempty"`
	SealFact  string `json:"sealFact,omitempty"`

	Created   time.Time `json:"created"`
	Published time.Time `json:"published,omitzero"`
	Closed    time.Time `json:"closed,omitzero"` // when the clock was seen at or after the deadline
	Window    time.Time `json:"window,omitzero"` // when the grace window ends, if outages have lengthened it
	Sealed    time.Time `json:"sealed,omitzero"` // when the grace window ended
	Ended     time.Time `json:"ended,omitzero"`
}

// OrgName is an organisation as papers name it.
type OrgName struct {
	ID         string           `json:"id"`
	Name       Text             `json:"name"`
	Identifier party.Identifier `json:"identifier"`
}

// Duty is what a person has done or is to do in this procedure.
type Duty struct {
	User string     `json:"user"`
	Duty party.Duty `json:"duty"`
}

// Member is a person of the evaluation panel.
type Member struct {
	User string `json:"user"`
	Name string `json:"name"`
}

// Approval is the second person's word over one version of the notice.
type Approval struct {
	By        string         `json:"by"`
	Name      string         `json:"name"`
	At        time.Time      `json:"at"`
	Notice    string         `json:"notice"` // hex H("notice", canonical notice)
	Signature sign.Signature `json:"signature"`
}

// Openers are those whose keys bids are sealed for.
type Openers struct {
	Groups   []OpenerGroup `json:"groups,omitempty"`
	Manifest string        `json:"manifest,omitempty"` // exact bytes, see bidding/seal
	Hash     string        `json:"hash,omitempty"`     // hex H("openers", Manifest)

	// Extensions are the exact records of later deadlines that stand beside
	// the manifest: a later deadline alone does not void bids.
	Extensions []string `json:"extensions,omitempty"`

	// Fact and ExtensionFacts are the ids of the facts in which the log has
	// Manifest and each of Extensions, so that whoever must prove them need not
	// search a log that grows with the number of bids.
	Fact           string   `json:"fact,omitempty"`
	ExtensionFacts []string `json:"extensionFacts,omitempty"`
}

// OpenerGroup must give K of its members' shares.
type OpenerGroup struct {
	Name     string   `json:"name"`
	K        int      `json:"k"`
	Guardian bool     `json:"guardian,omitempty"` // a second group, outside the buyer's committee
	Members  []Opener `json:"members,omitempty"`
}

// duty is what the group's members take on.
func (g OpenerGroup) duty() party.Duty {
	if g.Guardian {
		return party.DutyGuard
	}
	return party.DutyOpen
}

// Opener is one person with the key made for this procedure alone.
type Opener struct {
	User      string          `json:"user"`
	Name      string          `json:"name"`
	Key       string          `json:"key,omitempty"`       // age1pq1...
	Signature *sign.Signature `json:"signature,omitempty"` // over the manifest
	Destroyed time.Time       `json:"destroyed,omitzero"`  // when the opener said that the key is no more
}

// Ready reports whether the opener has given a key that is still there.
func (o Opener) Ready() bool { return o.Key != "" && o.Destroyed.IsZero() }

// Keys make tenders searchable: by phase and by the next moment at which the
// clock has something to do, by buyer, by evaluator, and by publication.
func (t *Tender) Keys() store.Keys {
	k := store.Keys{
		"phase":   string(t.Phase),
		"buyer":   t.Buyer.ID,
		"created": t.Created.UnixMilli(),
	}
	if judges := t.judges(); judges != nil {
		k["judge"] = judges
	}
	if due := t.due(); !due.IsZero() {
		k["due"] = due.UnixMilli()
	}
	if !t.Published.IsZero() {
		k["public"] = "yes"
		k["published"] = t.Published.UnixMilli()
		k["deadline"] = t.Notice.Timetable.Deadline.UnixMilli()
		k["category"] = string(t.Notice.Category)
	}
	return k
}

// judges are the users of the panel.
func (t *Tender) judges() (list []string) {
	for _, m := range t.Panel {
		list = append(list, m.User)
	}
	return list
}

// Collection declares tenders to the engine.
var Collection = store.Collection{Kind: Kind, Indexes: []store.Index{
	{Name: "buyer", Fields: []string{"buyer", "created"}},
	{Name: "due", Fields: []string{"due"}},
	{Name: "judge", Fields: []string{"judge", "created"}},
	{Name: "published", Fields: []string{"public", "published"}},
	{Name: "phase", Fields: []string{"public", "phase", "deadline"}},
	{Name: "category", Fields: []string{"public", "category", "published"}},
}}

// Lot returns the lot, or nil.
func (t *Tender) Lot(id string) *Lot {
	for i := range t.Lots {
		if t.Lots[i].ID == id {
			return &t.Lots[i]
		}
	}
	return nil
}

// Has reports whether user has the duty in this procedure.
func (t *Tender) Has(user string, d party.Duty) bool {
	return slices.Contains(t.Duties, Duty{user, d})
}

// take gives user a duty, unless it clashes with one they have.
func (t *Tender) take(user string, d party.Duty) error {
	if t.Has(user, d) {
		return nil
	}
	var has []party.Duty
	for _, x := range t.Duties {
		if x.User == user {
			has = append(has, x.Duty)
		}
	}
	if err := party.Clash(has, d, t.lifted()...); err != nil {
		return err
	}
	t.Duties = append(t.Duties, Duty{user, d})
	return nil
}

// lifted lists the duties that the rule set lets one person combine.
func (t *Tender) lifted() []party.Pair {
	if t.Policy == nil {
		return nil
	}
	var list []party.Pair
	for _, c := range t.Policy.Combine {
		list = append(list, party.Pair{A: party.Duty(c.A), B: party.Duty(c.B)})
	}
	return list
}

// Clear is the fault that keeps a lot from moving while a complaint about it is
// not decided, or nil.
func (t *Tender) Clear(lot string) *fault.Error {
	if t.suspends(lot) {
		return fault.New(fault.Conflict, "lot.suspended", "A complaint about this lot is not decided yet.")
	}
	return nil
}

// Public reports whether anybody may see the tender.
func (t *Tender) Public() bool { return !t.Published.IsZero() }
