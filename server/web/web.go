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
	"log/slog"
	"net/http"
	"net/netip"
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

	// Sorry answers people with a page where we refuse or break before a page can
	// speak for itself; nil answers everybody as programs are answered.
	Sorry func(w http.ResponseWriter, r *http.Request, say func(lang string) Problem)

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
