package ledger

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/tender/store"
)

// Run keeps the log until ctx ends. It never gives up: after an error it looks
// at the head again, waits, and goes on. It returns when all it has begun has
// ended.
func (s *Sequencer) Run(ctx context.Context) {
	var witnesses sync.WaitGroup
	defer witnesses.Wait()
	for i, w := range s.Witnesses {
		witnesses.Go(func() { s.offer(ctx, w, s.moved[i]) })
	}
	s.announce()

	changed := s.Engine.Changes(ctx)
	backoff, called, looked := time.Duration(0), true, time.Time{}
	for ctx.Err() == nil {
		if s.Turn != nil && !s.Turn(ctx) {
			s.known, s.pulse.fresh, called = false, false, true // another process moves the head
			s.idle(ctx, nil, s.Beat)
			continue
		}
		began := time.Now()
		outbox := called || began.Sub(looked) >= lookAnyway
		if outbox {
			looked = began
		}
		n, err := s.step(ctx, outbox)
		called = true
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, store.ErrStale), errors.Is(err, store.ErrTaken):
			// Another process was first. Look again, at once.
		case err != nil:
			backoff = min(max(2*backoff, 20*time.Millisecond), maxBackoff)
			s.Log.Error("the log stands still", "error", err, "again_in", backoff)
			s.idle(ctx, nil, backoff)
		case n > 0:
			backoff = 0
			s.gather(ctx, n, time.Since(began))
		default:
			backoff = 0
			called = s.idle(ctx, changed, s.Beat)
		}
	}
}

// gather lets facts come together before the next batch when there are many:
// for as long as a batch takes, but not so long that a person could notice.
// When there are few, nobody waits.
func (s *Sequencer) gather(ctx context.Context, n int, took time.Duration) {
	if n >= busy {
		s.idle(ctx, nil, min(took/2, maxWindow))
	}
}

// busy is the size of a batch from which on it pays to wait for a larger one.
const busy = 16

// lookAnyway is how often the outbox is read though nothing says that it has
// changed. What time brings about is looked at with every beat.
const lookAnyway = time.Second

// idle waits for a change, for a cosignature, or for so long. It reports
// whether there was a change.
func (s *Sequencer) idle(ctx context.Context, changed <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-changed:
			return true
		case <-timer.C:
			return false
		case cosigned := <-s.cosigns:
			if err := s.attach(ctx, cosigned); err != nil {
				s.Log.Error("a cosignature is not attached", "error", err)
			}
		}
	}
}

// announce tells the witnesses that there is a new head.
func (s *Sequencer) announce() {
	for _, c := range s.moved {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (s *Sequencer) signers() []note.Signer {
	list := make([]note.Signer, len(s.Keys))
	for i, k := range s.Keys {
		list[i] = k
	}
	return list
}
