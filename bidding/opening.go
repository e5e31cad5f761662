package bidding

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
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
	// is combined before it. Zero if no rescue was called for.
	RescueEnds time.Time `json:"rescueEnds,omitzero"`

	Record string    `json:"record,omitempty"` // hex hash of the opening record
	Done   time.Time `json:"done,omitzero"`
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
	return fault.New(fault.Conflict, "opening.state", "An opening that is %s cannot take the step %q.", o.State, step)
}

// OpeningID names the opening of an envelope.
func OpeningID(tender, lot, envelope string) string { return tender + "~" + lot + "~" + envelope }

// Keys make openings searchable by tender, and by what is left to do.
func (o *Opening) Keys() store.Keys {
	k := store.Keys{"tender": o.Tender}
	if o.State == Combining {
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
}

// Passed tells who has passed the technical stage of a lot.
type Passed interface {
	// Passed returns the hash of the technical decision and the bidders that
	// it excludes.
	Passed(ctx context.Context, tender, lot string) (decision string, excluded []string, err error)
}

// Announce fixes what will be opened: every stored bid of the lot, apart from
// those that the technical decision keeps sealed. Nobody releases a share
// before the batch is in the log. Announcing twice gives the same opening.
func (s *Openings) Announce(ctx context.Context, by party.Actor, id, lot, envelope string) (*Opening, error) {
	t, now, err := s.may(ctx, by, id, party.OpeningRecord)
	if err != nil {
		return nil, err
	}
	o, err := s.Openings.Get(ctx, OpeningID(id, lot, envelope))
	if !errors.Is(err, &fault.Error{Code: "opening.missing"}) {
		return o, err
	}
	if err := ready(t, lot, envelope, now); err != nil {
		return nil, err
	}
	batch, err := s.batch(ctx, t, lot, envelope)
	if err != nil {
		return nil, err
	}
	o = &Opening{Root: store.Root{ID: OpeningID(id, lot, envelope)}, Tender: id, Lot: lot, Envelope: envelope,
		Batch: string(batch.Bytes()), Size: len(batch.Fingerprints), Announced: now}
	if err := o.do("announce"); err != nil {
		return nil, err
	}
	fact := event.New("opening.announce", id, by.ID(), now, map[string]any{"lot": lot, "envelope": envelope, "batch": rawJSON(batch.Bytes())})
	return o, s.Openings.Put(ctx, o, fact)
}

// may checks a right in a tender and reads the clock.
func (s *Openings) may(ctx context.Context, by party.Actor, id string, right party.Action) (*tender.Tender, time.Time, error) {
	t, err := s.Tenders.Get(ctx, id, by)
	if err != nil {
		return nil, time.Time{}, err
	}
	if err := party.Allowed(by, right, t.Buyer.ID); err != nil {
		return nil, time.Time{}, err
	}
	now, err := s.Clock.Now(ctx)
	return t, now, err
}

// ready says why an envelope of a lot may not be opened now.
func ready(t *tender.Tender, lot, envelope string, now time.Time) error {
	l, names := t.Lot(lot), t.Notice.Envelopes.Names()
	i := slices.Index(names, envelope)
	switch {
	case l == nil || i < 0:
		return fault.New(fault.Missing, "opening.place", "This tender has no such lot or envelope.")
	case t.Phase != tender.Sealed:
		return fault.New(fault.Conflict, "opening.too_early", "Bids are opened after the grace window has ended, by the log.")
	case now.Before(t.Notice.Timetable.Opens):
		return fault.New(fault.Conflict, "opening.too_early", "Nothing is opened before %s.", event.Time(t.Notice.Timetable.Opens))
	case i == 0 && l.Phase != tender.Waiting || i == 1 && l.Phase != tender.Qualified:
		return fault.New(fault.Conflict, "opening.lot", "The %s envelope of a lot that is %s is not opened.", envelope, l.Phase)
	}
	if f := t.Clear(lot); f != nil {
		return f
	}
	return nil
}

// batch makes the list of what is opened from the log alone.
func (s *Openings) batch(ctx context.Context, t *tender.Tender, lot, envelope string) (seal.Batch, error) {
	m, _, err := manifestOf(t)
	if err != nil {
		return seal.Batch{}, err
	}
	facts, err := s.Log.Facts(ctx, t.ID)
	if err != nil {
		return seal.Batch{}, err
	}
	_, window, err := Lists(facts)
	if err != nil {
		return seal.Batch{}, err
	}
	if window == nil {
		return seal.Batch{}, fault.New(fault.Conflict, "opening.too_early", "The end of the grace window is not in the log yet.")
	}
	b, err := seal.NewBatch(m, *window, lot, envelope)
	if err != nil || envelope != tender.Financial {
		return b, err
	}
	decision, excluded, err := s.Panel.Passed(ctx, t.ID, lot)
	if err != nil {
		return seal.Batch{}, err
	}
	return b.Exclude(decision, prints(*window, lot, envelope, excluded))
}

// prints finds the stored fingerprints of bidders for one envelope of a lot.
func prints(window seal.Closing, lot, envelope string, bidders []string) []string {
	list := []string{}
	for _, e := range window.Entries {
		if e.State != seal.Stored || e.Lot != lot || !slices.Contains(bidders, e.Bidder) {
			continue
		}
		for _, v := range e.Envelopes {
			if v.Name == envelope {
				list = append(list, v.F)
			}
		}
	}
	return list
}

// Answer takes in one opener's shares. A share that does not match its
// commitment names its sender: it is recorded, counted, and of no use. An
// opener answers once.
func (s *Openings) Answer(ctx context.Context, by party.Actor, id string, raw []byte, sig sign.Signature) (*Opening, error) {
	a, err := seal.ParseAnswer(raw)
	if err != nil {
		return nil, err
	}
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	t, now, err := s.may(ctx, by, o.Tender, party.OpeningRelease)
	if err != nil {
		return nil, err
	}
	if err := s.checkAnswer(ctx, by, t, o, a, raw, sig); err != nil {
		return nil, err
	}
	wrong, err := s.falseShares(ctx, t, o, a)
	if err != nil {
		return nil, err
	}
	doc := &Answer{Root: store.Root{ID: fmt.Sprintf("%s~%d~%d", o.ID, a.Group, a.Opener)}, Opening: o.ID, Bytes: string(raw), Signature: sig}
	if err := s.Answers.Put(ctx, doc); err != nil {
		if !errors.Is(err, &fault.Error{Code: "answer.taken"}) {
			return nil, err
		}
		if was, err := s.Answers.Get(ctx, doc.ID); err != nil || was.Bytes != doc.Bytes {
			return nil, fault.New(fault.Conflict, "opening.twice", "You have answered this batch already.")
		}
	}
	h := canon.Hash("answer", raw)
	given := Given{Seat: Seat{a.Group, a.Opener}, User: by.User, Name: by.Name, At: now, Answer: hex.EncodeToString(h[:]), False: wrong}
	return s.change(ctx, id, func(o *Opening) ([]event.Event, error) {
		if slices.ContainsFunc(o.Given, func(g Given) bool { return g.Seat == given.Seat }) {
			return nil, fault.New(fault.Conflict, "opening.twice", "You have answered this batch already.")
		}
		if err := o.do("answer"); err != nil {
			return nil, err
		}
		o.Given = append(o.Given, given)
		return []event.Event{event.New("opening.answer", o.Tender, by.ID(), now, map[string]any{
			"opening": o.ID, "answer": given.Answer, "group": a.Group, "opener": a.Opener, "false": wrong})}, nil
	})
}

// checkAnswer holds an answer to its batch, its sender's seat and signature.
func (s *Openings) checkAnswer(ctx context.Context, by party.Actor, t *tender.Tender, o *Opening, a seal.Answer, raw []byte, sig sign.Signature) error {
	m, _, err := manifestOf(t)
	if err != nil {
		return err
	}
	batch, err := seal.ParseBatch([]byte(o.Batch))
	if err != nil {
		return err
	}
	if err := a.Check(batch, m); err != nil {
		return err
	}
	if m.Groups[a.Group].Openers[a.Opener-1].ID != by.User {
		return fault.New(fault.Denied, "opening.not_opener", "You do not hold this share.")
	}
	facts, err := s.Log.Facts(ctx, t.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(facts, func(f Placed) bool { return f.ID == event.ID(store.Subject(openingKind, o.ID), 1, 0) }) {
		return fault.New(fault.Conflict, "opening.not_logged", "The batch is not in the log yet. Release nothing.")
	}
	return s.Devices.Verify(ctx, by.User, sign.Open, raw, sig)
}

// falseShares counts the shares of an answer that do not match their commitment.
func (s *Openings) falseShares(ctx context.Context, t *tender.Tender, o *Opening, a seal.Answer) (int, error) {
	op, err := s.Package(ctx, t, o)
	if err != nil {
		return 0, err
	}
	wrong, err := op.FalseShares(a)
	return len(wrong), err
}

// Fail puts on the record that an opener will not answer, so that a batch can
// be combined without: reason and who says so are in the fact.
func (s *Openings) Fail(ctx context.Context, by party.Actor, id string, seat Seat, reason string) (*Opening, error) {
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	_, now, err := s.may(ctx, by, o.Tender, party.OpeningRecord)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, fault.Field("opening.no_reason", "reason", "Say why the opener cannot answer.")
	}
	return s.change(ctx, id, func(o *Opening) ([]event.Event, error) {
		if slices.Contains(o.Failed, seat) {
			return nil, nil
		}
		if err := o.do("fail"); err != nil {
			return nil, err
		}
		o.Failed = append(o.Failed, seat)
		return []event.Event{event.New("opening.fail", o.Tender, by.ID(), now, map[string]any{
			"opening": o.ID, "group": seat.Group, "opener": seat.Opener, "reason": reason})}, nil
	})
}

// change loads, changes and stores an opening, again if somebody was faster.
func (s *Openings) change(ctx context.Context, id string, f func(*Opening) ([]event.Event, error)) (*Opening, error) {
	for {
		o, err := s.Openings.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		facts, err := f(o)
		if err != nil || len(facts) == 0 {
			return o, err
		}
		err = s.Openings.Put(ctx, o, facts...)
		if errors.Is(err, &fault.Error{Code: "opening.stale"}) {
			continue
		}
		return o, err
	}
}
