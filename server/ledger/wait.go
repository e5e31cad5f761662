package ledger

import (
	"context"
	"errors"
	"sync"
	"time"

	"probity/documents/ledger"
	"probity/tender/store"
)

// batch is what was appended, kept for a while to make receipts from.
type batch struct {
	mu         sync.Mutex // for growth
	growth     *ledger.Growth
	entries    []store.Entry
	checkpoint []byte
}

func (b *batch) receipt(x store.Entry) (ledger.Receipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.growth.Prove(x.Index)
	if err != nil {
		return ledger.Receipt{}, err
	}
	return ledger.Receipt{Index: x.Index, Salt: x.Salt, Record: x.Record, Proof: p, Checkpoint: b.checkpoint}, nil
}

// place is where a fact stands: an entry of a batch.
type place struct {
	*batch
	i int
}

// waiters are those who wait for facts, and the last batches for those who
// come a moment too late.
type waiters struct {
	mu     sync.Mutex
	of     map[string]map[chan place]struct{}
	recent map[string]place
	ring   [16]*batch
	next   int
}

func (w *waiters) appended(b *batch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.recent == nil {
		w.recent = make(map[string]place)
	}
	if old := w.ring[w.next]; old != nil {
		for _, x := range old.entries {
			delete(w.recent, x.ID)
		}
	}
	w.ring[w.next] = b
	w.next = (w.next + 1) % len(w.ring)
	for i, x := range b.entries {
		w.recent[x.ID] = place{b, i}
		for c := range w.of[x.ID] {
			c <- place{b, i} // has room for one, and gets one
		}
		delete(w.of, x.ID)
	}
}

// watch returns a channel that gets the fact's place when this process has
// appended it; at once, if that was a moment ago.
func (w *waiters) watch(id string) (c chan place, forget func()) {
	c = make(chan place, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if p, ok := w.recent[id]; ok {
		c <- p
		return c, func() {}
	}
	if w.of == nil {
		w.of = make(map[string]map[chan place]struct{})
	}
	if w.of[id] == nil {
		w.of[id] = make(map[chan place]struct{})
	}
	w.of[id][c] = struct{}{}
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.of[id], c); len(w.of[id]) == 0 {
			delete(w.of, id)
		}
	}
}

// Wait returns the receipt of a fact and its entry when it stands in the log,
// whichever process has put it there. The entry may say otherwise than the
// fact that was put: the log's word counts. It ends with ctx's error if that
// ends first; then nothing is known, and the caller may Wait again.
func (s *Sequencer) Wait(ctx context.Context, eventID string) (ledger.Receipt, store.Entry, error) {
	c, forget := s.waiting.watch(eventID)
	defer forget()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		select {
		case p := <-c:
			x := p.entries[p.i]
			r, err := p.receipt(x)
			return r, x, err
		default:
		}
		r, x, err := s.Receipt(ctx, eventID)
		if !errors.Is(err, store.ErrMissing) {
			return r, x, err
		}
		timer := time.NewTimer(pause)
		select {
		case p := <-c:
			timer.Stop()
			c <- p
		case <-ctx.Done():
			timer.Stop()
			return ledger.Receipt{}, store.Entry{}, ctx.Err()
		case <-timer.C:
		}
	}
}
