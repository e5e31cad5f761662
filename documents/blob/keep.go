package blob

import (
	"context"
	"time"

	"probity/tender/fault"
)

// Keeper is the half of a store that forbids deletion. How far that goes is
// the store's: in a bucket with object lock nobody can delete, not even its
// owner; in a folder this program refuses, and whoever owns the machine can.
// Which objects are kept, and how long, is never decided here.
type Keeper interface {
	// Lock keeps an object until then (whole seconds, upwards): Delete is
	// ErrLocked, and nobody can shorten the time. A lock that lasts longer
	// already stays as it is; a time that is over changes nothing. When Lock returns nil it survives the loss of
	// power. ErrNoLock if the store cannot lock.
	Lock(ctx context.Context, key string, until time.Time) error

	// Hold keeps an object without an end (a complaint, a court), and lets go of
	// it again. It is independent of Lock.
	Hold(ctx context.Context, key string, on bool) error

	// Kept says how long an object is kept.
	Kept(ctx context.Context, key string) (Kept, error)
}

// Kept is how long an object is kept.
type Kept struct {
	Until time.Time // UTC, whole seconds; zero if there is no lock
	Held  bool
}

// At reports whether an object is kept at a time.
func (k Kept) At(now time.Time) bool { return k.Held || now.Before(k.Until) }

// Second rounds the end of a lock as stores keep it.
func Second(until time.Time) time.Time {
	return until.Add(time.Second - 1).UTC().Truncate(time.Second)
}

// What keepers answer, beside the errors of stores.
var (
	// ErrLocked: the object is kept and cannot be deleted.
	ErrLocked = fault.New(fault.Conflict, "blob.locked", "This file must be kept and cannot be deleted now.")

	// ErrNoLock: the store was opened without the demand that it can lock.
	ErrNoLock = fault.New(fault.Conflict, "blob.no_lock", "This file store is not set up to lock files.")
)
