package minio

import (
	"context"
	"errors"
	"strings"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
)

// own begins the names that are no objects; behind sorts after all of them.
const (
	own    = "="
	behind = ">"
)

// List returns objects in the order of keys, which is that of names in S3.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]blob.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := errors.Join(blob.CheckPrefix(prefix), blob.CheckPrefix(after)); err != nil {
		return nil, err
	}
	if limit < 1 || limit > maxPage {
		return nil, blob.ErrRange
	}
	var items []blob.Item
	for from, more := after+mark, true; more && len(items) < limit; {
		var page []s3.ObjectInfo
		var err error
		if page, more, err = s.page(ctx, prefix, from, limit-len(items)); err != nil {
			return nil, err
		}
		for _, x := range page {
			from = x.Key
			if key, ok := strings.CutSuffix(x.Key, mark); ok { // else it is somebody else's
				items = append(items, blob.Item{Key: key, Size: x.Size, Stored: second(x.LastModified)})
			}
		}
		if more && len(page) > 0 && strings.HasPrefix(from, own) {
			from = behind
		}
	}
	return items, nil
}

// MinIO (2026-02) counts objects a-b and a.b, which come before the folder a/,
// against the length of a page that begins within that folder; when the count
// is full it leaves out the rest of the folder and goes on behind it, so the
// end of a page is not to be relied upon. Pages are asked for longer by spare
// and used without their end: right with up to that many such neighbours.
const (
	maxPage = 1000 // of S3
	spare   = 200
)

// page returns up to limit names behind from, and whether there may be more. A
// name of our own ends the page, so that those can be passed over at once.
func (s *Store) page(ctx context.Context, prefix, from string, limit int) (page []s3.ObjectInfo, more bool, err error) {
	size := min(limit+spare, maxPage)
	for x := range s.core.ListObjectsIter(ctx, s.bucket, s3.ListObjectsOptions{Prefix: prefix, StartAfter: from, Recursive: true, MaxKeys: size}) {
		if x.Err != nil {
			return nil, false, explain(ctx, "list", prefix, x.Err)
		}
		page = append(page, x)
		if len(page) == size-spare || strings.HasPrefix(x.Key, own) {
			return page, true, nil
		}
	}
	return page, false, ctx.Err()
}
