package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"probity/tender/fault"
	"probity/tender/store"
)

// passing are the server's codes for "not now" and "not me": shutting down,
// stepping down, not the primary, no answer in time, overloaded.
// https://www.mongodb.com/docs/manual/reference/error-codes/
var passing = []int{6, 7, 43, 50, 64, 89, 91, 112, 117, 133, 189, 202, 234, 262, 276, 334, 9001, 10107, 11600, 11602, 13388, 13435, 13436, 46841}

// oversize are the codes for a document over the limit of 16 MB.
var oversize = []int{10334, 17419, 17420}

// explain turns what the driver answers into what the contract knows. ctx is
// the caller's.
func explain(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("mongo: %s: %w", op, ctx.Err())
	}
	if _, known := errors.AsType[*fault.Error](err); known {
		return err
	}
	wrapped := fmt.Errorf("mongo: %s: %w", op, err)
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return store.ErrMissing.Because(wrapped)
	case away(err), hasCode(err, oversize):
		return store.ErrBusy.Because(wrapped)
	}
	return wrapped
}

// away reports whether err says that the server was not to be reached, or gave
// no answer that could be relied upon: a write may have taken effect.
func away(err error) bool {
	if mongo.IsNetworkError(err) || mongo.IsTimeout(err) || errors.Is(err, mongo.ErrClientDisconnected) {
		return true
	}
	if noConnection(err) {
		return true
	}
	if we, ok := errors.AsType[mongo.WriteException](err); ok && we.WriteConcernError != nil {
		return true
	}
	if we, ok := errors.AsType[mongo.BulkWriteException](err); ok && we.WriteConcernError != nil {
		return true
	}
	return hasCode(err, passing)
}

// noConnection reports whether err says that there was no connection to send
// the command on: no server, none of its connections free, or all of them just
// thrown away because one broke.
func noConnection(err error) bool {
	_, none := errors.AsType[topology.ServerSelectionError](err)
	_, broken := errors.AsType[topology.ConnectionError](err)
	_, full := errors.AsType[topology.WaitQueueTimeoutError](err)
	_, cleared := errors.AsType[interface {
		error
		Retryable() bool
	}](err)
	return none || broken || full || cleared
}

func hasCode(err error, codes []int) bool {
	said, ok := errors.AsType[mongo.ServerError](err)
	if !ok {
		return false
	}
	for _, c := range codes {
		if said.HasErrorCode(c) {
			return true
		}
	}
	return false
}

// taken reports whether a unique index refused a write. Servers that are not
// mongod say so in their own words.
func taken(err error) bool {
	if err == nil {
		return false
	}
	if mongo.IsDuplicateKeyError(err) {
		return true
	}
	for _, words := range []string{
		"UNIQUE constraint failed",                       // FerretDB 1 on SQLite
		"duplicate key value violates unique constraint", // on PostgreSQL
	} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}

// refused reports whether the login failed.
func refused(err error) bool {
	return hasCode(err, []int{13, 18}) || strings.Contains(err.Error(), "auth error")
}
