package papers

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"probity/documents/ledger"
	"probity/documents/paper"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
)

// A paper waits for the log to take in a fact that was stored a moment ago: for
// so long at most, and looking so often.
const (
	patience = 3 * time.Second
	pause    = 20 * time.Millisecond
)

// errNotLogged is what a caller gets who has to come back later.
var errNotLogged = fault.New(fault.Busy, "paper.not_logged", "The record is not in the log yet. Ask again in a moment.")

func isNotLogged(err error) bool { return errors.Is(err, errNotLogged) }

// logged is a fact with its place in the log.
type logged struct {
	event.Event
	entry   store.Entry
	receipt ledger.Receipt
}

// last returns the latest fact about a subject, as of a version of it, that
// fits; it waits a little for facts that are on their way to the log.
func (p *Papers) last(ctx context.Context, subject string, version int64, fits func(event.Event) bool) (logged, error) {
	if p.Log == nil {
		return logged{}, fmt.Errorf("papers: %s: there is no log to look in", subject)
	}
	for until := time.Now().Add(p.patience); ; {
		f, err := p.look(ctx, subject, version, fits)
		if !isNotLogged(err) || !time.Now().Before(until) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return logged{}, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// unknown stands for the version of a subject of which the caller has only the
// name.
const unknown = -1

// newest returns the latest version of a subject that has a fact in the log.
func (p *Papers) newest(ctx context.Context, subject string) (int64, error) {
	for v := int64(1); ; v++ {
		_, _, err := p.Log.Receipt(ctx, event.ID(subject, v, 0))
		switch {
		case err == nil || fault.Coded(err, "log.erased"):
		case isMissing(err):
			return v - 1, nil
		default:
			return 0, fmt.Errorf("papers: facts of %q: %w", subject, err)
		}
	}
}

// look goes back from the newest fact. A version without a fact, or whose fact
// was erased, is passed over.
func (p *Papers) look(ctx context.Context, subject string, version int64, fits func(event.Event) bool) (_ logged, err error) {
	if version == unknown {
		if version, err = p.newest(ctx, subject); err != nil {
			return logged{}, err
		}
	}
	for v := version; v > 0; v-- {
		id := event.ID(subject, v, 0)
		r, e, err := p.Log.Receipt(ctx, id)
		if err != nil && isMissing(err) {
			continue
		}
		if err != nil {
			return logged{}, fmt.Errorf("papers: place of %q: %w", id, err)
		}
		f, err := event.Parse(r.Record)
		if err != nil {
			return logged{}, fmt.Errorf("papers: fact %q: %w", id, err)
		}
		if fits(f) {
			return logged{f, e, r}, nil
		}
	}
	return logged{}, errNotLogged
}

// placeOf says where a record stands, by its receipt.
func placeOf(r ledger.Receipt) (paper.Place, error) {
	c, err := ledger.Peek(r.Checkpoint)
	if err != nil {
		return paper.Place{}, fmt.Errorf("papers: checkpoint of entry %d: %w", r.Index, err)
	}
	return paper.Place{
		Origin: c.Origin, Index: uint64(r.Index), Leaf: hex.EncodeToString(ledger.Leaf(r.Salt, r.Record)),
		Size: uint64(c.Size), Root: hex.EncodeToString(c.Root[:]),
	}, nil
}
