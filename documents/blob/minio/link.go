package minio

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"probity/documents/blob"
)

// Linker is a store from which large objects can be read without passing
// through this program.
type Linker interface {
	// Link returns an address from which anybody who has it can read an object,
	// for so long (an hour at most). It is the zero Target if people cannot
	// reach the store. Who may read is decided before.
	Link(ctx context.Context, key string, valid time.Duration) (blob.Target, error)
}

var _ Linker = (*Store)(nil)

// Link returns an address of an object. What is read there is saved and never
// shown: a bidder's file must not run as a page of the store.
func (s *Store) Link(ctx context.Context, key string, valid time.Duration) (blob.Target, error) {
	if _, err := s.Head(ctx, key); err != nil || s.public == nil {
		return blob.Target{}, err
	}
	valid, expires := life(valid)
	address, err := s.public.PresignedGetObject(ctx, s.bucket, name(key), valid,
		url.Values{"response-content-disposition": {"attachment"}, "response-content-type": {"application/octet-stream"}})
	if err != nil {
		return blob.Target{}, fmt.Errorf("minio: sign a link to %q: %w", key, err)
	}
	return blob.Target{URL: address.String(), Expires: expires}, nil
}

// longest is how long an address may be good for.
const longest = time.Hour

// life brings a time into what a store can sign, whole seconds, and says when
// it ends.
func life(valid time.Duration) (time.Duration, time.Time) {
	valid = max(time.Second, min(valid, longest).Truncate(time.Second))
	return valid, time.Now().UTC().Add(valid).Truncate(time.Second)
}
