package rules

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"probity/tender/fault"
)

// Timetable holds the dates of a procedure as they are to be published. Zero
// values are dates that the procedure does not have.
type Timetable struct {
	Published      time.Time // now, when it is checked for publication
	RequestsUntil  time.Time // requests to participate are taken strictly before it
	Invited        time.Time // when bidders are invited; zero: with the notice, or when requests end
	EnquiriesUntil time.Time // questions are taken strictly before it
	Deadline       time.Time // bids are taken strictly before it
	GraceMinutes   int       // sealed parts may follow for so long
	Opens          time.Time // nothing is opened before it
	ValidityDays   int       // bids bind for so long after the deadline; 0 is not checked

	// Facts let minimum periods be shorter; see [Platform] for those that
	// always hold here.
	Facts []Fact
}

// CheckTimetable refuses dates that break the policy, all at once: an Invalid
// fault rules.timetable whose fields are named as in a notice
// ("timetable.deadline").
func (p *Policy) CheckTimetable(t Timetable) *fault.Error {
	field := map[string]string{}
	for _, check := range []func(Timetable) (string, string){
		p.checkRequests, p.checkDeadline, p.checkEnquiries, p.checkGrace, p.checkOpens, p.checkValidity,
	} {
		if path, sentence := check(t); sentence != "" {
			field[path] = sentence
		}
	}
	if len(field) == 0 {
		return nil
	}
	text := field[slices.Sorted(maps.Keys(field))[0]]
	if len(field) > 1 {
		text = fmt.Sprintf("%d of these dates do not keep the rules.", len(field))
	}
	return &fault.Error{Kind: fault.Invalid, Code: "rules.timetable", Text: text, Field: field}
}

func (p *Policy) checkRequests(t Timetable) (path, sentence string) {
	path = "timetable.requestsUntil"
	wanted := p.Requests != nil && slices.Contains(p.Stages, Prequalification)
	switch {
	case t.RequestsUntil.IsZero() || !wanted:
		return path, ""
	case !t.RequestsUntil.Before(t.Deadline):
		return path, "Requests to participate must end before bids do."
	}
	return path, p.tooEarly("Requests to participate", t.RequestsUntil, p.EarliestRequests(t.Published, t.Facts))
}

func (p *Policy) checkDeadline(t Timetable) (path, sentence string) {
	path = "timetable.deadline"
	switch {
	case t.Deadline.IsZero():
		return path, "Say until when bids are taken."
	case !t.Deadline.After(t.Published):
		return path, "The deadline has passed."
	case p.Bids == nil:
		return path, ""
	}
	return path, p.tooEarly("Bids", t.Deadline, p.EarliestDeadline(p.begins(t), t.Facts))
}

// begins is when the time for bids begins to run.
func (p *Policy) begins(t Timetable) time.Time {
	if p.Bids.From != FromInvited {
		return t.Published
	}
	switch {
	case !t.Invited.IsZero():
		return t.Invited
	case !t.RequestsUntil.IsZero():
		return t.RequestsUntil
	}
	return t.Published
}

// tooEarly says what is wrong with a deadline before the earliest.
func (p *Policy) tooEarly(what string, is time.Time, earliest Reckoning) string {
	if !is.Before(earliest.At) {
		return ""
	}
	// The first steps say how long; the rest say on which days.
	rule := earliest.Steps[0]
	for _, s := range earliest.Steps {
		if s.Code == StepInstead || s.Code == StepFloor {
			rule = s
		}
	}
	return fmt.Sprintf("%s must be taken until %s or later (%s).", what, p.Local(earliest.At), rule.Cite)
}

func (p *Policy) checkEnquiries(t Timetable) (path, sentence string) {
	path = "timetable.enquiriesUntil"
	until := t.EnquiriesUntil
	l, ok := p.Limits[EnquiriesClose]
	switch {
	case until.IsZero():
		return path, ""
	case !until.After(t.Published):
		return path, "The time for questions must end after the notice is published."
	case until.After(t.Deadline):
		return path, "The time for questions must not end after the deadline."
	case ok && until.After(p.EnquiriesUntil(t.Deadline)):
		return path, fmt.Sprintf("The time for questions must end at %s or earlier, so that answers come in time (%s).",
			p.Local(p.EnquiriesUntil(t.Deadline)), l.Cite)
	}
	return path, ""
}

func (p *Policy) checkGrace(t Timetable) (path, sentence string) {
	path = "timetable.graceMinutes"
	if t.GraceMinutes < p.Grace.MinHours*60 || t.GraceMinutes > p.Grace.MaxHours*60 {
		return path, fmt.Sprintf("The grace window must be %d to %d hours (%s).", p.Grace.MinHours, p.Grace.MaxHours, p.Grace.Cite)
	}
	return path, ""
}

func (p *Policy) checkOpens(t Timetable) (path, sentence string) {
	path = "timetable.opens"
	window := t.Deadline.Add(time.Duration(t.GraceMinutes) * time.Minute)
	if t.Opens.Before(window) && !t.Deadline.IsZero() {
		return path, "Nothing may be opened before the deadline and the grace window are over."
	}
	return path, ""
}

func (p *Policy) checkValidity(t Timetable) (path, sentence string) {
	path = "validityDays"
	l, ok := p.Limits[BidValidity]
	if !ok || t.ValidityDays == 0 || t.Deadline.IsZero() {
		return path, ""
	}
	day := DateIn(t.Deadline, p.location())
	if p.lastDay(day, Span{t.ValidityDays, CalendarDays}) < p.lastDay(day, l.Span) {
		return path, fmt.Sprintf("Bids must bind for %s or longer (%s).", l.Span, l.Cite)
	}
	return path, ""
}

// Local writes an instant as people of the policy's zone read it.
func (p *Policy) Local(t time.Time) string {
	return t.In(p.location()).Format("2006-01-02 15:04") + " (" + p.Zone + ")"
}
