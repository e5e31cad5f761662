package minio

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	s3 "github.com/minio/minio-go/v7"

	"probity/documents/blob"
)

// send sends a part as a bidder's program does, and returns the store's
// answer: "200", or the status and the code.
func send(t testing.TB, address string, header map[string]string, body []byte) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode == http.StatusOK {
		return "200"
	}
	var answer struct{ Code string }
	if err := xml.Unmarshal(b, &answer); err != nil {
		t.Fatalf("%s: %s", resp.Status, b)
	}
	return resp.Status[:3] + " " + answer.Code
}

func target(t testing.TB, s *Store, u blob.Upload, n int, valid time.Duration) blob.Target {
	t.Helper()
	x, err := s.Target(t.Context(), u, n, valid)
	if err != nil {
		t.Fatalf("target: %v", err)
	}
	return x
}

// TestTargets: an address is good for the bytes of one part and nothing else.
func TestTargets(t *testing.T) {
	s := open(t, options(t, running(t)))
	b := filler("bid", blob.MinPart+1000)
	u, err := s.Create(t.Context(), "bids/1", planOf(b, blob.MinPart))
	if err != nil {
		t.Fatal(err)
	}
	last := b[blob.MinPart:]
	changed := bytes.Clone(last)
	changed[0] ^= 1
	x := target(t, s, u, 2, 5*time.Minute)
	if d := time.Until(x.Expires); d < 4*time.Minute || d > 5*time.Minute {
		t.Errorf("the address is good for %v", d)
	}
	at, err := url.Parse(x.URL)
	if err != nil {
		t.Fatal(err)
	}
	if signed := at.Query().Get("X-Amz-SignedHeaders"); signed != "content-length;host;x-amz-checksum-sha256" {
		t.Errorf("signed are %s", signed)
	}
	with := func(name, value string) string {
		q := at.Query()
		q.Set(name, value)
		return (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: at.Path, RawQuery: q.Encode()}).String()
	}
	own := map[string]string{sumHeader: b64(sha256.Sum256(changed))}
	for _, c := range []struct {
		name    string
		address string
		header  map[string]string
		body    []byte
		want    string
	}{
		{"wrong bytes", x.URL, x.Headers, changed, "400 XAmzContentChecksumMismatch"},
		{"wrong bytes with their own header", x.URL, own, changed, "403 SignatureDoesNotMatch"},
		{"the header left out", x.URL, nil, last, "400 AccessDenied"},
		{"a shorter body", x.URL, x.Headers, last[1:], "403 SignatureDoesNotMatch"},
		{"a longer body", x.URL, x.Headers, append(bytes.Clone(last), 0), "403 SignatureDoesNotMatch"},
		{"another part", with("partNumber", "1"), x.Headers, last, "403 SignatureDoesNotMatch"},
		{"a longer life", with("X-Amz-Expires", "3600"), x.Headers, last, "403 SignatureDoesNotMatch"},
		{"without a signature", at.Scheme + "://" + at.Host + at.Path, x.Headers, last, "403 AccessDenied"},
	} {
		if got := send(t, c.address, c.header, c.body); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if there, err := s.Parts(t.Context(), u); err != nil || len(there) != 0 {
		t.Errorf("after refusals there are %v, %v", there, err)
	}
	for n, body := range map[int][]byte{1: b[:blob.MinPart], 2: last} {
		x := target(t, s, u, n, time.Minute)
		for range 2 { // again after a broken line
			if got := send(t, x.URL, x.Headers, body); got != "200" {
				t.Errorf("part %d: %s", n, got)
			}
		}
	}
	info, err := s.Complete(t.Context(), u)
	if err != nil || info.Sum != u.Plan.Sum() || info.Parts != 2 {
		t.Errorf("complete: %+v, %v", info, err)
	}
	if got := send(t, x.URL, x.Headers, last); got != "404 NoSuchUpload" {
		t.Errorf("after the end: %s", got)
	}
	if !bytes.Equal(read(t, s, "bids/1"), b) {
		t.Error("other bytes came back")
	}
}

// TestExpiredTarget: the address is good for as long as it says.
func TestExpiredTarget(t *testing.T) {
	s := open(t, options(t, running(t)))
	b := filler("late", 1000)
	u, err := s.Create(t.Context(), "late", planOf(b, 1000))
	if err != nil {
		t.Fatal(err)
	}
	x := target(t, s, u, 1, time.Millisecond) // the shortest is a second
	time.Sleep(time.Until(x.Expires.Add(1200 * time.Millisecond)))
	if got := send(t, x.URL, x.Headers, b); got != "403 AccessDenied" {
		t.Errorf("after its time: %s", got)
	}
	x = target(t, s, u, 1, 100*time.Hour)
	if d := time.Until(x.Expires); d > time.Hour {
		t.Errorf("the address is good for %v", d)
	}
	if got := send(t, x.URL, x.Headers, b); got != "200" {
		t.Errorf("in its time: %s", got)
	}
}

// TestPublicEndpoint: bidders get the other address, and none if there is none.
func TestPublicEndpoint(t *testing.T) {
	p := running(t)
	o := options(t, p)
	o.PublicEndpoint = "https://files.example.org"
	plan := planOf([]byte("x"), 1)
	for _, c := range []struct{ public, want string }{{"https://files.example.org", "https://files.example.org/" + o.Bucket + "/a%21?"}, {"", ""}} {
		o.PublicEndpoint = c.public
		s := open(t, o)
		u, err := s.Create(t.Context(), "a", plan)
		if err != nil {
			t.Fatal(err)
		}
		x := target(t, s, u, 1, time.Minute)
		if !strings.HasPrefix(x.URL, c.want) || (x.URL == "") != (c.want == "") {
			t.Errorf("target %q, want %q", x.URL, c.want)
		}
	}
}

// TestFalsePartSum: the store does not make an object of sums that are not
// those of its parts, and no second object under one key.
func TestFalsePartSum(t *testing.T) {
	s := open(t, options(t, running(t)))
	b := filler("sums", 1000)
	u, err := s.Create(t.Context(), "a", planOf(b, 1000))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutPart(t.Context(), u, 1, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	there, err := s.arrived(t.Context(), u)
	if err != nil || len(there) != 1 {
		t.Fatalf("%v, %v", there, err)
	}
	_, id, err := names(u)
	if err != nil {
		t.Fatal(err)
	}
	finish := func(sum blob.Sum) error {
		parts := []s3.CompletePart{{PartNumber: 1, ETag: there[0].ETag, ChecksumSHA256: b64(sum)}}
		_, err := s.core.CompleteMultipartUpload(t.Context(), s.bucket, name("a"), id, parts, unlessThere(s3.PutObjectOptions{}))
		return explain(t.Context(), "complete", "a", err)
	}
	coded(t, "a false sum", finish(sha256.Sum256(nil)), blob.ErrIncomplete.Code)
	put(t, s, "a", []byte("first"))
	coded(t, "an existing key", finish(u.Plan.Sums[0]), blob.ErrExists.Code)
	if got := read(t, s, "a"); string(got) != "first" {
		t.Errorf("the object is %q", got)
	}
}

// TestNotesAreNotListed: what the bucket notes of uploads is nobody's object.
func TestNotesAreNotListed(t *testing.T) {
	s := open(t, options(t, running(t)))
	for _, key := range []string{"0", "9/z", "A", "a"} { // on both sides of =
		put(t, s, key, nil)
		if _, err := s.Create(t.Context(), key+"/going", planOf([]byte("x"), 1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []int{1, 2, 3, 4, 1000} {
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			items, err := s.List(t.Context(), "", after, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range items {
				got = append(got, x.Key)
			}
			if len(items) < limit {
				break
			}
		}
		if want := []string{"0", "9/z", "A", "a"}; !slices.Equal(got, want) {
			t.Errorf("by %d: %q, want %q", limit, got, want)
		}
	}
}
