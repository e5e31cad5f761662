package tender

import (
	"slices"
	"time"

	"probity/tender/fault"
	"probity/tender/rules"
)

func (n *Notice) checkDates() *fault.Error {
	d := n.Timetable
	if d.Publish.IsZero() || d.EnquiriesUntil.IsZero() || d.Deadline.IsZero() || d.Opens.IsZero() {
		return fault.Field("timetable.missing", "timetable", "Give all dates.")
	}
	for _, t := range []time.Time{d.Publish, d.EnquiriesUntil, d.Deadline, d.Opens} {
		if !t.Equal(t.Truncate(time.Second)) {
			return fault.Field("timetable.precision", "timetable", "Dates are given in whole seconds.")
		}
		if y := t.UTC().Year(); y < firstYear || y > lastYear {
			return fault.Field("timetable.range", "timetable", "Dates lie in the years %d to %d.", firstYear, lastYear)
		}
	}
	switch {
	case d.EnquiriesUntil.Before(d.Publish) || d.Deadline.Before(d.EnquiriesUntil):
		return fault.Field("timetable.order", "timetable.enquiriesUntil", "Enquiries end between publication and the deadline.")
	case d.GraceMinutes < 0 || d.GraceMinutes > 24*60:
		return fault.Field("timetable.grace", "timetable.graceMinutes", "The grace window is 0 to 1440 minutes.")
	case d.Opens.Before(d.WindowEnds()):
		return fault.Field("timetable.opens", "timetable.opens", "Nothing opens before the grace window has ended.")
	case n.ValidityDays < 1 || n.ValidityDays > MaxValidity:
		return fault.Field("notice.validity", "validityDays", "Bids bind for 1 to %d days.", MaxValidity)
	}
	return nil
}

// The years in which a procedure may lie. All that is reckoned from its dates
// still has a year of four digits, without which time has no JSON.
const (
	firstYear = 2000
	lastYear  = 2199
)

// inUTC returns n with its instants as they are hashed and logged, whatever
// zone they were written in.
func (n Notice) inUTC() Notice {
	d := &n.Timetable
	for _, t := range []*time.Time{&d.Publish, &d.EnquiriesUntil, &d.Deadline, &d.Opens} {
		*t = t.UTC()
	}
	n.Documents = slices.Clone(n.Documents)
	for i := range n.Documents {
		v := slices.Clone(n.Documents[i].Versions)
		for j := range v {
			v[j].At = v[j].At.UTC()
		}
		n.Documents[i].Versions = v
	}
	return n
}

func (n *Notice) checkTerms() *fault.Error {
	if f := n.Terms.Text.Check("terms.text", MaxText); f != nil {
		return f
	}
	if n.Terms.PaymentDays < 0 || n.Terms.PaymentDays > 3650 || len(n.Terms.Milestones) > MaxRequirements {
		return fault.Field("terms.range", "terms", "Payment is due within 3650 days, and there are at most %d milestones.", MaxRequirements)
	}
	var seen []string
	var sum Decimal
	for i, m := range n.Terms.Milestones {
		if m.Days < 0 || m.Days > 36500 || m.Percent.Sign() <= 0 {
			return fault.Field("terms.milestones", "terms.milestones["+itoa(i)+"]", "A milestone is due within 36500 days and has a share above 0.")
		}
		at := "terms.milestones[" + itoa(i) + "]"
		if f := named(at, m.ID, seen); f != nil {
			return f
		}
		seen = append(seen, m.ID)
		if f := needLine(at+".title", m.Title); f != nil {
			return f
		}
		sum = sum.Add(m.Percent)
	}
	if len(n.Terms.Milestones) > 0 && !sum.Equal(NewDecimal(100)) {
		return fault.Field("terms.milestones", "terms.milestones", "The shares of the milestones sum to %s; they must sum to 100.", sum)
	}
	return nil
}

// checkTimetable holds the notice against the policy of its rule set, at the
// moment of publication.
func (t *Tender) checkTimetable(now time.Time) *fault.Error {
	d := t.Notice.Timetable
	if !now.Before(d.Deadline) {
		return fault.Field("tender.deadline_passed", "timetable.deadline", "The deadline has passed.")
	}
	return t.Policy.CheckTimetable(rules.Timetable{
		Published: now, EnquiriesUntil: d.EnquiriesUntil, Deadline: d.Deadline,
		GraceMinutes: d.GraceMinutes, Opens: d.Opens, ValidityDays: t.Notice.ValidityDays,
		Facts: append(rules.Platform(), t.Notice.Circumstances...),
	})
}
