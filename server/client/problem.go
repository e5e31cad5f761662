package client

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"probity/tender/fault"
)

// Answer is the cause of a fault that a server has sent.
type Answer struct {
	Status     int
	Title      string        // the class of the problem
	Request    string        // the id under which the server's log knows it
	RetryAfter time.Duration // 0 if it did not say
}

func (a *Answer) Error() string {
	return fmt.Sprintf("the server answered %d (request %s)", a.Status, a.Request)
}

// kinds is what a status lets the caller do; web has the same table the other
// way round.
var kinds = map[int]fault.Kind{
	http.StatusBadRequest:            fault.Invalid,
	http.StatusUnprocessableEntity:   fault.Invalid,
	http.StatusUnsupportedMediaType:  fault.Invalid,
	http.StatusPreconditionRequired:  fault.Invalid,
	http.StatusMethodNotAllowed:      fault.Invalid,
	http.StatusUnauthorized:          fault.Unknown,
	http.StatusForbidden:             fault.Denied,
	http.StatusNotFound:              fault.Missing,
	http.StatusGone:                  fault.Missing,
	http.StatusConflict:              fault.Conflict,
	http.StatusPreconditionFailed:    fault.Stale,
	http.StatusRequestEntityTooLarge: fault.TooLarge,
	http.StatusTooManyRequests:       fault.Limited,
	http.StatusRequestTimeout:        fault.Busy,
	http.StatusBadGateway:            fault.Busy,
	http.StatusServiceUnavailable:    fault.Busy,
	http.StatusGatewayTimeout:        fault.Busy,
}

// problem turns a refusal into a fault. What is no problem+json comes from
// something between us and the server.
func problem(res *http.Response, body []byte) error {
	a := &Answer{Status: res.StatusCode, Request: res.Header.Get("X-Request-Id")}
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
		a.RetryAfter = time.Duration(s) * time.Second
	}
	f := &fault.Error{Kind: kinds[res.StatusCode], Err: a}
	var p struct {
		Title  string            `json:"title"`
		Code   string            `json:"code"`
		Detail string            `json:"detail"`
		Errors map[string]string `json:"errors"`
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if kind != "application/problem+json" || json.Unmarshal(body, &p) != nil || p.Code == "" {
		f.Code, f.Text = "client.answer", fmt.Sprintf("The server answered %d %s, and gave no reason.", res.StatusCode, http.StatusText(res.StatusCode))
		return f
	}
	a.Title = p.Title
	f.Code, f.Text, f.Field = p.Code, p.Detail, p.Errors
	if f.Text == "" {
		f.Text = p.Title
	}
	if f.Kind == fault.Conflict && strings.HasSuffix(p.Code, ".stale") {
		f.Kind = fault.Stale
	}
	return f
}

// unreachable is the fault of a line that does not hold.
func unreachable(base string, err error) error {
	text := "The server at %s cannot be reached."
	if errors.Is(err, context.DeadlineExceeded) {
		text = "The server at %s does not answer in time."
	}
	if broken(err) {
		text = "The server at %s does not show a certificate that this machine trusts."
	}
	return fault.New(fault.Busy, "client.unreachable", text, host(base)).Because(err)
}

func host(base string) string {
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		return u.Host
	}
	return base
}

// broken reports errors that no patience mends: a wrong certificate, a name
// that does not exist.
func broken(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	d, ok := errors.AsType[*net.DNSError](err)
	return ok && d.IsNotFound
}

// again reports whether the call may be tried once more after err.
func (r Request) again(err error) bool {
	f := fault.From(err)
	repeatable := r.Method == "" || r.Method == http.MethodGet || r.Create || r.Again
	switch {
	case f.Code == "idempotency.running":
		return r.Create // our first try is still being worked on
	case f.Kind == fault.Limited:
		return true // nothing was done
	case f.Kind != fault.Busy || broken(err):
		return false
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true // nothing was sent
	}
	return repeatable
}

// asked is how long the server wants us to wait.
func asked(err error) time.Duration {
	if a, ok := errors.AsType[*Answer](err); ok {
		return min(a.RetryAfter, longestAsked)
	}
	return 0
}

// jitter spreads those who wait: half of d, and up to as much again.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
