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
	Problem   *Problem
	Kind      string // of the words: see kindOf
	Reference string // under which the log knows the request
	Kept      *kept  // the form that was sent, to send it again
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
		err = v.sorry(p)
	}
	if err != nil {
		s.Log.ErrorContext(v.Context(), "page of an error failed", slog.Any("error", errors.Join(err)))
		http.Error(v.W, v.T("site.sorry.broken.text"), http.StatusInternalServerError)
	}
}

// Sorry answers a browser with a page for a request that came to no page. Who
// visits is found out only where that costs little: not in a flood, and not
// where we have just broken.
func (s *Site) Sorry(w http.ResponseWriter, r *http.Request, say func(lang string) web.Problem) {
	s.headers(w.Header())
	v := s.stranger(w, r)
	p := &Problem{say(v.Lang)}
	if p.Status < 500 && p.Status != http.StatusTooManyRequests {
		v.whoami()
	}
	s.fail(v, p)
}

// sorry shows what went wrong, with the reference that finds it in the log.
func (v *Visit) sorry(p *Problem) error {
	view := sorry{Problem: p, Kind: kindOf(p), Reference: v.W.Header().Get("X-Request-Id")}
	switch view.Kind {
	case "fast", "busy", "broken":
		view.Kept = keepWhole(v.R.URL.EscapedPath(), v.R.PostForm)
	}
	return sorryPage.Show(v, p.Status, view)
}

// kinds are what a visitor can do about a refusal, by its status.
var kinds = map[int]string{
	http.StatusForbidden:             "denied",
	http.StatusNotFound:              "missing",
	http.StatusMethodNotAllowed:      "method",
	http.StatusConflict:              "changed",
	http.StatusPreconditionFailed:    "changed",
	http.StatusPreconditionRequired:  "changed",
	http.StatusRequestEntityTooLarge: "large",
	http.StatusTooManyRequests:       "fast",
	http.StatusServiceUnavailable:    "busy",
}

func kindOf(p *Problem) string {
	switch {
	case p.Code == "request.cross_origin" || p.Code == "request.type":
		return "foreign"
	case kinds[p.Status] != "":
		return kinds[p.Status]
	case p.Status >= 500:
		return "broken"
	}
	return "refused"
}

// Missing is the error of a page that is not there.
func (v *Visit) Missing() error {
	return &Problem{web.Problem{Status: http.StatusNotFound, Code: "request.path", Detail: v.T("site.sorry.missing.text")}}
}

// Denied is the error of a page that is not for the visitor's role.
func (v *Visit) Denied() error {
	return &Problem{web.Problem{Status: http.StatusForbidden, Code: "actor.role", Detail: v.T("site.sorry.denied.text", "Role", v.T("site.role."+string(v.Me.Role)))}}
}

// nothingHere is the page for an address that has none, or none for this
// method; h is what net/http would answer.
func (s *Site) nothingHere(h http.Handler) func(*Visit) error {
	return func(v *Visit) error {
		a := &answer{header: http.Header{}, status: http.StatusOK}
		h.ServeHTTP(a, v.R)
		if a.status != http.StatusMethodNotAllowed {
			return v.Missing()
		}
		v.W.Header().Set("Allow", a.header.Get("Allow"))
		return &Problem{web.Problem{Status: a.status, Code: "request.method", Detail: v.T("site.sorry.method.text")}}
	}
}
