package keeping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"probity/bidding"
	"probity/documents/blob"
	"probity/tender/fault"
	"probity/tender/store"
)

// What sweeping waits for, by the wall clock. Whoever is slower starts anew.
const (
	// Abandoned is after how long without a new part an upload is given up. Its
	// bidder may begin again as long as the window is open.
	Abandoned = 3 * 24 * time.Hour

	// Unclaimed is how long a document may be stored before a notice names it.
	Unclaimed = 7 * 24 * time.Hour

	// leftover is how old the objects of a bid are that has ended before the
	// sweep minds them: its deletion is the log's reader's work.
	leftover = 24 * time.Hour

	// notice is how long an object is marked before it is deleted.
	notice = time.Hour
)

// Swept is what a sweep has taken away.
type Swept struct {
	Uploads, Leftovers, Orphans int
}

// Sweep takes away abandoned uploads, what is left of bids that have ended, and
// documents that no notice has named. now is the time of the machine, as the
// store writes it on objects. Any number of servers may sweep at once: nothing
// is deleted that a document refers to, or could refer to any more.
func (s *Service) Sweep(ctx context.Context, now time.Time) (done Swept, err error) {
	if done.Uploads, err = s.Objects.Sweep(ctx, now.Add(-Abandoned)); err != nil {
		return done, fmt.Errorf("keeping: sweep uploads: %w", err)
	}
	if done.Leftovers, err = s.leftovers(ctx, now.Add(-leftover)); err != nil {
		return done, err
	}
	if err = s.mark(ctx, now); err == nil {
		done.Orphans, err = s.orphans(ctx, now)
	}
	return done, err
}

// leftovers deletes objects of versions of bids that have ended, and of
// envelopes that a cancellation has left unopened. What has ended never comes
// back, so nothing can begin to refer to them.
func (s *Service) leftovers(ctx context.Context, before time.Time) (n int, err error) {
	var old []string
	if err := s.list(ctx, "bids/", func(x blob.Item) {
		if x.Stored.Before(before) {
			old = append(old, x.Key)
		}
	}); err != nil {
		return 0, err
	}
	e := &ended{Service: s, dropped: map[string]map[string][]string{}}
	for _, key := range old {
		yes, err := e.has(ctx, key)
		if err != nil {
			return n, err
		}
		if !yes {
			continue
		}
		gone, err := s.remove(ctx, key)
		if err != nil {
			return n, err
		}
		n += gone
	}
	return n, nil
}

// ended knows which bids have ended. Keys come in order, so it remembers the
// last bid, and of each procedure what was dropped.
type ended struct {
	*Service
	last    *bidding.Bid
	dropped map[string]map[string][]string
}

// has reports whether an object is of a bid that has ended. What is nobody's is
// left alone: fsck tells of it.
func (e *ended) has(ctx context.Context, key string) (bool, error) {
	p := strings.Split(key, "/") // bids/TENDER/LOT/BIDDER/SEQ/ENVELOPE/...
	if len(p) < 7 {
		return false, nil
	}
	seq, err := strconv.ParseInt(p[4], 10, 64)
	if err != nil {
		return false, nil
	}
	if id := bidding.BidID(p[1], p[2], p[3]); e.last == nil || e.last.ID != id {
		bids := store.Shelf[bidding.Bid, *bidding.Bid]{Engine: e.Engine, Kind: bidding.Kind}
		b, err := bids.Get(ctx, id)
		if fault.From(err).Kind == fault.Missing {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		e.last = b
	}
	v := e.last.At(seq)
	if v == nil || !v.Live() {
		return v != nil, nil
	}
	of, known := e.dropped[p[1]]
	if !known {
		facts, err := e.facts(ctx, p[1])
		if err != nil {
			return false, err
		}
		of = dropped(facts)
		e.dropped[p[1]] = of
	}
	return slices.Contains(of[p[2]], p[5]), nil
}

// remove deletes an object unless it is locked. What is locked waits.
func (s *Service) remove(ctx context.Context, key string) (int, error) {
	err := s.Objects.Delete(ctx, key)
	if errors.Is(err, blob.ErrLocked) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("keeping: delete %q: %w", key, err)
	}
	return 1, nil
}
