package minio

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob/minio/miniotest"
)

// TestClocksDiffer: a store refuses whoever's clock is more than a quarter of an
// hour off, and says so in the word that we know; one that is less off it serves.
func TestClocksDiffer(t *testing.T) {
	p := running(t)
	for _, c := range []struct {
		off  time.Duration
		want string
	}{
		{0, "200 "}, {10 * time.Minute, "200 "}, {-10 * time.Minute, "200 "},
		{20 * time.Minute, "403 RequestTimeTooSkewed"}, {-20 * time.Minute, "403 RequestTimeTooSkewed"},
	} {
		res, err := http.DefaultClient.Do(signedAt(t, p, time.Now().UTC().Add(c.off)))
		if err != nil {
			t.Fatal(err)
		}
		var answer s3.ErrorResponse
		if res.StatusCode != http.StatusOK {
			err = xml.NewDecoder(res.Body).Decode(&answer)
		}
		res.Body.Close()
		if got := fmt.Sprint(res.StatusCode, " ", answer.Code); err != nil || got != c.want {
			t.Errorf("a clock that is %s off: %s, %v; want %s", c.off, got, err, c.want)
		}
		if answer.Code != "" {
			coded(t, c.off.String(), explain(t.Context(), "list", "", answer), "blob.store_clock")
		}
	}
}

// signedAt lists the buckets of a store, signed as if that was the time.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func signedAt(t *testing.T, p *miniotest.Server, now time.Time) *http.Request {
	t.Helper()
	const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
	at, day := now.Format("20060102T150405Z"), now.Format("20060102")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	const signed = "host;x-amz-content-sha256;x-amz-date"
	asked := fmt.Sprintf("GET\n/\n\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n%s\n%s", r.Host, none, at, signed, none)
	sum := sha256.Sum256([]byte(asked))
	scope := day + "/us-east-1/s3/aws4_request"
	key := []byte("AWS4" + miniotest.Secret)
	for _, step := range []string{day, "us-east-1", "s3", "aws4_request", "AWS4-HMAC-SHA256\n" + at + "\n" + scope + "\n" + hex.EncodeToString(sum[:])} {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(step))
		key = m.Sum(nil)
	}
	r.Header.Set("X-Amz-Content-Sha256", none)
	r.Header.Set("X-Amz-Date", at)
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", miniotest.User, scope, signed, key))
	return r
}
