package plan

import (
	"regexp"
	"strconv"
	"time"

	"probity/tender"
	"probity/tender/rules"
)

// Entry is one procurement that is intended.
type Entry struct {
	ID             string                `json:"id"` // a number that is never used again: "12"
	Title          tender.Text           `json:"title,omitempty"`
	Description    tender.Text           `json:"description,omitempty"`
	Rationale      tender.Text           `json:"rationale,omitempty"` // the need
	Category       tender.Category       `json:"category"`
	Classification tender.Classification `json:"classification"`
	Value          *tender.Money         `json:"value,omitempty"`         // estimated, without tax
	Withheld       bool                  `json:"valueWithheld,omitempty"` // the value is not for the public
	Budget         Budget                `json:"budget"`
	RuleSet        string                `json:"ruleSet"`
	Procedure      string                `json:"procedure"` // a procedure of the rule set: "open"
	Method         rules.Method          `json:"method"`    // which that is, in OCDS
	Dates          Dates                 `json:"dates"`
	Contact        *Contact              `json:"contact,omitempty"`   // where it is another than the plan's
	Withdrawn      tender.Text           `json:"withdrawn,omitempty"` // why it is not intended any more
}

// Budget is where the money comes from.
type Budget struct {
	Line   string      `json:"line,omitempty"`   // of the budget: "2210-07"
	Source tender.Text `json:"source,omitempty"` // who gives it
}

// Dates are when things are expected to happen. All but the first may be absent.
type Dates struct {
	Publication Date `json:"publication"`
	BidsDue     Date `json:"bidsDue,omitempty"`
	Award       Date `json:"award,omitempty"`
	Start       Date `json:"contractStart,omitempty"`
	End         Date `json:"contractEnd,omitempty"`
}

// Named is one of the dates with its name.
type Named struct {
	Name string
	Date Date
}

// List gives those that are there, in the order in which they must come.
func (d Dates) List() (list []Named) {
	for _, x := range []Named{{"publication", d.Publication}, {"bidsDue", d.BidsDue}, {"award", d.Award}, {"contractStart", d.Start}, {"contractEnd", d.End}} {
		if x.Date != "" {
			list = append(list, x)
		}
	}
	return list
}

// Date is a month, "2027-03", or a day, "2027-03-15": plans seldom know more.
type Date string

var dateForm = regexp.MustCompile(`^2[01]\d\d-\d\d(-\d\d)?$`)

// Start is the first instant of the month or day, in UTC; false if d is neither.
func (d Date) Start() (time.Time, bool) {
	form := "2006-01-02"[:min(len(d), 10)]
	t, err := time.Parse(form, string(d))
	return t, err == nil && dateForm.MatchString(string(d))
}

// End is the first instant after the month or day.
func (d Date) End() time.Time {
	t, _ := d.Start()
	if len(d) == len("2006-01") {
		return t.AddDate(0, 1, 0)
	}
	return t.AddDate(0, 0, 1)
}

// before reports whether all of d lies before all of x.
func (d Date) before(x Date) bool {
	t, _ := x.Start()
	return !d.End().After(t)
}

// Number is the entry's id as a number.
func (e Entry) Number() int {
	n, _ := strconv.Atoi(e.ID)
	return n
}

// open returns e without what the body keeps to itself.
func (e Entry) open() Entry {
	if e.Withheld {
		e.Value = nil
	}
	return e
}
