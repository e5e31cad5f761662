package search

import (
	"slices"
	"strings"

	"probity/tender"
)

// Query is what somebody looks for. Every part that is not empty narrows.
type Query struct {
	Words string // all of them

	Status    []Status
	Category  []tender.Category
	Procedure []string
	Buyer     string // id
	Supplier  string // id
	Class     Class  // this code, or one below it

	PublishedFrom, PublishedTo int64 // from <= published < to; 0 is open
	DeadlineFrom, DeadlineTo   int64
	ExpectedFrom, ExpectedTo   int64 // some of the days when it may be published

	Currency           tender.Currency
	ValueMin, ValueMax int64 // minor units, both included; 0 is open

	Order Order
	Skip  int
	Limit int
}

// Order is how results are ordered.
type Order string

// The orders. The best fit comes first where there are words, else the newest.
const (
	ByFit      Order = ""
	ByNewest   Order = "newest"
	ByDeadline Order = "deadline" // those that are open first, the next to close at the top; then what is planned, the next to come at the top
	ByValue    Order = "value"
)

// fits reports whether a notice passes all filters but the one that is left
// out: facets count what would be found if their own filter were another.
func (q *Query) fits(n *Notice, without string) bool {
	switch {
	case without != "status" && !q.stands(n),
		without != "category" && len(q.Category) > 0 && !slices.Contains(q.Category, n.Category),
		without != "procedure" && len(q.Procedure) > 0 && !slices.Contains(q.Procedure, n.Procedure),
		q.Buyer != "" && q.Buyer != n.Buyer.ID,
		q.Supplier != "" && !slices.Contains(n.Suppliers, q.Supplier),
		!within(n.Published, q.PublishedFrom, q.PublishedTo),
		!within(n.Deadline, q.DeadlineFrom, q.DeadlineTo),
		!q.expects(n):
		return false
	}
	return q.worth(n) && q.classed(n)
}

// stands reports whether a notice has one of the statuses. Who names none looks
// for tenders: what is planned cannot be bid for.
func (q *Query) stands(n *Notice) bool {
	if len(q.Status) == 0 {
		return n.Status != Planned
	}
	return slices.Contains(q.Status, n.Status)
}

// within reports whether a time lies in a range. One that is not known lies in
// none.
func within(t, from, to int64) bool {
	return from == 0 && to == 0 || t != 0 && t >= from && (to == 0 || t < to)
}

// expects reports whether the days on which the notice is expected, a month
// mostly, touch those that are asked for.
func (q *Query) expects(n *Notice) bool {
	if q.ExpectedFrom == 0 && q.ExpectedTo == 0 {
		return true
	}
	return n.Intent != nil && n.ExpectedTo > q.ExpectedFrom && (q.ExpectedTo == 0 || n.ExpectedFrom < q.ExpectedTo)
}

func (q *Query) worth(n *Notice) bool {
	if q.Currency == "" && q.ValueMin == 0 && q.ValueMax == 0 {
		return true
	}
	return n.Value != nil && (q.Currency == "" || q.Currency == n.Value.Currency) &&
		n.Value.Minor >= q.ValueMin && (q.ValueMax == 0 || n.Value.Minor <= q.ValueMax)
}

func (q *Query) classed(n *Notice) bool {
	if q.Class.ID == "" {
		return true
	}
	stem := q.Class.stem()
	return slices.ContainsFunc(n.Classes, func(c Class) bool {
		return c.Scheme == q.Class.Scheme && strings.HasPrefix(c.ID, stem)
	})
}

// stem is the beginning that all codes below a code have. A CPV code is nine
// digits, the last a check digit; the zeros at its end stand for "any". Of a
// list that we do not know, a code is below another that it begins with.
func (c Class) stem() string {
	if c.Scheme != "CPV" {
		return c.ID
	}
	digits, _, _ := strings.Cut(c.ID, "-")
	if trimmed := strings.TrimRight(digits, "0"); len(trimmed) >= 2 {
		return trimmed
	}
	return digits[:min(2, len(digits))]
}
