package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// note collects what the log says about a request, in one line at its end:
// never names, values, addresses of pages, headers or bodies.
type note struct {
	id, route, user, org, by, code string
	cause                          error
}

const noteKey = "probity.note"

func noteOf(c echo.Context) *note {
	if n, ok := c.Get(noteKey).(*note); ok {
		return n
	}
	id, asked := c.Request().Context().Value(requestKey{}).(string)
	if !asked {
		id = randomID()
	}
	n := &note{id: id}
	c.Set(noteKey, n)
	return n
}

// observe is around everything: it gives the request its id, turns panics into
// errors, sees to it that errors are answered, and writes the log line.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		n := noteOf(c)
		c.Response().Header().Set("X-Request-Id", n.id)
		end := s.watch(c)
		err := caught(next, c)
		if err != nil {
			c.Error(err)
		}
		end(Served{n.route, knownMethod(c.Request().Method), c.Response().Status, n.code, time.Since(began)})
		if !inside(c.Request()) || n.cause != nil {
			s.line(c, n, time.Since(began))
		}
		if errors.Is(err, http.ErrAbortHandler) {
			panic(http.ErrAbortHandler)
		}
		return nil
	}
}

// watch tells of a request that begins.
func (s *Server) watch(c echo.Context) func(Served) {
	if s.Watch == nil || inside(c.Request()) {
		return func(Served) {}
	}
	host, _, err := net.SplitHostPort(c.Request().RemoteAddr)
	r, end := s.Watch.Begin(c.Request(), err == nil && s.trusted(host))
	c.SetRequest(r)
	return end
}

// caught calls next and returns a panic as an error.
func caught(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == http.ErrAbortHandler:
			err = http.ErrAbortHandler
		default:
			err = fmt.Errorf("web: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return next(c)
}

// line writes the one wide log line.
func (s *Server) line(c echo.Context, n *note, took time.Duration) {
	level := slog.LevelInfo
	status := c.Response().Status
	attrs := []slog.Attr{
		slog.String("request", n.id),
		slog.String("method", knownMethod(c.Request().Method)),
		slog.String("route", n.route),
		slog.Int("status", status),
		slog.Int64("bytes", c.Response().Size),
		slog.Duration("took", took.Round(time.Microsecond)),
		slog.String("address", c.RealIP()),
	}
	for _, x := range [][2]string{{"user", n.user}, {"org", n.org}, {"by", n.by}, {"code", n.code}} {
		if x[1] != "" {
			attrs = append(attrs, slog.String(x[0], x[1]))
		}
	}
	if n.cause != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("cause", n.cause.Error()))
	}
	s.Log.LogAttrs(c.Request().Context(), level, "request", attrs...)
}

func knownMethod(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}

// guard refuses what no route should have to think about.
func (s *Server) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if inside(r) {
			return next(c)
		}
		s.headers(c.Response().Header())
		if crooked(r) {
			return &refusal{status: http.StatusBadRequest, code: "request.path", text: "This address is not written plainly."}
		}
		if err := s.cross.Check(r); err != nil {
			return &refusal{status: http.StatusForbidden, code: "request.cross_origin",
				text: "Another site has sent this request. Nothing was done.", cause: err}
		}
		if err := s.limit(r.Context(), "address "+block(c.RealIP()), s.Rates.Address); err != nil {
			return err
		}
		return next(c)
	}
}

// headers are on every answer. Nothing of ours is framed, sniffed, shared with
// other origins or kept by caches, unless a route says so.
func (s *Server) headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if s.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	if s.Sandbox {
		h.Set("X-Probity-Sandbox", "no legal effect")
	}
}

// crooked reports paths that two programs could read in two ways: dot segments,
// empty segments, backslashes, controls, and slashes or dots in disguise.
func crooked(r *http.Request) bool {
	p := r.URL.EscapedPath()
	if !strings.HasPrefix(p, "/") || len(p) > 1000 || strings.Contains(p, "//") {
		return r.RequestURI != "*"
	}
	low := strings.ToLower(p)
	for _, trick := range []string{"%2f", "%5c", "%2e", "\\", ";", "%00", "%25"} {
		if strings.Contains(low, trick) {
			return true
		}
	}
	for part := range strings.SplitSeq(r.URL.Path, "/") {
		if part == "." || part == ".." || control(part) || strings.ContainsAny(part, "\r\n\t") {
			return true
		}
	}
	return false
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
