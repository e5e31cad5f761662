package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"probity/documents/blob"
)

func wrongBytes(t *testing.T, s blob.Store) {
	b := data(1, 1000)
	sum := sha256.Sum256(b)
	other := bytes.Clone(b)
	other[500] ^= 1
	is(t, "another byte", s.Put(t.Context(), "a", 1000, sum, bytes.NewReader(other)), blob.ErrSum)
	is(t, "one too few", s.Put(t.Context(), "a", 1000, sum, bytes.NewReader(b[:999])), blob.ErrSize)
	is(t, "none", s.Put(t.Context(), "a", 1000, sum, bytes.NewReader(nil)), blob.ErrSize)
	is(t, "one too many", s.Put(t.Context(), "a", 1000, sum, bytes.NewReader(append(b, 0))), blob.ErrSize)
	gone(t, s, "a")
	put(t, s, "a", b)
}

var errOnPurpose = errors.New("blobtest: broken on purpose")

// broken gives some bytes, then fails.
func broken(b []byte) io.Reader {
	return io.MultiReader(bytes.NewReader(b), readerFunc(func([]byte) (int, error) { return 0, errOnPurpose }))
}

type readerFunc func(b []byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func brokenReader(t *testing.T, s blob.Store) {
	b := data(1, 300_000)
	for _, n := range []int{0, 1, 299_999, 300_000} {
		is(t, fmt.Sprint("after ", n), s.Put(t.Context(), "a", 300_000, sha256.Sum256(b), broken(b[:n])), errOnPurpose)
		gone(t, s, "a")
	}
	ctx, cancel := context.WithCancel(t.Context())
	reads := 0
	r := readerFunc(func(p []byte) (int, error) {
		if reads++; reads == 2 {
			cancel()
		}
		return copy(p, b[:1000]), nil
	})
	is(t, "given up", s.Put(ctx, "a", 300_000, sha256.Sum256(b), r), context.Canceled)
	gone(t, s, "a")
	put(t, s, "a", b)
}

func badKeys(t *testing.T, s blob.Store) {
	for _, key := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../b", "./a", "a/.", ".a", "a.", "a/.hidden", "a b", "a\\b", "a:b", "a=", "a\x00", "a\n",
		"é", "a%2fb", "~", "a*", "a?b", strings.Repeat("k", 129), strings.Repeat("k/", 256) + "k",
	} {
		is(t, "put "+key, s.Put(t.Context(), key, 1, sha256.Sum256([]byte("a")), strings.NewReader("a")), blob.ErrKey)
		_, err := s.Get(t.Context(), key, 0, -1)
		is(t, "get "+key, err, blob.ErrKey)
		_, err = s.Head(t.Context(), key)
		is(t, "head "+key, err, blob.ErrKey)
		is(t, "delete "+key, s.Delete(t.Context(), key), blob.ErrKey)
		_, err = s.Create(t.Context(), key, planOf(data(1, 10), 10))
		is(t, "create "+key, err, blob.ErrKey)
	}
	for _, prefix := range []string{"a b", "é", "a\\", strings.Repeat("k", 513)} {
		_, err := s.List(t.Context(), prefix, "", 1)
		is(t, "list "+prefix, err, blob.ErrKey)
	}
}

func missing(t *testing.T, s blob.Store) {
	put(t, s, "a/b", data(1, 10))
	for _, key := range []string{"a", "a/b/c", "a/bc", "b"} {
		gone(t, s, key)
		if err := s.Delete(t.Context(), key); err != nil {
			t.Errorf("delete %s: %v", key, err)
		}
	}
	get(t, s, "a/b", 0, -1)
}

func dead(t *testing.T, s blob.Store) {
	put(t, s, "a", data(1, 10))
	b := data(2, 6<<20)
	p := planOf(b, blob.MinPart)
	u := create(t, s, "b", p)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"Put":      s.Put(ctx, "c", 6<<20, sha256.Sum256(b), bytes.NewReader(b)),
		"Get":      second(s.Get(ctx, "a", 0, -1)),
		"Head":     second(s.Head(ctx, "a")),
		"Delete":   s.Delete(ctx, "a"),
		"List":     second(s.List(ctx, "", "", 1)),
		"Create":   second(s.Create(ctx, "c", p)),
		"Target":   second(s.Target(ctx, u, 1, time.Hour)),
		"PutPart":  s.PutPart(ctx, u, 1, bytes.NewReader(part(b, p, 1))),
		"Parts":    second(s.Parts(ctx, u)),
		"Complete": second(s.Complete(ctx, u)),
		"Abort":    s.Abort(ctx, u),
	} {
		is(t, name, err, context.Canceled)
	}
	gone(t, s, "c")
	get(t, s, "a", 0, -1)
	if there, err := s.Parts(t.Context(), u); err != nil || len(there) != 0 {
		t.Errorf("parts %v, %v", there, err)
	}
}

func second[T any](_ T, err error) error { return err }
