package rules

import (
	"slices"
	"time"
)

// OutageRule extends a deadline, and the grace window behind it, when the
// platform could not be reached.
type OutageRule struct {
	WatchHours   int  `json:"watchHours"`            // before the deadline that are looked at
	LeastMinutes int  `json:"leastMinutes"`          // of outage in all that count
	ExtendHours  int  `json:"extendHours"`           // bids are taken for so long after the last outage
	WholeWindow  bool `json:"wholeWindow,omitempty"` // what outages take of the grace window is added to it
	Source
}

// Outage is a time in which the platform could not be reached, by its uptime
// record. One whose end is zero lasts still, and moves nothing yet.
type Outage struct {
	From, To time.Time
	Beat     int64 // of the uptime record, that ended it
}

// AfterOutage reckons the deadline that follows from outages. It is never
// earlier than the one that stood.
func (p *Policy) AfterOutage(deadline time.Time, outages []Outage) Reckoning {
	stays := Reckoning{deadline.UTC(), []Step{{Code: StepAlready}}}
	if p.Outage == nil {
		return stays
	}
	total, last := p.Outage.counted(p.Outage.begin(deadline), deadline, outages)
	end := last.Add(time.Duration(p.Outage.ExtendHours) * time.Hour)
	if total < time.Duration(p.Outage.LeastMinutes)*time.Minute || total == 0 || !end.After(deadline) {
		return stays
	}
	return Reckoning{end.UTC(), []Step{{Code: StepOutage, Span: Span{p.Outage.ExtendHours, Hours}, Source: p.Outage.Source}}}
}

// CountedOutages lists those of the outages that AfterOutage counts, in order.
func (p *Policy) CountedOutages(deadline time.Time, outages []Outage) []Outage {
	if p.Outage == nil {
		return nil
	}
	begin := p.Outage.begin(deadline)
	list := slices.DeleteFunc(slices.Clone(outages), func(o Outage) bool { return !o.To.After(later(o.From, begin)) || !o.From.Before(deadline) })
	slices.SortFunc(list, func(x, y Outage) int { return x.From.Compare(y.From) })
	return list
}

// WholeWindow reckons when the grace window ends that was to last from the
// deadline to end: what outages have taken of it is added, so that parts are
// taken for as long as the notice says. It also lists the outages that count,
// in order.
func (p *Policy) WholeWindow(deadline, end time.Time, outages []Outage) (time.Time, []Outage) {
	if p.Outage == nil || !p.Outage.WholeWindow {
		return end.UTC(), nil
	}
	sorted := slices.Clone(outages)
	slices.SortFunc(sorted, func(x, y Outage) int { return x.From.Compare(y.From) })
	var counted []Outage
	until := deadline // everything before it is counted already
	for _, o := range sorted {
		from := later(o.From, until)
		if !o.To.After(from) || !from.Before(end) {
			continue
		}
		end, until = end.Add(o.To.Sub(from)), o.To
		counted = append(counted, o)
	}
	return end.UTC(), counted
}

// begin is since when outages count for a deadline.
func (o *OutageRule) begin(deadline time.Time) time.Time {
	return deadline.Add(-time.Duration(o.WatchHours) * time.Hour)
}

// counted adds up the outages from begin to the deadline, counting time that
// two of them share once, and finds the end of the last. That end may lie
// behind the deadline.
func (*OutageRule) counted(begin, deadline time.Time, outages []Outage) (total time.Duration, last time.Time) {
	sorted := slices.Clone(outages)
	slices.SortFunc(sorted, func(x, y Outage) int { return x.From.Compare(y.From) })
	until := begin // everything before it is counted already
	for _, o := range sorted {
		from, to := later(o.From, until), earlier(o.To, deadline)
		if !to.After(from) {
			continue
		}
		total += to.Sub(from)
		until, last = to, later(last, o.To)
	}
	return total, last
}

func later(x, y time.Time) time.Time {
	if x.After(y) {
		return x
	}
	return y
}

func earlier(x, y time.Time) time.Time {
	if x.Before(y) {
		return x
	}
	return y
}
