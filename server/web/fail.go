package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"probity/tender/fault"
)

// Problem is what every refusal looks like: RFC 9457, application/problem+json.
// Clients compare Code (which Type repeats as a URN); Detail is for people.
type Problem struct {
	Type     string            `json:"type" doc:"urn:probity:problem: and the code"`
	Title    string            `json:"title" doc:"the class of the problem"`
	Status   int               `json:"status"`
	Code     string            `json:"code" doc:"stable and dotted; never renamed, never reused"`
	Detail   string            `json:"detail" doc:"one sentence for the person who asked"`
	Errors   map[string]string `json:"errors,omitempty" doc:"path of a field to one sentence"`
	Instance string            `json:"instance" doc:"urn:probity:request: and the id under which the log knows it"`
}

// answers is the only place where kinds of faults become statuses.
var answers = map[fault.Kind]struct {
	status int
	title  string
}{
	fault.Internal: {http.StatusInternalServerError, "Our mistake"},
	fault.Invalid:  {http.StatusUnprocessableEntity, "Not valid"},
	fault.Unknown:  {http.StatusUnauthorized, "Not signed in"},
	fault.Denied:   {http.StatusForbidden, "Not allowed"},
	fault.Missing:  {http.StatusNotFound, "Not found"},
	fault.Conflict: {http.StatusConflict, "Not possible now"},
	fault.Stale:    {http.StatusConflict, "Changed meanwhile"},
	fault.TooLarge: {http.StatusRequestEntityTooLarge, "Too large"},
	fault.Limited:  {http.StatusTooManyRequests, "Too many requests"},
	fault.Busy:     {http.StatusServiceUnavailable, "Not available"},
}

// refusal is what only HTTP can refuse, and no domain knows of.
type refusal struct {
	status int
	code   string
	text   string // a format; see fault.Sentence
	args   []any
	fields map[string]fault.Sentence
	cause  error
}

func (r *refusal) said() fault.Sentence { return fault.Say(r.text, r.args...) }

func (r *refusal) Error() string { return r.code + ": " + r.said().String() }
func (r *refusal) Unwrap() error { return r.cause }

var errNoRoute = &refusal{status: http.StatusNotFound, code: "request.path", text: "There is nothing under this address."}

// malformed refuses a text that is not JSON as we read it, and says why.
func malformed(path, why string, args ...any) error {
	because := fault.Say(why, args...)
	r := &refusal{status: http.StatusBadRequest, code: "request.json", text: "The request cannot be read: %s.", args: []any{because}}
	if path != "" {
		r.fields = map[string]fault.Sentence{clip(path): fault.Say("The trouble is here: %s.", because)}
	}
	return r
}

// syntax refuses what encoding/json could not read.
func syntax(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return malformed("", "it ends too soon")
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		return malformed("", "it is not JSON after byte %d", s.Offset)
	}
	return malformed("", "it is not JSON")
}

// mistaken refuses fields, if there are any.
func mistaken(wrong map[string]fault.Sentence) error {
	if len(wrong) == 0 {
		return nil
	}
	return &refusal{status: http.StatusUnprocessableEntity, code: "request.fields",
		text: "Some fields are not as they must be.", fields: wrong}
}

// retrier is in the chain of errors that know when to try again.
type retrier interface {
	error
	RetryAfter() time.Duration
}

// problemOf translates err into a problem in a language. matched says that the
// request came with If-Match, which makes a stale version a failed precondition.
func problemOf(err error, matched bool, lang string) Problem {
	if r, ok := errors.AsType[*refusal](err); ok {
		p := Problem{Title: say(lang, fault.Say(http.StatusText(r.status))), Status: r.status, Code: r.code, Detail: say(lang, r.said())}
		for path, s := range r.fields {
			p.complain(path, say(lang, s))
		}
		return p
	}
	if h, ok := errors.AsType[*echo.HTTPError](err); ok {
		return echoProblem(h.Code, lang)
	}
	f := fault.From(meaning(err))
	a, ok := answers[f.Kind]
	if !ok {
		a = answers[fault.Internal]
	}
	p := Problem{Title: say(lang, fault.Say(a.title)), Status: a.status, Code: f.Code, Detail: say(lang, f.Sentence())}
	for path := range f.Field {
		p.complain(path, say(lang, f.FieldSentence(path)))
	}
	if f.Kind == fault.Stale && matched {
		p.Status = http.StatusPreconditionFailed
	}
	return p
}

func (p *Problem) complain(path, sentence string) {
	if p.Errors == nil {
		p.Errors = map[string]string{}
	}
	p.Errors[path] = sentence
}

// meaning gives failures of the line and of the context their kind.
func meaning(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.TooLarge, "request.size", "This is more than is allowed here.").Because(err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Busy, "request.time", "This took too long. Try again in a moment.").Because(err)
	}
	return err
}

// lineBroke explains an error met while reading what somebody sends.
func lineBroke(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	r := &refusal{status: http.StatusBadRequest, code: "request.incomplete", text: "The request broke off.", cause: err}
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		r.status, r.code, r.text = http.StatusRequestTimeout, "request.slow", "The request came too slowly."
	}
	return r
}

// echoProblem names what the router itself refuses.
func echoProblem(status int, lang string) Problem {
	code, text := "request.refused", http.StatusText(status)+"."
	switch status {
	case http.StatusNotFound:
		code, text = errNoRoute.code, errNoRoute.text
	case http.StatusMethodNotAllowed:
		code, text = "request.method", "This address does not take this method."
	case http.StatusInternalServerError:
		code, text = "internal", "Something broke on our side."
	}
	return Problem{Title: say(lang, fault.Say(http.StatusText(status))), Status: status, Code: code, Detail: say(lang, fault.Say(text))}
}

// fail is the one error handler. It answers err and notes it for the log line.
func (s *Server) fail(err error, c echo.Context) {
	n := noteOf(c)
	say := func(lang string) Problem {
		p := problemOf(err, c.Request().Header.Get("If-Match") != "", lang)
		p.Type, p.Instance = "urn:probity:problem:"+p.Code, "urn:probity:request:"+n.id
		return p
	}
	lang := spoken(c.Request())
	p := say(lang)
	n.code = p.Code
	if p.Status >= 500 {
		n.cause = err
	}
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="probity"`)
	}
	if p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", strconv.Itoa(waitSeconds(err)))
	}
	h.Del("ETag")
	h.Del("Location")
	if s.Sorry != nil && forPeople(c.Request()) {
		s.Sorry(c.Response(), c.Request(), say)
		return
	}
	h.Set("Content-Language", lang)
	h.Add("Vary", "Accept-Language")
	if err := s.send(c, p.Status, "application/problem+json", p); err != nil {
		s.Log.LogAttrs(c.Request().Context(), slog.LevelInfo, "answer not sent", slog.String("request", n.id))
	}
}

// waitSeconds is whole seconds, at least one.
func waitSeconds(err error) int {
	if r, ok := errors.AsType[retrier](err); ok {
		return max(1, int((r.RetryAfter()+time.Second-1)/time.Second))
	}
	return 2
}
