package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"
)

// Sizes in bytes. A document takes 16 MB, and a piece of a batch that is
// larger than one entry can be must go into one.
const (
	maxInline = 4 << 20
	partSize  = 8 << 20
)

// part is a piece of a batch.
type part struct {
	ID   string `bson:"_id"`
	Seq  int64  `bson:"seq"` // that the batch would get
	Data []byte `bson:"data"`
}

func partID(batch string, n int) string { return fmt.Sprintf("%s/%d", batch, n) }

// writeParts moves the data of a batch into log.part.
func (e *Engine) writeParts(ctx context.Context, s *staged, seq int64) error {
	for data := s.Data; len(data) > 0; s.Parts++ {
		n := min(len(data), partSize)
		if _, err := e.db.Collection(partName).InsertOne(ctx, part{partID(s.ID, s.Parts), seq, data[:n]}); err != nil {
			return err
		}
		data = data[n:]
	}
	s.Data = nil
	return nil
}

// sweep removes the parts of batches that are in, or can not come in any more
// since the head has passed them.
func (e *Engine) sweep(ctx context.Context, seq int64) error {
	_, err := e.db.Collection(partName).DeleteMany(ctx, bson.D{{Key: "seq", Value: bson.D{{Key: "$lte", Value: seq}}}})
	return err
}

// finish brings in the batch that another has staged.
func (e *Engine) finish(ctx context.Context, h *head) error {
	p, err := e.load(ctx, h)
	if err != nil || p == nil {
		return err
	}
	return e.bring(ctx, h, p)
}

// load reads a staged batch; nil if it is in meanwhile.
func (e *Engine) load(ctx context.Context, h *head) (*payload, error) {
	var now head
	err := e.db.Collection(headName).FindOne(ctx, byID(headID), options.FindOne().SetProjection(bson.D{{Key: "next", Value: 1}})).Decode(&now)
	if err != nil || now.Next == nil || now.Next.ID != h.Next.ID {
		return nil, err
	}
	data := now.Next.Data
	for n := range now.Next.Parts {
		var piece part
		if err := e.db.Collection(partName).FindOne(ctx, byID(partID(now.Next.ID, n))).Decode(&piece); err != nil {
			again, headErr := e.readHead(ctx)
			if headErr == nil && (again.Next == nil || again.Next.ID != h.Next.ID) {
				return nil, nil // another was faster and has swept up
			}
			return nil, err
		}
		data = append(data, piece.Data...)
	}
	p := &payload{}
	if err := bson.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("mongo: staged batch: %w", err)
	}
	return p, nil
}

// bring fills and publishes. All that it does may have been done already.
func (e *Engine) bring(ctx context.Context, h *head, p *payload) error {
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() error { return e.writeEntries(inner, p.Entries) })
	group.Go(func() error { return e.writeTiles(inner, p.Tiles, h.Seq+1) })
	group.Go(func() error { return e.take(inner, p.Entries) })
	if err := group.Wait(); err != nil {
		return err
	}
	now := &head{Seq: h.Seq + 1, Size: p.Size, Checkpoint: p.Checkpoint, Last: h.Next.ID}
	_, err := e.db.Collection(headName).UpdateOne(ctx, append(byID(headID), bson.E{Key: "next.id", Value: now.Last}), bson.D{
		{Key: "$set", Value: bson.D{{Key: "seq", Value: now.Seq}, {Key: "size", Value: now.Size}, {Key: "checkpoint", Value: now.Checkpoint}, {Key: "last", Value: now.Last}}},
		{Key: "$unset", Value: bson.D{{Key: "next", Value: ""}}},
	})
	if err != nil {
		e.known.Store(nil)
		return err
	}
	e.known.Store(now)
	e.grown(now.Size)
	if h.Next.Parts > 0 {
		return e.sweep(ctx, now.Seq)
	}
	return nil
}

// writeEntries inserts the entries that are not there.
func (e *Engine) writeEntries(ctx context.Context, entries []entryRow) error {
	if len(entries) == 0 {
		return nil
	}
	rows := e.db.Collection(entryName)
	_, err := rows.InsertMany(ctx, entries)
	if !taken(err) {
		return err
	}
	first, last := entries[0].Index, entries[len(entries)-1].Index // somebody has begun
	found, err := rows.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: first}, {Key: "$lte", Value: last}}}}, options.Find().SetProjection(byID(1)))
	if err != nil {
		return err
	}
	var there []entryRow
	if err := found.All(ctx, &there); err != nil {
		return err
	}
	in := make(map[int64]bool, len(there))
	for _, x := range there {
		in[x.Index] = true
	}
	for _, x := range entries {
		if in[x.Index] {
			continue
		}
		if _, err := rows.InsertOne(ctx, x); err != nil && !taken(err) {
			return err
		}
	}
	return nil
}

// writeTiles replaces the tiles of earlier batches and inserts those that are
// new.
func (e *Engine) writeTiles(ctx context.Context, tiles []tileRow, seq int64) error {
	if len(tiles) == 0 {
		return nil
	}
	rows := e.db.Collection(tileName)
	var writes []mongo.WriteModel
	for _, t := range tiles {
		older := append(byID(t.Path), bson.E{Key: "seq", Value: bson.D{{Key: "$lt", Value: seq}}})
		writes = append(writes, mongo.NewUpdateOneModel().SetFilter(older).SetUpdate(
			bson.D{{Key: "$set", Value: bson.D{{Key: "seq", Value: seq}, {Key: "bytes", Value: t.Bytes}}}}))
	}
	result, err := rows.BulkWrite(ctx, writes)
	if err != nil || result.MatchedCount == int64(len(tiles)) {
		return err
	}
	missing, err := e.missingTiles(ctx, tiles)
	if err != nil {
		return err
	}
	for _, t := range missing {
		if _, err = rows.InsertOne(ctx, t); err != nil {
			break
		}
	}
	if taken(err) {
		return e.writeTiles(ctx, tiles, seq) // somebody else is at it
	}
	return err
}

func (e *Engine) missingTiles(ctx context.Context, tiles []tileRow) (missing []tileRow, err error) {
	paths := make([]string, len(tiles))
	for i, t := range tiles {
		paths[i] = t.Path
	}
	found, err := e.db.Collection(tileName).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: paths}}}}, options.Find().SetProjection(byID(1)))
	if err != nil {
		return nil, err
	}
	var there []tileRow
	if err := found.All(ctx, &there); err != nil {
		return nil, err
	}
	in := make(map[string]bool, len(there))
	for _, t := range there {
		in[t.Path] = true
	}
	for _, t := range tiles {
		if !in[t.Path] {
			missing = append(missing, t)
		}
	}
	return missing, nil
}
