package contract

import (
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"

	"probity/tender"
	"probity/tender/fault"
)

// Room is how much the contract may still grow by changes, computed anew each
// time it is asked.
type Room struct {
	Percent string       `json:"percent"`
	Allowed tender.Money `json:"allowed"`
	Used    tender.Money `json:"used"` // by changes in force; what made it smaller gives nothing back
	Left    tender.Money `json:"left"`
}

// Room returns the room for changes; nil if the rules set no limit.
func (c *Contract) Room() *Room {
	if c.ChangeLimit == nil {
		return nil
	}
	price := c.Record.Price
	share := new(big.Int).Mul(big.NewInt(price.Minor), big.NewInt(int64(*c.ChangeLimit)))
	share.Quo(share, big.NewInt(100_000_000)) // millionths of a percent; the rest of a fen is not allowed
	allowed := tender.Money{Minor: math.MaxInt64, Currency: price.Currency}
	if share.IsInt64() {
		allowed.Minor = share.Int64()
	}
	used := tender.Money{Currency: price.Currency}
	for i := range c.Changes {
		if x := &c.Changes[i]; x.Agreed() {
			used.Minor += max(0, x.After.Minor-x.Before.Minor)
		}
	}
	left := tender.Money{Minor: max(0, allowed.Minor-used.Minor), Currency: price.Currency}
	return &Room{c.ChangeLimit.String(), allowed, used, left}
}

// Lines returns the items as they stand: those that were signed, or what changes
// have made of them.
func (c *Contract) Lines() []Line {
	if c.Items != nil {
		return c.Items
	}
	return c.Record.Items
}

// with returns the items as they are after x.
func (c *Contract) with(x *Change) []Line {
	var list []Line
	for _, l := range c.Lines() {
		if slices.Contains(x.Removed, l.ID) {
			continue
		}
		if i := slices.IndexFunc(x.Lines, func(n Line) bool { return n.ID == l.ID }); i >= 0 {
			l = x.Lines[i]
		}
		list = append(list, l)
	}
	for _, n := range x.Lines {
		if !slices.ContainsFunc(c.Lines(), func(l Line) bool { return l.ID == n.ID }) {
			list = append(list, n)
		}
	}
	return list
}

// price computes what the lines of x come to.
func (c *Contract) price(x *Change) error {
	var seen []string
	for i := range x.Lines {
		l := &x.Lines[i]
		if err := l.clean("lines["+strconv.Itoa(i)+"]", seen); err != nil {
			return err
		}
		seen = append(seen, l.ID)
		var err error
		if l.Total, err = tender.LineTotal(l.UnitPrice, l.Quantity, c.Value.Currency); err != nil {
			return err
		}
	}
	for _, id := range x.Removed {
		if !slices.ContainsFunc(c.Lines(), func(l Line) bool { return l.ID == id }) || slices.Contains(seen, id) {
			return fault.Field("change.line", "removed", "There is no line %.40q to remove.", id)
		}
	}
	var err error
	x.After, err = total(c.with(x), c.Value.Currency)
	return err
}

var lineID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// clean takes in a line that a person wrote.
func (l *Line) clean(path string, seen []string) (err error) {
	switch {
	case !lineID.MatchString(l.ID) || slices.Contains(seen, l.ID):
		return fault.Field("change.line", path+".id", "A line has an id of its own: letters, digits, dots, dashes or underscores.")
	case l.Quantity.Sign() <= 0:
		return fault.Field("item.quantity", path+".quantity", "The quantity must be above 0.")
	case l.Unit.Code == "" || len(l.Unit.Code) > 8:
		return fault.Field("item.unit", path+".unit", "Give a unit of UN/ECE Recommendation 20.")
	}
	l.Description, err = l.Description.Clean(path+".description", tender.MaxTitle)
	return err
}

// schedule checks the milestones of a change: those that were judged stay as
// they are, and all sum to the new value.
func (c *Contract) schedule(list []Milestone, after tender.Money) ([]Milestone, error) {
	if len(list) == 0 && (len(c.Milestones) == 0 || after == c.Value) {
		return nil, nil
	}
	sum := tender.Money{Currency: after.Currency}
	var out []Milestone
	for i, m := range list {
		if slices.ContainsFunc(list[:i], func(x Milestone) bool { return x.ID == m.ID }) || m.Due < c.Record.Date {
			return nil, fault.Field("change.milestones", "milestones["+strconv.Itoa(i)+"]", "A milestone stands here once, and is due after the date of the contract.")
		}
		m.Status, m.Delivered, m.Judged = Scheduled, nil, nil
		if was, err := c.milestone(m.ID); err == nil {
			m.Status, m.Delivered, m.Judged = was.Status, was.Delivered, was.Judged
		}
		title, err := m.Title.Clean("milestones["+strconv.Itoa(i)+"].title", tender.MaxTitle)
		if err != nil {
			return nil, err
		}
		m.Title = title
		if sum, err = sum.Add(m.Amount); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	for _, m := range c.Milestones {
		kept := slices.ContainsFunc(out, func(x Milestone) bool { return x.ID == m.ID && x.Amount == m.Amount && x.Due == m.Due })
		if m.Status != Scheduled && !kept {
			return nil, fault.Field("change.milestones", "milestones", "Milestone %s was judged and does not change.", m.ID)
		}
	}
	if sum != after {
		return nil, fault.Field("change.milestones", "milestones", "The milestones sum to %s; the contract would be over %s.", sum, after)
	}
	return out, nil
}

// fits refuses a change that goes beyond the room that the rules leave, or
// below what has been charged.
func (c *Contract) fits(x *Change) error {
	if x.After.Minor < c.Charged().Minor {
		return fault.New(fault.Conflict, "change.charged", "Invoices over %s have been sent.", c.Charged())
	}
	room := c.Room()
	more := x.After.Minor - x.Before.Minor
	if room == nil || more <= room.Left.Minor {
		return nil
	}
	return fault.New(fault.Conflict, "change.limit", "All changes together may add %s percent, %s; %s is left.", room.Percent, room.Allowed, room.Left)
}
