package bidding

import (
	"context"
	"errors"
	"slices"
	"time"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

const judgementKind = "judgement"

// Judging is what the panel does; see [NewJudging].
type Judging struct {
	Panels         store.Shelf[Panel, *Panel]
	Sheets         store.Shelf[Sheet, *Sheet]
	Judgements     store.Shelf[Judgement, *Judgement]
	Clarifications store.Shelf[Clarification, *Clarification]
	Openings       store.Shelf[Opening, *Opening]
	Outcomes       store.Shelf[Outcome, *Outcome]
	Tenders        *tender.Service
	Clock          tender.Clock
	Devices        tender.Devices
	Root           func(ctx context.Context, topic string) (string, error) // see score.Input.Root
}

// Judgement is what the panel as a whole has found about the bids for one lot.
type Judgement struct {
	store.Root // ID is tender~lot

	Tender   string         `json:"tender"`
	Lot      string         `json:"lot"`
	Findings []Finding      `json:"findings,omitempty"` // by bidder
	Dissent  []Dissent      `json:"dissent,omitempty"`  // one of a member, as last said
	Decision *Qualified     `json:"decision,omitempty"` // the technical decision, with two envelopes
	Input    *score.Input   `json:"input,omitempty"`    // what the ranking was computed from
	Ranking  *score.Ranking `json:"ranking,omitempty"`
	Hash     string         `json:"hash,omitempty"` // hex H("ranking", canonical ranking)
	Ranked   time.Time      `json:"ranked,omitzero"`
}

// Finding is what the panel has found about one bid.
type Finding struct {
	Bidder     string            `json:"bidder"`
	Answers    []score.Answer    `json:"answers,omitempty"`
	Consensus  []score.Agreement `json:"consensus,omitempty"`
	Correction *score.Decision   `json:"correction,omitempty"`
	Low        *score.Decision   `json:"low,omitempty"`
	Rejected   string            `json:"rejected,omitempty"`
}

// Dissent is what a member of the panel does not agree with.
type Dissent struct {
	User string    `json:"user"`
	Name string    `json:"name"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Qualified is the technical decision: whose prices are opened. It is made
// from everything but prices.
type Qualified struct {
	Input   score.Input   `json:"input"`
	Entries []score.Entry `json:"entries"`
	Hash    string        `json:"hash"` // hex H("decision", canonical input and entries)
	At      time.Time     `json:"at"`
}

// Keys make judgements searchable by tender.
func (j *Judgement) Keys() store.Keys { return store.Keys{"tender": j.Tender} }

// may checks a right in a tender and reads the clock.
func (s *Judging) may(ctx context.Context, by party.Actor, id string, right party.Action) (*tender.Tender, time.Time, error) {
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

// mayLot is may for something about one lot.
func (s *Judging) mayLot(ctx context.Context, by party.Actor, id, lot string, right party.Action) (*tender.Tender, time.Time, error) {
	t, now, err := s.may(ctx, by, id, right)
	if err == nil && t.Lot(lot) == nil {
		err = fault.New(fault.Missing, "lot.missing", "This tender has no such lot.")
	}
	return t, now, err
}

// opened lists the bids whose envelope was opened, by bidder. It refuses while
// the opening has no record.
func (s *Judging) opened(ctx context.Context, t *tender.Tender, lot, envelope string) ([]*Outcome, error) {
	o, err := s.Openings.Get(ctx, OpeningID(t.ID, lot, envelope))
	if err != nil && !errors.Is(err, &fault.Error{Code: "opening.missing"}) {
		return nil, err
	}
	if err != nil || o.State != Recorded {
		return nil, fault.New(fault.Conflict, "evaluation.sealed", "The %s envelopes of this lot are not open yet.", fault.Name{Of: "envelope", Word: envelope})
	}
	var list []*Outcome
	err = s.Outcomes.All(ctx, store.Query{Index: "opening", Eq: []any{o.ID}}, func(x *Outcome) error {
		if x.State == "opened" {
			list = append(list, x)
		}
		return nil
	})
	slices.SortFunc(list, func(a, b *Outcome) int { return compareAll(a.Bidder.ID, b.Bidder.ID) })
	return list, err
}

// Judgement returns the panel's findings on a lot, empty at first.
func (s *Judging) Judgement(ctx context.Context, t *tender.Tender, lot string) (*Judgement, error) {
	id := t.ID + "~" + lot
	j, err := s.Judgements.Get(ctx, id)
	if errors.Is(err, &fault.Error{Code: "judgement.missing"}) {
		return &Judgement{Root: store.Root{ID: id}, Tender: t.ID, Lot: lot}, nil
	}
	return j, err
}

// change loads, changes and stores a judgement, again if somebody was faster.
func (s *Judging) change(ctx context.Context, t *tender.Tender, lot string, f func(*Judgement) ([]event.Event, error)) (*Judgement, error) {
	for {
		j, err := s.Judgement(ctx, t, lot)
		if err != nil {
			return nil, err
		}
		facts, err := f(j)
		if err != nil || len(facts) == 0 {
			return j, err
		}
		err = s.Judgements.Put(ctx, j, facts...)
		if f := fault.From(err); err != nil && (f.Kind == fault.Stale || f.Code == "judgement.taken") {
			continue
		}
		return j, err
	}
}
