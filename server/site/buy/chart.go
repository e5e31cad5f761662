package buy

import (
	"slices"
	"time"

	"probity/server/site"
	"probity/tender"
	"probity/tender/rules"
)

// chart is a timetable drawn: a row for each period, with what the rules ask
// for. Lengths are of the picture, 640 wide.
type chart struct {
	Bars   []bar
	Ticks  []tick
	Now    int // 0: outside
	Height int
	Steps  []stepLine
}

// bar is a period.
type bar struct {
	Word       string // of the catalogue
	X, W, Y    int
	Kind       string // "ok", "bad", "soft"
	Need       int    // where the least period ends; 0 for none
	From, Till time.Time
}

// Late reports whether a bar begins so far right that its words end with it.
func (b bar) Late() bool { return b.X > chartLeft+chartWide*2/3 }

// End is where the bar ends.
func (b bar) End() int { return b.X + b.W }

// tick is a day on the axis.
type tick struct {
	X  int
	At time.Time
}

// stepLine is a line of how the earliest deadline comes about.
type stepLine struct {
	Text, Cite string
	Status     rules.Status
}

const (
	chartLeft, chartWide = 12, 616
	chartRow             = 46
)

// chartOf draws a timetable; nil while its ends are not known.
func chartOf(v *site.Visit, t tender.Timetable, o *overview) *chart {
	c := &chart{Steps: stepLines(v, o.Earliest)}
	from := t.Publish
	if from.IsZero() {
		from = v.Now()
	}
	to := latest(t.Opens, t.WindowEnds(), t.EnquiriesUntil, o.Earliest.At)
	if t.Deadline.IsZero() || !to.After(from) {
		return c
	}
	x := func(at time.Time) int {
		at = later(at, from)
		return chartLeft + int(at.Sub(from)*chartWide/max(1, to.Sub(from)))
	}
	add := func(word, kind string, a, b time.Time, need time.Time) {
		if a.IsZero() || b.IsZero() || b.Before(a) {
			return
		}
		r := bar{Word: word, X: x(a), W: max(4, x(b)-x(a)), Y: 18 + chartRow*len(c.Bars), Kind: kind, From: a, Till: b}
		if !need.IsZero() {
			r.Need = x(need)
		}
		c.Bars = append(c.Bars, r)
	}
	kind := "ok"
	if o.Earliest.At.After(t.Deadline) {
		kind = "bad"
	}
	add("buy.chart.enquiries", "soft", from, t.EnquiriesUntil, time.Time{})
	add("buy.chart.bids", kind, from, t.Deadline, o.Earliest.At)
	if t.GraceMinutes > 0 {
		add("buy.chart.grace", "soft", t.Deadline, t.WindowEnds(), time.Time{})
	}
	add("buy.chart.opening", "soft", t.WindowEnds(), t.Opens, time.Time{})
	c.Height = 18 + chartRow*len(c.Bars) + 26
	for i := range 5 {
		at := from.Add(to.Sub(from) / 4 * time.Duration(i))
		c.Ticks = append(c.Ticks, tick{x(at), at})
	}
	if now := v.Now(); now.After(from) && now.Before(to) {
		c.Now = x(now)
	}
	return c
}

func latest(list ...time.Time) time.Time { return slices.MaxFunc(list, time.Time.Compare) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// stepLines says in the visitor's language how a date comes about.
func stepLines(v *site.Visit, r rules.Reckoning) []stepLine {
	var list []stepLine
	for _, s := range r.Steps {
		text := v.T("buy.step."+s.Code, "Span", span(v, s.Span), "Fact", v.T(factWord(s.Fact)), "Date", v.Day(s.Date))
		list = append(list, stepLine{text, s.Cite.In(v.Lang), s.Status})
	}
	return list
}

func factWord(f rules.Fact) string {
	if f == "" {
		return "buy.fact.none"
	}
	return "buy.fact." + string(f)
}

// span is a length of time in the visitor's language.
func span(v *site.Visit, s rules.Span) string {
	if s.Unit == "" {
		return ""
	}
	return v.T("buy.unit."+string(s.Unit), "Count", s.N)
}
