package bidding

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

const judgementKind = "judgement"

// Judging is what the panel does; see [NewJudging].
type Judging struct {
	Panels     store.Shelf[Panel, *Panel]
	Sheets     store.Shelf[Sheet, *Sheet]
	Judgements store.Shelf[Judgement, *Judgement]
	Openings   store.Shelf[Opening, *Opening]
	Outcomes   store.Shelf[Outcome, *Outcome]
	Tenders    *tender.Service
	Clock      tender.Clock
	Devices    tender.Devices
	Root       func(ctx context.Context, topic string) (string, error) // see score.Input.Root
}

// Judgement is what the panel as a whole has found about the bids for one lot.
type Judgement struct {
	store.Root // ID is tender~lot

	Tender   string         `json:"tender"`
	Lot      string         `json:"lot"`
	Findings []Finding      `json:"findings,omitempty"` // by bidder
	Dissent  []Dissent      `json:"dissent,omitempty"`
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
		return nil, fault.New(fault.Conflict, "evaluation.sealed", "The %s envelopes of this lot are not open yet.", envelope)
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

// Find replaces what the panel has found about one bid. It begins when every
// evaluator has handed in, so that nobody scores with the others in view.
func (s *Judging) Find(ctx context.Context, by party.Actor, id, lot string, f Finding) (*Judgement, error) {
	t, now, err := s.mayLot(ctx, by, id, lot, party.EvaluationConsensus)
	if err != nil {
		return nil, err
	}
	if err := s.Cleared(ctx, by, t); err != nil {
		return nil, err
	}
	if _, err := s.AllSheets(ctx, t, lot); err != nil {
		return nil, err
	}
	bids, err := s.opened(ctx, t, lot, t.Notice.Envelopes.Names()[0])
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(bids, func(o *Outcome) bool { return o.Bidder.ID == f.Bidder }) {
		return nil, fault.Field("evaluation.bid", "finding.bidder", "No bid of %q was opened.", f.Bidder)
	}
	return s.change(ctx, t, lot, func(j *Judgement) ([]event.Event, error) {
		if err := j.mayFind(t, f); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(j.Findings, func(x Finding) bool { return x.Bidder == f.Bidder })
		if i < 0 {
			j.Findings = append(j.Findings, f)
		} else {
			j.Findings[i] = f
		}
		return []event.Event{event.New("evaluation.find", id, by.ID(), now, map[string]any{"lot": lot, "finding": f})}, nil
	})
}

// mayFind refuses changes to what is decided: after the technical decision
// only questions about prices are open, after the ranking nothing is.
func (j *Judgement) mayFind(t *tender.Tender, f Finding) error {
	phase := t.Lot(j.Lot).Phase
	if phase == tender.Opened || phase == tender.Priced && string(j.finding(f.Bidder).technical()) == string(f.technical()) {
		return nil
	}
	return fault.New(fault.Conflict, "evaluation.decided", "This was decided already and does not change.")
}

// technical is the part that the technical decision was made from.
func (f Finding) technical() []byte {
	return canon.Must(Finding{Bidder: f.Bidder, Answers: f.Answers, Consensus: f.Consensus})
}

func (j *Judgement) finding(bidder string) Finding {
	for _, f := range j.Findings {
		if f.Bidder == bidder {
			return f
		}
	}
	return Finding{Bidder: bidder}
}

// Dissent puts a member's disagreement on the record of a lot.
func (s *Judging) Dissent(ctx context.Context, by party.Actor, id, lot, words string) (*Judgement, error) {
	t, now, err := s.mayLot(ctx, by, id, lot, party.EvaluationScore)
	if err != nil {
		return nil, err
	}
	if err := s.Cleared(ctx, by, t); err != nil {
		return nil, err
	}
	if words == "" || len(words) > score.MaxReason {
		return nil, fault.Field("evaluation.dissent", "text", "Say what you do not agree with.")
	}
	return s.change(ctx, t, lot, func(j *Judgement) ([]event.Event, error) {
		j.Dissent = append(j.Dissent, Dissent{by.User, by.Name, words, now})
		return []event.Event{event.New("evaluation.dissent", id, by.ID(), now, map[string]any{"lot": lot, "text": words})}, nil
	})
}

// Qualify makes the technical decision of a tender with two envelopes: whose
// prices will be opened. The others stay sealed for ever.
func (s *Judging) Qualify(ctx context.Context, by party.Actor, id, lot string) (*Judgement, error) {
	t, now, err := s.mayLot(ctx, by, id, lot, party.EvaluationDecide)
	if err != nil {
		return nil, err
	}
	if err := s.Cleared(ctx, by, t); err != nil {
		return nil, err
	}
	j, err := s.Judgement(ctx, t, lot)
	if err != nil {
		return nil, err
	}
	if j.Decision == nil {
		if l := t.Lot(lot); l == nil || l.Phase != tender.Opened || t.Notice.Envelopes != tender.TwoEnvelopes {
			return nil, fault.New(fault.Conflict, "evaluation.lot", "There is no technical decision to make on this lot now.")
		}
		j, err = s.change(ctx, t, lot, func(j *Judgement) ([]event.Event, error) { return s.qualify(ctx, by, t, j, now) })
		if err != nil {
			return nil, err
		}
	}
	_, err = s.Tenders.MoveLot(ctx, id, lot, tender.QualifyLot, tender.Ask{By: by}, nil)
	return j, err
}

func (s *Judging) qualify(ctx context.Context, by party.Actor, t *tender.Tender, j *Judgement, now time.Time) ([]event.Event, error) {
	in, err := s.input(ctx, t, j)
	if err != nil {
		return nil, err
	}
	entries, err := score.Qualify(in)
	if err != nil {
		return nil, err
	}
	h := canon.Hash("decision", canon.Must(map[string]any{"input": in, "entries": entries}))
	j.Decision = &Qualified{Input: in, Entries: entries, Hash: hex.EncodeToString(h[:]), At: now}
	return []event.Event{event.New("evaluation.qualify", t.ID, by.ID(), now, map[string]any{
		"lot": j.Lot, "decision": j.Decision.Hash, "input": in, "entries": entries})}, nil
}

// Passed tells the second opening whose prices stay sealed.
func (s *Judging) Passed(ctx context.Context, id, lot string) (decision string, excluded []string, err error) {
	j, err := s.Judgements.Get(ctx, id+"~"+lot)
	if err != nil {
		return "", nil, err
	}
	if j.Decision == nil {
		return "", nil, fault.New(fault.Conflict, "evaluation.undecided", "The technical decision has not been made.")
	}
	for _, e := range j.Decision.Entries {
		if e.Status != score.Valid {
			excluded = append(excluded, e.Bid)
		}
	}
	if len(excluded) == 0 {
		return "", nil, nil
	}
	return j.Decision.Hash, excluded, nil
}

// Rank computes the ranking of a lot and puts it, with everything that it
// follows from, on the record.
func (s *Judging) Rank(ctx context.Context, by party.Actor, id, lot string) (*Judgement, error) {
	t, now, err := s.mayLot(ctx, by, id, lot, party.EvaluationDecide)
	if err != nil {
		return nil, err
	}
	if err := s.Cleared(ctx, by, t); err != nil {
		return nil, err
	}
	j, err := s.Judgement(ctx, t, lot)
	if err != nil {
		return nil, err
	}
	if l := t.Lot(lot); l != nil && l.Phase != tender.Ranked {
		j, err = s.change(ctx, t, lot, func(j *Judgement) ([]event.Event, error) { return s.rank(ctx, by, t, j, now) })
		if err != nil {
			return nil, err
		}
	}
	_, err = s.Tenders.MoveLot(ctx, id, lot, tender.RankLot, tender.Ask{By: by}, nil)
	return j, err
}

func (s *Judging) rank(ctx context.Context, by party.Actor, t *tender.Tender, j *Judgement, now time.Time) ([]event.Event, error) {
	want := tender.Opened
	if t.Notice.Envelopes == tender.TwoEnvelopes {
		want = tender.Priced
	}
	if l := t.Lot(j.Lot); l == nil || l.Phase != want {
		return nil, fault.New(fault.Conflict, "evaluation.lot", "This lot cannot be ranked now.")
	}
	in, err := s.input(ctx, t, j)
	if err != nil {
		return nil, err
	}
	r, err := score.Rank(in)
	if err != nil {
		return nil, err
	}
	h := canon.Hash("ranking", canon.Must(r))
	j.Input, j.Ranking, j.Hash, j.Ranked = &in, &r, hex.EncodeToString(h[:]), now
	return []event.Event{event.New("evaluation.rank", t.ID, by.ID(), now, map[string]any{
		"lot": j.Lot, "ranking": r, "input": in, "hash": j.Hash})}, nil
}

// Questions lists what about the prices must be answered in writing.
func (s *Judging) Questions(ctx context.Context, by party.Actor, id, lot string) ([]score.Question, error) {
	t, _, err := s.mayLot(ctx, by, id, lot, party.EvaluationRead)
	if err != nil {
		return nil, err
	}
	if err := s.Cleared(ctx, by, t); err != nil {
		return nil, err
	}
	j, err := s.Judgement(ctx, t, lot)
	if err != nil {
		return nil, err
	}
	in, err := s.input(ctx, t, j)
	if err != nil {
		return nil, err
	}
	return score.Questions(in)
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

// FindingOn returns what the panel has found about a bidder's bid.
func (j *Judgement) FindingOn(bidder string) Finding { return j.finding(bidder) }
