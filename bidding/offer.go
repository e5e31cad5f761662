package bidding

import (
	"fmt"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/text"
)

// OfferFile is the name of the file in a bid's container that says in figures
// and words what is offered. Other files are documents that it refers to.
const OfferFile = "offer.json"

const offerForm = "probity-offer/1"

// Offer is the structured part of one envelope. The technical envelope answers
// the requirements, the financial one names the prices, a single one does both.
// Its form is frozen: canonical JSON, sealed by bidders, read after years.
type Offer struct {
	Bidder    string          `json:"bidder"`
	Currency  tender.Currency `json:"currency,omitempty"`
	Envelope  string          `json:"envelope"`
	Lot       string          `json:"lot"`
	Prices    []ItemPrice     `json:"prices,omitempty"`
	Responses []Response      `json:"responses,omitempty"`
	Statement string          `json:"statement,omitempty"`
	Tender    string          `json:"tender"`
	Total     *tender.Money   `json:"total,omitempty"`
	V         string          `json:"v"`
}

// ItemPrice is the price of one item of the lot. Total is what the bidder
// says; the published rule says which counts where it does not agree with
// quantity times unit price.
type ItemPrice struct {
	Item      string         `json:"item"`
	UnitPrice tender.Decimal `json:"unitPrice"` // up to six decimals
	Total     tender.Money   `json:"total"`
}

// Response answers one requirement.
type Response struct {
	Requirement string   `json:"requirement"`
	Met         bool     `json:"met"`
	Text        string   `json:"text,omitempty"`
	Files       []string `json:"files,omitempty"`
}

// priced and answers say what an envelope must hold.
func priced(envelope string) bool  { return envelope != tender.Technical }
func answers(envelope string) bool { return envelope != tender.Financial }

// MakeOffer fills in line totals and the total from the unit prices of prices
// (item to unit price), exactly and half up to the minor unit.
func MakeOffer(n *tender.Notice, lot, bidder, id, envelope string, prices map[string]tender.Decimal, responses []Response) (Offer, error) {
	o := Offer{Bidder: bidder, Envelope: envelope, Lot: lot, Tender: id, V: offerForm}
	l := n.Lot(lot)
	if l == nil {
		return o, fault.New(fault.Missing, "lot.missing", "This tender has no lot %q.", lot)
	}
	if answers(envelope) {
		o.Responses = responses
	}
	if !priced(envelope) {
		return o, o.Check(n, id, bidder)
	}
	o.Currency = n.Currency
	sum := tender.Money{Currency: n.Currency}
	for _, item := range l.Items {
		p, ok := prices[item.ID]
		if !ok {
			return o, fault.Field("offer.price_missing", "prices."+item.ID, "Item %q has no price.", item.ID)
		}
		total, err := tender.LineTotal(p, item.Quantity, n.Currency)
		if err != nil {
			return o, err
		}
		if sum, err = sum.Add(total); err != nil {
			return o, err
		}
		o.Prices = append(o.Prices, ItemPrice{item.ID, p, total})
	}
	o.Total = &sum
	return o, o.Check(n, id, bidder)
}

// Bytes returns the canonical bytes.
func (o Offer) Bytes() []byte { return canon.Must(o) }

// ParseOffer reads an offer strictly.
func ParseOffer(b []byte) (Offer, error) {
	var o Offer
	if err := canon.Parse(b, &o); err != nil || o.V != offerForm {
		return Offer{}, fault.New(fault.Invalid, "offer.form", "This is not an offer of form %s.", offerForm).Because(err)
	}
	return o, nil
}

// Check refuses an offer that is not for this tender and bidder, that leaves
// an item or a requirement out, or that names one twice. Whether the sums are
// right is a matter of evaluation, not of form.
func (o Offer) Check(n *tender.Notice, id, bidder string) error {
	l := n.Lot(o.Lot)
	if o.Tender != id || o.Bidder != bidder || l == nil {
		return fault.New(fault.Invalid, "offer.place", "The offer is for another tender, lot or bidder.")
	}
	if f := text.Check("statement", o.Statement, tender.MaxText); f != nil {
		return f
	}
	if priced(o.Envelope) != (o.Total != nil) || !priced(o.Envelope) && len(o.Prices) > 0 || !answers(o.Envelope) && len(o.Responses) > 0 {
		return fault.New(fault.Invalid, "offer.envelope", "The %s envelope holds what belongs in another.", fault.Name{Of: "envelope", Word: o.Envelope})
	}
	if priced(o.Envelope) {
		if err := o.checkPrices(l, n.Currency); err != nil {
			return err
		}
	}
	if answers(o.Envelope) {
		return o.checkResponses(n)
	}
	return nil
}

func (o Offer) checkPrices(l *tender.LotNotice, c tender.Currency) error {
	if o.Currency != c || o.Total.Currency != c || o.Total.Minor < 0 {
		return fault.Field("offer.currency", "currency", "Prices are named in %s.", c)
	}
	if len(o.Prices) != len(l.Items) {
		return fault.Field("offer.prices", "prices", "Every item of the lot has one price.")
	}
	for i, p := range o.Prices {
		if p.Item != l.Items[i].ID {
			return fault.Field("offer.prices", fmt.Sprintf("prices[%d].item", i), "Prices follow the order of the items; here %q belongs.", l.Items[i].ID)
		}
		if p.UnitPrice.Sign() < 0 || p.Total.Minor < 0 || p.Total.Currency != c {
			return fault.Field("offer.price", fmt.Sprintf("prices[%d]", i), "A price is an amount in %s and not negative.", c)
		}
	}
	return nil
}

func (o Offer) checkResponses(n *tender.Notice) error {
	want := n.RequirementsOf(o.Lot)
	if len(o.Responses) != len(want) {
		return fault.Field("offer.responses", "responses", "Every requirement has one response.")
	}
	for i, r := range o.Responses {
		at := fmt.Sprintf("responses[%d]", i)
		if r.Requirement != want[i].ID {
			return fault.Field("offer.responses", at, "Responses follow the order of the requirements; here %q belongs.", want[i].ID)
		}
		if f := text.Check(at+".text", r.Text, tender.MaxText); f != nil {
			return f
		}
	}
	return nil
}
