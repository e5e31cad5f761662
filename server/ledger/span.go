package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"probity/documents/ledger"
	"probity/documents/uptime"
	"probity/tender/fault"
	"probity/tender/store"
)

// maxOutages bounds what is told at once.
const maxOutages = 100

// Record returns the signed uptime record of a span of time, which begins with
// the last beat that is not after from. The record ends with the last one that
// is not after to.
func (b *Beats) Record(ctx context.Context, r *Reader, from, to time.Time) (uptime.Record, error) {
	numbers, err := b.span(ctx, from, to)
	if err != nil {
		return uptime.Record{}, err
	}
	var list []ledger.Receipt
	for _, n := range numbers {
		x, _, err := r.Receipt(ctx, uptime.ID(n))
		if err != nil {
			return uptime.Record{}, fmt.Errorf("ledger: uptime: %w", err)
		}
		list = append(list, x)
	}
	return uptime.Make(r.origin, list)
}

// span finds the beats that a record needs.
func (b *Beats) span(ctx context.Context, from, to time.Time) ([]int64, error) {
	none := fault.New(fault.Missing, "uptime.none", "There is no beat in this span of time.")
	last, err := b.Last(ctx)
	if err != nil {
		return nil, err
	}
	first, err := b.First(ctx, last.N, func(x uptime.Beat, _ int64) bool { return x.At.After(from) })
	if err != nil {
		return nil, err
	}
	end, err := b.First(ctx, last.N, func(x uptime.Beat, _ int64) bool { return x.At.After(to) })
	if err != nil {
		return nil, err
	}
	first, end = max(1, first-1), end-1
	if last.N == 0 || first > end {
		return nil, none
	}
	numbers := []int64{first, end}
	ended, err := b.Ended(ctx, last)
	if err != nil {
		return nil, err
	}
	for _, x := range ended {
		if x.N > first && x.N <= end {
			numbers = append(numbers, x.N-1, x.N)
		}
	}
	if len(numbers) > 2*maxOutages+2 {
		return nil, fault.New(fault.Invalid, "uptime.span", "There are more than %d outages in this span of time. Ask for a shorter one.", maxOutages)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

// Page returns the entries of up to limit beats from the n-th on.
func (b *Beats) Page(ctx context.Context, n int64, limit int) ([]store.Entry, error) {
	last, err := b.Last(ctx)
	if err != nil {
		return nil, err
	}
	var list []store.Entry
	for ; n <= last.N && len(list) < limit; n++ {
		_, e, err := b.Get(ctx, n)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}
