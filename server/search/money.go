package search

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"probity/tender"
	"probity/tender/contract"
)

// Contract is a public contract, as sums are made of it.
type Contract struct {
	ID       string         `json:"id"`
	Tender   string         `json:"tender"`
	Lot      string         `json:"lot"`
	Title    tender.Text    `json:"title"`
	Buyer    tender.OrgName `json:"buyer"`
	Supplier tender.OrgName `json:"supplier"`
	Value    tender.Money   `json:"value"` // with all changes
	Paid     tender.Money   `json:"paid"`
	At       int64          `json:"at"` // when it was sealed; Unix milliseconds
	Status   string         `json:"status"`
}

func contractOf(c *contract.Contract, t *tender.Tender) Contract {
	x := Contract{ID: c.ID, Tender: t.ID, Lot: c.Record.Lot, Title: c.Record.Title, Buyer: t.Buyer, Value: c.Value, Paid: c.Paid(),
		At: c.Sealed.At.UnixMilli(), Status: c.Status()}
	if x.Value.Currency == "" {
		x.Value = c.Record.Price
	}
	if x.Paid.Currency == "" {
		x.Paid = tender.Money{Currency: x.Value.Currency}
	}
	for _, p := range c.Record.Parties {
		if p.Role == contract.SupplierSide {
			x.Supplier = p.Org
		}
	}
	return x
}

// Book holds all public contracts. Its zero value is empty; it is safe for
// concurrent use.
type Book struct {
	mu  sync.RWMutex
	all map[string]Contract
}

// Put adds a contract, or replaces it.
func (b *Book) Put(c Contract) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = map[string]Contract{}
	}
	b.all[c.ID] = c
}

// Share is what one organisation has of the money, or one month.
type Share struct {
	Org       *tender.OrgName `json:"organisation,omitempty"`
	Month     string          `json:"month,omitempty"` // "2026-11"
	Contracts int             `json:"contracts"`
	Value     tender.Money    `json:"value"`
}

// Sum is what the contracts in one currency come to. Currencies are never added.
type Sum struct {
	Contracts int          `json:"contracts"`
	Value     tender.Money `json:"value"`
	Paid      tender.Money `json:"paid"`
	With      []Share      `json:"with"`   // the other side, the largest first
	Months    []Share      `json:"months"` // in order
}

// Spent adds up the contracts of a buyer, of a supplier, or of all.
func (b *Book) Spent(buyer, supplier string) (sums []Sum, list []Contract) {
	b.mu.RLock()
	for _, c := range b.all {
		if (buyer == "" || c.Buyer.ID == buyer) && (supplier == "" || c.Supplier.ID == supplier) {
			list = append(list, c)
		}
	}
	b.mu.RUnlock()
	slices.SortFunc(list, func(x, y Contract) int { return cmp.Or(cmp.Compare(y.At, x.At), cmp.Compare(x.ID, y.ID)) })
	by := map[tender.Currency]*adder{}
	for _, c := range list {
		a := by[c.Value.Currency]
		if a == nil {
			a = newAdder(c.Value.Currency, supplier != "")
			by[c.Value.Currency] = a
		}
		a.add(c)
	}
	for _, a := range by {
		sums = append(sums, a.sum())
	}
	slices.SortFunc(sums, func(x, y Sum) int {
		return cmp.Or(cmp.Compare(y.Contracts, x.Contracts), cmp.Compare(x.Value.Currency, y.Value.Currency))
	})
	return sums, list
}

// adder adds up the contracts in one currency.
type adder struct {
	total   Sum
	sellers bool // the other side are the buyers
	with    map[string]*Share
	months  map[string]*Share
}

func newAdder(c tender.Currency, sellers bool) *adder {
	none := tender.Money{Currency: c}
	return &adder{Sum{Value: none, Paid: none}, sellers, map[string]*Share{}, map[string]*Share{}}
}

func (a *adder) add(c Contract) {
	a.total.Contracts++
	a.total.Value = plus(a.total.Value, c.Value)
	a.total.Paid = plus(a.total.Paid, c.Paid)
	other := c.Supplier
	if a.sellers {
		other = c.Buyer
	}
	share(a.with, other.ID, Share{Org: &other}, c.Value)
	month := monthOf(c.At)
	share(a.months, month, Share{Month: month}, c.Value)
}

func (a *adder) sum() Sum {
	s := a.total
	for _, x := range a.with {
		s.With = append(s.With, *x)
	}
	for _, x := range a.months {
		s.Months = append(s.Months, *x)
	}
	slices.SortFunc(s.With, func(x, y Share) int {
		return cmp.Or(cmp.Compare(y.Value.Minor, x.Value.Minor), cmp.Compare(x.Org.ID, y.Org.ID))
	})
	slices.SortFunc(s.Months, func(x, y Share) int { return cmp.Compare(x.Month, y.Month) })
	return s
}

func share(m map[string]*Share, key string, fresh Share, value tender.Money) {
	x := m[key]
	if x == nil {
		fresh.Value.Currency = value.Currency
		x = &fresh
		m[key] = x
	}
	x.Contracts++
	x.Value = plus(x.Value, value)
}

// plus adds two amounts of one currency. Sums that no state spends stop at what
// can be written down.
func plus(a, b tender.Money) tender.Money {
	if sum, err := a.Add(b); err == nil {
		return sum
	}
	return a
}

func monthOf(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01") }
