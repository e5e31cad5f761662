package audit

import (
	"encoding/json"
	"time"

	"probity/bidding"
	"probity/documents/uptime"
	sequencer "probity/server/ledger"
	"probity/tender/store"
)

// beats finds the entries of the uptime record that tell whether outages move,
// or would have moved, the deadline or the end of the grace window: the last
// before any counted, the last before bids were closed and the last before the
// window was, and both beats of every outage between them.
func (b *build) beats() ([]store.Entry, error) {
	from, decided := b.watched()
	if len(decided) == 0 {
		return nil, nil
	}
	record := &sequencer.Beats{Engine: b.Engine}
	last, err := record.Last(b.ctx)
	if err != nil || last.N == 0 {
		return nil, err
	}
	first, err := record.First(b.ctx, last.N, func(x uptime.Beat, _ int64) bool { return x.Legal().After(from) })
	if err != nil {
		return nil, err
	}
	numbers := []int64{max(1, first-1)}
	end := int64(0)
	for _, at := range decided {
		if end, err = record.First(b.ctx, last.N, func(_ uptime.Beat, index int64) bool { return index > at }); err != nil {
			return nil, err
		}
		numbers = append(numbers, end-1)
	}
	ended, err := record.Ended(b.ctx, last)
	if err != nil {
		return nil, err
	}
	for _, x := range ended {
		if x.N > numbers[0] && x.N < end {
			numbers = append(numbers, x.N-1, x.N)
		}
	}
	return b.numbered(numbers)
}

// numbered reads beats, each once.
func (b *build) numbered(numbers []int64) ([]store.Entry, error) {
	var list []store.Entry
	had := map[int64]bool{}
	for _, n := range numbers {
		if n < 1 || had[n] {
			continue
		}
		had[n] = true
		e, err := b.entry(uptime.ID(n))
		if err != nil {
			return nil, err
		}
		if e != nil {
			list = append(list, *e)
		}
	}
	return list, nil
}

// watched says since when outages counted for any deadline of the procedure, and
// where in the log the decisions about them stand, in order; none if nobody had
// to decide.
func (b *build) watched() (from time.Time, decided []int64) {
	if b.t.Policy == nil || b.t.Policy.Outage == nil {
		return from, nil
	}
	rule := b.t.Policy.Outage
	from = b.t.Notice.Timetable.Deadline
	for _, f := range b.facts {
		switch {
		case f.Name == "tender.prolong":
			var d struct{ Before string }
			if json.Unmarshal(f.Data, &d) == nil && readTime(d.Before).Before(from) {
				from = readTime(d.Before)
			}
		case f.Name == bidding.FactClose, f.Name == "tender.window-prolong":
		case f.Name == bidding.FactCloseWindow && rule.WholeWindow:
		default:
			continue
		}
		decided = append(decided, f.Index)
	}
	return from.Add(-time.Duration(rule.WatchHours) * time.Hour), decided
}
