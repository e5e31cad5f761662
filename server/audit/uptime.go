package audit

import (
	"cmp"
	"slices"
	"time"

	"probity/bidding"
	"probity/documents/uptime"
	"probity/tender/event"
	"probity/tender/rules"
)

// placedBeat is a beat of the uptime record in its place.
type placedBeat struct {
	uptime.Beat
	index int64
}

// uptime reads the beats of the archive and checks that they are of one record
// in which no outage was left out.
func (v *verifier) uptime() error {
	s := v.step("uptime.record", "The beats of the uptime record follow from each other, and every outage between the first and the last is there")
	for _, f := range v.platform {
		if f.Name != uptime.Fact {
			continue
		}
		b, err := uptime.Parse(f.Event)
		if s.expect(err == nil, f.ID, "The beat cannot be read: %v.", err) {
			v.beats = append(v.beats, placedBeat{b, f.Index})
		}
	}
	slices.SortFunc(v.beats, func(x, y placedBeat) int { return cmp.Compare(x.N, y.N) })
	for i, b := range v.beats {
		if i == 0 {
			continue
		}
		before := v.beats[i-1]
		s.expect(before.index < b.index, uptime.ID(b.N), "It stands in the log before an earlier beat.")
		err := b.Comes(before.Beat)
		s.expect(err == nil, uptime.ID(b.N), "%s", err)
	}
	if s.n > 0 {
		s.end()
	}
	return nil
}

// known lists the outages that the record had told by an index of the log.
func (v *verifier) known(index int64) []rules.Outage {
	var list []rules.Outage
	for _, b := range v.beats {
		if o, away := b.Outage(); away && b.index < index {
			list = append(list, o)
		}
	}
	return list
}

// covered reports whether the archive's beats reach back to all that counts for
// a deadline.
func (n *noticeSteps) covered(deadline time.Time) bool {
	if len(n.beats) == 0 {
		return false
	}
	first := n.beats[0]
	return first.N == 1 || !first.Legal().After(deadline.Add(-time.Duration(n.p.policy.Outage.WatchHours)*time.Hour))
}

// ruled reports whether an outage rule binds the procedure.
func (n *noticeSteps) ruled() bool { return n.p.policy != nil && n.p.policy.Outage != nil }

// toldOutage is an outage as a fact names it.
type toldOutage struct {
	From, To string
	Beat     int64
}

// named holds the outages that a fact names to those that count.
func (n *noticeSteps) named(f bidding.Placed, told []toldOutage, counted []rules.Outage) {
	same := slices.EqualFunc(told, counted, func(o toldOutage, c rules.Outage) bool {
		return o.Beat == c.Beat && readTime(o.From).Equal(c.From) && readTime(o.To).Equal(c.To)
	})
	n.outage.expect(same, f.ID, "It names other outages than those on record.")
}

// prolong follows a deadline that an outage has moved, and reckons it again.
func (n *noticeSteps) prolong(f bidding.Placed) {
	d, ok := data[struct {
		Before, Deadline string
		Outages          []toldOutage
	}](n.verifier, f)
	if !ok {
		return
	}
	t := &n.p.notice.Timetable
	was, to := t.Deadline, readTime(d.Deadline)
	if n.outage.expect(n.ruled(), f.ID, "The deadline was moved by an outage rule, and the procedure has none.") {
		known := n.known(f.Index)
		n.outage.expect(readTime(d.Before).Equal(was), f.ID, "It moves a deadline of %s; the one in force was %s.", d.Before, event.Time(was))
		right := n.p.policy.AfterOutage(was, known).At
		n.outage.expect(right.Equal(to), f.ID, "By the outages on record the deadline is %s, not %s.", event.Time(right), d.Deadline)
		n.outage.expect(n.covered(was), f.ID, "The archive does not show the uptime record since outages counted.")
		n.named(f, d.Outages, n.p.policy.CountedOutages(was, known))
	}
	n.amendment.expect(to.After(was), f.ID, "The extension moves the deadline back.")
	t.Opens, t.Deadline = t.Opens.Add(to.Sub(was)), to
}

// lengthen follows the end of a grace window that an outage has moved, and
// reckons it again.
func (n *noticeSteps) lengthen(f bidding.Placed) {
	d, ok := data[struct {
		Before, Until string
		Outages       []toldOutage
	}](n.verifier, f)
	if !ok {
		return
	}
	to := readTime(d.Until)
	n.outage.expect(n.p.closed != nil && n.p.sealed == nil, f.ID, "The grace window is lengthened when there is none.")
	if n.outage.expect(n.ruled() && n.p.policy.Outage.WholeWindow, f.ID, "The grace window was lengthened by an outage rule, and the procedure has none.") {
		n.outage.expect(readTime(d.Before).Equal(n.windowEnds()), f.ID, "It moves an end of %s; the one in force was %s.", d.Before, event.Time(n.windowEnds()))
		right, counted := n.wholeWindow(n.known(f.Index))
		n.outage.expect(right.Equal(to), f.ID, "By the outages on record the grace window ends at %s, not %s.", event.Time(right), d.Until)
		n.named(f, d.Outages, counted)
	}
	n.outage.expect(to.After(n.windowEnds()), f.ID, "The grace window is made shorter.")
	n.window = to
}

// wholeWindow reckons the end of the grace window again.
func (n *noticeSteps) wholeWindow(known []rules.Outage) (time.Time, []rules.Outage) {
	t := n.p.notice.Timetable
	return n.p.policy.WholeWindow(t.Deadline, t.WindowEnds(), known)
}

// windowEnds is the end of the grace window that is in force.
func (n *noticeSteps) windowEnds() time.Time {
	if n.window.IsZero() {
		return n.p.notice.Timetable.WindowEnds()
	}
	return n.window
}

// passedOver looks, when bids are closed, for an outage that should have moved
// the deadline.
func (n *noticeSteps) passedOver(f bidding.Placed) {
	if !n.ruled() {
		return
	}
	if len(n.beats) == 0 {
		n.note("uptime.none", "The platform has kept no record of its uptime, so nobody can see whether an outage should have moved the deadline.")
		return
	}
	deadline := n.p.notice.Timetable.Deadline
	n.outage.expect(n.covered(deadline), f.ID, "The archive does not show the uptime record since outages counted.")
	right := n.p.policy.AfterOutage(deadline, n.decided(f)).At
	n.outage.expect(!right.After(deadline), f.ID, "By the outages on record the deadline was %s, and bids were closed before.", event.Time(right))
}

// cutShort looks, when the grace window ends, for an outage that should have
// lengthened it.
func (n *noticeSteps) cutShort(f bidding.Placed) {
	if !n.ruled() || !n.p.policy.Outage.WholeWindow || len(n.beats) == 0 {
		return
	}
	right, _ := n.wholeWindow(n.decided(f))
	n.outage.expect(!right.After(n.windowEnds()), f.ID, "By the outages on record the grace window was to last until %s, and was ended before.", event.Time(right))
}

// decided holds an entry that ends something to the beat before it, and lists
// the outages that were to be weighed then.
func (n *noticeSteps) decided(f bidding.Placed) []rules.Outage {
	var last placedBeat
	for _, b := range n.beats {
		if b.index < f.Index {
			last = b
		}
	}
	n.outage.expect(last.N > 0 && f.At.Sub(last.Legal()) <= uptime.Gap, f.ID,
		"Bids were closed at %s, and the last beat before was at %s: the platform was away, and what that means was not decided.", event.Time(f.At), event.Time(last.Legal()))
	return slices.DeleteFunc(n.known(f.Index), func(o rules.Outage) bool { return o.To.After(f.At) })
}
