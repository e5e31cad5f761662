package audit

import (
	"cmp"
	"slices"

	"probity/bidding"
	"probity/bidding/score"
)

// judgement is what the panel had found about a lot by some point of the log.
type judgement struct {
	findings map[string]bidding.Finding
	decided  map[string]bool // by bidder: may its price count; nil without a technical decision
}

// judgement follows the panel's findings and its technical decision.
func (v *verifier) judgement(lot string, before int64) judgement {
	j := judgement{findings: map[string]bidding.Finding{}}
	for _, f := range v.facts {
		if f.Index >= before {
			break
		}
		switch f.Name {
		case "evaluation.find":
			if d, ok := data[struct {
				Lot     string
				Finding bidding.Finding
			}](v, f); ok && d.Lot == lot {
				j.findings[d.Finding.Bidder] = d.Finding
			}
		case "evaluation.qualify":
			if d, ok := data[struct {
				Lot     string
				Entries []score.Entry
			}](v, f); ok && d.Lot == lot {
				j.decided = map[string]bool{}
				for _, e := range d.Entries {
					j.decided[e.Bid] = e.Status == score.Valid
				}
			}
		}
	}
	return j
}

// passed reports whether the technical decision has let the price be opened.
func (j judgement) passed(bidder string) bool { return j.decided == nil || j.decided[bidder] }

// bid is one bid as the sums take it.
func (j judgement) bid(o bidding.RecordedBid, prices map[string]*bidding.RecordedBid, sheets []handedIn, quality bool) score.Bid {
	f := j.findings[o.Bidder.ID]
	b := score.Bid{ID: o.Bidder.ID, Fingerprint: o.Fingerprint, Answers: f.Answers, Consensus: f.Consensus,
		Correction: f.Correction, Low: f.Low, Rejected: f.Rejected}
	for _, x := range sheets {
		for _, g := range x.sheet.Scores {
			if g.Bidder == o.Bidder.ID && quality {
				b.Scores = append(b.Scores, score.Score{Evaluator: x.sheet.User, Criterion: g.Criterion, Value: g.Value, Reason: g.Reason})
			}
		}
	}
	price := prices[o.Bidder.ID]
	switch {
	case b.Rejected != "":
	case o.OfferFault != "":
		b.Rejected = "The offer cannot be read (" + o.OfferFault + ")."
	case len(prices) > 0 && price == nil && j.passed(o.Bidder.ID):
		b.Rejected = "The price envelope could not be opened."
	case price != nil && price.OfferFault != "":
		b.Rejected = "The prices cannot be read (" + price.OfferFault + ")."
	case price != nil && price.Price != nil:
		b.Price = price.Price
		for _, p := range price.Prices {
			b.Lines = append(b.Lines, score.Line{Item: p.Item, UnitPrice: p.UnitPrice, Total: p.Total})
		}
	}
	return b
}

// sorted puts scores in an order of their own, so that two lists can be compared.
func sorted(list []score.Score) []score.Score {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b score.Score) int {
		return cmp.Or(cmp.Compare(a.Evaluator, b.Evaluator), cmp.Compare(a.Criterion, b.Criterion))
	})
	return list
}
