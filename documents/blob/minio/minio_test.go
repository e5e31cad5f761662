package minio

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
	"probity/documents/blob/blobtest"
	"probity/documents/blob/minio/miniotest"
	"probity/tender/fault"
)

func TestStore(t *testing.T) {
	p := running(t)
	blobtest.TestStore(t, func(t testing.TB) blob.Store { return open(t, options(t, p)) })
}

// TestCrash kills this program; see TestKill for the store.
func TestCrash(t *testing.T) {
	p := running(t)
	os.Setenv(miniotest.SharedAddress, p.Address)
	defer os.Unsetenv(miniotest.SharedAddress)
	blobtest.TestCrash(t, 5, func(t testing.TB, dir string) blob.Store {
		o, sum := options(t, p), sha256.Sum256([]byte(dir))
		o.Bucket = "crash-" + hex.EncodeToString(sum[:8])
		return open(t, o)
	})
}

// filler returns bytes that are the same for the same key.
func filler(key string, size int) []byte {
	b := make([]byte, size)
	r := rand.NewChaCha8(sha256.Sum256([]byte(key)))
	r.Read(b)
	return b
}

func planOf(b []byte, part int) blob.Plan {
	p := blob.Plan{Size: int64(len(b)), Part: int64(part)}
	for ; len(b) > 0; b = b[min(part, len(b)):] {
		p.Sums = append(p.Sums, sha256.Sum256(b[:min(part, len(b))]))
	}
	return p
}

func put(t testing.TB, s *Store, key string, b []byte) {
	t.Helper()
	if err := s.Put(t.Context(), key, int64(len(b)), sha256.Sum256(b), bytes.NewReader(b)); err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

func read(t testing.TB, s *Store, key string) []byte {
	t.Helper()
	r, err := s.Get(t.Context(), key, 0, -1)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return b
}

func coded(t testing.TB, what string, err error, code string) {
	t.Helper()
	if !fault.Coded(err, code) {
		t.Errorf("%s: err = %v, want %s", what, err, code)
	}
}

// TestSweepAfterRestart: a store that has forgotten which uploads there are is
// told by the notes.
func TestSweepAfterRestart(t *testing.T) {
	p := miniotest.New(t, t.TempDir())
	t.Cleanup(func() { p.Kill() })
	o := options(t, p)
	s := open(t, o)
	b := filler("half", blob.MinPart+10)
	half, err := s.Create(t.Context(), "bids/half", planOf(b, blob.MinPart))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutPart(t.Context(), half, 2, bytes.NewReader(b[blob.MinPart:])); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(t.Context(), "bids/nothing", planOf(b, blob.MinPart)); err != nil {
		t.Fatal(err)
	}
	p.Kill()
	p.Start(t)
	s = open(t, o)
	if n, err := s.Sweep(t.Context(), time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("swept %d that were in use, %v", n, err)
	}
	if there, err := s.Parts(t.Context(), half); err != nil || len(there) != 1 {
		t.Errorf("parts %v, %v", there, err)
	}
	if n, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); n != 2 || err != nil {
		t.Errorf("swept %d, %v, want 2", n, err)
	}
	_, err = s.Parts(t.Context(), half)
	coded(t, "parts after the sweep", err, blob.ErrUpload.Code)
	for x := range s.core.ListObjectsIter(t.Context(), s.bucket, s3.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		t.Errorf("left in the bucket: %+v", x)
	}
}

// TestSweepSpares what was begun long ago and is still being added to.
func TestSweepSpares(t *testing.T) {
	s := open(t, options(t, running(t)))
	b := filler("long", 1000)
	u, err := s.Create(t.Context(), "long", planOf(b, 1000))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond)
	before := time.Now()
	time.Sleep(1100 * time.Millisecond)
	if err := s.PutPart(t.Context(), u, 1, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Sweep(t.Context(), before); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, err := s.Complete(t.Context(), u); err != nil {
		t.Error(err)
	}
}

// TestNothingOfTheDeletedIsLeft: neither versions that somebody has written
// around this program, nor what hides them.
func TestNothingOfTheDeletedIsLeft(t *testing.T) {
	s := open(t, options(t, running(t)))
	put(t, s, "a", []byte("one"))
	for _, text := range []string{"two", "three"} {
		if _, err := s.core.PutObject(t.Context(), s.bucket, name("a"), strings.NewReader(text), int64(len(text)), "", "", s3.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.core.RemoveObject(t.Context(), s.bucket, name("a"), s3.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	put(t, s, "ab", []byte("stays"))
	_, err := s.Head(t.Context(), "a")
	coded(t, "head of a hidden object", err, blob.ErrMissing.Code)
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	for x := range s.core.ListObjectsIter(t.Context(), s.bucket, s3.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		if x.Key != name("ab") {
			t.Errorf("left in the bucket: %s, %s", x.Key, x.VersionID)
		}
	}
	put(t, s, "a", []byte("free again"))
}
