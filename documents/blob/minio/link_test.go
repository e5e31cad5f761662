package minio

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"probity/documents/blob"
)

// TestLink: one object, for reading, for a time.
func TestLink(t *testing.T) {
	o := options(t, running(t))
	s := open(t, o)
	put(t, s, "paper", []byte("<script>"))
	x, err := s.Link(t.Context(), "paper", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	get := func(address string) (int, string, string) {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, resp.Header.Get("Content-Disposition") + ", " + resp.Header.Get("Content-Type"), string(b)
	}
	if status, how, text := get(x.URL); status != 200 || how != "attachment, application/octet-stream" || text != "<script>" {
		t.Errorf("read: %d, %s, %q", status, how, text)
	}
	if got := send(t, x.URL, nil, []byte("other")); got != "403 SignatureDoesNotMatch" {
		t.Errorf("written: %s", got)
	}
	if status, _, _ := get(strings.Replace(x.URL, "attachment", "inline", 1)); status != 403 {
		t.Errorf("shown: %d", status)
	}
	time.Sleep(time.Until(x.Expires.Add(1200 * time.Millisecond)))
	if status, _, _ := get(x.URL); status != 403 {
		t.Errorf("after its time: %d", status)
	}
	_, err = s.Link(t.Context(), "other", time.Minute)
	coded(t, "nothing there", err, blob.ErrMissing.Code)
	o.PublicEndpoint = ""
	if x, err := open(t, o).Link(t.Context(), "paper", time.Minute); err != nil || x.URL != "" {
		t.Errorf("out of reach: %+v, %v", x, err)
	}
}
