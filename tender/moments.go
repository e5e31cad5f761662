package tender

import "time"

// WindowEnds is the end of the grace window: what the notice says, or what
// follows from outages since.
func (t *Tender) WindowEnds() time.Time {
	if !t.Window.IsZero() {
		return t.Window
	}
	return t.Notice.Timetable.WindowEnds()
}

// Opens is when the first envelope may be opened at the earliest: what the
// notice says, or the end of the grace window if an outage has put it behind
// that.
func (t *Tender) Opens() time.Time {
	if t.Window.After(t.Notice.Timetable.Opens) {
		return t.Window
	}
	return t.Notice.Timetable.Opens
}

// due is when the clock next has something to do with the tender; zero if never.
func (t *Tender) due() time.Time {
	switch t.Phase {
	case Published:
		return t.Notice.Timetable.Deadline
	case Closed:
		return t.WindowEnds()
	}
	var first time.Time
	for _, l := range t.Lots {
		if l.Phase == Standstill && !t.suspends(l.ID) && (first.IsZero() || l.StandstillEnds.Before(first)) {
			first = l.StandstillEnds
		}
	}
	return first
}
