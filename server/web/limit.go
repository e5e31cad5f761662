package web

import (
	"container/list"
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"

	"probity/tender/fault"
)

// Rate is a token bucket: Burst requests at once, and one more per Every.
type Rate struct {
	Every time.Duration
	Burst int
}

// Limiter counts requests.
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

	// Tally shares the count with other servers; nil if there are none. It is
	// told of n requests of key that it has not heard of, and returns how far
	// the bucket of all servers is from being full. See [Tallies].
	Tally func(ctx context.Context, key string, n int, r Rate) (time.Duration, error)

	mu    sync.Mutex
	order *list.List // of *bucket, last used first
	byKey map[string]*list.Element
}

// bucket is full when at is in the past: it stores the time at which it will be
// full again, which is all there is to know about it.
type bucket struct {
	key  string
	full time.Time
	owed int       // requests that Tally has not been told of
	mute time.Time // until when Tally is left alone, since it failed

	telling chan struct{} // closed when Tally has answered; nil while it is not asked
}

// MaxBuckets is how many keys a server counts.
const MaxBuckets = 1 << 16

// NewBuckets returns a Limiter for up to max keys.
func NewBuckets(max int) *Buckets {
	return &Buckets{Max: max, Now: time.Now, order: list.New(), byKey: map[string]*list.Element{}}
}

// Take implements Limiter. It never fails: while the count cannot be shared,
// each server keeps its own.
func (b *Buckets) Take(ctx context.Context, key string, r Rate) (time.Duration, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.bucket(key)
	for b.Tally != nil && x.telling != nil && x.owed >= r.share() {
		told := x.telling // others are to know of these first
		b.mu.Unlock()
		<-told
		b.mu.Lock()
	}
	now := b.Now()
	if x.full.Before(now) {
		x.full, x.owed = now, 0 // what nobody was told of has drained away
	}
	full := x.full.Add(r.Every)
	if wait := full.Sub(now) - r.Every*time.Duration(r.Burst); wait > 0 {
		return wait, nil
	}
	x.full = full
	x.owed++
	if b.Tally != nil && x.telling == nil && x.owed >= r.share() && !now.Before(x.mute) {
		b.tell(ctx, x, r)
	}
	return 0, nil
}

// bucket finds or makes the bucket of a key.
func (b *Buckets) bucket(key string) *bucket {
	e, ok := b.byKey[key]
	if !ok {
		if b.order.Len() >= b.Max {
			last := b.order.Back()
			delete(b.byKey, b.order.Remove(last).(*bucket).key)
		}
		e = b.order.PushFront(&bucket{key: key, full: b.Now()})
		b.byKey[key] = e
	}
	b.order.MoveToFront(e)
	return e.Value.(*bucket)
}

// share is how many requests one server lets pass before it tells the others,
// and again while it tells them.
func (r Rate) share() int { return max(1, r.Burst/8) }

// muteFor is how long Tally is left alone after it has failed.
const muteFor = time.Second

// tell tells the other servers, without holding up other keys meanwhile.
func (b *Buckets) tell(ctx context.Context, x *bucket, r Rate) {
	owed, told := x.owed, make(chan struct{})
	x.owed, x.telling = 0, told
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), muteFor) // nobody gets out of being counted by going away
	defer cancel()
	away, err := b.Tally(ctx, x.key, owed, r)
	b.mu.Lock()
	x.telling = nil
	close(told)
	now := b.Now()
	if err != nil {
		x.owed += owed
		x.mute = now.Add(muteFor)
		return
	}
	if full := now.Add(away + time.Duration(x.owed)*r.Every); full.After(x.full) {
		x.full = full
	}
}

// limit refuses a request that is one too many for key.
func (s *Server) limit(ctx context.Context, key string, r Rate) error {
	wait, err := s.Limiter.Take(ctx, key, r)
	if err != nil || wait == 0 {
		return err
	}
	if what, _, _ := strings.Cut(key, " "); s.Watch != nil {
		s.Watch.Limited(what)
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
