// Package keeping has the object store keep what the record of a procedure is
// made of, for as long as its rules say, and takes away what nothing refers to.
//
// Start with [Service.Take]: it reads the log, as all readers do, and everything
// is decided by facts that are in it. Doing it again changes nothing, so a crash
// between two steps heals when the fact is taken again. The store itself knows no
// rule; it locks what it is told to.
//
// What is locked, and until when (record.go):
//
//	published documents     at once; until the end of retention, counted from
//	opened envelopes        now, and counted anew with every step of the
//	contracts               procedure, so at last from its end
//	other papers            when they are drawn
//	sealed bids             from closing on, for [SealedTerm], again and again
//	                        until they are opened: then as the others
//
// A sealed bid is not locked for years at closing, because a cancellation ends
// in its deletion and the lock of a bucket cannot be taken back; nor before
// closing, because a bidder may withdraw. While a complaint is not decided
// everything that is locked is also held. sweep.go is the other half.
package keeping

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"probity/bidding"
	"probity/documents/blob"
	"probity/tender"
	"probity/tender/fault"
	"probity/tender/store"
)

// SealedTerm is how long a sealed bid is locked at a time.
const SealedTerm = 90 * 24 * time.Hour

// trialTerm is how long a sandbox locks anything, so that what was made for
// practice can be thrown away.
const trialTerm = time.Hour

// Service keeps and sweeps.
type Service struct {
	Engine  store.Engine
	Objects blob.Store
	Sandbox bool
	Log     *slog.Logger
}

// Take takes in one fact.
func (s *Service) Take(ctx context.Context, f bidding.Placed) error {
	switch {
	case f.Topic == "":
		return nil
	case f.Name == bidding.FactStored:
		return s.stored(ctx, f)
	case moves(f.Name):
		return s.procedure(ctx, f.Topic, f.At)
	}
	return nil
}

// moves reports whether a fact may change what is to be kept, or for how long.
func moves(name string) bool {
	switch name {
	case "tender.publish", "tender.amend", bidding.FactClose, bidding.FactCloseWindow, "tender.finish", "tender.cancel",
		"opening.record", "contract.seal", "contract.close", "contract.terminate":
		return true
	}
	return strings.HasPrefix(name, "lot.") || strings.HasPrefix(name, "complaint.")
}

// procedure locks the record of a procedure as it stands, until at least what
// its rules say when counted from at, and holds it or lets go of it.
func (s *Service) procedure(ctx context.Context, topic string, at time.Time) error {
	held, err := s.disputed(ctx, topic)
	if err != nil {
		return err
	}
	for {
		r, err := s.record(ctx, topic, at)
		if err != nil || r == nil {
			return err
		}
		if err := s.keep(ctx, r, held); err != nil {
			return err
		}
		now, err := s.disputed(ctx, topic)
		if err != nil || now == held {
			return err
		}
		held = now // another server may have been slower than we, and undone it
	}
}

// stored locks a bid whose last part came after closing. Those that were whole
// at closing are locked by the closing entry.
func (s *Service) stored(ctx context.Context, f bidding.Placed) error {
	t, err := s.tender(ctx, f.Topic)
	if err != nil || t == nil || t.CloseFact == "" {
		return err
	}
	closed, err := s.Engine.EntryOf(ctx, t.CloseFact)
	if errors.Is(err, store.ErrMissing) || err == nil && closed.Index > f.Index {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keeping: closing entry of %q: %w", t.ID, err)
	}
	var d struct {
		Bidder, Lot string
		Seq         int64
	}
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return fmt.Errorf("keeping: fact %s: %w", f.ID, err)
	}
	if l := t.Lot(d.Lot); l == nil || l.Phase == tender.LotCancelled || t.Phase == tender.Cancelled {
		return nil
	}
	held, err := s.disputed(ctx, f.Topic)
	if err != nil {
		return err
	}
	r := record{}
	folder := bidFolder(t.ID, d.Lot, d.Bidder, d.Seq)
	if err := s.list(ctx, folder, func(x blob.Item) { r[x.Key] = f.At.Add(SealedTerm) }); err != nil {
		return err
	}
	return s.keep(ctx, r, held)
}

// Paper locks a paper that was drawn from the public record of a procedure, as
// long as the record if that ended now. It can be drawn again at any time; the
// lock is for the file that people already have.
func (s *Service) Paper(ctx context.Context, procedure, key string) error {
	t, err := s.tender(ctx, procedure)
	if err != nil || t == nil || t.Policy == nil {
		return err
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return fmt.Errorf("keeping: time: %w", err)
	}
	held, err := s.disputed(ctx, procedure)
	if err != nil {
		return err
	}
	return s.keep(ctx, record{key: t.Policy.RetainUntil(now)}, held)
}

// record is what is to be kept, and until when.
type record map[string]time.Time

const lockers = 8

// keep locks and holds, several at a time. What is not there any more is for
// fsck to tell of; a store that cannot lock was chosen with open eyes.
func (s *Service) keep(ctx context.Context, r record, held bool) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(lockers)
	for key, until := range r {
		group.Go(func() error {
			if s.Sandbox {
				until = time.Now().Add(trialTerm)
			}
			err := s.Objects.Lock(ctx, key, until)
			if err == nil {
				err = s.hold(ctx, key, held)
			}
			if errors.Is(err, blob.ErrMissing) || errors.Is(err, blob.ErrNoLock) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("keeping: lock %q: %w", key, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (s *Service) hold(ctx context.Context, key string, on bool) error {
	k, err := s.Objects.Kept(ctx, key)
	if err != nil || k.Held == on {
		return err
	}
	return s.Objects.Hold(ctx, key, on)
}

// list calls f for every object below a prefix.
func (s *Service) list(ctx context.Context, prefix string, f func(blob.Item)) error {
	for after := ""; ; {
		page, err := s.Objects.List(ctx, prefix, after, 1000)
		if err != nil {
			return fmt.Errorf("keeping: list %q: %w", prefix, err)
		}
		for _, x := range page {
			f(x)
			after = x.Key
		}
		if len(page) == 0 {
			return nil
		}
	}
}

// tender returns a procedure, or nil if there is none of that name.
func (s *Service) tender(ctx context.Context, id string) (*tender.Tender, error) {
	t, err := store.Shelf[tender.Tender, *tender.Tender]{Engine: s.Engine, Kind: tender.Kind}.Get(ctx, id)
	if err != nil && fault.From(err).Kind == fault.Missing {
		return nil, nil
	}
	return t, err
}

// bidFolder is where the objects of one version of a bid are.
func bidFolder(id, lot, bidder string, seq int64) string {
	return fmt.Sprintf("bids/%s/%s/%s/%04d/", id, lot, bidder, seq)
}
