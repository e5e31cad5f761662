package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/labstack/echo/v4"

	"probity/server/people"
	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Call is one request on its way through a handler.
type Call struct {
	// By is who asks: a person in a role, or party.PublicActor. It is the
	// parameter of every use case.
	By party.Actor

	// Identity says how By was found: by session, by token, or not at all.
	Identity people.Identity

	// Address is the caller's, as far as trusted proxies tell.
	Address string

	server *Server
	echo   echo.Context
	ctx    context.Context
	seed   []byte // of NewID; nil for random ones
	header http.Header
}

// Context ends with the request, or when the route's time is over. What must
// not end half done runs under context.WithoutCancel.
func (c *Call) Context() context.Context { return c.ctx }

// Now is the legal time, which all deadlines follow.
func (c *Call) Now() (time.Time, error) { return c.server.Clock.Now(c.ctx) }

// NewID is an id for what this call makes. A repeated call with the same
// Idempotency-Key gets the same id, so that even one that broke off half way
// makes nothing twice.
func (c *Call) NewID() string {
	if c.seed == nil {
		return randomID()
	}
	sum := canon.Hash("request id", c.seed)
	c.seed = sum[:]
	return idForm.EncodeToString(sum[:15])
}

// Location names the thing that was made.
func (c *Call) Location(format string, args ...any) {
	c.header.Set("Location", fmt.Sprintf(format, args...))
}

var idForm = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// randomID is 24 characters that nobody can guess or confuse.
func randomID() string {
	b := make([]byte, 15)
	rand.Read(b)
	return idForm.EncodeToString(b)
}

// List is one page of a list. Next is the cursor of the next page; there is
// none at the end.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"give this as after to get the next page"`
}

// Paging is embedded by requests for lists.
type Paging struct {
	After string `query:"after" validate:"max=2000" doc:"next of the page before"`
	Limit int    `query:"limit" validate:"gte=0,lte=200" doc:"how many; 50 if absent"`
}

// Size is how many items a page has.
func (p Paging) Size() int {
	if p.Limit == 0 {
		return 50
	}
	return p.Limit
}

// listOf turns stored things into what is shown of them.
func listOf[S, T any](found []S, next string, show func(S) T) List[T] {
	l := List[T]{Items: make([]T, len(found)), Next: next}
	for i, x := range found {
		l.Items[i] = show(x)
	}
	return l
}

// Versioned is embedded by answers that can be changed later: the version goes
// out as ETag, and comes back in If-Match.
type Versioned struct {
	Version int64 `json:"version"`
}

func (v Versioned) etag() string { return tag(v.Version) }

// Root lets answers that are aggregates themselves have their ETag.
func etagOf(out any) string {
	switch x := out.(type) {
	case interface{ etag() string }:
		return x.etag()
	case interface{ Base() *store.Root }:
		return tag(x.Base().Version)
	}
	return ""
}

// answer is what goes out, and what a repeated creation gets again.
type answer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
	file   *File
}

// answerOf writes out as the route says.
func (c *Call) answerOf(r *Route, out any) (*answer, error) {
	a := &answer{Status: r.Status, Header: c.header}
	switch x := out.(type) {
	case Nothing:
		return a, nil
	case *File:
		a.file = x
		return a, nil
	}
	if v := reflect.ValueOf(out); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, fault.New(fault.Internal, "internal", "Something broke on our side.").Because(fmt.Errorf("web: %s answered nothing", r.Name))
	}
	if e := etagOf(out); e != "" {
		a.Header.Set("ETag", e)
	}
	body, err := encode(out)
	a.Body = body
	return a, err
}

// encode writes JSON without escaping for HTML, which it is never put into.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("web: encode %T: %w", v, err)
	}
	return b.Bytes(), nil
}

// write sends a.
func (s *Server) write(c echo.Context, a *answer) error {
	h := c.Response().Header()
	for name, values := range a.Header {
		h[name] = values
	}
	if a.file != nil {
		return a.file.send(c, a.Status)
	}
	if a.Status == http.StatusNoContent {
		return c.NoContent(a.Status)
	}
	return s.sendBytes(c, a.Status, "application/json", a.Body)
}

func (s *Server) send(c echo.Context, status int, kind string, v any) error {
	b, err := encode(v)
	if err != nil {
		return err
	}
	return s.sendBytes(c, status, kind, b)
}

func (s *Server) sendBytes(c echo.Context, status int, kind string, b []byte) error {
	c.Response().Header().Set("Content-Length", fmt.Sprint(len(b)))
	if c.Request().Method == http.MethodHead {
		c.Response().Header().Set("Content-Type", kind)
		c.Response().WriteHeader(status)
		return nil
	}
	return c.Blob(status, kind, b)
}
