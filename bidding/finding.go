package bidding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"probity/bidding/score"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// Find replaces what the panel has found about one bid. It begins when every
// evaluator has handed in, so that nobody scores with the others in view.
func (s *Judging) Find(ctx context.Context, by party.Actor, id, lot string, f Finding) (*Judgement, error) {
	return s.FindSeen(ctx, by, id, lot, FindingDraft{Finding: f})
}

// FindingDraft is a finding with what its writer saw before: the tag of the
// finding that it replaces, or "" to replace whatever is there.
type FindingDraft struct {
	Finding
	Seen string
}

// FindSeen is Find for a writer who is not alone: what somebody else has found
// about the same bid meanwhile is not lost, the second writer looks first. To
// record the same again changes nothing.
func (s *Judging) FindSeen(ctx context.Context, by party.Actor, id, lot string, d FindingDraft) (*Judgement, error) {
	f := d.Finding
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
		if is := j.finding(f.Bidder).Tag(); d.Seen != "" && d.Seen != is {
			if is == f.Tag() {
				return nil, nil
			}
			return nil, fault.New(fault.Stale, "finding.stale", "Somebody has recorded something else about this bid meanwhile. Compare, and record what the panel has agreed on.")
		}
		if err := j.mayFind(t, f); err != nil {
			return nil, err
		}
		if err := s.checkFinding(ctx, t, lot, f); err != nil {
			return nil, err
		}
		if err := s.heard(ctx, t, lot, j.finding(f.Bidder), f, now); err != nil {
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

// checkFinding refuses what could not be computed with later: an answer to a
// requirement that there is not, a consensus off the scale, a missing reason.
func (s *Judging) checkFinding(ctx context.Context, t *tender.Tender, lot string, f Finding) error {
	in, err := s.input(ctx, t, &Judgement{Tender: t.ID, Lot: lot, Findings: []Finding{f}})
	if err != nil {
		return err
	}
	in.Bids = slices.DeleteFunc(in.Bids, func(b score.Bid) bool { return b.ID != f.Bidder })
	return in.Check()
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

// Tag tells a finding from every other one: the SHA-256 of its canonical JSON.
func (f Finding) Tag() string {
	h := sha256.Sum256(canon.Must(f))
	return hex.EncodeToString(h[:])
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

// Dissent puts a member's disagreement on the record of a lot. A member has one
// there: who dissents again says it in other words, and the log keeps those of
// before. It is not refused, since a member may disagree with the ranking for
// another reason than with what came before it. The same words again, from a
// button pressed twice, change nothing.
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
		if !j.dissent(Dissent{by.User, by.Name, words, now}) {
			return nil, nil
		}
		return []event.Event{event.New("evaluation.dissent", id, by.ID(), now, map[string]any{"lot": lot, "text": words})}, nil
	})
}

// dissent takes in what a member does not agree with, in the place of what the
// member said before; false if it says nothing new.
func (j *Judgement) dissent(d Dissent) bool {
	was := j.DissentOf(d.User)
	switch {
	case was == nil:
		j.Dissent = append(j.Dissent, d)
	case was.Text == d.Text:
		return false
	default:
		*was = d
	}
	return true
}

// DissentOf returns what a member does not agree with; nil for nothing.
func (j *Judgement) DissentOf(user string) *Dissent {
	for i := range j.Dissent {
		if j.Dissent[i].User == user {
			return &j.Dissent[i]
		}
	}
	return nil
}

// FindingOn returns what the panel has found about a bidder's bid.
func (j *Judgement) FindingOn(bidder string) Finding { return j.finding(bidder) }
