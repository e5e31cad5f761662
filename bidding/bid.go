// Package bidding is what happens to bids: they come in sealed, are opened by
// k of n openers, judged by a panel and ranked.
//
// Start with bid.go (what a bid is), then submit.go (the submission by
// fingerprint), upload.go (the sealed parts that follow), closing.go (what the
// log fixes at the deadline), opening.go and judging.go. The bytes of seals are
// in package seal, the sums in package score.
//
// Nothing here can read a bid before its opening: the server holds no key, and
// what it stores is ciphertext whose hash the bidder registered.
//
// Frozen: the id of a bid, the names of facts, and the layout of object keys.
package bidding

import (
	"strings"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// Kind is the name under which bids are stored, and the subject of facts.
const Kind = "bid"

// MaxVersions bounds how often one bidder may replace its bid for one lot, so
// that no bid grows for ever.
const MaxVersions = 50

// Bid is all that one bidder has submitted for one lot. There is one document
// per bidder and lot, so bidders never wait for each other.
type Bid struct {
	store.Root // ID is BidID(tender, lot, bidder)

	Tender   string         `json:"tender"`
	Lot      string         `json:"lot"`
	Bidder   tender.OrgName `json:"bidder"`
	Seq      int64          `json:"seq"` // of the last signed record, bid or withdrawal
	Versions []Version      `json:"versions"`

	// Withdrawals are the signed records by which versions were taken back, and
	// the facts that their receipts are found by.
	Withdrawals []Withdrawal `json:"withdrawals,omitempty"`

	// Claim is with whose bid the bidder competes, if not with its own. The
	// document of an organisation that only does that is found by its id alone.
	Claim *Claim `json:"claim,omitempty"`
}

// Version is one submission.
type Version struct {
	Seq       int64       `json:"seq"`
	State     State       `json:"state"`
	Record    sign.Signed `json:"record"` // the signed bid record
	By        string      `json:"by"`     // who signed
	At        time.Time   `json:"at"`     // the engine's time when it was taken in
	Fact      string      `json:"fact"`   // id of the fact in the log
	Envelopes []Envelope  `json:"envelopes"`
	Complete  string      `json:"complete,omitempty"` // id of the fact that it is stored

	// Parties are the bidder's consortium and subcontractors, Security the
	// guarantee given. Both stay hidden until closing.
	Parties  []party.Party `json:"parties,omitempty"`
	Security *Security     `json:"security,omitempty"`
}

// Withdrawal is one signed record that takes a bid back.
type Withdrawal struct {
	Seq    int64       `json:"seq"`
	Record sign.Signed `json:"record"`
	By     string      `json:"by"`
	At     time.Time   `json:"at"`
	Fact   string      `json:"fact"`
}

// Envelope is one sealed part.
type Envelope struct {
	Name        string `json:"name"`
	Fingerprint string `json:"fingerprint"` // hex
	Stored      bool   `json:"stored"`      // header and every part are there and fit
}

// State is where a version is in its life.
type State string

// The states. All but the first two are final.
const (
	Registered State = "registered" // its fingerprint is in; parts are awaited
	Stored     State = "stored"     // parts and headers are in
	Replaced   State = "replaced"   // by a later one of the same bidder
	Withdrawn  State = "withdrawn"
	Superseded State = "superseded" // made for openers who have been replaced
	Lapsed     State = "lapsed"     // the parts never came
	Refused    State = "refused"    // reached the log after the closing entry
	Dropped    State = "dropped"    // the lot or the tender was cancelled
)

// Step is something that happens to a version.
type Step string

// The steps.
const (
	StepStore    Step = "stored"
	StepReplace  Step = "replace"
	StepWithdraw Step = "withdraw"
	StepRenew    Step = "supersede"
	StepLapse    Step = "lapse"
	StepRefuse   Step = "refuse"
	StepDrop     Step = "drop"
)

// steps is the life of a version. Only the log moves it, apart from StepStore.
var steps = []struct {
	from State
	do   Step
	to   State
}{
	{Registered, StepStore, Stored},
	{Registered, StepReplace, Replaced},
	{Stored, StepReplace, Replaced},
	{Registered, StepWithdraw, Withdrawn},
	{Stored, StepWithdraw, Withdrawn},
	{Registered, StepRenew, Superseded},
	{Stored, StepRenew, Superseded},
	{Registered, StepLapse, Lapsed},
	{Stored, StepLapse, Lapsed}, // the last part came, but its fact was behind the window's end
	{Registered, StepRefuse, Refused},
	{Stored, StepRefuse, Refused},
	{Registered, StepDrop, Dropped},
	{Stored, StepDrop, Dropped},
}

// do takes the step if the version's life has it.
func (v *Version) do(s Step) error {
	for _, r := range steps {
		if r.from == v.State && r.do == s {
			v.State = r.to
			return nil
		}
	}
	return fault.New(fault.Conflict, "bid.state", "A bid that is %s cannot take the step %q.", v.State, s)
}

// Live reports whether the version counts, or may come to count.
func (v Version) Live() bool { return v.State == Registered || v.State == Stored }

// BidID names the one bid of a bidder for a lot.
func BidID(tender, lot, bidder string) string { return tender + "~" + lot + "~" + bidder }

// Keys make bids searchable by tender and lot, and by bidder.
func (b *Bid) Keys() store.Keys {
	if b.Seq == 0 {
		return nil
	}
	return store.Keys{"tender": b.Tender, "lot": b.Lot, "bidder": b.Bidder.ID}
}

// Collections are the documents that this package keeps.
var Collections = []store.Collection{
	{Kind: Kind, Indexes: []store.Index{
		{Name: "lot", Fields: []string{"tender", "lot"}},
		{Name: "bidder", Fields: []string{"bidder"}},
	}},
	{Kind: refusalKind, Indexes: []store.Index{{Name: "bidder", Fields: []string{"tender", "bidder", "at"}}}},
	{Kind: uploadKind, Ephemeral: true, Indexes: []store.Index{{Name: "bid", Fields: []string{"bid", "seq"}}}},
	{Kind: openingKind, Indexes: []store.Index{
		{Name: "tender", Fields: []string{"tender"}},
		{Name: "combining", Fields: []string{"combining"}},
	}},
	{Kind: answerKind, Indexes: []store.Index{{Name: "opening", Fields: []string{"opening"}}}},
	{Kind: outcomeKind, Indexes: []store.Index{
		{Name: "opening", Fields: []string{"opening"}},
		{Name: "print", Fields: []string{"opening", "fingerprint"}},
	}},
	{Kind: revealKind, Indexes: []store.Index{{Name: "opening", Fields: []string{"opening"}}}},
	{Kind: sheetKind, Indexes: []store.Index{{Name: "lot", Fields: []string{"tender", "lot"}}}},
	{Kind: judgementKind, Indexes: []store.Index{{Name: "tender", Fields: []string{"tender"}}}},
	{Kind: clarificationKind, Indexes: []store.Index{
		{Name: "lot", Fields: []string{"tender", "lot", "asked"}},
		{Name: "bidder", Fields: []string{"bidder", "asked"}},
	}},
	{Kind: panelKind, Indexes: []store.Index{{Name: "tender", Fields: []string{"tender"}}}},
}

// Last returns the live version, or nil. There is at most one that counts: the
// latest that is not refused.
func (b *Bid) Last() *Version {
	for i := len(b.Versions) - 1; i >= 0; i-- {
		if v := &b.Versions[i]; v.Live() {
			return v
		}
	}
	return nil
}

// At returns the version with the sequence number, or nil.
func (b *Bid) At(seq int64) *Version {
	for i := range b.Versions {
		if b.Versions[i].Seq == seq {
			return &b.Versions[i]
		}
	}
	return nil
}

// object is the key of something that belongs to a version. A prefix up to the
// sequence number covers all that must go when the version does.
func object(bid string, seq int64, rest ...string) string {
	parts := append([]string{"bids", strings.ReplaceAll(bid, "~", "/"), seqName(seq)}, rest...)
	return strings.Join(parts, "/")
}
