package client

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/tender/fault"
)

// Believe returns the checkpoint in a signed note if the log's pinned key (and
// the witnesses) have signed it and if it continues, or is continued by, the
// newest one seen before. It remembers the newer of the two.
func (l *Log) Believe(ctx context.Context, signed []byte, from Source) (ledger.Checkpoint, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.meet(ctx, from); err != nil {
		return ledger.Checkpoint{}, err
	}
	fresh, err := l.open(ctx, signed, from)
	if err != nil {
		return fresh, err
	}
	if l.state.Checkpoint == "" {
		l.state.Checkpoint = string(signed)
		return fresh, l.save()
	}
	seen, err := ledger.Peek([]byte(l.state.Checkpoint))
	if err != nil {
		return fresh, fmt.Errorf("client: checkpoint in the trust file: %w", err)
	}
	if err := continues(ctx, seen, fresh, from); err != nil {
		if fault.From(err).Kind == fault.Conflict {
			err = errors.Join(err, l.keepEvidence(signed))
		}
		return fresh, err
	}
	if fresh.Size <= seen.Size {
		return fresh, nil
	}
	l.state.Checkpoint = string(signed)
	return fresh, l.save()
}

// meet trusts the log's key on first use.
func (l *Log) meet(ctx context.Context, from Source) error {
	if l.state.Origin != "" {
		return nil
	}
	a, err := from.Announced(ctx)
	if err != nil {
		return err
	}
	return l.pin(a.Keys)
}

// open holds a note to the policy. If no pinned key has signed, one of them may
// have named its successor.
func (l *Log) open(ctx context.Context, signed []byte, from Source) (ledger.Checkpoint, error) {
	p, err := l.policy()
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	c, err := p.Open(signed)
	if err == nil {
		return c, nil
	}
	a, away := from.Announced(ctx)
	if away == nil && l.learn(p, a.Handovers) {
		if p, away = l.policy(); away == nil {
			c, err = p.Open(signed)
		}
	}
	if err != nil {
		return c, fault.New(fault.Denied, "log.signature", "This is not signed by the log %s as this machine knows it.", l.state.Origin).Because(err)
	}
	return c, nil
}

// learn takes over keys that a pinned key has named, and reports whether there
// were any.
func (l *Log) learn(p ledger.Policy, handovers []string) (learned bool) {
	for _, h := range handovers {
		for _, old := range p.Log {
			fresh, err := ledger.OpenHandover(p.Origin, old, []byte(h))
			if err != nil || slices.Contains(l.state.Keys, fresh) {
				continue
			}
			v, err := note.NewVerifier(fresh)
			if err != nil {
				continue
			}
			p.Log, learned = append(p.Log, v), true
			l.state.Keys = append(l.state.Keys, fresh)
		}
	}
	return learned
}
