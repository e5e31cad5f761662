package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

func TestEveryKindOfFaultHasItsAnswer(t *testing.T) {
	s := newSite(t)
	want := map[fault.Kind]int{fault.Internal: 500, fault.Invalid: 422, fault.Unknown: 401, fault.Denied: 403, fault.Missing: 404,
		fault.Conflict: 409, fault.Stale: 409, fault.TooLarge: 413, fault.Limited: 429, fault.Busy: 503}
	for k := fault.Internal; k <= fault.Busy+5; k++ {
		status, known := want[k]
		if !known {
			status = 500
		}
		a := s.want(status, "thing.bad", "GET", fmt.Sprintf("/api/v1/fail?kind=%d", k), nil)
		if _, ok := answers[k]; ok != known {
			t.Errorf("kind %d: in the table of answers: %v", k, ok)
		}
		if retry := a.Header.Get("Retry-After"); (retry != "") != (status == 429 || status == 503) {
			t.Errorf("kind %d has Retry-After %q", k, retry)
		}
		if strings.Contains(string(a.body), "hunter2") {
			t.Errorf("kind %d shows the cause", k)
		}
	}
}

func TestWhatBreaksIsLoggedAndNotShown(t *testing.T) {
	s := newSite(t)
	for _, kind := range []int{100, 101} {
		a := s.want(500, "internal", "GET", fmt.Sprintf("/api/v1/fail?kind=%d", kind), nil)
		if strings.Contains(string(a.body), "hunter2") {
			t.Errorf("the answer shows a password: %s", a.body)
		}
		if !strings.Contains(s.log.text(), a.Header.Get("X-Request-Id")) {
			t.Error("the log does not know the request")
		}
	}
	s.want(503, "request.time", "GET", "/api/v1/fail?kind=102", nil)
	if !strings.Contains(s.log.text(), "panic") {
		t.Error("the log does not tell of the panic")
	}
}

func TestBadRequests(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		sentence, method, path, body string
		status                       int
		code, field                  string
	}{
		{"broken JSON", "POST", "/api/v1/things", `{`, 400, "request.json", ""},
		{"an unknown field", "POST", "/api/v1/things", `{"title":"x","price":1}`, 422, "request.fields", "price"},
		{"a wrong type", "POST", "/api/v1/things", `{"title":1}`, 422, "request.fields", "title"},
		{"a missing field", "POST", "/api/v1/things", `{}`, 422, "request.fields", "title"},
		{"no body at all", "POST", "/api/v1/things", ``, 422, "request.fields", "title"},
		{"a long title", "POST", "/api/v1/things", `{"title":"` + strings.Repeat("路", 21) + `"}`, 422, "request.fields", "title"},
		{"a number out of range", "POST", "/api/v1/things", `{"title":"x","count":10}`, 422, "request.fields", "count"},
		{"a huge number", "POST", "/api/v1/things", `{"title":"x","count":1e999999}`, 422, "request.fields", "count"},
		{"a word that is no choice", "POST", "/api/v1/things", `{"title":"x","kind":"other"}`, 422, "request.fields", "kind"},
		{"a short word in a list", "POST", "/api/v1/things", `{"title":"x","tags":["a"]}`, 422, "request.fields", "tags[0]"},
		{"a word twice in a list", "POST", "/api/v1/things", `{"title":"x","tags":["ab","ab"]}`, 422, "request.fields", "tags"},
		{"a field of the path in the body", "PUT", "/api/v1/things/x", `{"title":"a","id":"y"}`, 422, "request.fields", "id"},
		{"an unknown parameter", "GET", "/api/v1/things/x?colour=red", ``, 422, "request.fields", "colour"},
		{"a parameter twice", "GET", "/api/v1/things/x?limit=1&limit=2", ``, 422, "request.fields", "limit"},
		{"a parameter that is no number", "GET", "/api/v1/things/x?limit=ten", ``, 422, "request.fields", "limit"},
		{"a page that is too long", "GET", "/api/v1/things/x?limit=201", ``, 422, "request.fields", "limit"},
		{"a negative page", "GET", "/api/v1/things/x?limit=-1", ``, 422, "request.fields", "limit"},
		{"a flag that is none", "GET", "/api/v1/things/x?open=1", ``, 422, "request.fields", "open"},
		{"a time that is none", "GET", "/api/v1/things/x?from=yesterday", ``, 422, "request.fields", "from"},
		{"a NUL in a parameter", "GET", "/api/v1/things/x?after=%00", ``, 422, "request.fields", "after"},
		{"a query that cannot be read", "GET", "/api/v1/things/x?after=%zz", ``, 400, "request.json", ""},
		{"a semicolon in the query", "GET", "/api/v1/things/x?after=a;b", ``, 400, "request.json", ""},
		{"a body where there is none", "GET", "/api/v1/things/x", `{"a":1}`, 400, "request.json", ""},
		{"an id of a thousand letters", "GET", "/api/v1/things/" + strings.Repeat("x", 900), ``, 404, "request.path", ""},
		{"a NUL in the path", "GET", "/api/v1/things/a%00b", ``, 400, "request.path", ""},
		{"a slash in disguise", "GET", "/api/v1/things/a%2fb", ``, 400, "request.path", ""},
		{"a dot segment in disguise", "GET", "/api/v1/things/%2e%2e", ``, 400, "request.path", ""},
		{"a dot segment", "GET", "/api/v1/things/../things/x", ``, 400, "request.path", ""},
		{"a backslash", "GET", `/api/v1/things/..%5c..%5cx`, ``, 400, "request.path", ""},
		{"an empty segment", "GET", "/api/v1//things/x", ``, 400, "request.path", ""},
		{"percent twice", "GET", "/api/v1/things/%252e%252e", ``, 400, "request.path", ""},
		{"a path that is not there", "GET", "/api/v1/nothing", ``, 404, "request.path", ""},
		{"the root", "GET", "/", ``, 404, "request.path", ""},
		{"a method that is not there", "DELETE", "/api/v1/things/x", ``, 405, "request.method", ""},
		{"a method that nobody knows", "BREW", "/api/v1/things/x", ``, 405, "request.method", ""},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			s.t = t
			var body any
			if c.body != "" {
				body = c.body
			}
			a := s.want(c.status, c.code, c.method, c.path, body, "If-Match", `"3"`)
			if _, ok := a.problem(t).Errors[c.field]; c.field != "" && !ok {
				t.Errorf("errors %v, want %q", a.problem(t).Errors, c.field)
			}
		})
	}
	s.t = t
	s.want(415, "request.type", "POST", "/api/v1/things", `{"title":"x"}`, "Content-Type", "text/plain")
	s.want(415, "request.type", "POST", "/api/v1/things", `{"title":"x"}`, "Content-Type", "application/json; charset=utf-16")
	s.want(413, "request.size", "POST", "/api/v1/things", `{"title":"`+strings.Repeat("x", DefaultLimit)+`"}`)
	s.want(413, "request.size", "PUT", "/api/v1/things/x/bytes", strings.Repeat("x", 1<<20+1))
	s.want(200, "", "PUT", "/api/v1/things/x/bytes", strings.Repeat("x", 1<<20))
}

func TestVersions(t *testing.T) {
	s := newSite(t)
	s.want(428, "request.if_match", "PUT", "/api/v1/things/x", `{"title":"a"}`)
	s.want(412, "thing.stale", "PUT", "/api/v1/things/x", `{"title":"a"}`, "If-Match", `"2"`)
	for _, m := range []string{`*`, `W/"3"`, `"3", "4"`, `3`, `"03"`, `"-3"`, `"3`, `"x"`, `"99999999999999999999"`} {
		s.want(422, "request.fields", "PUT", "/api/v1/things/x", `{"title":"a"}`, "If-Match", m)
	}
	a := s.want(200, "", "PUT", "/api/v1/things/x", `{"title":"a"}`, "If-Match", `"3"`)
	if a.Header.Get("ETag") != `"4"` {
		t.Errorf("ETag %q", a.Header.Get("ETag"))
	}
}

func TestHeaders(t *testing.T) {
	s := newSite(t)
	for _, a := range []answered{s.ask("GET", "/api/v1/things/x", nil), s.ask("GET", "/nothing", nil), s.ask("GET", "/api/v1/fail?kind=100", nil)} {
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'none'") || len(a.Header.Get("X-Request-Id")) != 24 {
			t.Errorf("headers %v", a.Header)
		}
		if a.Header.Get("Server") != "" || a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Error("a header too many")
		}
	}
	a := s.want(200, "", "GET", "/api/v1/files/x", nil)
	if a.Header.Get("Content-Disposition") != `attachment; filename="a___b"` || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("headers %v", a.Header)
	}
	if a := s.ask("GET", "/api/v1/files/x", nil, "If-None-Match", `"x"`); a.StatusCode != 304 || len(a.body) != 0 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

func TestHeadAndOptions(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/api/v1/things/x", "/api/v1/files/x", "/api/openapi.json", "/healthz"} {
		get, head := s.ask("GET", path, nil), s.ask("HEAD", path, nil)
		if head.StatusCode != 200 || len(head.body) != 0 || head.Header.Get("Content-Length") != get.Header.Get("Content-Length") ||
			head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d %v", path, head.StatusCode, head.Header)
		}
	}
	a := s.ask("OPTIONS", "/api/v1/things/x", nil)
	if a.StatusCode != 204 || !strings.Contains(a.Header.Get("Allow"), "PUT") || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS: %d %v", a.StatusCode, a.Header)
	}
}

func TestOtherSitesCannotAct(t *testing.T) {
	s := newSite(t)
	body := `{"title":"x"}`
	s.want(403, "request.cross_origin", "POST", "/api/v1/things", body, "Sec-Fetch-Site", "cross-site")
	s.want(403, "request.cross_origin", "POST", "/api/v1/things", body, "Sec-Fetch-Site", "same-site")
	s.want(403, "request.cross_origin", "POST", "/api/v1/things", body, "Origin", "https://evil.example")
	s.want(403, "request.cross_origin", "POST", "/api/v1/things", body, "Origin", "null")
	if s.made.made.Load() != 0 {
		t.Fatal("another site has made something")
	}
	s.want(201, "", "POST", "/api/v1/things", body, "Sec-Fetch-Site", "same-origin")
	s.want(201, "", "POST", "/api/v1/things", body)
	s.want(200, "", "GET", "/api/v1/things/x", nil, "Sec-Fetch-Site", "cross-site")
}

func TestOurOwnPagesCanActBehindAProxy(t *testing.T) {
	s := newSite(t, func(s *Server) { s.Origin = "https://tenders.example" })
	s.want(201, "", "POST", "/api/v1/things", `{"title":"x"}`, "Origin", "https://tenders.example")
	s.want(403, "request.cross_origin", "POST", "/api/v1/things", `{"title":"x"}`, "Origin", "https://tenders.example.evil")
	s.want(403, "request.cross_origin", "POST", "/api/v1/things", `{"title":"x"}`, "Origin", "http://tenders.example")
	a := s.ask("GET", "/healthz", nil)
	if a.Header.Get("Strict-Transport-Security") == "" || s.srv.cookieName() != "__Host-session" {
		t.Error("a site with TLS does not insist on it")
	}
}

// away is an engine that cannot be reached, and then can.
type away struct {
	store.Engine
	gone atomic.Bool
}

func (a *away) Get(ctx context.Context, kind, id string) (*store.Doc, error) {
	if a.gone.Load() {
		return nil, fmt.Errorf("dial %s: %w", dbSecret, store.ErrBusy)
	}
	return a.Engine.Get(ctx, kind, id)
}

func (a *away) Time(ctx context.Context) (time.Time, error) {
	if a.gone.Load() {
		return time.Time{}, store.ErrBusy
	}
	return a.Engine.Time(ctx)
}

func TestAnEngineThatIsAwayIsA503(t *testing.T) {
	engine := &away{}
	s := newSite(t, func(s *Server) {
		engine.Engine = s.Engine
		s.Engine, s.People.Engine, s.People.Users.Engine, s.People.Orgs.Engine = engine, engine, engine, engine
		s.Probes = []Probe{{"engine", func(ctx context.Context) error { _, err := engine.Time(ctx); return err }}}
	})
	p := s.registers(party.KindSupplier)
	s.want(200, "", "GET", "/readyz", nil)
	engine.gone.Store(true)
	for _, at := range []string{"GET /api/v1/me", "GET /api/v1/organisations/x", "DELETE /api/v1/session", "GET /api/v1/tokens"} {
		method, path, _ := strings.Cut(at, " ")
		if a := p.as(503, "store.busy", method, path, nil); a.Header.Get("Retry-After") == "" || strings.Contains(string(a.body), "hunter2") {
			t.Errorf("%s: %v %s", at, a.Header, a.body)
		}
	}
	s.want(503, "store.busy", "POST", "/api/v1/session", signInIn{Email: p.email, Password: pass, Code: "123456"})
	s.want(503, "store.busy", "POST", "/api/v1/things", `{"title":"x"}`, "Idempotency-Key", "0123456789abcdef")
	s.want(503, "store.busy", "GET", "/api/v1/organisations", nil, "Cookie", "session="+p.token)
	s.want(503, "platform.unready", "GET", "/readyz", nil)
	s.want(200, "", "GET", "/healthz", nil)
	engine.gone.Store(false)
	p.as(200, "", "GET", "/api/v1/me", nil)
}

func TestCreationsHappenOnce(t *testing.T) {
	s := newSite(t)
	key := []string{"Idempotency-Key", "4f8c1c0e-0000-4000-8000-1234567890ab"}
	first := s.want(201, "", "POST", "/api/v1/things", `{"title":"x"}`, key...)
	again := s.want(201, "", "POST", "/api/v1/things", `{"title":"x"}`, key...)
	if string(first.body) != string(again.body) || first.Header.Get("Location") != again.Header.Get("Location") ||
		again.Header.Get("ETag") != `"1"` || again.Header.Get("Idempotency-Replayed") != "true" || s.made.made.Load() != 1 {
		t.Fatalf("%s %v\n%s %v", first.body, first.Header, again.body, again.Header)
	}
	s.want(409, "idempotency.reused", "POST", "/api/v1/things", `{"title":"y"}`, key...)
	s.want(409, "idempotency.reused", "POST", "/api/v1/things", `{"title":"x" }`, key...)
	s.want(201, "", "POST", "/api/v1/things", `{"title":"y"}`, "Idempotency-Key", "another key of length")
	s.want(422, "request.fields", "POST", "/api/v1/things", `{"title":"y"}`, "Idempotency-Key", "short")
	s.want(422, "request.fields", "POST", "/api/v1/things", `{"title":"y"}`, "Idempotency-Key", strings.Repeat("x", 129))
	s.want(422, "request.fields", "POST", "/api/v1/things", `{"title":1}`, "Idempotency-Key", "a key of bad content")
	s.want(201, "", "POST", "/api/v1/things", `{"title":"1"}`, "Idempotency-Key", "a key of bad content")
	s.tick.add(25 * time.Hour)
	s.want(201, "", "POST", "/api/v1/things", `{"title":"z"}`, key...)
	if err := s.srv.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestARetryAfterTroubleMakesTheSameThing(t *testing.T) {
	s := newSite(t)
	key := []string{"Idempotency-Key", "a key that meets trouble"}
	s.want(503, "thing.busy", "POST", "/api/v1/things", `{"title":"late"}`, key...)
	s.want(201, "", "POST", "/api/v1/things", `{"title":"late"}`, key...)
	c1, c2 := &Call{seed: []byte("s")}, &Call{seed: []byte("s")}
	if a, b := c1.NewID(), c2.NewID(); a != b || c1.NewID() == a {
		t.Error("ids of a repeated call are not the same, or not different from each other")
	}
}

func TestSideBySideCreationsHappenOnce(t *testing.T) {
	s := newSite(t)
	s.made.hold = make(chan struct{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 8 {
		wg.Go(func() {
			a := s.ask("POST", "/api/v1/things", `{"title":"x"}`, "Idempotency-Key", "side by side by side")
			mu.Lock()
			defer mu.Unlock()
			statuses[a.StatusCode]++
			if a.StatusCode == 409 && statuses[409] == 7 {
				close(s.made.hold)
			}
		})
	}
	wg.Wait()
	if statuses[201] != 1 || statuses[409] != 7 || s.made.made.Load() != 1 {
		t.Errorf("%v, made %d", statuses, s.made.made.Load())
	}
}

func TestAddressesAreLimited(t *testing.T) {
	s := newSite(t, func(s *Server) { s.Rates = Rates{Address: Rate{time.Minute, 3}} })
	for range 3 {
		s.want(200, "", "GET", "/healthz", nil)
	}
	a := s.want(429, "request.rate", "GET", "/healthz", nil)
	if a.Header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	s.want(429, "request.rate", "GET", "/healthz", nil, "X-Forwarded-For", "198.51.100.1")
}

func TestPasswordsAreWorkedOnSlowly(t *testing.T) {
	s := newSite(t, func(s *Server) { s.Rates.Costly = Rate{time.Minute, 2} })
	for range 2 {
		s.want(422, "request.fields", "POST", "/api/v1/session", `{}`)
	}
	s.want(429, "request.rate", "POST", "/api/v1/session", `{}`)
	s.want(429, "request.rate", "POST", "/api/v1/organisations", `{}`)
	s.want(200, "", "GET", "/healthz", nil)
}

func TestOnlyOurProxiesSayWhoCalls(t *testing.T) {
	s := &Server{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, c := range [][3]string{
		{"192.0.2.1:1", "198.51.100.1", "192.0.2.1"},
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1", "<script>", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"[2001:db8::1]:1", "198.51.100.1", "2001:db8::1"},
	} {
		r := &http.Request{RemoteAddr: c[0], Header: http.Header{}}
		if c[1] != "" {
			r.Header.Set("X-Forwarded-For", c[1])
		}
		if got := s.address(r); got != c[2] {
			t.Errorf("%v: %s", c, got)
		}
	}
}

func TestWhatBreaksOffIsRefused(t *testing.T) {
	s := newSite(t)
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "POST /api/v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"title\"")
	c.(*net.TCPConn).CloseWrite()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != 400 {
		t.Fatalf("%v, %v", res, err)
	}
}

func TestTheLogSaysNothingThatIsNotItsBusiness(t *testing.T) {
	s := newSite(t)
	s.ask("POST", "/api/v1/things?secret-query=1", `{"title":"secret-title"}`, "Authorization", "Bearer secret-token",
		"Idempotency-Key", "secret-key-secret-key", "Cookie", "session=secret-cookie", "X-Forwarded-For", "secret-address", "User-Agent", "secret-agent")
	s.ask("GET", "/api/v1/things/secret-id", nil)
	s.ask("SECRET-METHOD", "/api/v1/things/x", nil)
	if text := strings.ToLower(s.log.text()); strings.Contains(text, "secret") || !strings.Contains(text, "/api/v1/things/{id}") {
		t.Error(text)
	}
}

func TestServeLetsRequestsFinish(t *testing.T) {
	s := newSite(t)
	s.made.hold = make(chan struct{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.srv.Serve(ctx, l) }()
	got := make(chan int, 1)
	go func() {
		res, err := http.Post("http://"+l.Addr().String()+"/api/v1/things", "application/json", strings.NewReader(`{"title":"x"}`))
		if err != nil {
			got <- 0
			return
		}
		res.Body.Close()
		got <- res.StatusCode
	}()
	for s.made.waiting.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	stop()
	time.Sleep(20 * time.Millisecond)
	close(s.made.hold)
	if status := <-got; status != 201 {
		t.Errorf("the request under way got %d", status)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
