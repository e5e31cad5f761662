package site

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"

	"probity/server/web"
)

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// sorry is the page for what went wrong.
type sorry struct {
	Problem *Problem
	Kind    string // of the words: "missing", "denied", "busy", "broken", "refused"
}

var sorryPage = PageOf[sorry](ground, "sorry")

// fail makes a page of an error. Who is not signed in may sign in and go on; a
// form that was sent is kept for them.
func (s *Site) fail(v *Visit, err error) {
	p, ok := Refused(err)
	if !ok {
		s.Log.ErrorContext(v.Context(), "page failed", slog.String("page", v.R.Pattern), slog.Any("error", err))
		p = &Problem{web.Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: v.T("site.sorry.broken.text")}}
	}
	if p.Status == http.StatusUnauthorized && !v.SignedIn() {
		err = s.askSignIn(v)
	} else {
		err = sorryPage.Show(v, p.Status, sorry{p, kindOf(p.Status)})
	}
	if err != nil {
		s.Log.ErrorContext(v.Context(), "page of an error failed", slog.Any("error", errors.Join(err)))
		http.Error(v.W, v.T("site.sorry.broken.text"), http.StatusInternalServerError)
	}
}

func kindOf(status int) string {
	switch {
	case status == http.StatusNotFound:
		return "missing"
	case status == http.StatusForbidden:
		return "denied"
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return "busy"
	case status >= 500:
		return "broken"
	}
	return "refused"
}

// Missing is the error of a page that is not there.
func (v *Visit) Missing() error {
	return &Problem{web.Problem{Status: http.StatusNotFound, Code: "request.path", Detail: v.T("site.sorry.missing.text")}}
}

func (s *Site) nothingHere(v *Visit) error { return v.Missing() }
