package minio

import (
	"net/http"
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"
)

// TestMadeBucket: what Make makes has all that a later start demands.
func TestMadeBucket(t *testing.T) {
	p := running(t)
	o := options(t, p)
	o.Encrypted, o.Sites = true, []string{"https://tenders.example.org"}
	open(t, o)
	o.Make = false
	s := open(t, o)
	put(t, s, "a", []byte("abc"))
	x, err := s.core.StatObject(t.Context(), o.Bucket, name("a"), s3.StatObjectOptions{})
	if err != nil || x.VersionID == "" || x.Metadata.Get("X-Amz-Server-Side-Encryption") != "AES256" {
		t.Errorf("version %q, encryption %q, %v", x.VersionID, x.Metadata.Get("X-Amz-Server-Side-Encryption"), err)
	}
}

// TestHalfMadeBucket: a first start that was cut off is finished by the next
// one, but nothing is mended once there are files.
func TestHalfMadeBucket(t *testing.T) {
	p := running(t)
	o := options(t, p)
	o.Encrypted = true
	if err := p.Client(t).MakeBucket(t.Context(), o.Bucket, s3.MakeBucketOptions{ObjectLocking: true}); err != nil {
		t.Fatal(err)
	}
	open(t, o)

	o = options(t, p)
	s := open(t, o)
	put(t, s, "a", nil)
	o.Encrypted = true
	_, err := Open(t.Context(), o)
	coded(t, "a bucket in use", err, "blob.bucket_encryption")
}

// TestPages: a browser may send a part from a page of the platform.
func TestPages(t *testing.T) {
	s := open(t, options(t, running(t)))
	if got, want := s.PublicOrigin(), "http://"+running(t).Address; got != want {
		t.Errorf("public origin %q, want %q", got, want)
	}
	b := filler("part", 1000)
	u, err := s.Create(t.Context(), "a", planOf(b, len(b)))
	if err != nil {
		t.Fatal(err)
	}
	x := target(t, s, u, 1, time.Minute)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, x.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://tenders.example.org")
	r.Header.Set("Access-Control-Request-Method", "PUT")
	r.Header.Set("Access-Control-Request-Headers", "x-amz-checksum-sha256")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode >= 300 || a.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("preflight: %s, %v", a.Status, a.Header)
	}
}
