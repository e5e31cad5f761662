package ledger

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"probity/documents/ledger"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// look reads the head anew. When another process has handed the log over to a
// key that this one does not have, it must not sign any more.
func (s *Sequencer) look(ctx context.Context) error {
	h, err := s.Engine.Head(ctx)
	if err != nil {
		return fmt.Errorf("ledger: read head: %w", err)
	}
	if s.named > 0 && h.Size > 0 {
		_, err := s.Engine.EntryOf(ctx, event.ID(keySubject, s.named+1, 0))
		if err == nil {
			return fault.New(fault.Conflict, "log.key", "Another server has given the log another key. Start this one again, with that key.")
		}
		if !errors.Is(err, store.ErrMissing) {
			return fmt.Errorf("ledger: look for a change of key: %w", err)
		}
	}
	s.head, s.known = h, true
	return nil
}

// step takes one batch into the log and returns its size. After an error
// nothing is known of the head but what the engine says: the next step asks.
// Without outbox it does only what time brings about.
func (s *Sequencer) step(ctx context.Context, outbox bool) (n int, err error) {
	defer func() {
		if err != nil {
			s.known, s.pulse.fresh = false, false
		}
	}()
	if !s.known { // before Pending: a batch of another process makes this head stale
		if err := s.look(ctx); err != nil {
			return 0, err
		}
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return 0, fmt.Errorf("ledger: read time: %w", err)
	}
	away, err := s.pulled(ctx, now)
	if err != nil {
		return 0, err
	}
	if away != nil {
		return s.batch(ctx, now, away, nil)
	}
	if s.Tick != nil {
		if err := s.Tick(ctx, now); err != nil {
			return 0, fmt.Errorf("ledger: tick: %w", err)
		}
	}
	var facts []event.Event
	if outbox {
		if facts, err = s.Engine.Pending(ctx, maxBatch); err != nil {
			return 0, fmt.Errorf("ledger: read outbox: %w", err)
		}
	}
	if now, err = s.Engine.Time(ctx); err != nil {
		return 0, fmt.Errorf("ledger: read time: %w", err)
	}
	if s.grown.IsZero() {
		s.grown = now
	}
	beat, err := s.due(ctx, now, len(facts))
	if err != nil {
		return 0, err
	}
	if len(facts) == 0 && beat == nil && !s.coverDue(now) {
		return 0, nil
	}
	return s.batch(ctx, now, beat, facts)
}

// batch arranges facts, puts the beat before and covers behind them, and
// appends them.
func (s *Sequencer) batch(ctx context.Context, now time.Time, beat *event.Event, facts []event.Event) (int, error) {
	at := s.head.Size
	if beat != nil {
		at++
	}
	facts, err := s.arrange(ctx, now, at, facts)
	if err != nil {
		return 0, err
	}
	list := first(beat, facts)
	if len(facts) > 0 || beat == nil || s.coverDue(now) { // a beat alone has nothing to hide
		list = s.cover(now, list)
	}
	n, err := s.append(ctx, list)
	if err == nil {
		s.grown = now
		s.felt(beat)
	}
	return n, err
}

// arrange asks the Scribe, and holds it to what it may do. The first of the
// facts will have the index at.
func (s *Sequencer) arrange(ctx context.Context, now time.Time, at int64, facts []event.Event) ([]event.Event, error) {
	if s.Scribe == nil || len(facts) == 0 {
		return facts, nil
	}
	d := &Draft{Time: now, First: at, Facts: append([]event.Event(nil), facts...), engine: s.Engine}
	if err := s.Scribe.Arrange(ctx, d); err != nil {
		return nil, fmt.Errorf("ledger: arrange: %w", err)
	}
	if len(d.Facts) != len(facts) {
		return nil, fmt.Errorf("ledger: arrange made %d facts of %d", len(d.Facts), len(facts))
	}
	given := make(map[string]int, len(facts))
	for i, f := range facts {
		given[f.ID] = i
	}
	last := map[string]int{}
	for _, f := range d.Facts {
		i, ok := given[f.ID]
		if !ok || facts[i].Topic != f.Topic {
			return nil, fmt.Errorf("ledger: arrange: fact %q was not given, is there twice, or has another topic", f.ID)
		}
		delete(given, f.ID)
		subject, _, _ := strings.Cut(f.ID, "#")
		if before, ok := last[subject]; ok && before > i {
			return nil, fmt.Errorf("ledger: arrange: fact %q came before an earlier one of its document", f.ID)
		}
		last[subject] = i
		if f.Name == "" || f.By == "" || len(f.Salt) != ledger.SaltSize || canon.Check(f.Data) != nil || f.Data[0] != '{' {
			return nil, fmt.Errorf("ledger: arrange: fact %q is none any more", f.ID)
		}
	}
	return d.Facts, nil
}

// append makes entries, tiles and a signed checkpoint of facts and has the
// engine store them, all or nothing. This is the point of no return: what it
// has stored is public, for ever.
func (s *Sequencer) append(ctx context.Context, facts []event.Event) (int, error) {
	b := store.Batch{After: s.head}
	leaves := make([][]byte, len(facts))
	for i, f := range facts {
		x := entryOf(s.head.Size+int64(i), f)
		leaves[i] = ledger.Leaf(x.Salt, x.Record)
		x.Leaf = leaves[i]
		b.Entries = append(b.Entries, x)
	}
	g, err := s.tree(ctx, s.head.Size).Grow(leaves)
	if err != nil {
		return 0, err
	}
	signed, err := ledger.Checkpoint{Origin: s.Origin, Size: g.Size, Root: g.Root}.Sign(s.signers()...)
	if err != nil {
		return 0, err
	}
	b.Head, b.Tiles = store.Head{Size: g.Size, Checkpoint: signed}, g.Tiles
	if err := s.Engine.Append(ctx, b); err != nil {
		s.known = false
		return 0, fmt.Errorf("ledger: append %d entries at %d: %w", len(facts), s.head.Size, err)
	}
	s.head = b.Head
	s.tiles.keep(g.Tiles)
	s.waiting.appended(&batch{growth: g, entries: b.Entries, checkpoint: signed})
	s.announce()
	return len(facts), nil
}

// attach puts a witness's signature on the head, if it is still the head.
func (s *Sequencer) attach(ctx context.Context, cosigned []byte) error {
	if !s.known {
		return nil
	}
	merged, err := ledger.Merge(s.head.Checkpoint, cosigned)
	if err != nil || bytes.Equal(merged, s.head.Checkpoint) {
		return nil // the log has moved on, or it is there already
	}
	h := store.Head{Size: s.head.Size, Checkpoint: merged}
	if err := s.Engine.Append(ctx, store.Batch{After: s.head, Head: h}); err != nil {
		s.known = false
		if errors.Is(err, store.ErrStale) {
			return nil
		}
		return fmt.Errorf("ledger: attach a cosignature: %w", err)
	}
	s.head = h
	return nil
}

// coverDue reports whether the log has stood still for too long.
func (s *Sequencer) coverDue(now time.Time) bool {
	return s.CoverEvery > 0 && now.Sub(s.grown) >= s.CoverEvery
}

// cover pads a batch. Cover entries come last, so no other entry's index
// depends on them; from outside, all leaves look alike.
func (s *Sequencer) cover(now time.Time, facts []event.Event) []event.Event {
	if s.Cover < 1 {
		if len(facts) > 0 {
			return facts
		}
		return append(facts, coverFact(now))
	}
	for len(facts) == 0 || len(facts)%s.Cover != 0 {
		facts = append(facts, coverFact(now))
	}
	return facts
}

func coverFact(now time.Time) event.Event {
	var b [16]byte
	rand.Read(b[:])
	f := event.New("log.cover", "", "log", now, nil)
	f.ID = event.ID("log/cover-"+hex.EncodeToString(b[:]), 1, 0)
	return f
}
