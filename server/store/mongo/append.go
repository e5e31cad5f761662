package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/tender/store"
)

// A batch gets in by three steps, each a write that any process can do again:
//
//  1. stage: one compare-and-swap puts the whole batch into the head's
//     document as "next". From here on it is in the log for good; there is one
//     at a time, and nobody sees it yet.
//  2. fill: its entries and tiles are written, its facts leave the outboxes.
//  3. publish: one update makes it the head.
//
// Whoever dies in between is finished by the next Append, by the watch of any
// process, or by the next Open. A process that was only slow and comes back to
// a step finds it done: entries are inserted and never replaced, tiles know
// the batch that they are of, facts leave once, and the head moves only while
// its next is that batch. Batches have random IDs, not hashes, since two
// sequencers with one key can make the same batch, and must not take the
// other's for theirs.

// Append extends the log by b.
func (e *Engine) Append(ctx context.Context, b store.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.Check(); err != nil {
		return err
	}
	inner, end, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	h, err := e.room(inner, b.After)
	if err != nil {
		return explain(ctx, "append", err)
	}
	if err := e.lookForLogged(inner, h, b.Entries); err != nil {
		return explain(ctx, "append", err)
	}
	won, err := e.stage(inner, h, b)
	if err != nil {
		return explain(ctx, "append", err)
	}
	// The batch is in. To stop here would leave others to finish it.
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	if err := e.bring(late, won, payloadOf(b, won.Seq+1)); err != nil {
		return explain(late, "append: finish", err)
	}
	e.ticks.tick()
	return nil
}

// room returns the stored head if it is after, with no batch on its way.
func (e *Engine) room(ctx context.Context, after store.Head) (*head, error) {
	if h := e.known.Load(); h != nil && h.is(after) {
		return h, nil // as this process has left it; the swap knows better
	}
	h, err := e.readHead(ctx)
	if err != nil {
		return nil, err
	}
	if h.Next != nil {
		if err := e.finish(ctx, h); err != nil {
			return nil, err
		}
		return nil, store.ErrStale
	}
	if !h.is(after) {
		return nil, store.ErrStale
	}
	return h, nil
}

// lookForLogged refuses facts that are in the log already. It holds until the
// swap, since no entry comes in without another head. One that stands behind h
// came meanwhile.
func (e *Engine) lookForLogged(ctx context.Context, h *head, entries []store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	ids := make([]string, len(entries))
	for i, x := range entries {
		ids[i] = x.ID
	}
	var x entryRow
	err := e.db.Collection(entryName).FindOne(ctx, bson.D{{Key: "id", Value: bson.D{{Key: "$in", Value: ids}}}},
		options.FindOne().SetSort(byID(1)).SetProjection(byID(1))).Decode(&x)
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return nil
	case err != nil:
		return err
	case x.Index < h.Size:
		return store.ErrTaken
	}
	e.known.Store(nil)
	return store.ErrStale
}

// payloadOf copies what a batch brings under the number seq.
func payloadOf(b store.Batch, seq int64) *payload {
	p := &payload{Size: b.Head.Size, Checkpoint: b.Head.Checkpoint}
	for _, x := range b.Entries {
		p.Entries = append(p.Entries, entryRow{x.Index, x.ID, x.Name, x.Topic, x.Record, x.Salt, x.Leaf})
	}
	for path, tile := range b.Tiles {
		p.Tiles = append(p.Tiles, tileRow{path, seq, tile})
	}
	return p
}

// stage is the swap. It returns the head with the batch on its way, or why
// there is none of it.
func (e *Engine) stage(ctx context.Context, h *head, b store.Batch) (*head, error) {
	data, err := bson.Marshal(payloadOf(b, h.Seq+1))
	if err != nil {
		return nil, fmt.Errorf("batch as BSON: %w", err)
	}
	next := &staged{ID: rand.Text(), Data: data}
	if len(data) > maxInline {
		if err := e.writeParts(ctx, next, h.Seq+1); err != nil {
			return nil, err
		}
	}
	guard := append(byID(headID), bson.E{Key: "seq", Value: h.Seq}, bson.E{Key: "next", Value: bson.D{{Key: "$exists", Value: false}}})
	for range tries {
		var result *mongo.UpdateResult
		result, err = e.db.Collection(headName).UpdateOne(ctx, guard, bson.D{{Key: "$set", Value: bson.D{{Key: "next", Value: next}}}})
		if err != nil && !away(err) {
			return nil, err
		}
		if err == nil && result.MatchedCount == 1 {
			return h.with(next), nil
		}
		won, readErr := e.whoWon(ctx, h, next, err)
		if won != nil || readErr != nil {
			return won, readErr
		}
	}
	return nil, store.ErrBusy.Because(err)
}

// with is the head with a batch on its way.
func (h *head) with(next *staged) *head {
	return &head{Seq: h.Seq, Size: h.Size, Checkpoint: h.Checkpoint, Last: h.Last, Next: next}
}

// whoWon reads what has become of a swap that did not plainly succeed; sent is
// what the driver said. It returns nothing while that is open.
func (e *Engine) whoWon(ctx context.Context, h *head, next *staged, sent error) (*head, error) {
	e.known.Store(nil)
	now, err := e.readHead(ctx)
	switch {
	case err != nil:
		return nil, store.ErrBusy.Because(errors.Join(sent, err))
	case now.Next != nil && now.Next.ID == next.ID, now.Seq == h.Seq+1 && now.Last == next.ID:
		return h.with(next), nil // it was in all the time
	case now.Next != nil && now.Seq == h.Seq:
		if err := e.finish(ctx, now); err != nil {
			return nil, err
		}
		return nil, store.ErrStale
	case now.Seq == h.Seq && sent != nil:
		return nil, nil
	case sent != nil && now.Seq > h.Seq+1:
		return nil, store.ErrBusy.Because(sent) // nobody can tell any more
	}
	return nil, store.ErrStale
}
