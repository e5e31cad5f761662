package rules

import (
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
	wrong := map[string]fault.Sentence{}
	for path, check := range map[string]func(Timetable) fault.Sentence{
		"timetable.requestsUntil": p.checkRequests, "timetable.deadline": p.checkDeadline, "timetable.enquiriesUntil": p.checkEnquiries,
		"timetable.graceMinutes": p.checkGrace, "timetable.opens": p.checkOpens, "validityDays": p.checkValidity,
	} {
		if s := check(t); s.Format != "" {
			wrong[path] = s
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	whole := wrong[slices.Sorted(maps.Keys(wrong))[0]]
	if len(wrong) > 1 {
		whole = fault.Say("%d of these dates do not keep the rules.", len(wrong))
	}
	return fault.Fields("rules.timetable", whole, wrong)
}

// kept says nothing about a date that keeps the rules.
var kept fault.Sentence

func (p *Policy) checkRequests(t Timetable) fault.Sentence {
	wanted := p.Requests != nil && slices.Contains(p.Stages, Prequalification)
	switch {
	case t.RequestsUntil.IsZero() || !wanted:
		return kept
	case !t.RequestsUntil.Before(t.Deadline):
		return fault.Say("Requests to participate must end before bids do.")
	}
	return tooEarly(p, "Requests to participate must be taken until %s or later (%s).", t.RequestsUntil, p.EarliestRequests(t.Published, t.Facts))
}

func (p *Policy) checkDeadline(t Timetable) fault.Sentence {
	switch {
	case t.Deadline.IsZero():
		return fault.Say("Say until when bids are taken.")
	case !t.Deadline.After(t.Published):
		return fault.Say("The deadline has passed.")
	case p.Bids == nil:
		return kept
	}
	return tooEarly(p, "Bids must be taken until %s or later (%s).", t.Deadline, p.EarliestDeadline(p.begins(t), t.Facts))
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

// tooEarly says what is wrong with an end before the earliest.
func tooEarly(p *Policy, says string, is time.Time, earliest Reckoning) fault.Sentence {
	if !is.Before(earliest.At) {
		return kept
	}
	// The first steps say how long; the rest say on which days.
	rule := earliest.Steps[0]
	for _, s := range earliest.Steps {
		if s.Code == StepInstead || s.Code == StepFloor {
			rule = s
		}
	}
	return fault.Say(says, p.Local(earliest.At), rule.Cite)
}

func (p *Policy) checkEnquiries(t Timetable) fault.Sentence {
	until := t.EnquiriesUntil
	l, ok := p.Limits[EnquiriesClose]
	switch {
	case until.IsZero():
		return kept
	case !until.After(t.Published):
		return fault.Say("The time for questions must end after the notice is published.")
	case until.After(t.Deadline):
		return fault.Say("The time for questions must not end after the deadline.")
	case ok && until.After(p.EnquiriesUntil(t.Deadline)):
		return fault.Say("The time for questions must end at %s or earlier, so that answers come in time (%s).",
			p.Local(p.EnquiriesUntil(t.Deadline)), l.Cite)
	}
	return kept
}

func (p *Policy) checkGrace(t Timetable) fault.Sentence {
	if t.GraceMinutes < p.Grace.MinHours*60 || t.GraceMinutes > p.Grace.MaxHours*60 {
		return fault.Say("The grace window must be %d to %d hours (%s).", p.Grace.MinHours, p.Grace.MaxHours, p.Grace.Cite)
	}
	return kept
}

func (p *Policy) checkOpens(t Timetable) fault.Sentence {
	window := t.Deadline.Add(time.Duration(t.GraceMinutes) * time.Minute)
	if t.Opens.Before(window) && !t.Deadline.IsZero() {
		return fault.Say("Nothing may be opened before the deadline and the grace window are over.")
	}
	return kept
}

func (p *Policy) checkValidity(t Timetable) fault.Sentence {
	l, ok := p.Limits[BidValidity]
	if !ok || t.ValidityDays == 0 || t.Deadline.IsZero() {
		return kept
	}
	day := DateIn(t.Deadline, p.location())
	if p.lastDay(day, Span{t.ValidityDays, CalendarDays}) < p.lastDay(day, l.Span) {
		return fault.Say("Bids must bind for %s or longer (%s).", l.Span, l.Cite)
	}
	return kept
}

// Local writes an instant as people of the policy's zone read it.
func (p *Policy) Local(t time.Time) string {
	return t.In(p.location()).Format("2006-01-02 15:04") + " (" + p.Zone + ")"
}
