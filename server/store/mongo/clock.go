package mongo

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// clock holds what the engine has said the time is, so that it never says
// less: another primary may be a little behind the one before.
type clock struct {
	mu   sync.Mutex
	last time.Time
}

func (c *clock) said(t time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t = t.UTC().Truncate(time.Millisecond); t.After(c.last) {
		c.last = t
	}
	return c.last
}

// Time is the clock of the primary: one for all processes on the database.
func (e *Engine) Time(ctx context.Context) (time.Time, error) {
	inner, end, err := e.begin(ctx)
	if err != nil {
		return time.Time{}, err
	}
	defer end()
	ask := e.greeted
	if e.server.sharded { // a router answers with its own clock
		ask = e.written
	}
	now, err := ask(inner)
	if err != nil {
		return time.Time{}, explain(ctx, "time", err)
	}
	return e.clock.said(now), nil
}

// greeted is the time in the primary's answer to hello.
// https://www.mongodb.com/docs/manual/reference/command/hello/
func (e *Engine) greeted(ctx context.Context) (time.Time, error) {
	var answer struct {
		LocalTime time.Time `bson:"localTime"`
	}
	err := e.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&answer)
	return answer.LocalTime, err
}

// written is the time that a shard's primary has put into a document.
func (e *Engine) written(ctx context.Context) (time.Time, error) {
	var row struct {
		At time.Time `bson:"at"`
	}
	err := e.db.Collection(metaName).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: formID}},
		bson.D{{Key: "$currentDate", Value: bson.D{{Key: "at", Value: true}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&row)
	return row.At, err
}
