package mongo

import (
	"context"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"probity/tender/store"
)

// CanExplain reports whether the server tells how it finds things.
func (e *Engine) CanExplain() bool { return !e.server.plainLists }

// Scans asks the server how it would find what q asks for, and says what is
// wrong with that; "" if it reads one range of one index and sorts nothing.
func (e *Engine) Scans(ctx context.Context, q store.Query) string {
	ix, err := e.kinds[q.Kind].CheckQuery(q)
	if err != nil {
		return err.Error()
	}
	find := bson.D{{Key: "find", Value: q.Kind}, {Key: "filter", Value: selection(q, ix)}, {Key: "sort", Value: order(q, ix)}, {Key: "limit", Value: q.Limit}}
	plan, err := e.db.RunCommand(ctx, bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "queryPlanner"}}).Raw()
	if err != nil {
		return err.Error()
	}
	winner := plan.Lookup("queryPlanner", "winningPlan").String()
	if strings.Contains(winner, "COLLSCAN") || strings.Contains(winner, `"SORT"`) || !strings.Contains(winner, "IXSCAN") {
		return winner
	}
	return ""
}
