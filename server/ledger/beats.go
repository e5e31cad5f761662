package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"probity/documents/uptime"
	"probity/tender/event"
	"probity/tender/store"
)

// Beats reads the uptime record of a log. What it has read it keeps: beats do
// not change. It is safe for concurrent use.
type Beats struct {
	Engine store.Engine

	mu    sync.Mutex
	last  uptime.Beat
	ended []uptime.Beat // those that have ended an outage, from the first on
}

// Get returns the n-th beat and its entry, or store.ErrMissing.
func (b *Beats) Get(ctx context.Context, n int64) (uptime.Beat, store.Entry, error) {
	e, err := b.Engine.EntryOf(ctx, uptime.ID(n))
	if err != nil {
		return uptime.Beat{}, e, fmt.Errorf("ledger: beat %d: %w", n, err)
	}
	f, err := event.Parse(e.Record)
	if err != nil {
		return uptime.Beat{}, e, fmt.Errorf("ledger: beat %d: %w", n, err)
	}
	x, err := uptime.Parse(f)
	return x, e, err
}

// Last returns the newest beat; the zero Beat if there is none. It costs two
// look-ups when little has happened since it was last asked, and grows with the
// logarithm of what has.
func (b *Beats) Last(ctx context.Context) (uptime.Beat, error) {
	b.mu.Lock()
	last := b.last
	b.mu.Unlock()
	step, none := int64(1), int64(0)
	for none == 0 || none-last.N > 1 {
		n := last.N + step
		if none > 0 {
			n = last.N + (none-last.N)/2
		}
		x, _, err := b.Get(ctx, n)
		switch {
		case errors.Is(err, store.ErrMissing):
			none = n
		case err != nil:
			return uptime.Beat{}, err
		default:
			last, step = x, 2*step
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if last.N > b.last.N {
		b.last = last
	}
	return last, nil
}

// First returns the number of the first beat up to last of which, and of whose
// index in the log, is holds; it must hold for all that follow one of which it
// does. last+1 if for none.
func (b *Beats) First(ctx context.Context, last int64, is func(uptime.Beat, int64) bool) (int64, error) {
	low, high := int64(1), last+1
	for low < high {
		mid := low + (high-low)/2
		x, e, err := b.Get(ctx, mid)
		if err != nil {
			return 0, err
		}
		if is(x, e.Index) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low, nil
}

// Ended returns the beats up to last that have ended an outage, in order. Each
// is looked for once, by the number of outages that every beat tells.
func (b *Beats) Ended(ctx context.Context, last uptime.Beat) ([]uptime.Beat, error) {
	b.mu.Lock()
	known := b.ended
	b.mu.Unlock()
	for k := int64(len(known)) + 1; k <= last.Outages; k++ {
		n, err := b.First(ctx, last.N, func(x uptime.Beat, _ int64) bool { return x.Outages >= k })
		if err != nil {
			return nil, err
		}
		x, _, err := b.Get(ctx, n)
		if err != nil {
			return nil, err
		}
		known = append(known[:len(known):len(known)], x)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(known) > len(b.ended) {
		b.ended = known
	}
	return known[:min(int64(len(known)), last.Outages)], nil
}
