package score

import (
	"probity/tender"
	"probity/tender/fault"
)

// questionLow asks about abnormally low prices, and about those that the panel
// has decided on although no test asked. The price that is tested is the one
// after correction and without life-cycle costs: it is what the bidder is paid.
func (w *work) questionLow() {
	rules := w.in.Criteria.Low
	bids := w.valid()
	prices := make([]tender.Decimal, len(bids))
	for i, b := range bids {
		prices[i] = b.Price.Decimal()
	}
	all := total(prices)
	others := len(bids) - 1
	for _, b := range bids {
		price := b.Price.Decimal()
		var steps []Step
		if !rules.BelowMean.IsZero() && others >= rules.Others {
			rest := num(all.num).minus(num(price)).over(whole(others))
			if steps = w.below(steps, price, rest, rules.BelowMean, StepLowMean); steps != nil {
				w.asked = []Step{all.step(StepLowSum, "")}
			}
		}
		if !rules.BelowEstimate.IsZero() {
			steps = w.below(steps, price, amount(*w.in.Estimate), rules.BelowEstimate, StepLowEstimate)
		}
		if steps != nil || b.bid.Low != nil {
			b.Questions = append(b.Questions, Question{b.Bid, QuestionLow, steps, b.bid.Low})
		}
	}
}

// below adds a step if price is more than so many percent below the mark.
func (w *work) below(steps []Step, price tender.Decimal, mark calc, percent tender.Decimal, code string) []Step {
	limit := mark.times(num(hundred).minus(num(percent))).over(num(hundred)).round(w.decimals)
	if price.Cmp(limit.num) >= 0 {
		return steps
	}
	return append(steps, limit.step(code, ""))
}

// settle refuses to go on while a question is open, and takes out the bids
// whose low price was not accepted.
func (w *work) settle() error {
	open := map[string]string{}
	for _, b := range w.bids {
		for _, q := range b.Questions {
			switch {
			case q.Answer == nil && b.Status == Valid:
				open["bids."+b.Bid+"."+q.Code] = "This needs an answer in writing."
			case q.Answer != nil && q.Code == QuestionLow && !q.Answer.Accepted:
				b.out(Rejected, Reason{Code: ReasonLow, Text: q.Answer.Reason})
			}
		}
	}
	if len(open) > 0 {
		f := fault.New(fault.Conflict, "score.question_open", "The lot cannot be ranked while a question about a price is open.")
		f.Field = open
		return f
	}
	return nil
}
