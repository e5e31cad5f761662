// Package ledger runs the transparency log: the Sequencer takes facts from the
// outbox of the engine into the log, in batches, and gives receipts; Reader
// serves what the public may fetch; CheckLog computes everything anew. The
// form of the log is documents/ledger's.
//
// Start with [Sequencer.Run] and batch.go. There may be many sequencers over
// one engine: the engine's compare-and-swap on the head lets one win each
// batch, and what the loser has signed is thrown away unseen. A checkpoint
// becomes public only by being the engine's head.
//
// The order of the log is the only order there is. The sequencer decides
// nothing about facts; what a fact means, and whether it still may count, is
// the Scribe's to say, in the one place where the order is made.
//
// Frozen: the facts about the log itself. "log/key#1" (log.start) names the
// origin and the first key; "log/key#2" and on (log.key) hand over to another
// key. Cover entries are facts "log/cover-RANDOM#1" (log.cover).
package ledger

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"probity/documents/ledger"
	"probity/tender/event"
	"probity/tender/store"
)

// Scribe knows what facts mean. It is asked once per batch, by one goroutine
// of this process; its answer may be thrown away when another process wins.
type Scribe interface {
	// Arrange brings d.Facts into the order in which they enter the log. It
	// may replace the name, data, author, time and salt of a fact: to complete
	// a closing entry, or to turn what comes too late into a refusal. It must
	// keep every fact's ID and topic and the order of facts of one document,
	// and must not add or drop any.
	Arrange(ctx context.Context, d *Draft) error
}

// Draft is a batch before it is fixed.
type Draft struct {
	Time  time.Time     // the engine's time at which the batch is decided
	First int64         // index that the first of Facts will have
	Facts []event.Event // in the order of the outbox

	engine store.Engine
}

// On lists all entries of a topic: those in the log, then those of the draft
// in their present order and under the indexes that this order gives them.
// Entries of the draft have no leaf yet.
func (d *Draft) On(ctx context.Context, topic string) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		for from := int64(0); ; {
			page, err := d.engine.EntriesOn(ctx, topic, from, pageSize)
			if err != nil {
				yield(store.Entry{}, err)
				return
			}
			for _, x := range page {
				if x.Index >= d.First { // another process is ahead; this batch will fail
					break
				}
				if !yield(x, nil) {
					return
				}
				from = x.Index + 1
			}
			if len(page) < pageSize {
				break
			}
		}
		for i, f := range d.Facts {
			if f.Topic == topic && !yield(entryOf(d.First+int64(i), f), nil) {
				return
			}
		}
	}
}

const pageSize = 1000

// entryOf returns a fact as an entry, without its leaf.
func entryOf(index int64, f event.Event) store.Entry {
	return store.Entry{Index: index, ID: f.ID, Name: f.Name, Topic: f.Topic, Record: f.Record(), Salt: f.Salt}
}

// Witness cosigns checkpoints of logs that only grow
// (https://c2sp.org/tlog-witness).
type Witness interface {
	// Verifier checks the witness's cosignatures.
	Verifier() note.Verifier

	// Cosign offers a checkpoint, with the proof that its log begins with the
	// log of size old. It returns the same note with the witness's signature
	// on it, or a *SizeError if the witness has seen another size last.
	Cosign(ctx context.Context, old int64, proof tlog.TreeProof, checkpoint []byte) ([]byte, error)
}

// SizeError is a witness's answer to a proof that does not begin where it is.
type SizeError struct{ Size int64 }

func (e *SizeError) Error() string { return "ledger: the witness has seen another size" }

// Config is what a sequencer needs; Engine, Origin and Keys are required.
type Config struct {
	Engine store.Engine

	// Origin names the log for ever: a host and path without a scheme.
	Origin string

	// Keys sign every checkpoint. The first is the log's own. When it is not
	// the one that the log names last, but another of Keys is, that one hands
	// over to it. Keep the old key here until nobody trusts it alone.
	Keys []ledger.Key

	// Scribe arranges batches; nil leaves them as they are.
	Scribe Scribe

	// Tick puts what time has brought about (closings) before each batch. While
	// it fails, nothing is sequenced: what comes after a deadline must not
	// enter the log before the deadline's own entry.
	Tick func(ctx context.Context, now time.Time) error

	// Turn says whether this process is to take facts into the log now; nil
	// stands for always. It saves work where several would, and no more: when
	// two have their turn, one of them wins each batch.
	Turn func(context.Context) bool

	// Uptime adds beats; nil for none.
	Uptime *Uptime

	// Cover pads every batch with cover entries to a multiple of this, so that
	// the log's growth does not tell how much happened. CoverEvery adds a
	// batch of nothing else when there was none for so long. 0 is off.
	Cover      int
	CoverEvery time.Duration

	// Witnesses are offered every new checkpoint, at most one per CosignEvery
	// (a second if 0).
	Witnesses   []Witness
	CosignEvery time.Duration

	// Beat is how often time is looked at when nothing else happens; 100 ms
	// if 0. A closing entry is late by at most this.
	Beat time.Duration

	// Log receives what went wrong and was tried again.
	Log *slog.Logger
}

const (
	maxBatch   = 1000 // facts of one batch
	maxWindow  = 5 * time.Millisecond
	maxBackoff = 5 * time.Second
)
