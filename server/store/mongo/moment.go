package mongo

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Moment returns a context in which all reads are of one moment, on deployments
// that can look back (replica sets and sharded clusters; standalone servers and
// FerretDB cannot). The moment is one at which no batch was on its way into the
// log. How far back a server can look is its minSnapshotHistoryWindowInSeconds,
// five minutes unless it is set.
// https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/
func (e *Engine) Moment(ctx context.Context) (context.Context, func(), error) {
	if strings.HasPrefix(e.server.name, "FerretDB") || e.server.shape == "standalone" {
		return ctx, func() {}, nil
	}
	for range maxMoments {
		session, err := e.client.StartSession(options.Session().SetSnapshot(true))
		if err != nil {
			return nil, nil, explain(ctx, "look back", err)
		}
		then := mongo.NewSessionContext(ctx, session)
		end := func() { session.EndSession(context.WithoutCancel(ctx)) }
		h, err := e.readHead(then)
		if err == nil && h.Next == nil {
			return then, end, nil
		}
		end()
		if err != nil {
			return nil, nil, explain(ctx, "look back", err)
		}
		if _, err := e.Settled(ctx); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, fmt.Errorf("mongo: look back: a batch of the log was on its way %d times", maxMoments)
}

// maxMoments bounds the search for a moment between two batches.
const maxMoments = 100
