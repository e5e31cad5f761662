package plan

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/text"
)

var phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{2,30}$`)

// clean tidies what a plan says about itself, and refuses what nobody can read.
func (c *Content) clean() error {
	if c.Year < 2000 || c.Year > 2199 {
		return fault.Field("plan.year", "year", "Give the year as four digits.")
	}
	if err := c.Period.check(c.Year); err != nil {
		return err
	}
	if err := optional(&c.Title, text.Text.Clean, "title", MaxTitle); err != nil {
		return err
	}
	if err := optional(&c.Description, text.Text.CleanLines, "description", MaxText); err != nil {
		return err
	}
	return c.Contact.clean("contact")
}

// optional tidies a text that may be absent.
func optional(t *tender.Text, clean func(text.Text, string, int) (text.Text, error), path string, limit int) (err error) {
	if len(*t) == 0 {
		*t = nil
		return nil
	}
	*t, err = clean(*t, path, limit)
	return err
}

// check wants days that make up a year or less, in the year that gives the plan
// its name.
func (p Period) check(year int) error {
	from, ok := p.From.Start()
	if !ok || len(p.From) != len("2006-01-02") {
		return fault.Field("plan.date", "period.from", "Write a day like 2027-03-15.")
	}
	to, ok := p.To.Start()
	if !ok || len(p.To) != len("2006-01-02") {
		return fault.Field("plan.date", "period.to", "Write a day like 2027-03-15.")
	}
	if !from.Before(to) || to.Sub(from) > 366*24*time.Hour || from.Year() != year && to.Year() != year {
		return fault.Field("plan.period", "period.to", "The period is a year at most, and begins or ends in the year of the plan.")
	}
	return nil
}

// holds reports whether the day of t, in t's zone, lies in the period.
func (p Period) holds(t time.Time) bool {
	day := Date(t.Format(time.DateOnly))
	return p.From <= day && day <= p.To
}

// CalendarYear is the period of bodies whose fiscal year is the calendar's.
func CalendarYear(year int) Period {
	y := strconv.Itoa(year)
	return Period{Date(y + "-01-01"), Date(y + "-12-31")}
}

func (k *Contact) clean(path string) (err error) {
	if k.Name, err = text.Clean(path+".name", k.Name, MaxName); err != nil {
		return err
	}
	if k.Email != "" {
		if k.Email, err = party.CleanEmail(path+".email", k.Email); err != nil {
			return err
		}
	}
	if k.Phone != "" && !phoneForm.MatchString(k.Phone) {
		return fault.Field("plan.telephone", path+".telephone", "This is not a telephone number.")
	}
	return nil
}

// clean tidies an entry and refuses one that could not be published.
func (e *Entry) clean(p Period) (err error) {
	if e.Title, err = e.Title.Clean("title", MaxTitle); err != nil {
		return err
	}
	for _, x := range []struct {
		path string
		text *tender.Text
	}{{"description", &e.Description}, {"rationale", &e.Rationale}, {"budget.source", &e.Budget.Source}} {
		if err := optional(x.text, text.Text.CleanLines, x.path, MaxText); err != nil {
			return err
		}
	}
	if !slices.Contains([]tender.Category{tender.Goods, tender.Works, tender.Services}, e.Category) {
		return fault.Field("notice.category", "category", "Say goods, works or services.")
	}
	if f := e.Classification.Check("classification"); f != nil {
		return f
	}
	if e.Budget.Line, err = text.Clean("budget.line", e.Budget.Line, MaxName); err != nil {
		return err
	}
	if e.Contact != nil {
		if err := e.Contact.clean("contact"); err != nil {
			return err
		}
	}
	return e.Dates.check(p)
}

// check wants dates that follow one another, the first within the period.
func (d Dates) check(p Period) error {
	var last Date
	for _, x := range d.List() {
		path := "dates." + x.Name
		if _, ok := x.Date.Start(); !ok {
			return fault.Field("plan.date", path, "Write a month like 2027-03, or a day like 2027-03-15.")
		}
		if last != "" && x.Date.before(last) {
			return fault.Field("plan.order", path, "This is before what must come first.")
		}
		last = x.Date
	}
	if d.Publication == "" {
		return fault.Field("text.missing", "dates.publication", "Fill this in.")
	}
	if d.Publication.before(p.From) || p.To.before(d.Publication) {
		return fault.Field("plan.outside", "dates.publication", "Publication is expected outside the period of the plan.")
	}
	return nil
}

// intended finds the method of the procedure that is intended.
func (e *Entry) intended(l *rules.Library) error {
	policy, err := l.Policy(e.RuleSet, e.Procedure)
	if err != nil {
		return err
	}
	e.Method = policy.Method
	return nil
}
