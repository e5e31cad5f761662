package bidding

import (
	"cmp"
	"context"
	"strconv"

	"probity/bidding/score"
	"probity/tender"
)

// input gathers everything that the ranking of a lot follows from. What is not
// open yet is left out; the sums of package score say what is missing.
func (s *Judging) input(ctx context.Context, t *tender.Tender, j *Judgement) (score.Input, error) {
	l, names := t.Notice.Lot(j.Lot), t.Notice.Envelopes.Names()
	root, err := s.Root(ctx, t.ID)
	if err != nil {
		return score.Input{}, err
	}
	in := score.Input{Version: score.Version, Lot: j.Lot, Currency: t.Notice.Currency, Criteria: l.Criteria, Estimate: l.Value, Root: root}
	for _, r := range t.Notice.RequirementsOf(j.Lot) {
		in.Requirements = append(in.Requirements, r.ID)
	}
	for _, item := range l.Items {
		in.Items = append(in.Items, score.Item{ID: item.ID, Quantity: item.Quantity})
	}
	first, err := s.opened(ctx, t, j.Lot, names[0])
	if err != nil {
		return score.Input{}, err
	}
	prices := map[string]*Outcome{}
	if t.Lot(j.Lot).Phase != tender.Opened || len(names) == 1 {
		list, err := s.opened(ctx, t, j.Lot, names[len(names)-1])
		if err != nil {
			return score.Input{}, err
		}
		for _, o := range list {
			prices[o.Bidder.ID] = o
		}
	}
	sheets, err := s.sheets(ctx, t, j.Lot, &in)
	if err != nil {
		return score.Input{}, err
	}
	for _, o := range first {
		in.Bids = append(in.Bids, j.bid(o, prices[o.Bidder.ID], len(prices) > 0, sheets))
	}
	return in, nil
}

// sheets reads the evaluators' scores, where there is something to score.
func (s *Judging) sheets(ctx context.Context, t *tender.Tender, lot string, in *score.Input) ([]*Sheet, error) {
	if len(in.Criteria.Quality) == 0 {
		return nil, nil
	}
	list, err := s.AllSheets(ctx, t, lot)
	for _, x := range list {
		in.Evaluators = append(in.Evaluators, x.User)
	}
	return list, err
}

// bid is one bid as the sums take it.
func (j *Judgement) bid(o, price *Outcome, priced bool, sheets []*Sheet) score.Bid {
	f := j.finding(o.Bidder.ID)
	b := score.Bid{ID: o.Bidder.ID, Fingerprint: o.Fingerprint, Answers: f.Answers, Consensus: f.Consensus,
		Correction: f.Correction, Low: f.Low, Rejected: f.Rejected}
	for _, x := range sheets {
		for _, v := range x.Scores {
			if v.Bidder == o.Bidder.ID {
				b.Scores = append(b.Scores, score.Score{Evaluator: x.User, Criterion: v.Criterion, Value: v.Value, Reason: v.Reason})
			}
		}
	}
	switch {
	case b.Rejected != "":
	case o.OfferFault != "":
		b.Rejected = "The offer cannot be read (" + o.OfferFault + ")."
	case priced && price == nil && j.passed(o.Bidder.ID):
		b.Rejected = "The price envelope could not be opened."
	case price != nil && price.OfferFault != "":
		b.Rejected = "The prices cannot be read (" + price.OfferFault + ")."
	case price != nil && price.Offer != nil:
		b.Price = price.Offer.Total
		for _, p := range price.Offer.Prices {
			b.Lines = append(b.Lines, score.Line{Item: p.Item, UnitPrice: p.UnitPrice, Total: p.Total})
		}
	}
	return b
}

// passed reports whether the technical decision has let the bidder's price be
// opened; without such a decision every price is.
func (j *Judgement) passed(bidder string) bool {
	if j.Decision == nil {
		return true
	}
	for _, e := range j.Decision.Entries {
		if e.Bid == bidder {
			return e.Status == score.Valid
		}
	}
	return false
}

// compareAll compares pairs of strings, the first that differ decide.
func compareAll(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if c := cmp.Compare(pairs[i], pairs[i+1]); c != 0 {
			return c
		}
	}
	return 0
}

func itoa(i int) string { return strconv.Itoa(i) }
