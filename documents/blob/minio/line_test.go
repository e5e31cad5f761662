package minio

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/documents/blob/minio/miniotest"
)

// TestSilence: a store that is not there, and one that never answers.
func TestSilence(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, &miniotest.Server{Address: l.Addr().String()})
	o.Patience = 200 * time.Millisecond
	_, err = Open(t.Context(), o)
	coded(t, "no answer", err, ErrSlow.Code)

	o.Patience = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err = Open(ctx, o); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no answer in the caller's time: %v", err)
	}
	l.Close()
	_, err = Open(t.Context(), o)
	coded(t, "no store", err, ErrAway.Code)
}

// bare is a store that was not looked at before.
func bare(t *testing.T, o Options) *Store {
	t.Helper()
	o.Region = "us-east-1"
	keys, err := o.keys()
	if err != nil {
		t.Fatal(err)
	}
	core, err := o.connect(o.Endpoint, keys)
	if err != nil {
		t.Fatal(err)
	}
	return &Store{core: core, bucket: "test"}
}

// TestHalfAnObject: a store that stops in the middle, and one that is only
// slow.
func TestHalfAnObject(t *testing.T) {
	done := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		for n := range 10 {
			switch {
			case n == 5 && strings.Contains(r.URL.Path, "hangs"):
				<-done
			case n == 5 && strings.Contains(r.URL.Path, "breaks"):
				panic(http.ErrAbortHandler)
			}
			io.WriteString(w, "0123456789")
			w.(http.Flusher).Flush()
			time.Sleep(60 * time.Millisecond)
		}
	}))
	defer srv.Close()
	defer close(done)
	o := options(t, &miniotest.Server{Address: strings.TrimPrefix(srv.URL, "http://")})
	o.Patience = 300 * time.Millisecond
	s := bare(t, o)
	for _, c := range []struct{ key, code string }{{"moves", ""}, {"hangs", ErrSlow.Code}, {"breaks", ErrAway.Code}} {
		r, err := s.Get(t.Context(), c.key, 0, -1)
		if err != nil {
			t.Fatalf("%s: %v", c.key, err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if c.code != "" {
			coded(t, c.key, err, c.code)
		} else if err != nil || len(b) != 100 {
			t.Errorf("slow, and it moves: %d bytes, %v", len(b), err)
		}
	}
}

// TestOwnAuthority: over https with a certificate of an authority of its own,
// and parts to a public address that is not the store's own.
func TestOwnAuthority(t *testing.T) {
	p := running(t)
	proxy := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: p.Address})
		r.Out.Host = r.In.Host // it is signed
	}})
	defer proxy.Close()
	o := options(t, p)
	o.PublicEndpoint = proxy.URL
	inside := open(t, o)

	o.Endpoint = proxy.URL
	_, err := Open(t.Context(), o)
	coded(t, "an authority that nobody knows", err, ErrAway.Code)
	o.RootsFile = filepath.Join(t.TempDir(), "roots.pem")
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw})
	if err := os.WriteFile(o.RootsFile, roots, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, o)
	b := filler("public", 300_000)
	u, err := s.Create(t.Context(), "a", planOf(b, len(b)))
	if err != nil {
		t.Fatal(err)
	}
	x := target(t, inside, u, 1, time.Minute)
	if !strings.HasPrefix(x.URL, proxy.URL+"/") {
		t.Fatalf("the address is %s", x.URL)
	}
	if got := send(t, strings.Replace(x.URL, proxy.URL, "http://"+p.Address, 1), x.Headers, b); got != "403 SignatureDoesNotMatch" {
		t.Errorf("by another address than the signed one: %s", got)
	}
	usual := http.DefaultClient
	http.DefaultClient = proxy.Client()
	defer func() { http.DefaultClient = usual }()
	if got := send(t, x.URL, x.Headers, b); got != "200" {
		t.Errorf("by the public address: %s", got)
	}
	if _, err := s.Complete(t.Context(), u); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(read(t, s, "a"), b) {
		t.Error("other bytes came back")
	}
}
