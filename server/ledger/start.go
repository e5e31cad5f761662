package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/documents/ledger"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// Sequencer is one process's part in keeping the log.
type Sequencer struct {
	*Reader
	Config
	head    store.Head // of the log, as of the last look; the loop's own
	known   bool       // whether head is to be relied upon
	named   int64      // how many keys the log has named, the last of which signs here; 0 before Start
	grown   time.Time  // when the log last grew, by the engine's time
	pulse   pulse
	waiting waiters
	cosigns chan []byte // cosigned checkpoints, from the witnesses to the loop
	moved   []chan struct{}
	cosign  newest
}

// keyData is the data of the facts log.start and log.key.
type keyData struct {
	Handover string `json:"handover,omitempty"` // note in which the old key names Key
	Key      string `json:"key"`
	Origin   string `json:"origin"`
}

// Start opens the log, or begins it if there is none. A log of another origin
// gives a Conflict "log.origin"; one that is signed by none of the keys,
// "log.key"; one whose tiles or signature do not give its head, "log.damaged":
// nothing is appended to those.
func Start(ctx context.Context, c Config) (*Sequencer, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Beat == 0 {
		c.Beat = 100 * time.Millisecond
	}
	if c.CosignEvery == 0 {
		c.CosignEvery = time.Second
	}
	if len(c.Keys) == 0 || c.Engine == nil {
		return nil, fmt.Errorf("ledger: a log needs an engine and a key")
	}
	for _, k := range c.Keys {
		if k.Name() != c.Origin {
			return nil, fault.New(fault.Conflict, "log.origin", "The key of %q cannot sign for the log %q.", k.Name(), c.Origin)
		}
	}
	s := &Sequencer{Reader: NewReader(c.Engine, c.Origin), Config: c, cosigns: make(chan []byte, 16)}
	s.pulse.beats = &Beats{Engine: c.Engine}
	for range c.Witnesses {
		s.moved = append(s.moved, make(chan struct{}, 1))
	}
	for { // until no other process is ahead
		err := s.start(ctx)
		if !errors.Is(err, store.ErrStale) {
			if err != nil {
				return nil, err
			}
			return s, nil
		}
	}
}

func (s *Sequencer) start(ctx context.Context) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	if s.head.Size == 0 {
		if err := s.record(ctx, "log.start", 1, keyData{Key: s.Keys[0].Public, Origin: s.Origin}); err != nil {
			return err
		}
		s.named = 1
		return nil
	}
	keys, err := Keys(ctx, s.Engine, s.Origin)
	if err != nil {
		return err
	}
	last := keys[len(keys)-1]
	signer, ok := s.holder(last)
	if !ok {
		return fault.New(fault.Conflict, "log.key", "The log is signed by another key than those that are configured.").
			Because(fmt.Errorf("ledger: the log names %s", last))
	}
	if err := s.sound(ctx, last); err != nil {
		return fault.New(fault.Conflict, "log.damaged", "The log does not fit together. Check it before anything is added.").Because(err)
	}
	if last == s.Keys[0].Public {
		s.named = int64(len(keys))
		return nil
	}
	handover, err := ledger.Handover(s.Origin, signer, s.Keys[0].Public)
	if err != nil {
		return err
	}
	err = s.record(ctx, "log.key", int64(len(keys))+1, keyData{Handover: string(handover), Key: s.Keys[0].Public, Origin: s.Origin})
	if err == nil {
		s.named = int64(len(keys)) + 1
	}
	return err
}

// holder returns the key of that public part.
func (s *Sequencer) holder(public string) (ledger.Key, bool) {
	for _, k := range s.Keys {
		if k.Public == public {
			return k, true
		}
	}
	return ledger.Key{}, false
}

// sound checks that the head is what the log's key has signed and what the
// tiles give.
func (s *Sequencer) sound(ctx context.Context, key string) error {
	v, err := note.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("ledger: key %q: %w", key, err)
	}
	c, err := ledger.Policy{Origin: s.Origin, Log: []note.Verifier{v}}.Open(s.head.Checkpoint)
	if err != nil {
		return err
	}
	root, err := s.tree(ctx, s.head.Size).RootHash()
	if err != nil {
		return err
	}
	if c.Size != s.head.Size || c.Root != root {
		return fmt.Errorf("ledger: the checkpoint is of %d with root %v, the tiles give %d with %v", c.Size, c.Root, s.head.Size, root)
	}
	return nil
}

// record appends one fact about the log itself.
func (s *Sequencer) record(ctx context.Context, name string, version int64, data keyData) error {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return fmt.Errorf("ledger: %s: %w", name, err)
	}
	f := event.New(name, "", "log", now, data)
	f.ID = event.ID(keySubject, version, 0)
	if _, err := s.append(ctx, []event.Event{f}); err != nil {
		return fmt.Errorf("ledger: %s: %w", name, err)
	}
	return nil
}

const keySubject = "log/key"

// Keys returns the public keys of the log, first to last, from the log: each
// but the first is vouched for by the one before it.
func Keys(ctx context.Context, e store.Engine, origin string) ([]string, error) {
	var keys []string
	for version := int64(1); ; version++ {
		x, err := e.EntryOf(ctx, event.ID(keySubject, version, 0))
		if errors.Is(err, store.ErrMissing) && version > 1 {
			return keys, nil
		}
		if err != nil {
			return nil, fmt.Errorf("ledger: key %d of the log: %w", version, err)
		}
		d, err := readKey(x)
		if err != nil {
			return nil, err
		}
		if d.Origin != origin {
			return nil, fault.New(fault.Conflict, "log.origin", "This store holds the log %q, not %q.", d.Origin, origin)
		}
		if version > 1 {
			if d.Key, err = vouched(origin, keys[len(keys)-1], d); err != nil {
				return nil, err
			}
		}
		keys = append(keys, d.Key)
	}
}

func readKey(x store.Entry) (d keyData, err error) {
	f, err := event.Parse(x.Record)
	if err != nil {
		return d, fmt.Errorf("ledger: entry %d: %w", x.Index, err)
	}
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return d, fmt.Errorf("ledger: entry %d: %w", x.Index, err)
	}
	return d, nil
}

func vouched(origin, by string, d keyData) (string, error) {
	v, err := note.NewVerifier(by)
	if err != nil {
		return "", fmt.Errorf("ledger: key %q: %w", by, err)
	}
	key, err := ledger.OpenHandover(origin, v, []byte(d.Handover))
	if err != nil {
		return "", err
	}
	if key != d.Key {
		return "", fmt.Errorf("ledger: the log hands over to %q, its entry says %q", key, d.Key)
	}
	return key, nil
}
