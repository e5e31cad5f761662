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

// Milestone is a step of delivery and what is paid for it.
type Milestone struct {
	ID      string         `json:"id"`
	Title   tender.Text    `json:"title"`
	Due     rules.Date     `json:"due"`
	Percent tender.Decimal `json:"percent"` // of the price, as planned
	Amount  tender.Money   `json:"amount"`
	Status  Status         `json:"status,omitempty"` // none in what is signed

	Delivered *Words `json:"delivered,omitempty"` // what the supplier says
	Judged    *Words `json:"judged,omitempty"`    // what the buyer says
}

// Words are what somebody said, and when.
type Words struct {
	award.Word
	Text tender.Text `json:"text,omitempty"`
}

// Status is the code of a milestone in OCDS.
type Status string

// The statuses.
const (
	Scheduled    Status = "scheduled"
	Met          Status = "met"
	NotMet       Status = "notMet"
	PartiallyMet Status = "partiallyMet"
)

// judged lists which judgements may follow which: what is met stays so.
var judged = map[Status][]Status{
	Scheduled:    {Met, NotMet, PartiallyMet},
	NotMet:       {Met, PartiallyMet},
	PartiallyMet: {Met},
}

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

// Deliver is the supplier's word that a milestone has been reached.
func (s *Service) Deliver(ctx context.Context, id string, by party.Actor, milestone string, note tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Deliver, nil, func(c *Contract, sc scene) (map[string]any, error) {
		m, err := c.milestone(milestone)
		if err != nil {
			return nil, err
		}
		if m.Status == Met {
			return nil, fault.New(fault.Conflict, "milestone.met", "This milestone has been met.")
		}
		m.Delivered, err = said(sc, note)
		return map[string]any{"milestone": m.ID}, err
	})
}

// Judge is the buyer's word on a milestone: met, partiallyMet or notMet. What
// is not met in full needs a reason.
func (s *Service) Judge(ctx context.Context, id string, by party.Actor, milestone string, status Status, note tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Judge, nil, func(c *Contract, sc scene) (map[string]any, error) {
		m, err := c.milestone(milestone)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(judged[m.Status], status) {
			return nil, fault.New(fault.Conflict, "milestone.status", "A milestone that is %s cannot become %q.", m.Status, status)
		}
		if status != Met && len(note) == 0 {
			return nil, fault.Field("contract.no_reason", "note", "Say what is missing.")
		}
		m.Judged, err = said(sc, note)
		m.Status = status
		return map[string]any{"milestone": m.ID, "status": status, "amount": m.Amount}, err
	})
}

func said(sc scene, note tender.Text) (*Words, error) {
	w := &Words{Word: award.Word{Person: award.PersonOf(sc.by), At: sc.now}}
	if len(note) == 0 {
		return w, nil
	}
	var err error
	w.Text, err = note.CleanLines("note", MaxText)
	return w, err
}

func (c *Contract) milestone(id string) (*Milestone, error) {
	for i := range c.Milestones {
		if c.Milestones[i].ID == id {
			return &c.Milestones[i], nil
		}
	}
	return nil, fault.New(fault.Missing, "milestone.missing", "This contract has no such milestone.")
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
