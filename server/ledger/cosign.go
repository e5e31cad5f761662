package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
)

// offer gives a witness every head it can take, until ctx ends.
func (s *Sequencer) offer(ctx context.Context, w Witness, moved <-chan struct{}) {
	seen := int64(0) // the size that the witness saw last, as far as we know
	for {
		select {
		case <-ctx.Done():
			return
		case <-moved:
		}
		if err := s.offerOnce(ctx, w, &seen); err != nil && ctx.Err() == nil {
			s.Log.Warn("a witness did not cosign", "witness", w.Verifier().Name(), "error", err)
			time.AfterFunc(s.CosignEvery, s.announce) // once more, even if nothing is added
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.CosignEvery):
		}
	}
}

func (s *Sequencer) offerOnce(ctx context.Context, w Witness, seen *int64) error {
	h, err := s.engine.Head(ctx)
	if err != nil {
		return fmt.Errorf("ledger: read head: %w", err)
	}
	cosigned, err := s.ask(ctx, w, *seen, h.Size, h.Checkpoint)
	if at, ok := errors.AsType[*SizeError](err); ok && at.Size <= h.Size {
		cosigned, err = s.ask(ctx, w, at.Size, h.Size, h.Checkpoint)
	}
	if err != nil {
		return err
	}
	if _, err := note.Open(cosigned, note.VerifierList(w.Verifier())); err != nil {
		return fmt.Errorf("ledger: a witness's answer: %w", err)
	}
	merged, err := ledger.Merge(h.Checkpoint, cosigned)
	if err != nil {
		return fmt.Errorf("ledger: a witness's answer: %w", err)
	}
	*seen = h.Size
	s.cosign.see(h.Size, merged)
	select {
	case s.cosigns <- merged:
	case <-ctx.Done():
	}
	return nil
}

func (s *Sequencer) ask(ctx context.Context, w Witness, old, size int64, checkpoint []byte) ([]byte, error) {
	proof, err := s.tree(ctx, size).ProveGrowth(old)
	if err != nil {
		return nil, err
	}
	return w.Cosign(ctx, old, proof, checkpoint)
}

// Cosigned returns the newest checkpoint of this process that a witness has
// cosigned, with all their signatures; nil if there is none. On a busy log it
// is a little behind the head, which moves while witnesses think.
func (s *Sequencer) Cosigned() []byte {
	s.cosign.mu.Lock()
	defer s.cosign.mu.Unlock()
	return s.cosign.note
}

// newest is the newest cosigned checkpoint.
type newest struct {
	mu   sync.Mutex
	size int64
	note []byte
}

func (n *newest) see(size int64, signed []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if size == n.size {
		if merged, err := ledger.Merge(n.note, signed); err == nil {
			n.note = merged
			return
		}
	}
	if size >= n.size {
		n.size, n.note = size, signed
	}
}
