package minio

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
)

const sumHeader = "X-Amz-Checksum-Sha256"

const mark = "!"

// name is where the bucket has an object.
func name(key string) string { return key + mark }

func b64(sum blob.Sum) string { return base64.StdEncoding.EncodeToString(sum[:]) }

// unlessThere makes the store refuse to overwrite.
func unlessThere(o s3.PutObjectOptions) s3.PutObjectOptions {
	o.SetMatchETagExcept("*")
	return o
}

// Put stores an object in one piece. The sum goes ahead in a signed header, so
// the store refuses other bytes even where the body is not signed.
func (s *Store) Put(ctx context.Context, key string, size int64, sum blob.Sum, r io.Reader) error {
	if err := ready(ctx, key); err != nil {
		return err
	}
	if size < 0 {
		return blob.ErrSize
	}
	body := check(ctx, r, size, sum)
	if size == 0 && body.failed() != nil {
		return body.failed()
	}
	o := unlessThere(s3.PutObjectOptions{DisableContentSha256: true, UserMetadata: map[string]string{sumHeader: b64(sum)}})
	_, err := s.core.PutObject(ctx, s.bucket, name(key), body.source(), size, "", "", o)
	if failed := body.failed(); err != nil && failed != nil {
		return failed
	}
	return explain(ctx, "put", key, err)
}

// Get returns a range of an object.
func (s *Store) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if err := ready(ctx, key); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, blob.ErrRange
	}
	if length == 0 {
		return s.nothing(ctx, key, offset)
	}
	var o s3.GetObjectOptions
	switch {
	case length > 0 && offset <= math.MaxInt64-length:
		o.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	case offset > 0:
		o.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	r, _, _, err := s.core.GetObject(ctx, s.bucket, name(key), o)
	if err = explain(ctx, "get", key, err); errors.Is(err, blob.ErrRange) && offset == 0 {
		return s.nothing(ctx, key, 0) // of an empty object no range can be asked
	}
	if err != nil {
		return nil, err
	}
	return reader{ctx, key, r}, nil
}

// nothing is a range without bytes.
func (s *Store) nothing(ctx context.Context, key string, offset int64) (io.ReadCloser, error) {
	info, err := s.Head(ctx, key)
	if err != nil {
		return nil, err
	}
	if offset >= max(info.Size, 1) {
		return nil, blob.ErrRange
	}
	return io.NopCloser(bytes.NewReader(nil)), nil
}

// reader explains a transfer that breaks.
type reader struct {
	ctx context.Context
	key string
	io.ReadCloser
}

func (r reader) Read(b []byte) (int, error) {
	n, err := r.ReadCloser.Read(b)
	if err != nil && err != io.EOF {
		err = explain(r.ctx, "read", r.key, err)
	}
	return n, err
}

// Head returns what is known of an object.
func (s *Store) Head(ctx context.Context, key string) (blob.Info, error) {
	if err := ready(ctx, key); err != nil {
		return blob.Info{}, err
	}
	x, err := s.core.StatObject(ctx, s.bucket, name(key), s3.StatObjectOptions{Checksum: true})
	if err != nil {
		return blob.Info{}, explain(ctx, "head", key, err)
	}
	sum, parts, err := parseSum(x.ChecksumSHA256)
	if err != nil {
		return blob.Info{}, fmt.Errorf("minio: head %q: %w", key, err)
	}
	return blob.Info{Key: key, Size: x.Size, Sum: sum, Parts: parts, Stored: second(x.LastModified)}, nil
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// parseSum reads a checksum of S3: base64, and of a composite one the number
// of parts behind a hyphen.
func parseSum(text string) (blob.Sum, int, error) {
	sum, count, composite := strings.Cut(text, "-")
	b, err := base64.StdEncoding.Strict().DecodeString(sum)
	if err != nil || len(b) != len(blob.Sum{}) {
		return blob.Sum{}, 0, fmt.Errorf("the store gives no SHA-256: %.100q", text)
	}
	if !composite {
		return blob.Sum(b), 0, nil
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > blob.MaxParts || strconv.Itoa(n) != count {
		return blob.Sum{}, 0, fmt.Errorf("the store gives no number of parts: %.100q", text)
	}
	return blob.Sum(b), n, nil
}

// Delete removes all versions of an object. One that is locked stays, and is
// ErrLocked.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := ready(ctx, key); err != nil {
		return err
	}
	return s.remove(ctx, name(key))
}

// remove removes all versions of one name in the bucket, those that only hide it included. The
// name itself comes first among those that begin with it.
func (s *Store) remove(ctx context.Context, at string) error {
	for x := range s.core.ListObjectsIter(ctx, s.bucket, s3.ListObjectsOptions{Prefix: at, Recursive: true, WithVersions: true, MaxKeys: 10}) {
		if x.Err != nil {
			return explain(ctx, "list versions of", at, x.Err)
		}
		if x.Key != at {
			break
		}
		err := s.core.RemoveObject(ctx, s.bucket, at, s3.RemoveObjectOptions{VersionID: x.VersionID})
		if err = explain(ctx, "delete", at, err); err == nil || errors.Is(err, blob.ErrMissing) {
			continue
		}
		if kept, keptErr := s.kept(ctx, at, x.VersionID); keptErr == nil && kept.At(time.Now()) {
			return blob.ErrLocked.Because(err)
		}
		return err
	}
	return ctx.Err()
}
