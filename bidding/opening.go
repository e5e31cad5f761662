package bidding

import (
	"context"
	"sync"
	"time"

	"probity/tender/fault"
	"probity/tender/sign"
	"probity/tender/store"
)

const (
	openingKind = "opening"
	answerKind  = "answer"
	revealKind  = "reveal"
)

// Opening is the opening of one envelope of all bids for one lot. It is
// announced by a batch in the log before any share is asked for, collects the
// openers' answers, and combines once, when there are enough for every bid.
type Opening struct {
	store.Root // ID is OpeningID(tender, lot, envelope)

	Tender   string       `json:"tender"`
	Lot      string       `json:"lot"`
	Envelope string       `json:"envelope"`
	State    OpeningState `json:"state"`
	Batch    string       `json:"batch"` // exact bytes of the seal.Batch
	Size     int          `json:"size"`  // bids in the batch

	Announced time.Time `json:"announced"`
	Given     []Given   `json:"given,omitempty"`  // who has answered
	Failed    []Seat    `json:"failed,omitempty"` // who will not, on the record

	// RescueEnds is when bidders may no longer publish their own keys; nothing
	// is combined before it. Zero if no rescue was called for. Revealed are the
	// fingerprints whose keys were published in time: no other key counts, so
	// that one that is still being stored cannot change what is being combined.
	RescueEnds time.Time `json:"rescueEnds,omitzero"`
	Revealed   []string  `json:"revealed,omitempty"`

	Record string    `json:"record,omitempty"` // hex hash of the opening record
	Done   time.Time `json:"done,omitzero"`
	Moved  bool      `json:"moved,omitempty"` // the lot has taken the step that follows
}

// Given is one opener's answer. Its bytes are a document of their own.
type Given struct {
	Seat
	User   string    `json:"user"`
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
	Answer string    `json:"answer"` // hex H("answer", bytes)
	False  int       `json:"false"`  // shares that do not match their commitment
}

// Seat is a place in the manifest: group from 0, opener from 1.
type Seat struct {
	Group  int `json:"group"`
	Opener int `json:"opener"`
}

// OpeningState is where an opening is in its life.
type OpeningState string

// The states of an opening.
const (
	Announced OpeningState = "announced" // shares are collected
	Combining OpeningState = "combining" // the answers are fixed; the result follows from them alone
	Recorded  OpeningState = "recorded"
)

// openings is the life of an opening.
var openings = []struct {
	from OpeningState
	do   string
	to   OpeningState
}{
	{"", "announce", Announced},
	{Announced, "answer", Announced},
	{Announced, "fail", Announced},
	{Announced, "rescue", Announced},
	{Announced, "reveal", Announced},
	{Announced, "combine", Combining},
	{Combining, "record", Recorded},
}

func (o *Opening) do(step string) error {
	for _, r := range openings {
		if r.from == o.State && r.do == step {
			o.State = r.to
			return nil
		}
	}
	return fault.New(fault.Conflict, "opening.state", "An opening that is %s cannot take the step %q.", o.State, fault.Name{Of: "opening step", Word: step})
}

// OpeningID names the opening of an envelope.
func OpeningID(tender, lot, envelope string) string { return tender + "~" + lot + "~" + envelope }

// Keys make openings searchable by tender, and by what is left to do.
func (o *Opening) Keys() store.Keys {
	k := store.Keys{"tender": o.Tender}
	if o.State == Combining || o.State == Recorded && !o.Moved {
		k["combining"] = "yes"
	}
	return k
}

// Answer is what one opener sent.
type Answer struct {
	store.Root // ID is OpeningID~group~opener

	Opening   string         `json:"opening"`
	Bytes     string         `json:"bytes"` // canonical seal.Answer
	Signature sign.Signature `json:"signature"`
}

// Keys make answers searchable by opening.
func (a *Answer) Keys() store.Keys { return store.Keys{"opening": a.Opening} }

// Reveal is a bidder's own key to its own envelope, given to rescue it.
type Reveal struct {
	store.Root // ID is the fingerprint

	Opening string `json:"opening"`
	Proof   string `json:"proof"` // canonical seal.Proof with a seed
}

// Keys make reveals searchable by opening.
func (r *Reveal) Keys() store.Keys { return store.Keys{"opening": r.Opening} }

// Log is the part of the log that openings read.
type Log interface {
	// Facts returns all facts of a procedure that are in the log, in order.
	Facts(ctx context.Context, topic string) ([]Placed, error)

	// Holds reports whether a fact is in the log.
	Holds(ctx context.Context, fact string) (bool, error)
}

// Openings is what can be done with openings; see [NewOpenings].
type Openings struct {
	Parts
	Openings store.Shelf[Opening, *Opening]
	Answers  store.Shelf[Answer, *Answer]
	Reveals  store.Shelf[Reveal, *Reveal]
	Outcomes store.Shelf[Outcome, *Outcome]
	Bids     store.Shelf[Bid, *Bid]
	Panel    Passed

	progress *sync.Map // *atomic.Int64 by opening: bids that this process has opened
}

// Passed tells who has passed the technical stage of a lot.
type Passed interface {
	// Passed returns the hash of the technical decision and the bidders that
	// it excludes.
	Passed(ctx context.Context, tender, lot string) (decision string, excluded []string, err error)
}
