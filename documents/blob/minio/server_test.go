package minio

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"testing"
	"time"

	"probity/documents/blob/minio/miniotest"
)

const (
	user   = miniotest.User
	secret = miniotest.Secret
)

func TestMain(m *testing.M) { os.Exit(miniotest.Main(m)) }

func newBucket() string {
	var b [8]byte
	rand.Read(b[:])
	return "test-" + hex.EncodeToString(b[:])
}

// options are for a new bucket of p, reachable by bidders.
func options(t testing.TB, p *miniotest.Server) Options {
	t.Helper()
	o := Options{Endpoint: p.URL(), PublicEndpoint: p.URL(), Bucket: newBucket(), Make: true, Lock: true, Patience: 20 * time.Second}
	o.AccessKeyFile, o.SecretKeyFile = miniotest.KeyFiles(t)
	return o
}

// running is the MinIO that the tests share.
func running(t testing.TB) *miniotest.Server { return miniotest.Shared(t) }

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}
