package web

import (
	"container/list"
	"context"
	"net/netip"
	"sync"
	"time"

	"probity/tender/fault"
)

// Rate is a token bucket: Burst requests at once, and one more per Every.
type Rate struct {
	Every time.Duration
	Burst int
}

// Limiter counts requests. The one of this package counts in the memory of one
// process; one that several processes share can take its place.
type Limiter interface {
	// Take asks for one request of key under r, and returns how long to wait
	// before the next try; 0 if the request may go on.
	Take(ctx context.Context, key string, r Rate) (time.Duration, error)
}

// Buckets is a Limiter in memory. It holds at most Max keys and forgets the one
// that was quiet for longest, so that strangers cannot fill it.
type Buckets struct {
	Max int
	Now func() time.Time

	mu    sync.Mutex
	order *list.List // of *bucket, last used first
	byKey map[string]*list.Element
}

// bucket is full when at is in the past: it stores the time at which it will be
// full again, which is all there is to know about it.
type bucket struct {
	key  string
	full time.Time
}

// NewBuckets returns a Limiter for up to max keys.
func NewBuckets(max int) *Buckets {
	return &Buckets{Max: max, Now: time.Now, order: list.New(), byKey: map[string]*list.Element{}}
}

// Take implements Limiter. It never fails.
func (b *Buckets) Take(_ context.Context, key string, r Rate) (time.Duration, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.Now()
	e, ok := b.byKey[key]
	if !ok {
		if b.order.Len() >= b.Max {
			last := b.order.Back()
			delete(b.byKey, b.order.Remove(last).(*bucket).key)
		}
		e = b.order.PushFront(&bucket{key, now})
		b.byKey[key] = e
	}
	b.order.MoveToFront(e)
	x := e.Value.(*bucket)
	if x.full.Before(now) {
		x.full = now
	}
	full := x.full.Add(r.Every)
	if wait := full.Sub(now) - r.Every*time.Duration(r.Burst); wait > 0 {
		return wait, nil
	}
	x.full = full
	return 0, nil
}

// limit refuses a request that is one too many for key.
func (s *Server) limit(ctx context.Context, key string, r Rate) error {
	wait, err := s.Limiter.Take(ctx, key, r)
	if err != nil || wait == 0 {
		return err
	}
	return fault.New(fault.Limited, "request.rate", "These are too many requests. Wait a moment.").Because(pause(wait))
}

// pause is how long to wait.
type pause time.Duration

func (w pause) Error() string             { return "wait " + time.Duration(w).String() }
func (w pause) RetryAfter() time.Duration { return time.Duration(w) }

// block is the address as limits count it: an IPv6 customer has a whole /64.
func block(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
