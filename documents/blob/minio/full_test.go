package minio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/signer"

	"probity/documents/blob"
	"probity/documents/blob/minio/miniotest"
	"probity/tender/fault"
)

// quota bounds a bucket, by MinIO's own administration call; 0 takes the bound
// away.
func quota(t *testing.T, p *miniotest.Server, bucket string, size int) {
	t.Helper()
	body := fmt.Sprintf(`{"quota":%d,"quotatype":"hard"}`, size)
	sum := sha256.Sum256([]byte(body))
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPut, p.URL()+"/minio/admin/v3/set-bucket-quota?bucket="+bucket, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	r = signer.SignV4(*r, miniotest.User, miniotest.Secret, "", "us-east-1")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		t.Fatalf("set a quota: %s", a.Status)
	}
}

// TestFull: a store without room says so, by every way in; nothing half is
// left, and when there is room again all goes on.
func TestFull(t *testing.T) {
	p := running(t)
	o := options(t, p)
	s := open(t, o)
	quota(t, p, o.Bucket, 100_000)
	b := filler("large", 200_000)
	whole := func() error {
		return s.Put(t.Context(), "whole", int64(len(b)), sha256.Sum256(b), bytes.NewReader(b))
	}
	u, err := s.Create(t.Context(), "in-parts", planOf(b, len(b)))
	if err != nil {
		t.Fatal(err)
	}
	part := func() error { return s.PutPart(t.Context(), u, 1, bytes.NewReader(b)) }
	for what, do := range map[string]func() error{"whole": whole, "a part": part} {
		err := do()
		coded(t, what, err, blob.ErrFull.Code)
		if fault.From(err).Kind != fault.Busy {
			t.Errorf("%s: %v is not Busy", what, err)
		}
	}
	x := target(t, s, u, 1, time.Minute)
	if got := send(t, x.URL, x.Headers, b); !strings.HasSuffix(got, "QuotaExceeded") {
		t.Errorf("a part sent directly: %s", got)
	}
	if left, err := s.List(t.Context(), "", "", 10); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if there, err := s.Parts(t.Context(), u); err != nil || len(there) != 0 {
		t.Errorf("parts left: %v, %v", there, err)
	}
	put(t, s, "small", filler("small", 1000))
	quota(t, p, o.Bucket, 0)
	for what, do := range map[string]func() error{"whole": whole, "a part": part} {
		if err := do(); err != nil {
			t.Errorf("%s, with room: %v", what, err)
		}
	}
	if _, err := s.Complete(t.Context(), u); err != nil || !bytes.Equal(read(t, s, "in-parts"), b) {
		t.Errorf("after all: %v", err)
	}
}
