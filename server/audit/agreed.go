package audit

import (
	"slices"

	"probity/bidding"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/contract"
	"probity/tender/sign"
)

// agreed holds the contract's record to the notice, the offer and the award.
func (s *contractSteps) agreed(c *deal) {
	r, at := &c.record, c.draw.ID
	s.record.expect(r.ID == c.id && r.Tender == s.OCID, at, "The record is of another contract.")
	l := s.p.notice.Lot(r.Lot)
	if !s.record.expect(l != nil && c.award != nil && c.award.Winner != nil && c.award.Lot == r.Lot && r.Award == c.id, at, "The contract rests on no award of its lot.") {
		return
	}
	w := c.award.Winner
	s.record.expect(r.Price == w.Price, at, "The contract is over %s; the award is over %s.", r.Price, w.Price)
	s.parties(c)
	offer := s.offered(r.Lot, w.Supplier.ID)
	s.record.expect(len(r.Items) == len(l.Items), at, "The contract has %d items; the notice has %d.", len(r.Items), len(l.Items))
	sum := tender.Money{Currency: r.Price.Currency}
	for i, x := range r.Items[:min(len(r.Items), len(l.Items))] {
		y := l.Items[i]
		total, err := tender.LineTotal(x.UnitPrice, x.Quantity, r.Price.Currency)
		s.record.expect(x.ID == y.ID && x.Quantity.Equal(y.Quantity) && err == nil && total == x.Total, at, "Item %s has another quantity than in the notice, or a total that is not quantity times price.", y.ID)
		price, ok := offer[x.ID]
		s.record.expect(ok && price.Equal(x.UnitPrice), at, "The price of item %s is not the one that was offered.", x.ID)
		sum.Minor += x.Total.Minor
	}
	s.record.expect(sum == r.Price, at, "The items come to %s, the contract is over %s.", sum, r.Price)
	s.schedule(c)
}

func (s *contractSteps) parties(c *deal) {
	var buyers, suppliers []string
	for _, p := range c.record.Parties {
		switch p.Role {
		case contract.BuyerSide:
			buyers = append(buyers, p.Org.ID)
		case contract.SupplierSide:
			suppliers = append(suppliers, p.Org.ID)
		}
	}
	s.record.expect(slices.Equal(suppliers, []string{c.award.Winner.Supplier.ID}) && len(buyers) == 1, c.draw.ID, "The contract binds others than the buyer and the winner.")
}

// schedule wants the milestones of the notice, whose amounts sum to the price.
func (s *contractSteps) schedule(c *deal) {
	plan, at := s.p.notice.Terms.Milestones, c.draw.ID
	s.record.expect(len(plan) == len(c.record.Milestones), at, "The contract has %d milestones; the notice has %d.", len(c.record.Milestones), len(plan))
	sum := tender.Money{Currency: c.record.Price.Currency}
	for i, m := range c.record.Milestones[:min(len(plan), len(c.record.Milestones))] {
		s.record.expect(m.ID == plan[i].ID && m.Percent.Equal(plan[i].Percent), at, "Milestone %s is not the one of the notice.", m.ID)
		sum.Minor += m.Amount.Minor
	}
	s.record.expect(len(plan) == 0 || sum == c.record.Price, at, "The milestones come to %s, the contract is over %s.", sum, c.record.Price)
}

// offered returns the unit prices of an opened bid, by item.
func (v *verifier) offered(lot, bidder string) map[string]tender.Decimal {
	names := v.p.notice.Envelopes.Names()
	o := v.openings[lot+"~"+names[len(names)-1]]
	prices := map[string]tender.Decimal{}
	if o == nil || o.record == nil {
		return prices
	}
	for _, b := range o.record.Bids {
		if b.Bidder.ID == bidder {
			for _, p := range b.Prices {
				prices[p.Item] = p.UnitPrice
			}
		}
	}
	return prices
}

// change is a change of a contract, proposed and perhaps agreed on.
type change struct {
	contract.Change
	hash   string
	signed map[contract.Side]bool
}

func (s *contractSteps) propose(c *deal, f bidding.Placed) {
	d, ok := data[struct{ Change contract.Change }](s.verifier, f)
	if !ok {
		return
	}
	h := canon.Hash("contract-change", rawMember(f, "change"))
	c.changes[d.Change.ID] = &change{d.Change, hexOf(h), map[contract.Side]bool{}}
	sum := tender.Money{Currency: c.value.Currency}
	for _, l := range changed(c.items, d.Change) {
		total, err := tender.LineTotal(l.UnitPrice, l.Quantity, sum.Currency)
		s.sums.expect(err == nil && total == l.Total, f.ID, "The total of line %s is not quantity times price.", l.ID)
		sum.Minor += l.Total.Minor
	}
	s.sums.expect(d.Change.Before == c.value && d.Change.After == sum, f.ID, "The change is from %s to %s; the lines give %s to %s.", d.Change.Before, d.Change.After, c.value, sum)
}

// agree takes one side's signature over a change; with the second it counts.
func (s *contractSteps) agree(c *deal, f bidding.Placed) {
	d, ok := data[struct {
		Change    string
		Side      contract.Side
		Signature sign.Signature
	}](s.verifier, f)
	x := c.changes[d.Change]
	if !ok || !s.signature.expect(x != nil, f.ID, "The change was never proposed.") {
		return
	}
	record, err := canon.Marshal(contract.ChangeSigning{Kind: "contract-change", Contract: c.id, Change: d.Change, Hash: x.hash, Side: d.Side})
	if err == nil && s.signed(s.signature, f, sign.Contract, record, d.Signature) {
		x.signed[d.Side] = true
	}
	if len(x.signed) == 2 {
		c.value, c.items = x.After, changed(c.items, x.Change)
	}
}

// changed returns the lines as they are after a change.
func changed(items []contract.Line, x contract.Change) []contract.Line {
	var list []contract.Line
	for _, l := range items {
		if slices.Contains(x.Removed, l.ID) {
			continue
		}
		if i := slices.IndexFunc(x.Lines, func(n contract.Line) bool { return n.ID == l.ID }); i >= 0 {
			l = x.Lines[i]
		}
		list = append(list, l)
	}
	for _, n := range x.Lines {
		if !slices.ContainsFunc(items, func(l contract.Line) bool { return l.ID == n.ID }) {
			list = append(list, n)
		}
	}
	return list
}

// charge adds an invoice: all together stay within the value.
func (s *contractSteps) charge(c *deal, f bidding.Placed) {
	d, ok := data[struct {
		Invoice string
		Amount  tender.Money
	}](s.verifier, f)
	if !ok {
		return
	}
	_, twice := c.invoices[d.Invoice]
	c.invoices[d.Invoice] = d.Amount
	c.charged.Minor += d.Amount.Minor
	s.sums.expect(!twice && d.Amount.Currency == c.value.Currency && c.charged.Minor <= c.value.Minor, f.ID, "The invoices go beyond the contract.")
}

// pay adds a payment: no more than was charged.
func (s *contractSteps) pay(c *deal, f bidding.Placed) {
	d, ok := data[struct {
		Invoice string
		Amount  tender.Money
	}](s.verifier, f)
	if !ok {
		return
	}
	been := c.paid[d.Invoice]
	been.Minor += d.Amount.Minor
	c.paid[d.Invoice] = been
	invoice, known := c.invoices[d.Invoice]
	s.sums.expect(known && d.Amount.Currency == invoice.Currency && been.Minor <= invoice.Minor, f.ID, "More was paid than was charged.")
}
