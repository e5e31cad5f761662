package mongo

import (
	"bytes"
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"probity/tender/store"
)

// headID is the _id of the one document of log.head.
const headID = "head"

// head is the end of the log as it stands in the database.
type head struct {
	Seq        int64   `bson:"seq"` // batches so far; no two heads share it
	Size       int64   `bson:"size"`
	Checkpoint []byte  `bson:"checkpoint"`
	Last       string  `bson:"last"`           // ID of the batch that made it
	Next       *staged `bson:"next,omitempty"` // the batch on its way in
}

// staged is a batch that has won. It will be in the log, whoever brings it in.
type staged struct {
	ID    string `bson:"id"`
	Parts int    `bson:"parts"`          // documents of log.part; 0 if it is here
	Data  []byte `bson:"data,omitempty"` // a payload, as BSON
}

// payload is what a batch brings.
type payload struct {
	Size       int64      `bson:"size"`
	Checkpoint []byte     `bson:"checkpoint"`
	Entries    []entryRow `bson:"entries"`
	Tiles      []tileRow  `bson:"tiles"`
}

// tileRow is a tile as it stands in the database. A tile of a later batch is
// never replaced by one of an earlier.
type tileRow struct {
	Path  string `bson:"_id"`
	Seq   int64  `bson:"seq"`
	Bytes []byte `bson:"bytes"`
}

func (h *head) public() store.Head {
	if h.Size == 0 {
		return store.Head{}
	}
	return store.Head{Size: h.Size, Checkpoint: bytes.Clone(h.Checkpoint)}
}

// is reports whether a batch was made for this head.
func (h *head) is(after store.Head) bool {
	return h.Size == after.Size && bytes.Equal(h.Checkpoint, after.Checkpoint)
}

// readHead reads the head, without the contents of a batch on its way.
func (e *Engine) readHead(ctx context.Context) (*head, error) {
	h := &head{}
	err := e.db.Collection(headName).FindOne(ctx, byID(headID),
		options.FindOne().SetProjection(bson.D{{Key: "next.data", Value: 0}})).Decode(h)
	if err != nil {
		return nil, err
	}
	e.grown(h.Size)
	return h, nil
}

// grown remembers how long the log is at least.
func (e *Engine) grown(size int64) {
	for {
		old := e.size.Load()
		if size <= old || e.size.CompareAndSwap(old, size) {
			return
		}
	}
}
