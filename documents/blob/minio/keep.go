package minio

import (
	"context"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/tender/fault"
)

// Keeper is a store that can be forbidden to delete. It is beside blob.Store
// because a folder cannot promise it: whoever owns the machine can delete.
type Keeper interface {
	// Lock keeps an object until then (whole seconds, upwards), in COMPLIANCE
	// mode: nobody can delete it or shorten the time, not even the owner of the
	// store. A lock that lasts longer already stays as it is.
	Lock(ctx context.Context, key string, until time.Time) error

	// Hold keeps an object without an end (a complaint, a court), and lets go of
	// it again. It is independent of Lock.
	Hold(ctx context.Context, key string, on bool) error

	// Kept says how long an object is kept.
	Kept(ctx context.Context, key string) (Kept, error)
}

// Kept is how long an object is kept.
type Kept struct {
	Until time.Time // UTC; zero if there is no lock
	Held  bool
}

func (k Kept) now() bool { return k.Held || time.Now().Before(k.Until) }

// What keepers answer, beside the errors of blob.
var (
	// ErrLocked: the object is kept and cannot be deleted.
	ErrLocked = fault.New(fault.Conflict, "blob.locked", "This file must be kept and cannot be deleted now.")

	// ErrNoLock: the store was opened without the demand that it can lock.
	ErrNoLock = fault.New(fault.Conflict, "blob.no_lock", "This file store is not set up to lock files.")
)

var _ Keeper = (*Store)(nil)

// version pins what a key leads to now, so that a lock is put on bytes and not
// on whatever comes under their name.
func (s *Store) version(ctx context.Context, key string) (string, error) {
	if err := ready(ctx, key); err != nil {
		return "", err
	}
	if !s.lock {
		return "", ErrNoLock
	}
	x, err := s.core.StatObject(ctx, s.bucket, name(key), s3.StatObjectOptions{})
	return x.VersionID, explain(ctx, "head", key, err)
}

// Lock keeps an object until then.
func (s *Store) Lock(ctx context.Context, key string, until time.Time) error {
	id, err := s.version(ctx, key)
	if err != nil {
		return err
	}
	until = until.Add(time.Second - 1).UTC().Truncate(time.Second)
	if kept, err := s.kept(ctx, name(key), id); err != nil || !kept.Until.Before(until) {
		return err
	}
	mode := s3.Compliance
	err = s.core.PutObjectRetention(ctx, s.bucket, name(key), s3.PutObjectRetentionOptions{Mode: &mode, RetainUntilDate: &until, VersionID: id})
	return explain(ctx, "lock", key, err)
}

// Hold keeps an object without an end, or lets go of it.
func (s *Store) Hold(ctx context.Context, key string, on bool) error {
	id, err := s.version(ctx, key)
	if err != nil {
		return err
	}
	status := s3.LegalHoldDisabled
	if on {
		status = s3.LegalHoldEnabled
	}
	err = s.core.PutObjectLegalHold(ctx, s.bucket, name(key), s3.PutObjectLegalHoldOptions{VersionID: id, Status: &status})
	return explain(ctx, "hold", key, err)
}

// Kept says how long an object is kept.
func (s *Store) Kept(ctx context.Context, key string) (Kept, error) {
	id, err := s.version(ctx, key)
	if err != nil {
		return Kept{}, err
	}
	return s.kept(ctx, name(key), id)
}

// kept says it of one version of a name. It also counts a lock of the other
// mode, which somebody else has set.
func (s *Store) kept(ctx context.Context, at, id string) (k Kept, err error) {
	_, until, err := s.core.GetObjectRetention(ctx, s.bucket, at, id)
	if err != nil && !answers(err, "NoSuchObjectLockConfiguration") {
		return k, explain(ctx, "read the lock of", at, err)
	}
	if err == nil && until != nil {
		k.Until = until.UTC()
	}
	status, err := s.core.GetObjectLegalHold(ctx, s.bucket, at, s3.GetObjectLegalHoldOptions{VersionID: id})
	if err != nil && !answers(err, "NoSuchObjectLockConfiguration") {
		return k, explain(ctx, "read the hold of", at, err)
	}
	k.Held = err == nil && status != nil && *status == s3.LegalHoldEnabled
	return k, nil
}
