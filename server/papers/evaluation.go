package papers

import (
	"context"
	"encoding/json"
	"fmt"

	"probity/bidding"
	"probity/bidding/score"
	"probity/documents/paper"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// Evaluation is everything that the report of the evaluation of a lot shows.
type Evaluation struct {
	Tender    *tender.Tender
	Judgement *bidding.Judgement
	Sheets    []*bidding.Sheet
	Panel     *bidding.Panel // nil if it is not known
	Award     *award.Award   // nil while nothing is decided
	Names     Names          // of the bidders
}

// judgementKind is the subject of the facts of what a panel finds.
const judgementKind = "judgement"

// EvaluationReport draws the report of the evaluation of a lot, sealed: with
// the ranking or, before that, the technical decision. Asked again, it gives
// the same file until somebody dissents or the award changes.
func (p *Papers) EvaluationReport(ctx context.Context, t *tender.Tender, j *bidding.Judgement, sheets []*bidding.Sheet) ([]byte, error) {
	if entries(j) == nil {
		return nil, fault.New(fault.Conflict, "paper.no_result", "This lot has neither a ranking nor a technical decision yet.")
	}
	e := Evaluation{Tender: t, Judgement: j, Sheets: sheets, Names: Names{}}
	if err := p.gather(ctx, &e); err != nil {
		return nil, err
	}
	x := EvaluationOf(e, p.imprint)
	return p.sealedOnce(ctx, x, x.Sheet, func() (paper.Paper, error) {
		f, err := p.last(ctx, store.Subject(judgementKind, j.ID), j.Version, decides(j))
		if err != nil {
			return nil, err
		}
		x.Log, err = placeOf(f.receipt)
		x.Number, x.VerifyURL = fmt.Sprintf("E-%d", x.Log.Index), p.imprint.entryAddress(int64(x.Log.Index))
		return x, err
	})
}

// decides reports whether a fact is the result that the report is about.
func decides(j *bidding.Judgement) func(event.Event) bool {
	return func(e event.Event) bool {
		var d struct {
			Hash     string `json:"hash"`     // of a ranking
			Decision string `json:"decision"` // of a technical decision
		}
		if json.Unmarshal(e.Data, &d) != nil {
			return false
		}
		if j.Ranking == nil {
			return e.Name == "evaluation.qualify" && j.Decision != nil && d.Decision == j.Decision.Hash
		}
		return e.Name == "evaluation.rank" && d.Hash == j.Hash
	}
}

// gather looks up what the judgement leaves unsaid.
func (p *Papers) gather(ctx context.Context, e *Evaluation) (err error) {
	for _, x := range entries(e.Judgement) {
		if err := p.find(ctx, e.Names, x.Bid); err != nil {
			return err
		}
	}
	for _, f := range e.Judgement.Findings {
		if err := p.find(ctx, e.Names, f.Bidder); err != nil {
			return err
		}
	}
	if p.Sources.Panel != nil {
		if e.Panel, err = p.Sources.Panel(ctx, e.Tender); err != nil {
			return err
		}
	}
	if p.Sources.Award != nil {
		e.Award, err = p.Sources.Award(ctx, e.Tender.ID, e.Judgement.Lot)
		if err != nil && !isMissing(err) {
			return err
		}
	}
	return nil
}

// entries are the results as far as there are any.
func entries(j *bidding.Judgement) []score.Entry {
	switch {
	case j.Ranking != nil:
		return j.Ranking.Entries
	case j.Decision != nil:
		return j.Decision.Entries
	}
	return nil
}
