package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// insideKey marks requests that the pages make of the API in this process.
type insideKey struct{}

// Inside is the API for the pages of this process: the same routes with the
// same rights, shapes and answers, for a request that has come through the
// guards once already. It is not logged again, unless it fails. Handler must
// have been called.
func (s *Server) Inside() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.inner.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), insideKey{}, true)))
	})
}

// requestKey holds the id of the request for a page, which is also that of
// what the page asks: so the reference that people are shown finds the cause.
type requestKey struct{}

func inside(r *http.Request) bool { return r.Context().Value(insideKey{}) != nil }

// page serves what is not the API, and notes which page it was.
func (s *Server) page(c echo.Context) error {
	r := c.Request().WithContext(context.WithValue(c.Request().Context(), requestKey{}, noteOf(c).id))
	s.Pages.ServeHTTP(c.Response(), r)
	noteOf(c).route = r.Pattern
	return nil
}

// forPeople reports whether a request is one for a page, by a browser.
func forPeople(r *http.Request) bool {
	return !inside(r) && !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}
