package client_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/bidding"
	"probity/server/client"
)

func TestUploadsResumeAfterABrokenLine(t *testing.T) {
	s, f := uploading(t, 30<<20)
	var mu sync.Mutex
	cuts := map[int]int{}
	s.spoil = func(w http.ResponseWriter, r *http.Request, n int) bool {
		mu.Lock()
		cuts[n]++
		times := cuts[n]
		mu.Unlock()
		switch {
		case times == 1 && n != 3: // in the middle of the part
			return cut(r, 1<<20)
		case times == 2 && n == 2: // an address that is used up
			io.Copy(io.Discard, r.Body)
			refuse(w, 403, "upload.ticket", "Not good any more.")
			return true
		case times == 3 && n == 2:
			io.Copy(io.Discard, r.Body)
			w.WriteHeader(502)
			return true
		}
		return false
	}
	var most int64
	r, err := s.client().Upload(t.Context(), f, client.Uploading{Progress: func(_ string, done, total int64) {
		mu.Lock()
		defer mu.Unlock()
		if most = max(most, done); done > total || done < 0 {
			t.Errorf("told %d of %d", done, total)
		}
	}})
	if err != nil || r.Fact.Name != bidding.FactStored || most != f.Envelopes[0].Size {
		t.Fatalf("%+v, %v, told %d", r, err, most)
	}
	if cuts[3] != 1 || cuts[2] < 4 {
		t.Errorf("tries: %v", cuts)
	}
	if _, err := f.Receipt(client.ReceiptStored); err != nil {
		t.Error(err)
	}
	// Again, on another day: nothing is sent, the receipt comes all the same.
	before := s.got
	if _, err := s.client().Upload(t.Context(), f, client.Uploading{}); err != nil || s.got != before {
		t.Errorf("%v; %d bytes more", err, s.got-before)
	}
}

func TestUploadsEndWhereTryingIsPointless(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(http.ResponseWriter, *http.Request, int) bool
		stand func(*shelf)
		code  string
	}{
		"other bytes than were announced": {func(w http.ResponseWriter, r *http.Request, n int) bool {
			io.Copy(io.Discard, r.Body)
			refuse(w, 422, "blob.sum", "Other bytes.")
			return true
		}, nil, "blob.sum"},
		"an object store's word for it": {func(w http.ResponseWriter, r *http.Request, n int) bool {
			io.Copy(io.Discard, r.Body)
			w.WriteHeader(400)
			w.Write([]byte("<Error><Code>XAmzContentChecksumMismatch</Code></Error>"))
			return true
		}, nil, "client.answer"},
		"a line that never holds":   {func(w http.ResponseWriter, r *http.Request, n int) bool { return cut(r, 0) }, nil, "upload.stalled"},
		"an answer for another bid": {nil, func(s *shelf) { s.want.Size++ }, "client.answer"},
	} {
		t.Run(name, func(t *testing.T) {
			s, f := uploading(t, 1<<20)
			s.spoil = x.spoil
			if x.stand != nil {
				x.stand(s)
			}
			c := s.client()
			c.Patience = time.Second
			_, err := c.Upload(t.Context(), f, client.Uploading{Idle: time.Second})
			wantFault(t, err, x.code)
		})
	}
}

func TestStoredReceiptsAreHeldToTheBid(t *testing.T) {
	for name, x := range map[string]struct {
		final func(s *shelf, i int64) any
		code  string
	}{
		"no receipt": {func(*shelf, int64) any { return map[string]any{"stored": true} }, "receipt.none"},
		"behind the end of the window": {func(s *shelf, _ int64) any {
			return map[string]any{"receipt": s.log.given(s.log.put(bidding.FactLate, "ocds-213czf-1", noon, map[string]any{"name": "bid.stored"}))}
		}, "bid.window_over"},
		"of another bidder": {func(s *shelf, _ int64) any {
			return map[string]any{"receipt": s.log.given(s.log.put(bidding.FactStored, "ocds-213czf-1", noon, map[string]any{"bidder": "org-2"}))}
		}, "receipt.changed"},
	} {
		t.Run(name, func(t *testing.T) {
			s, f := uploading(t, 1000)
			s.final = func(i int64) any { return x.final(s, i) }
			_, err := s.client().Upload(t.Context(), f, client.Uploading{})
			wantFault(t, err, x.code)
			if _, err := f.Receipt(client.ReceiptStored); err == nil {
				t.Error("kept as proof that the bid is stored")
			}
		})
	}
}

func TestUploadsStopWhenTold(t *testing.T) {
	s, f := uploading(t, 9<<20)
	ctx, cancel := context.WithCancel(t.Context())
	var mended atomic.Bool
	s.spoil = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if mended.Load() {
			return false
		}
		cancel()
		return cut(r, 100)
	}
	if _, err := s.client().Upload(ctx, f, client.Uploading{}); err == nil || ctx.Err() == nil {
		t.Errorf("%v", err)
	}
	mended.Store(true)
	if _, err := s.client().Upload(t.Context(), f, client.Uploading{}); err != nil {
		t.Error(err)
	}
}

func TestPartsGoNowhereByPlainHTTPFromATLSServer(t *testing.T) {
	// A server behind TLS that sends its bidders' parts over plain HTTP is
	// either wrong or not that server.
	s, f := uploading(t, 1000)
	s.address = "http://127.0.0.1:1/upload/1.1"
	front := httptest.NewTLSServer(s.mux)
	defer front.Close()
	c := s.client()
	c.Base, c.HTTP = front.URL, front.Client()
	_, err := c.Upload(t.Context(), f, client.Uploading{})
	wantFault(t, err, "upload.address")
}

// TestUploadStreams: 64 MiB in a few MiB of memory, on both sides.
func TestUploadStreams(t *testing.T) {
	s, f := uploading(t, 64<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	if _, err := s.client().Upload(t.Context(), f, client.Uploading{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	t.Logf("%d MiB/s", f.Envelopes[0].Size>>20*int64(time.Second)/int64(time.Since(began)))
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 24<<20 {
		t.Errorf("uploading 64 MiB allocated %d MiB", grown>>20)
	}
}

func BenchmarkUpload256MiB(b *testing.B) {
	s, f := uploading(b, 256<<20)
	b.SetBytes(256 << 20)
	b.ReportAllocs()
	for b.Loop() {
		s.mu.Lock()
		clear(s.part)
		s.done = false
		s.mu.Unlock()
		if _, err := s.client().Upload(b.Context(), f, client.Uploading{}); err != nil {
			b.Fatal(err)
		}
	}
}
