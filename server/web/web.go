// Package web is the HTTP API under /api/v1, on Echo.
//
// Start with routes.go, the site map: one row per route, with its right, its
// status and its handler. A row is all there is to say about a route: the
// router, the OpenAPI document, the check of rights and the tests are made from
// it. A handler is a function from a request struct to an answer struct; the
// tags of the request's fields say where each comes from (input.go).
//
// To add a route: write the request struct and the handler in the file named
// after the noun, and one row in routes.go.
//
//	type askIn struct {
//		Tender   string `path:"id"`
//		Question string `json:"question" validate:"required,max=4000"`
//	}
//
//	func (s *Server) ask(c *Call, in askIn) (enquiryOut, error) {
//		q, err := s.Enquiries.Ask(c.Context(), c.NewID(), c.By, in.Tender, in.Question)
//		if err != nil {
//			return enquiryOut{}, err
//		}
//		c.Location("/api/v1/enquiries/%s", q.ID)
//		return showEnquiry(q), nil
//	}
//
//	{At: "POST /api/v1/tenders/{id}/enquiries", Name: "askEnquiry", Right: party.EnquiryAsk,
//		Status: 201, Do: do(s.ask), Says: "Asks a question about a tender, without a name."},
//
// Frozen, because clients depend on them: paths and operationIds; the codes of
// problems and their media type; "urn:probity:problem:CODE" as the type of one;
// the version of a thing as its ETag; 422 for fields, 409 for a rule or a stale
// version, 412 for a stale If-Match, 428 for a missing one.
//
// Not here: rules of procurement, and rights. The gate asks the role table
// whether the actor could do such a thing at all; use cases ask whether they
// may do it to this one.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"probity/server/people"
	"probity/tender/store"
)

// Clock is the legal clock.
type Clock interface {
	Now(ctx context.Context) (time.Time, error)
}

// Watch sees requests come and go.
type Watch interface {
	// Begin is told of a request, and whether one of our own proxies has sent
	// it. It returns the request to go on with, and whom to tell of its end.
	Begin(r *http.Request, ours bool) (*http.Request, func(Served))

	// Limited is told of a request that was one too many, and for what.
	Limited(what string)
}

// Served is a request that has its answer.
type Served struct {
	Route  string // a path of the site map, or ""
	Method string
	Status int
	Code   string // of the problem, or ""
	Took   time.Duration
}

// Probe tells whether something that we cannot do without is there.
type Probe struct {
	Name  string
	Check func(context.Context) error
}

// Server is the API. Its fields are set once, in main; those that say so may be
// left empty.
type Server struct {
	Services // the domain's use cases

	People *people.Service
	Engine store.Engine // keeps answers to creations for their repetition
	Clock  Clock        // legal time
	Log    *slog.Logger

	// Origin is where people reach us: "https://tenders.example". Cookies are
	// marked Secure, and browsers told to stay with TLS, if it is https.
	Origin string

	Limiter Limiter        // empty: NewBuckets(MaxBuckets)
	Rates   Rates          // empty: the rates of DefaultRates
	Proxies []netip.Prefix // whose X-Forwarded-For is believed; may be empty
	Probes  []Probe        // asked by readyz; may be empty

	// Drain is how long Serve goes on, and readyz says that it will not, before
	// it takes no more connections: longer than whoever hands out requests takes
	// to notice. 0 where nobody asks.
	Drain time.Duration

	// Accepting says why nothing can be changed at present, as a fault; nil, or
	// no such function, if it can. Reading goes on.
	Accepting func(context.Context) error

	// Pages serves what is not the API; may be empty. It gets requests after
	// all guards, with the security headers of the API to replace.
	Pages http.Handler

	// Watch is told what is asked and answered; nil tells nobody.
	Watch Watch

	// Sandbox marks every answer as one without legal effect.
	Sandbox bool

	table func() []Route // of tests; nil for the site map
	cross *http.CrossOriginProtection
	spec  []byte
	inner http.Handler // see Inside

	leaving atomic.Bool // Serve is about to end
}

// Rates are the limits on requests.
type Rates struct {
	Address Rate // per address, all requests
	Account Rate // per person, all requests
	Costly  Rate // per address, what works on passwords
}

// DefaultRates suit a few hundred people behind one address.
var DefaultRates = Rates{
	Address: Rate{Every: 10 * time.Millisecond, Burst: 400},
	Account: Rate{Every: 20 * time.Millisecond, Burst: 200},
	Costly:  Rate{Every: time.Second, Burst: 100},
}

// Collections declares what this package stores to the engine.
func Collections() []store.Collection { return []store.Collection{attempts, tallies} }

// Handler is the whole API. It panics if the site map is wrong.
func (s *Server) Handler() http.Handler {
	e, _ := s.build()
	return e
}

// build makes the router from the site map.
func (s *Server) build() (*echo.Echo, []Route) {
	if s.Limiter == nil {
		s.Limiter = NewBuckets(MaxBuckets)
	}
	if s.Rates == (Rates{}) {
		s.Rates = DefaultRates
	}
	s.cross = http.NewCrossOriginProtection()
	if s.Origin != "" { // which a proxy in front may not pass on as Host
		if err := s.cross.AddTrustedOrigin(strings.TrimSuffix(s.Origin, "/")); err != nil {
			panic(err)
		}
	}
	e := echo.New()
	e.HTTPErrorHandler = s.fail
	e.IPExtractor = s.address
	e.Pre(s.observe, s.guard)
	routes := s.routes()
	if s.table != nil {
		routes = s.table()
	}
	for i := range routes {
		r := &routes[i]
		r.check()
		h := s.serve(r)
		e.Add(r.method(), r.echoPath(), h)
		if r.method() == http.MethodGet {
			e.Add(http.MethodHead, r.echoPath(), h)
		}
	}
	s.spec = s.openAPI(routes)
	if s.Pages != nil {
		e.RouteNotFound("/*", s.page)
		e.RouteNotFound("/api/*", func(echo.Context) error { return errNoRoute })
	}
	s.inner = e
	return e, routes
}

// Serve answers on l until ctx ends and for Drain more, and then lets requests
// that are under way finish, for at most 30 seconds. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	hs := &http.Server{
		Handler:           s.parting(s.Handler()),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       stall, // moved on while a body comes
		WriteTimeout:      stall, // moved on by routes and while a file goes
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	done := make(chan error, 1)
	go func() { done <- hs.Serve(l) }()
	sweep := time.NewTicker(10 * time.Minute)
	defer sweep.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-sweep.C:
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.Log.Warn("sweep", "error", err)
			}
		case <-ctx.Done():
			s.leave()
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
			defer cancel()
			err := hs.Shutdown(last)
			if served := <-done; !errors.Is(served, http.ErrServerClosed) {
				err = errors.Join(err, served)
			}
			return err
		}
	}
}

// leave lets whoever hands out requests notice that this server ends. Until
// then it serves as before. Connections without a request stay open meanwhile:
// to close one would cut off a request that is on its way.
func (s *Server) leave() {
	s.leaving.Store(true)
	time.Sleep(s.Drain)
}

// parting asks everybody who is answered while the server ends to come on a new
// connection.
func (s *Server) parting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// address finds the caller behind proxies that are ours: the last address that
// was not added by one of them.
func (s *Server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for s.trusted(host) && len(hops) > 0 {
		last := strings.TrimSpace(hops[len(hops)-1])
		hops = hops[:len(hops)-1]
		if a, err := netip.ParseAddr(last); err == nil {
			host = a.Unmap().WithZone("").String()
			continue
		}
		break
	}
	return host
}

func (s *Server) trusted(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// secure reports whether people reach us by TLS.
func (s *Server) secure() bool { return strings.HasPrefix(s.Origin, "https://") }
