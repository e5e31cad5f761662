package minio

import (
	"context"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
)

// version pins what a key leads to now, so that a lock is put on bytes and not
// on whatever comes under their name.
func (s *Store) version(ctx context.Context, key string) (string, error) {
	if err := ready(ctx, key); err != nil {
		return "", err
	}
	if !s.lock {
		return "", blob.ErrNoLock
	}
	x, err := s.core.StatObject(ctx, s.bucket, name(key), s3.StatObjectOptions{})
	return x.VersionID, explain(ctx, "head", key, err)
}

// Lock keeps an object until then, in COMPLIANCE mode.
func (s *Store) Lock(ctx context.Context, key string, until time.Time) error {
	id, err := s.version(ctx, key)
	if err != nil {
		return err
	}
	if until = blob.Second(until); !until.After(time.Now()) {
		return nil
	}
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
func (s *Store) Kept(ctx context.Context, key string) (blob.Kept, error) {
	id, err := s.version(ctx, key)
	if err != nil {
		return blob.Kept{}, err
	}
	return s.kept(ctx, name(key), id)
}

// kept says it of one version of a name. It also counts a lock of the other
// mode, which somebody else has set.
func (s *Store) kept(ctx context.Context, at, id string) (k blob.Kept, err error) {
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
