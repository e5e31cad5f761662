package contract

import (
	"context"
	"slices"
	"strconv"
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/store"
	"probity/tender/text"
)

// Invoice is what the supplier asks for.
type Invoice struct {
	ID        string       `json:"id"`
	Number    string       `json:"number"` // the supplier's own
	Milestone string       `json:"milestone,omitempty"`
	Date      rules.Date   `json:"date"`
	Due       rules.Date   `json:"due"` // Date and the payment days of the contract
	Amount    tender.Money `json:"amount"`
	By        award.Word   `json:"by"`
	Request   string       `json:"request,omitempty"` // that has sent it, for one that is repeated
}

// Payment is what the buyer has paid.
type Payment struct {
	ID        string       `json:"id"`
	Invoice   string       `json:"invoice"`
	Date      rules.Date   `json:"date"`
	Amount    tender.Money `json:"amount"`
	Reference string       `json:"reference,omitempty"` // the bank's
	By        award.Word   `json:"by"`
	Request   string       `json:"request,omitempty"` // that has recorded it, for one that is repeated
}

// Charge sends an invoice. All together stay within the value of the contract.
// A request that is repeated sends one.
func (s *Service) Charge(ctx context.Context, id string, by party.Actor, in Invoice) (*Contract, error) {
	in.Request = store.NextID(ctx)
	if c, err := s.Get(ctx, id, by); err != nil || c.requested(in.Request) {
		return c, err
	}
	return s.change(ctx, id, by, Charge, nil, func(c *Contract, sc scene) (_ map[string]any, err error) {
		if in.Number, err = text.Require("number", in.Number, 100); err != nil {
			return nil, err
		}
		if in.Milestone != "" {
			if _, err := c.milestone(in.Milestone); err != nil {
				return nil, err
			}
		}
		if err := c.entry("invoice.date", in.Date, len(c.Invoices), sc); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(c.Invoices, func(x Invoice) bool { return x.Number == in.Number }) {
			return nil, fault.New(fault.Conflict, "invoice.twice", "Invoice %s was sent before.", in.Number)
		}
		if err := within(in.Amount, c.Charged(), c.Value, "invoice.sum"); err != nil {
			return nil, err
		}
		in.ID = "i" + strconv.Itoa(len(c.Invoices)+1)
		in.Due = in.Date + rules.Date(c.Record.PaymentDays)
		in.By = award.Word{Person: award.PersonOf(by), At: sc.now}
		c.Invoices = append(c.Invoices, in)
		return map[string]any{"invoice": in.ID, "number": in.Number, "amount": in.Amount, "date": in.Date, "due": in.Due}, nil
	})
}

// Pay records a payment of an invoice, of which it can be a part.
// A request that is repeated records one.
func (s *Service) Pay(ctx context.Context, id string, by party.Actor, p Payment) (*Contract, error) {
	p.Request = store.NextID(ctx)
	if c, err := s.Get(ctx, id, by); err != nil || c.requested(p.Request) {
		return c, err
	}
	return s.change(ctx, id, by, Pay, nil, func(c *Contract, sc scene) (_ map[string]any, err error) {
		i := slices.IndexFunc(c.Invoices, func(x Invoice) bool { return x.ID == p.Invoice })
		if i < 0 {
			return nil, fault.New(fault.Missing, "invoice.missing", "This contract has no such invoice.")
		}
		if p.Reference, err = text.Clean("reference", p.Reference, 100); err != nil {
			return nil, err
		}
		if err := c.entry("payment.date", p.Date, len(c.Payments), sc); err != nil {
			return nil, err
		}
		if err := within(p.Amount, c.paid(p.Invoice), c.Invoices[i].Amount, "payment.sum"); err != nil {
			return nil, err
		}
		p.ID = "p" + strconv.Itoa(len(c.Payments)+1)
		p.By = award.Word{Person: award.PersonOf(by), At: sc.now}
		c.Payments = append(c.Payments, p)
		data := map[string]any{"payment": p.ID, "invoice": p.Invoice, "amount": p.Amount, "date": p.Date}
		if p.Date > c.Invoices[i].Due {
			data["late"] = true
		}
		return data, nil
	})
}

// requested reports whether a request has taken effect before it broke off. Its
// name follows from its sender, and so it is theirs.
func (c *Contract) requested(request string) bool {
	return request != "" && (slices.ContainsFunc(c.Invoices, func(x Invoice) bool { return x.Request == request }) ||
		slices.ContainsFunc(c.Payments, func(x Payment) bool { return x.Request == request }))
}

// entry refuses what is dated before the contract or in the future, and more
// entries than the document holds.
func (c *Contract) entry(code string, date rules.Date, have int, sc scene) error {
	if have >= MaxEntries {
		return fault.New(fault.TooLarge, "contract.entries", "A contract has at most %d invoices and %d payments.", MaxEntries, MaxEntries)
	}
	loc, err := time.LoadLocation(sc.tender.Policy.Zone)
	if err != nil {
		return fault.New(fault.Internal, "contract.zone", "The zone of the policy is unknown.").Because(err)
	}
	if date < c.Record.Date || date > rules.DateIn(sc.now, loc) {
		return fault.Field(code, "date", "Give a day between the date of the contract and today.")
	}
	return nil
}

// within refuses an amount that is nothing, in another currency, or too much on
// top of what has been.
func within(amount, been, most tender.Money, code string) error {
	if amount.Minor <= 0 || amount.Currency != most.Currency {
		return fault.Field("money.currency", "amount", "Give an amount in %s.", most.Currency)
	}
	sum, err := been.Add(amount)
	if err != nil {
		return err
	}
	if over, err := sum.Cmp(most); err != nil || over > 0 {
		return fault.New(fault.Conflict, code, "With %s this comes to %s; the limit is %s.", been, sum, most)
	}
	return nil
}

// Charged is the sum of all invoices.
func (c *Contract) Charged() tender.Money {
	sum := tender.Money{Currency: c.Record.Price.Currency}
	for _, i := range c.Invoices {
		sum.Minor += i.Amount.Minor // bounded by Value, see within
	}
	return sum
}

// Paid is the sum of all payments.
func (c *Contract) Paid() tender.Money {
	sum := tender.Money{Currency: c.Record.Price.Currency}
	for _, p := range c.Payments {
		sum.Minor += p.Amount.Minor
	}
	return sum
}

// paid is what has been paid of one invoice.
func (c *Contract) paid(invoice string) tender.Money {
	sum := tender.Money{Currency: c.Record.Price.Currency}
	for _, p := range c.Payments {
		if p.Invoice == invoice {
			sum.Minor += p.Amount.Minor
		}
	}
	return sum
}
