package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	. "probity/bidding/biddingtest"
	"probity/documents/blob/minio/miniotest"
	"probity/server/app/apptest"
)

// TestMetrics: what happened is counted, by routes and codes and by nothing
// that names anybody; and the public address does not serve it.
func TestMetrics(t *testing.T) {
	w, s := site(t, Terms{})
	a := w.Bidder("alpha")
	a.Bid(1, "9")
	s.Settle()
	s.Ask(Anybody, "GET", "/api/v1/tenders/"+w.ID, nil)
	s.Ask(Anybody, "GET", "/api/v1/tenders/"+w.ID+"/nothing", nil)
	s.Ask(Anybody, "GET", "/api/v1/me", nil)
	res, err := http.Get(s.URL + "/metrics")
	w.Ok(err)
	res.Body.Close()
	if res.StatusCode != 404 {
		t.Errorf("the public address answers %d for /metrics", res.StatusCode)
	}
	r := httptest.NewRecorder()
	s.Metrics.Handler().ServeHTTP(r, httptest.NewRequest("GET", "/metrics", nil))
	text := r.Body.String()
	for _, want := range []string{
		`probity_http_requests_total{method="GET",route="/api/v1/tenders/{id}",status="200"} 1`,
		`probity_http_requests_total{method="GET",route="other",status="404"} 2`,
		`probity_problems_total{code="actor.unknown"} 1`,
		`probity_platform_up 1`, `probity_log_turn 1`, `probity_log_pending_facts 0`,
		`probity_log_reader_lag_entries{reader="procedures"} 0`,
		`probity_http_requests_open 0`, `probity_engine_seconds_count{operation="append"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not there; of requests there is\n%s", want, strings.Join(regexp.MustCompile(`probity_http_requests_total.*`).FindAllString(text, -1), "\n"))
		}
	}
	for _, secret := range []string{w.ID, w.Lot, a.Org, a.User} {
		if strings.Contains(text, `"`+secret) {
			t.Errorf("the metrics name %s", secret)
		}
	}
	if !regexp.MustCompile(`probity_upload_received_bytes_total [1-9]`).MatchString(text) {
		t.Error("no bytes were counted")
	}
}

// TestMetricsAddress: they are served where the configuration says, and end
// with the server.
func TestMetricsAddress(t *testing.T) {
	at := miniotest.Port(t)
	h := apptest.Open(t, apptest.Options{Still: true})
	h.App.Config.Metrics = at
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx, l) }()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if c, err := net.Dial("tcp", at); err == nil {
			c.Close()
			break
		}
	}
	res, err := http.Get("http://" + at + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != 200 || !strings.Contains(string(b), "probity_build_info{") {
		t.Errorf("%d, %.200s", res.StatusCode, b)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := http.Get("http://" + at + "/metrics"); err == nil {
		t.Error("metrics outlive the server")
	}
}
