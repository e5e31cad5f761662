package rules

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // the same zones wherever the program runs

	"probity/tender/fault"
)

// Reckoning is an instant that follows from rules, and how it does.
type Reckoning struct {
	// At is in UTC, or zero if no rule says anything. A period of days that
	// ends with a day ends at the first instant of the next: what must be
	// done within it is done strictly before At.
	At    time.Time `json:"at"`
	Steps []Step    `json:"steps,omitempty"`
}

// Step is one line of an explanation.
type Step struct {
	Code string `json:"code"` // one of the constants; stable, for translations
	Span Span   `json:"span,omitzero"`
	Fact Fact   `json:"fact,omitempty"` // what allowed it
	Date Date   `json:"date,omitzero"`  // the day that it led to, in the zone of the policy
	Source
}

// The codes of steps.
const (
	StepPeriod  = "period"       // the period that the rule gives
	StepInstead = "instead"      // a shorter one that applies instead
	StepLess    = "less"         // a reduction
	StepFloor   = "floor"        // but not less than this
	StepFrom    = "from"         // the day of the event, which is not counted
	StepEnds    = "ends"         // the last day of the period
	StepRolls   = "rolls"        // moved to the next working day
	StepUnknown = "unknown_days" // holidays of so late a year are not announced yet
	StepOutage  = "outage"       // the platform was away
	StepAlready = "already"      // what was fixed before is later and stays
)

// String writes a step as a sentence.
func (s Step) String() string {
	switch s.Code {
	case StepPeriod:
		return fmt.Sprintf("The period is %s (%s).", s.Span, s.Cite)
	case StepInstead:
		return fmt.Sprintf("Instead it is %s (%s).", s.Span, s.Cite)
	case StepLess:
		return fmt.Sprintf("It is shortened by %s because of %q (%s).", s.Span, s.Fact, s.Cite)
	case StepFloor:
		return fmt.Sprintf("It is not less than %s (%s).", s.Span, s.Cite)
	case StepFrom:
		return fmt.Sprintf("It is counted from the day after %s.", s.Date)
	case StepEnds:
		return fmt.Sprintf("It ends at the end of %s.", s.Date)
	case StepRolls:
		return fmt.Sprintf("That is a day off, so it ends at the end of %s (%s).", s.Date, s.Cite)
	case StepUnknown:
		return fmt.Sprintf("Holidays as late as %s have not been announced; the day may move.", s.Date)
	case StepOutage:
		return fmt.Sprintf("The platform could not be reached, so it is extended by %s (%s).", s.Span, s.Cite)
	case StepAlready:
		return "What was fixed before is later, and stays."
	}
	return s.Code
}

// spans are the words for one of a unit, and for any other number of it.
var spans = map[Unit][2]string{
	Hours: {"%d hour", "%d hours"}, CalendarDays: {"%d calendar day", "%d calendar days"}, WorkingDays: {"%d working day", "%d working days"},
	Weeks: {"%d week", "%d weeks"}, Months: {"%d month", "%d months"}, Years: {"%d year", "%d years"},
}

// Sentence is a span in words.
func (s Span) Sentence() fault.Sentence {
	many := 0
	if s.N != 1 {
		many = 1
	}
	return fault.Say(spans[s.Unit][many], s.N)
}

// String writes a span: "20 calendar days".
func (s Span) String() string { return s.Sentence().String() }

// Location returns the zone of the policy.
func (p *Policy) Location() *time.Location { return p.location() }

// location returns the zone of the policy, which check has seen to exist.
func (p *Policy) location() *time.Location {
	loc, err := zone(p.Zone)
	if err != nil {
		panic(fmt.Sprintf("rules: policy %s/%s has no zone %q", p.RuleSet, p.Procedure, p.Zone))
	}
	return loc
}

// zones remembers what has been loaded: LoadLocation reads a file every time.
var zones sync.Map

func zone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("rules: no zone is named %q", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	zones.Store(name, loc)
	return loc, nil
}

// run lets s pass after from and says how.
func (p *Policy) run(from time.Time, s Span) (time.Time, []Step) {
	if s.Unit == Hours {
		return from.Add(time.Duration(s.N) * time.Hour).UTC(), nil
	}
	loc := p.location()
	first := DateIn(from, loc)
	if s.N == 0 {
		return from.UTC(), nil
	}
	last := p.lastDay(first, s)
	steps := []Step{{Code: StepFrom, Date: first}, {Code: StepEnds, Date: last}}
	if p.Rolls.On && !p.Calendar.IsWorkingDay(last) {
		last = p.Calendar.NextWorkingDay(last)
		steps = append(steps, Step{Code: StepRolls, Date: last, Source: p.Rolls.Source})
	}
	if (p.Rolls.On || s.Unit == WorkingDays) && !p.Calendar.Covers(last) {
		steps = append(steps, Step{Code: StepUnknown, Date: last})
	}
	return (last + 1).Start(loc), steps
}

// lastDay is the last day of a span of days that begins with the day after d.
func (p *Policy) lastDay(d Date, s Span) Date {
	switch s.Unit {
	case CalendarDays:
		return d + Date(s.N)
	case WorkingDays:
		return p.Calendar.AddWorkingDays(d, s.N)
	case Weeks:
		return d + Date(7*s.N)
	case Months:
		return d.addMonths(s.N)
	case Years:
		return d.addMonths(12 * s.N)
	}
	panic(fmt.Sprintf("rules: no unit %q", s.Unit))
}

// back returns the latest instant such that an event strictly before it leaves
// the whole of s until to. It is the exact inverse of run.
func (p *Policy) back(to time.Time, s Span) time.Time {
	if s.Unit == Hours || s.N == 0 {
		return to.Add(-time.Duration(s.N) * time.Hour).UTC()
	}
	loc := p.location()
	for d := DateIn(to, loc); ; d-- {
		if end, _ := p.run(d.Start(loc), s); !end.After(to) {
			return (d + 1).Start(loc)
		}
	}
}

// Due reckons a limit that runs forward from an event. ok is false, and the
// reckoning empty, if the policy has no such limit or it is counted back.
func (p *Policy) Due(id LimitID, from time.Time) (r Reckoning, ok bool) {
	l, ok := p.Limits[id]
	if m, known := meaning(id); !ok || !known || m.Back {
		return Reckoning{}, false
	}
	return p.reckon(from, l), true
}

func (p *Policy) reckon(from time.Time, l Limit) Reckoning {
	at, steps := p.run(from, l.Span)
	return Reckoning{at, append([]Step{{Code: StepPeriod, Span: l.Span, Source: l.Source}}, steps...)}
}
