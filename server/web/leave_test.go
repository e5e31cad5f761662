package web

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"
)

// A connection that waits is not cut off when the server begins to end: a
// request may be on its way over it. It is answered, and then closed.
func TestAConnectionThatWaitsIsServedToTheEnd(t *testing.T) {
	s := newSite(t, func(s *Server) { s.Drain = 2 * time.Second })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.srv.Serve(ctx, l) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	answers := bufio.NewReader(c)
	ask := func(path string) *http.Response {
		t.Helper()
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		res.Body.Close()
		return res
	}
	if res := ask("/healthz"); res.StatusCode != 200 || res.Close {
		t.Fatalf("at first: %d, close %v", res.StatusCode, res.Close)
	}
	stop()
	for !s.srv.leaving.Load() {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // what would close it, has
	if res := ask("/readyz"); res.StatusCode != 503 || !res.Close {
		t.Errorf("while it ends: %d, close %v", res.StatusCode, res.Close)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
