// Package score turns opened bids into a ranking, by published rules and exact
// arithmetic. It is pure: no clock, no store, no randomness. The same input
// gives the same bytes, on every machine and in fifteen years.
//
// Start here with [Rank]; input.go says what it is computed from, ranking.go what
// comes out. What the rules can be stands in tender.Criteria and tender.Price,
// since a notice publishes them. An evaluation calls three functions as it goes
// on:
//
//	Qualify    after the technical stage: requirements, points for quality,
//	           minimums. Only bids that are valid here have their price opened.
//	Questions  with the prices: corrections and abnormally low bids that
//	           somebody must answer for in writing.
//	Rank       when every question is answered.
//
// A bid that is out stays in the input with the grounds, and has no part in the
// lowest price, the mean or anything else that moves the points of others.
//
// Rounding happens at one place (calc.round): every line of the sum is an exact
// fraction rounded once, half away from zero, to the published places. Sums of
// lines are exact, so that what is printed adds up. Every line is kept as a
// [Step], a formula that a spreadsheet can compute.
//
// Frozen: the JSON of [Input] and [Ranking], all codes in them, and what each
// rule computes. Archives hold them, and [Verify] must give the same answer
// about them for ever. A rule that is to compute something else gets a new name,
// and a new form gets a new value of [Version].
//
// We do not use floating point anywhere, nor a general expression language for
// formulas: a formula that is published must be one that a court has seen.
package score

import (
	"slices"
	"strings"

	"probity/tender"
	"probity/tender/fault"
)

// Version labels the forms and rules of this package.
const Version = "probity-score/1"

// Qualify decides which bids comply: requirements, scores and minimums of
// quality. It looks at no price. The entries stand in the order of bid ids;
// those with Status Valid may have their price opened.
//
// It fails with an Invalid fault if the input is wrong, and with the Conflict
// score.incomplete if an answer, a score or a consensus is missing.
func Qualify(in Input) ([]Entry, error) {
	w, err := start(in)
	if err != nil {
		return nil, err
	}
	if err := w.qualify(); err != nil {
		return nil, err
	}
	return w.entries(), nil
}

// Questions lists what must be answered in writing about the prices of the
// complying bids, answered or not, in the order of bid ids. Its faults are
// those of [Qualify]; a missing price is score.incomplete too, and a price that
// is 0 or in another currency is Invalid.
func Questions(in Input) ([]Question, error) {
	w, err := start(in)
	if err != nil {
		return nil, err
	}
	if err := w.qualify(); err != nil {
		return nil, err
	}
	if err := w.openPrices(); err != nil {
		return nil, err
	}
	var list []Question
	for _, b := range w.bids {
		list = append(list, b.Questions...)
	}
	return list, nil
}

// Rank puts the bids in order. Beyond the faults of [Questions] it fails with
// the Conflict score.question_open while a question has no answer. That all
// bids are out is not a failure; the ranking then has no ranks.
func Rank(in Input) (Ranking, error) {
	w, err := start(in)
	if err != nil {
		return Ranking{}, err
	}
	for _, stage := range []func() error{w.qualify, w.openPrices, w.settle} {
		if err := stage(); err != nil {
			return Ranking{}, err
		}
	}
	r := Ranking{Version: Version, Lot: in.Lot}
	if r.Input, err = in.hash(); err != nil {
		return Ranking{}, err
	}
	ranked := w.valid()
	r.Base = append(w.award(ranked), w.asked...)
	r.Ties = w.order(ranked)
	r.Entries = w.entries()
	slices.SortStableFunc(r.Entries, byRank)
	return r, nil
}

// byRank puts the bids without a rank last.
func byRank(a, b Entry) int {
	switch {
	case (a.Rank == 0) != (b.Rank == 0):
		return b.Rank - a.Rank
	default:
		return a.Rank - b.Rank
	}
}

// work is one evaluation under way. No stage changes the input.
type work struct {
	in       *Input
	decimals int // of the currency
	bids     []*assessed
	asked    []Step // what questions about low prices refer to
}

// assessed is a bid and what is known about it so far.
type assessed struct {
	*Entry
	bid      *Bid
	points   map[string]tender.Decimal // by criterion
	compared tender.Decimal            // in major units
}

func start(in Input) (*work, error) {
	if err := in.Check(); err != nil {
		return nil, err
	}
	decimals, err := in.Currency.Decimals()
	if err != nil {
		return nil, err
	}
	w := &work{in: &in, decimals: decimals}
	for i := range in.Bids {
		b := &in.Bids[i]
		w.bids = append(w.bids, &assessed{
			Entry:  &Entry{Bid: b.ID, Status: Valid, Stated: b.Price},
			bid:    b,
			points: map[string]tender.Decimal{},
		})
	}
	slices.SortFunc(w.bids, func(a, b *assessed) int { return strings.Compare(a.Bid, b.Bid) })
	return w, nil
}

func (w *work) entries() []Entry {
	list := make([]Entry, len(w.bids))
	for i, b := range w.bids {
		list[i] = *b.Entry
	}
	return list
}

// valid lists the bids that are still in.
func (w *work) valid() (list []*assessed) {
	for _, b := range w.bids {
		if b.Status == Valid {
			list = append(list, b)
		}
	}
	return list
}

// out takes a bid out for a reason. The first reason decides the status.
func (b *assessed) out(s Status, r Reason) {
	if b.Status == Valid {
		b.Status = s
	}
	b.Reasons = append(b.Reasons, r)
}

// incomplete is the fault for something that somebody has still to provide.
func incomplete(path, text string) error {
	f := fault.New(fault.Conflict, "score.incomplete", "%s", text)
	f.Field = map[string]string{path: text}
	return f
}

// award gives points for price and adds up, over the bids that are ranked. It
// returns the base that the prices share.
func (w *work) award(ranked []*assessed) []Step {
	if len(ranked) == 0 {
		return nil
	}
	prices := make([]tender.Decimal, len(ranked))
	for i, b := range ranked {
		prices[i] = b.compared
	}
	rules := &w.in.Criteria
	shared := baseOf(&rules.Price, prices)
	if rules.Price.Formula == LowestPrice {
		return shared.steps
	}
	for _, b := range ranked {
		price := points(&rules.Price, b.compared, shared).round(rules.Places)
		b.PriceScore = price.num
		sum := num(b.QualityScore).plus(num(b.PriceScore))
		b.Total = sum.num
		b.Steps = append(b.Steps, price.step(StepPrice, ""), sum.step(StepTotal, ""))
	}
	return shared.steps
}
