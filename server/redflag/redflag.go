// Package redflag computes warning signs from the record of a procedure.
//
// A flag is a reason to look, never a finding: each has an innocent explanation
// too. So the set is small, each definition is one sentence with its number in
// it, and what was counted stands in the flag. Start with [Find].
//
// Where a definition is that of the Open Contracting Partnership's indicators
// its code there is named, and their published cases are our tests. Bounds that
// they derive from the spread of all data of a country are fixed numbers here:
// a flag must mean the same on every platform, on every day.
package redflag

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"probity/tender"
)

// The flags, and what each says.
const (
	// ShortPeriod (R003): bids could come for less than 15 days.
	ShortPeriod = "short_period"

	// NotPlanned: the notice came out on a day within the period of a plan that the
	// buyer had published before, and the procedure comes from no entry of a plan.
	NotPlanned = "not_planned"

	// SingleBidder (R018): one bid only, where anybody or several might bid.
	SingleBidder = "single_bidder"

	// EqualPrices (R028): two bids for one lot have the same price.
	EqualPrices = "equal_prices"

	// OthersOut (R035): every bid but the winner's was disqualified.
	OthersOut = "others_out"

	// CheaperOut: a bid with a lower price than the winner's was disqualified.
	CheaperOut = "cheaper_out"

	// FarBelow: the winner's price is less than half of the next valid one.
	FarBelow = "far_below"

	// ManyAmendments: the notice was amended at least three times.
	ManyAmendments = "many_amendments"

	// LateAmendment: the notice was amended within three days of the deadline
	// that then held, and the deadline did not move.
	LateAmendment = "late_amendment"

	// SameWinner: of at least five lots of the buyer that were awarded, the
	// winner of this one has won three in five or more.
	SameWinner = "same_winner"

	// LateSecurity: bidders did not get their bid security back within the time
	// that the rules give.
	LateSecurity = "late_security"
)

// Codes lists all flags, in the order in which they are shown.
var Codes = []string{ShortPeriod, NotPlanned, SingleBidder, EqualPrices, OthersOut, CheaperOut, FarBelow, ManyAmendments, LateAmendment, SameWinner, LateSecurity}

// The numbers of the definitions.
const (
	leastPeriod    = 15 * 24 * time.Hour
	mostAmendments = 3
	lateDays       = 3 * 24 * time.Hour
	leastLots      = 5
)

// Procedure is what flags are computed from.
type Procedure struct {
	Competitive bool // open or selective: several might bid
	Cancelled   bool // nothing is said about its bids
	Published   time.Time
	Deadline    time.Time // as it was first published
	Amended     []Amendment
	Lots        []Lot
	History     History
	Planned     bool // comes from an entry of a plan
	PlanOf      int  // the year of the plan that the buyer had published before for the day of the notice; 0 for none
}

// Amendment is a change of the notice.
type Amendment struct {
	At     time.Time
	Before time.Time // the deadline until then
	After  time.Time // and from then on
}

// Lot is a lot with the bids that were opened for it.
type Lot struct {
	ID     string
	Bids   []Bid
	Winner string   // id of the bidder; "" while nothing is decided
	Owed   []string // bidders who got their security back too late, or not yet
}

// Bid is one bid.
type Bid struct {
	Bidder string
	Price  *tender.Money // nil if it was never opened
	Valid  bool          // false: disqualified or rejected
}

// History is the awarded lots of a buyer, by who has won them.
type History struct {
	Lots int
	Won  map[string]int
}

// Flag is one warning sign.
type Flag struct {
	Code string `json:"code"`
	Lot  string `json:"lot,omitempty"` // "" for the procedure as a whole

	// Value is what was counted or measured: days, bids, percent.
	Value int64 `json:"value"`

	// Bidders are those whom it is about; may be empty.
	Bidders []string `json:"bidders,omitempty"`
}

// Find returns the flags of a procedure, in the order of [Codes].
func Find(p Procedure) []Flag {
	list := []Flag{}
	if d := p.Deadline.Sub(p.Published); !p.Published.IsZero() && !p.Deadline.IsZero() && d >= 0 && d < leastPeriod {
		list = append(list, Flag{Code: ShortPeriod, Value: int64(d / (24 * time.Hour))})
	}
	if p.PlanOf != 0 && !p.Planned {
		list = append(list, Flag{Code: NotPlanned, Value: int64(p.PlanOf)})
	}
	if n := len(p.Amended); n >= mostAmendments {
		list = append(list, Flag{Code: ManyAmendments, Value: int64(n)})
	}
	for _, a := range p.Amended {
		if left := a.Before.Sub(a.At); left < lateDays && !a.After.After(a.Before) {
			list = append(list, Flag{Code: LateAmendment, Value: int64(left / (24 * time.Hour))})
			break
		}
	}
	for _, l := range p.Lots {
		if n := len(l.Owed); n > 0 {
			list = append(list, Flag{Code: LateSecurity, Lot: l.ID, Value: int64(n), Bidders: l.Owed})
		}
		if !p.Cancelled {
			list = append(list, l.flags(p)...)
		}
	}
	slices.SortStableFunc(list, func(a, b Flag) int {
		return cmp.Compare(slices.Index(Codes, a.Code), slices.Index(Codes, b.Code))
	})
	return list
}

func (l Lot) flags(p Procedure) (list []Flag) {
	add := func(code string, value int64, bidders ...string) {
		list = append(list, Flag{Code: code, Lot: l.ID, Value: value, Bidders: bidders})
	}
	bidders := l.bidders(func(Bid) bool { return true })
	if p.Competitive && len(bidders) == 1 {
		add(SingleBidder, 1, bidders...)
	}
	if same := l.equal(); len(same) > 1 {
		add(EqualPrices, int64(len(same)), same...)
	}
	if l.Winner == "" {
		return list
	}
	out := l.bidders(func(b Bid) bool { return !b.Valid && b.Bidder != l.Winner })
	others := l.bidders(func(b Bid) bool { return b.Valid && b.Bidder != l.Winner })
	won := l.bidders(func(b Bid) bool { return b.Valid && b.Bidder == l.Winner })
	if len(out) > 0 && len(others) == 0 && len(won) > 0 {
		add(OthersOut, int64(len(out)), out...)
	}
	if won := l.price(l.Winner); won != nil {
		cheaper := l.bidders(func(b Bid) bool { return !b.Valid && b.Bidder != l.Winner && less(b.Price, won) })
		if len(cheaper) > 0 {
			add(CheaperOut, int64(len(cheaper)), cheaper...)
		}
		if next := l.next(); next != nil && next.Currency == won.Currency && won.Minor < next.Minor/2 {
			add(FarBelow, 100-won.Minor*100/next.Minor, l.Winner)
		}
	}
	if n := int64(p.History.Won[l.Winner]); p.History.Lots >= leastLots && 5*n >= 3*int64(p.History.Lots) {
		add(SameWinner, 100*n/int64(p.History.Lots), l.Winner)
	}
	return list
}

// bidders lists those who have a bid that fits, each once.
func (l Lot) bidders(fits func(Bid) bool) (list []string) {
	for _, b := range l.Bids {
		if b.Bidder != "" && fits(b) && !slices.Contains(list, b.Bidder) {
			list = append(list, b.Bidder)
		}
	}
	slices.Sort(list)
	return list
}

// equal lists bidders whose prices are the same as another's.
func (l Lot) equal() []string {
	by := map[string][]string{}
	for _, b := range l.Bids {
		if b.Price == nil || b.Bidder == "" {
			continue
		}
		key := fmt.Sprint(b.Price.Minor, b.Price.Currency)
		if !slices.Contains(by[key], b.Bidder) {
			by[key] = append(by[key], b.Bidder)
		}
	}
	var list []string
	for _, same := range by {
		if len(same) > 1 {
			list = append(list, same...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (l Lot) price(bidder string) *tender.Money {
	for _, b := range l.Bids {
		if b.Bidder == bidder && b.Valid {
			return b.Price
		}
	}
	return nil
}

// next is the lowest valid price beside the winner's.
func (l Lot) next() (low *tender.Money) {
	for _, b := range l.Bids {
		if b.Valid && b.Bidder != l.Winner && b.Price != nil && (low == nil || less(b.Price, low)) {
			low = b.Price
		}
	}
	return low
}

func less(a, b *tender.Money) bool {
	return a != nil && b != nil && a.Currency == b.Currency && a.Minor < b.Minor
}
