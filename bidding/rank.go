package bidding

import (
	"context"
	"encoding/hex"
	"time"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

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
	return s.questions(ctx, t, lot)
}

func (s *Judging) questions(ctx context.Context, t *tender.Tender, lot string) ([]score.Question, error) {
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
