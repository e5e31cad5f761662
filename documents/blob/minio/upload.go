package minio

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
)

// idForm is how uploads are called: a number of our own, under which the
// bucket notes the upload, and the store's name for it.
var idForm = regexp.MustCompile(`^([0-9a-f]{32})\.([!-~]+)$`)

// names takes an upload's ID apart, or gives ErrUpload.
func names(u blob.Upload) (note, id string, err error) {
	m := idForm.FindStringSubmatch(u.ID)
	if m == nil {
		return "", "", blob.ErrUpload
	}
	return noteName(m[1], u.Key), m[2], nil
}

func noteName(number, key string) string { return notes + number + "/" + key }

// notes begins the names of what the bucket notes of uploads.
const notes = own + "uploads/"

// Create begins an upload. Its note comes first, so that no upload is without
// one, whatever happens between.
func (s *Store) Create(ctx context.Context, key string, p blob.Plan) (blob.Upload, error) {
	if err := p.Check(); err != nil {
		return blob.Upload{}, err
	}
	if _, err := s.Head(ctx, key); err == nil {
		return blob.Upload{}, blob.ErrExists // the end decides; this spares the bytes
	} else if !errors.Is(err, blob.ErrMissing) {
		return blob.Upload{}, err
	}
	var b [16]byte
	rand.Read(b[:])
	number := hex.EncodeToString(b[:])
	_, err := s.core.PutObject(ctx, s.bucket, noteName(number, key), bytes.NewReader(nil), 0, "", "", s3.PutObjectOptions{DisableContentSha256: true})
	if err != nil {
		return blob.Upload{}, explain(ctx, "note", key, err)
	}
	id, err := s.core.NewMultipartUpload(ctx, s.bucket, name(key), s3.PutObjectOptions{UserMetadata: map[string]string{
		"X-Amz-Checksum-Algorithm": "SHA256", "X-Amz-Checksum-Type": "COMPOSITE",
	}})
	if err != nil {
		return blob.Upload{}, explain(ctx, "create", key, err)
	}
	return blob.Upload{Key: key, ID: number + "." + id, Plan: p}, nil
}

// Target returns an address that is good for one part: for its bytes and no
// others, because size and sum are signed with it. Headers does not name the
// size, which every client sends by itself and a browser lets nobody set. A
// store without a public address has no targets.
func (s *Store) Target(ctx context.Context, u blob.Upload, n int, valid time.Duration) (blob.Target, error) {
	_, id, err := names(u)
	if err := errors.Join(ready(ctx, u.Key), err); err != nil {
		return blob.Target{}, err
	}
	if u.Plan.Len(n) == 0 {
		return blob.Target{}, blob.ErrPart
	}
	if _, err := s.core.ListObjectParts(ctx, s.bucket, name(u.Key), id, 0, 1); err != nil {
		return blob.Target{}, explain(ctx, "target", u.Key, err)
	}
	if s.public == nil {
		return blob.Target{}, nil
	}
	sum := b64(u.Plan.Sums[n-1])
	valid, expires := life(valid)
	address, err := s.public.PresignHeader(ctx, "PUT", s.bucket, name(u.Key), valid,
		url.Values{"partNumber": {strconv.Itoa(n)}, "uploadId": {id}},
		map[string][]string{"Content-Length": {strconv.FormatInt(u.Plan.Len(n), 10)}, sumHeader: {sum}})
	if err != nil {
		return blob.Target{}, fmt.Errorf("minio: sign part %d of %q: %w", n, u.Key, err)
	}
	return blob.Target{URL: address.String(), Headers: map[string]string{sumHeader: sum}, Expires: expires}, nil
}

// longest is how long an address may be good for.
const longest = time.Hour

// life brings a time into what a store can sign, whole seconds, and says when
// it ends.
func life(valid time.Duration) (time.Duration, time.Time) {
	valid = max(time.Second, min(valid, longest).Truncate(time.Second))
	return valid, time.Now().UTC().Add(valid).Truncate(time.Second)
}

// PutPart stores a part.
func (s *Store) PutPart(ctx context.Context, u blob.Upload, n int, r io.Reader) error {
	_, id, err := names(u)
	if err := errors.Join(ready(ctx, u.Key), err); err != nil {
		return err
	}
	if u.Plan.Len(n) == 0 {
		return blob.ErrPart
	}
	sum := u.Plan.Sums[n-1]
	body := check(ctx, r, u.Plan.Len(n), sum)
	_, err = s.core.PutObjectPart(ctx, s.bucket, name(u.Key), id, n, body, u.Plan.Len(n),
		s3.PutObjectPartOptions{DisableContentSha256: true, CustomHeader: map[string][]string{sumHeader: {b64(sum)}}})
	if failed := body.failed(); err != nil && failed != nil {
		return failed
	}
	return explain(ctx, "put part of", u.Key, err)
}

// Parts lists the parts that are there.
func (s *Store) Parts(ctx context.Context, u blob.Upload) ([]blob.Present, error) {
	there, err := s.arrived(ctx, u)
	var list []blob.Present
	for _, p := range there {
		list = append(list, blob.Present{N: p.PartNumber, Size: p.Size})
	}
	return list, err
}

// arrived lists the parts that are those of the plan. What else the store has
// under their numbers is to be sent again.
func (s *Store) arrived(ctx context.Context, u blob.Upload) ([]s3.ObjectPart, error) {
	_, id, err := names(u)
	if err := errors.Join(ready(ctx, u.Key), err); err != nil {
		return nil, err
	}
	var there []s3.ObjectPart
	err = s.eachPart(ctx, u.Key, id, func(p s3.ObjectPart) {
		if n := p.PartNumber; p.Size == u.Plan.Len(n) && p.Size > 0 && p.ChecksumSHA256 == b64(u.Plan.Sums[n-1]) {
			there = append(there, p)
		}
	})
	return there, err
}

// eachPart goes through all parts that the store has, in order.
func (s *Store) eachPart(ctx context.Context, key, id string, do func(s3.ObjectPart)) error {
	for from := 0; ; {
		page, err := s.core.ListObjectParts(ctx, s.bucket, name(key), id, from, 1000)
		if err != nil {
			return explain(ctx, "list parts of", key, err)
		}
		for _, p := range page.ObjectParts {
			do(p)
		}
		if !page.IsTruncated || page.NextPartNumberMarker <= from {
			return nil
		}
		from = page.NextPartNumberMarker
	}
}

// Complete makes the object of the parts. The store computes the sum of the
// whole from sums that it has checked; one HEAD then shows that it is ours.
func (s *Store) Complete(ctx context.Context, u blob.Upload) (blob.Info, error) {
	note, id, err := names(u)
	if err != nil {
		return blob.Info{}, err
	}
	there, err := s.arrived(ctx, u)
	if err != nil {
		return blob.Info{}, err
	}
	if len(there) != len(u.Plan.Sums) {
		return blob.Info{}, blob.ErrIncomplete
	}
	var parts []s3.CompletePart
	for _, p := range there {
		parts = append(parts, s3.CompletePart{PartNumber: p.PartNumber, ETag: p.ETag, ChecksumSHA256: p.ChecksumSHA256})
	}
	if _, err := s.core.CompleteMultipartUpload(ctx, s.bucket, name(u.Key), id, parts, unlessThere(s3.PutObjectOptions{})); err != nil {
		return blob.Info{}, explain(ctx, "complete", u.Key, err)
	}
	info, err := s.Head(ctx, u.Key)
	if err != nil {
		return blob.Info{}, err
	}
	if info.Sum != u.Plan.Sum() || info.Size != u.Plan.Size || info.Parts != len(u.Plan.Sums) {
		return blob.Info{}, fmt.Errorf("minio: complete %q: the store has made %+v of %d bytes in %d parts", u.Key, info, u.Plan.Size, len(u.Plan.Sums))
	}
	return info, s.remove(ctx, note)
}

// Abort ends an upload.
func (s *Store) Abort(ctx context.Context, u blob.Upload) error {
	note, id, err := names(u)
	if err := ready(ctx, u.Key); err != nil {
		return err
	}
	if err != nil {
		return nil
	}
	if err := s.abort(ctx, u.Key, id); err != nil {
		return err
	}
	return s.remove(ctx, note)
}

func (s *Store) abort(ctx context.Context, key, id string) error {
	err := explain(ctx, "abort", key, s.core.AbortMultipartUpload(ctx, s.bucket, name(key), id))
	if errors.Is(err, blob.ErrUpload) || errors.Is(err, blob.ErrMissing) {
		return nil
	}
	return err
}
