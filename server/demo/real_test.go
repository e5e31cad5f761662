package demo

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"probity/documents/blob/minio/miniotest"
	"probity/server/app"
	"probity/server/app/enginetest"
	"probity/server/config"
)

func TestMain(m *testing.M) { os.Exit(miniotest.Main(m)) }

// TestDemoOnRealEngines: the same story on MongoDB's protocol and MinIO. The
// bidders' parts go to the store itself, under its public address.
func TestDemoOnRealEngines(t *testing.T) {
	engines := enginetest.Fresh(t)
	store, err := url.Parse(engines.MinIO)
	if err != nil {
		t.Fatal(err)
	}
	var parts atomic.Int32
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(store)
		r.Out.Host = r.In.Host // it is signed
		if r.In.Method == http.MethodPut && strings.Contains(r.In.URL.RawQuery, "partNumber") {
			parts.Add(1)
		}
	}})
	defer front.Close()
	engines.MinIOPublic = front.URL
	perform(t, engines)
	if parts.Load() < 14 { // of seven bids that were in time, two envelopes each
		t.Errorf("only %d parts went to the store", parts.Load())
	}
}

// TestDemoNeedsADatabaseOfItsOwn: nor does it play on what another has left.
func TestDemoNeedsADatabaseOfItsOwn(t *testing.T) {
	engines := enginetest.Fresh(t)
	c := config.Server{Data: t.TempDir(), Engines: engines, Listen: "127.0.0.1:1", URL: "http://127.0.0.1:1", Origin: "demo.invalid/probity", Prefix: "ocds-213czf", Sandbox: true}
	a, err := app.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err == nil {
		err = a.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	if err := Run(t.Context(), Options{Exit: true, Engines: engines, Stdout: &told}); err == nil || !strings.Contains(err.Error(), "not empty") || told.Len() > 0 {
		t.Errorf("played on a database of another: %v", err)
	}
}
