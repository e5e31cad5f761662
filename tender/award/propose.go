package award

import (
	"context"
	"encoding/hex"
	"slices"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// justifications are the codes of eForms non-award-justification.
var justifications = []string{
	"all-rej", "chan-need", "ins-fund", "no-rece", "no-signed", "one-admis",
	"other", "rev-body", "rev-buyer", "tch-pr-error",
}

// Propose proposes to award the lot to the best of the ranking who has not been
// passed over.
func (s *Service) Propose(ctx context.Context, tenderID, lot string, by party.Actor, reasons tender.Text) (*Award, error) {
	return s.propose(ctx, tenderID, lot, by, func(d *Decision, before []*Award) error {
		r, err := s.Rankings.Ranking(ctx, tenderID, lot)
		if err != nil {
			return err
		}
		if err := canon.Check(r.Record); err != nil {
			return fault.New(fault.Internal, "ranking.form", "The ranking is not in canonical form.").Because(err)
		}
		d.Ranking = r.Hash()
		if d.Winner = r.best(before); d.Winner == nil {
			return fault.New(fault.Conflict, "award.nobody_left", "No bidder is left to be awarded: propose that the lot ends without an award.")
		}
		d.Reasons, err = reasons.CleanLines("reasons", MaxText)
		return err
	})
}

// ProposeNone proposes that the lot ends without an award. why is a code of
// eForms non-award-justification.
func (s *Service) ProposeNone(ctx context.Context, tenderID, lot string, by party.Actor, why string, reasons tender.Text) (*Award, error) {
	return s.propose(ctx, tenderID, lot, by, func(d *Decision, _ []*Award) error {
		if !slices.Contains(justifications, why) {
			return fault.Field("award.without", "without", "Give a code of non-award-justification such as ins-fund.")
		}
		d.Without = why
		var err error
		d.Reasons, err = reasons.CleanLines("reasons", MaxText)
		return err
	})
}

func (s *Service) propose(ctx context.Context, tenderID, lot string, by party.Actor, fill func(*Decision, []*Award) error) (*Award, error) {
	if err := s.Complaints.Settle(ctx, tenderID); err != nil {
		return nil, err
	}
	sc, err := s.scene(ctx, tenderID, by)
	if err != nil {
		return nil, err
	}
	before, err := s.ofLot(ctx, tenderID, lot)
	if err != nil {
		return nil, err
	}
	n := len(before) + 1
	a := &Award{Root: store.Root{ID: ID(tenderID, lot, n)}, N: n}
	a.Decision = Decision{Kind: Kind, ID: a.ID, Tender: tenderID, Lot: lot}
	fact, err := a.do(Propose, sc, func() (map[string]any, error) {
		if n > 1 && !before[n-2].over() {
			return nil, fault.New(fault.Conflict, "award.open", "Another award of this lot is not settled yet.")
		}
		if err := fill(&a.Decision, before); err != nil {
			return nil, err
		}
		a.Proposed = Word{PersonOf(by), sc.now}
		return map[string]any{"decision": a.Decision}, nil
	})
	if err != nil {
		return nil, err
	}
	return a, s.Awards.Put(ctx, a, fact)
}

// over reports whether the award has come to nothing, so that there may be
// another, and has no effect that is still to come.
func (a *Award) over() bool {
	return a.Owed == "" && (a.State == Returned || a.State == PassedOver || a.State == SetAside)
}

// Hash is hex H("ranking", the record).
func (r Ranking) Hash() string {
	h := canon.Hash("ranking", r.Record)
	return hex.EncodeToString(h[:])
}

// best returns the first in rank who may still win, or nil. Who was passed over
// is out for good; an award that was set aside keeps its bid out only as long
// as the ranking is the one that led to it.
func (r Ranking) best(before []*Award) (w *Winner) {
	for _, p := range r.Places {
		out := slices.ContainsFunc(before, func(a *Award) bool {
			return a.Decision.Winner != nil && a.Decision.Winner.Bid == p.Bid &&
				(a.State == PassedOver || a.State == SetAside && a.Decision.Ranking == r.Hash())
		})
		if p.Rank > 0 && !out && (w == nil || p.Rank < w.Rank) {
			w = &Winner{Bid: p.Bid, Supplier: p.Bidder, Members: p.Members, Price: p.Price, Rank: p.Rank, Score: p.Score}
		}
	}
	return w
}
