package score

import (
	"probity/tender"
	"probity/tender/fault"
)

// openPrices reads the prices of the complying bids, corrects them, and raises
// the questions. It decides what needs nobody's answer: contradictions under
// [Contradicted], and prices above the ceiling.
func (w *work) openPrices() error {
	for _, b := range w.valid() {
		if err := w.readPrice(b); err != nil {
			return err
		}
		if err := w.correct(b); err != nil {
			return err
		}
		if top := w.in.Criteria.Price.Ceiling; top != nil && b.Price.Minor > top.Minor {
			b.out(Rejected, Reason{Code: ReasonCeiling})
		}
		if err := answerCorrection(b); err != nil {
			return err
		}
		if err := w.compare(b); err != nil {
			return err
		}
	}
	w.questionLow()
	return nil
}

// answerCorrection takes out a bid whose bidder does not accept the corrected
// price. An answer that nobody asked for is refused: it would go unheard.
func answerCorrection(b *assessed) error {
	d := b.bid.Correction
	switch asked := len(b.Questions) > 0; {
	case d == nil:
		return nil
	case !asked && b.Status == Valid:
		return fault.Field("score.correction", "bids."+b.Bid+".correction", "Nothing was corrected that needs an answer.")
	case asked && !d.Accepted:
		b.out(Rejected, Reason{Code: ReasonCorrection, Text: d.Reason})
	}
	return nil
}

// readPrice refuses a price that nothing can be computed from. Whoever wrote it
// is out only by a written decision of the panel (Bid.Rejected).
func (w *work) readPrice(b *assessed) error {
	path := "bids." + b.Bid + ".price"
	switch p := b.bid.Price; {
	case p == nil:
		return incomplete(path, "The price of a complying bid is not there yet.")
	case p.Currency != w.in.Currency:
		return fault.Field("score.currency", path, "Prices are in %s; this one is in %.8q.", w.in.Currency, string(p.Currency))
	case p.Minor <= 0:
		return fault.Field("score.price", path, "A price is above 0.")
	}
	b.Price = b.bid.Price
	return nil
}

// correct compares the price list with itself. Lines that agree leave no step.
func (w *work) correct(b *assessed) error {
	rule := w.in.Criteria.Lines
	if rule == "" {
		return nil
	}
	lines, contradictions, err := w.addLines(b)
	if err != nil {
		return err
	}
	sum, err := tender.Sum(w.in.Currency, lines...)
	if err != nil {
		return fault.Field("score.lines", "bids."+b.Bid+".lines", "The price list adds up to more than any amount.").Because(err)
	}
	if contradictions == nil && sum == *b.Price {
		return nil
	}
	all := make([]tender.Decimal, len(lines))
	for i, l := range lines {
		all[i] = l.Decimal()
	}
	b.Steps = append(append(b.Steps, contradictions...), total(all).step(StepLines, ""))
	switch {
	case rule == Contradicted:
		b.out(Rejected, Reason{Code: ReasonArithmetic})
	case rule == PriceHolds || sum == *b.Price:
		return nil
	case sum.Minor == 0:
		return fault.Field("score.price", "bids."+b.Bid+".lines", "A price is above 0, also after correction.")
	default:
		b.Price = &sum
		if w.in.Criteria.ConfirmCorrections {
			b.Questions = append(b.Questions, Question{b.Bid, QuestionCorrection, nil, b.bid.Correction})
		}
	}
	return nil
}

// addLines returns the line totals that hold, in the order of the price list,
// and a step for each that is not unit price times quantity.
func (w *work) addLines(b *assessed) (lines []tender.Money, contradictions []Step, _ error) {
	stated := make(map[string]Line, len(b.bid.Lines))
	for _, l := range b.bid.Lines {
		stated[l.Item] = l
	}
	for _, item := range w.in.Items {
		l, ok := stated[item.ID]
		path := "bids." + b.Bid + ".lines." + item.ID
		if !ok || l.Total.Currency != w.in.Currency {
			return nil, nil, fault.Field("score.lines", path, "Every item of the price list has a price in %s.", w.in.Currency)
		}
		product, err := tender.LineTotal(l.UnitPrice, item.Quantity, w.in.Currency)
		if err != nil || l.Total.Minor < 0 {
			return nil, nil, fault.Field("score.lines", path, "This line gives no amount.").Because(err)
		}
		if product != l.Total {
			c := num(l.UnitPrice).times(num(item.Quantity)).round(w.decimals)
			contradictions = append(contradictions, c.step(StepLine, item.ID))
		}
		if w.in.Criteria.Lines == UnitPriceHolds {
			lines = append(lines, product)
		} else {
			lines = append(lines, l.Total)
		}
	}
	return lines, contradictions, nil
}

// compare adds the costs over the life cycle.
func (w *work) compare(b *assessed) error {
	b.Compared, b.compared = b.Price, b.Price.Decimal()
	if len(w.in.Criteria.Price.Costs) == 0 {
		return nil
	}
	stated := make(map[string]tender.Money, len(b.bid.Costs))
	for _, c := range b.bid.Costs {
		stated[c.ID] = c.Amount
	}
	parts, sum := []tender.Decimal{b.compared}, *b.Price
	for _, id := range w.in.Criteria.Price.Costs {
		path := "bids." + b.Bid + ".costs." + id
		c, ok := stated[id]
		if !ok || c.Minor < 0 {
			return fault.Field("score.costs", path, "Every cost over the life cycle is stated, and none is negative.")
		}
		var err error
		if sum, err = sum.Add(c); err != nil {
			return fault.Field("score.costs", path, "Price and costs must add up to an amount in %s.", w.in.Currency).Because(err)
		}
		parts = append(parts, c.Decimal())
	}
	b.Steps = append(b.Steps, total(parts).step(StepCost, ""))
	b.Compared, b.compared = &sum, sum.Decimal()
	return nil
}
