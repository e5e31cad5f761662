package minio

import (
	"context"
	"errors"
	"strings"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
)

// Sweep goes through the notes of uploads, ends those that nothing was added
// to, and removes the notes of those that have ended.
func (s *Store) Sweep(ctx context.Context, before time.Time) (swept int, err error) {
	for x := range s.core.ListObjectsIter(ctx, s.bucket, s3.ListObjectsOptions{Prefix: notes, Recursive: true}) {
		if x.Err != nil {
			return swept, explain(ctx, "list", notes, x.Err)
		}
		_, key, ok := strings.Cut(strings.TrimPrefix(x.Key, notes), "/")
		if !ok || !x.LastModified.Before(before) {
			continue
		}
		ended, left, err := s.sweepKey(ctx, key, before)
		swept += ended
		if err != nil {
			return swept, err
		}
		if left > 0 {
			continue // the note may be of one of these
		}
		if err := s.remove(ctx, x.Key); err != nil {
			return swept, err
		}
	}
	return swept, ctx.Err()
}

// sweepKey ends the abandoned uploads of one key, and says how many it ended
// and how many go on.
func (s *Store) sweepKey(ctx context.Context, key string, before time.Time) (ended, left int, err error) {
	ids, err := s.uploadsOf(ctx, key)
	if err != nil {
		return 0, 0, err
	}
	for id, last := range ids {
		err := s.eachPart(ctx, key, id, func(p s3.ObjectPart) {
			if p.LastModified.After(last) {
				last = p.LastModified
			}
		})
		switch {
		case errors.Is(err, blob.ErrUpload):
			continue // it has ended meanwhile
		case err != nil:
			return ended, left, err
		case !last.Before(before):
			left++
			continue
		}
		if err := s.abort(ctx, key, id); err != nil {
			return ended, left, err
		}
		ended++
	}
	return ended, left, nil
}

// uploadsOf returns the store's names of all uploads of a key, with when they
// began.
func (s *Store) uploadsOf(ctx context.Context, key string) (map[string]time.Time, error) {
	ids := map[string]time.Time{}
	for keyMarker, idMarker := "", ""; ; {
		page, err := s.core.ListMultipartUploads(ctx, s.bucket, name(key), keyMarker, idMarker, "", 1000)
		if err != nil {
			return nil, explain(ctx, "list uploads of", key, err)
		}
		for _, x := range page.Uploads {
			if x.Key == name(key) {
				ids[x.UploadID] = x.Initiated
			}
		}
		if !page.IsTruncated || page.NextKeyMarker == keyMarker && page.NextUploadIDMarker == idMarker {
			return ids, nil
		}
		keyMarker, idMarker = page.NextKeyMarker, page.NextUploadIDMarker
	}
}
