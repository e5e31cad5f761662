package apptest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"probity/server/people"
	"probity/server/web"
	"probity/tender/party"
)

// Site is a house whose doors are open: the API on a real listener, with a
// token for everybody who asks.
type Site struct {
	*House
	URL string

	tokens map[string]string
}

// Serve opens the doors of a house. They close with the test.
func (h *House) Serve(t testing.TB) *Site {
	t.Helper()
	fast := web.Rate{Every: time.Microsecond, Burst: 1 << 20}
	h.Web.Rates = web.Rates{Address: fast, Account: fast, Costly: fast}
	s := httptest.NewServer(h.Web.Handler())
	t.Cleanup(s.Close)
	return &Site{h, s.URL, map[string]string{}}
}

// At is the platform as somebody else serves it.
func (h *House) At(url string) *Site { return &Site{h, url, map[string]string{}} }

// Answer is what the API answered.
type Answer struct {
	Status int
	Code   string // of the problem, "" if there is none
	Header http.Header
	Body   []byte
}

// Read fills v from the body.
func (a Answer) Read(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		t.Fatalf("%s: %v", a.Body, err)
	}
}

// Ask sends one request as somebody; body is text, bytes or anything that JSON
// can write. Headers come in pairs.
func (s *Site) Ask(by party.Actor, method, path string, body any, headers ...string) Answer {
	s.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case []byte:
		r = bytes.NewReader(b)
	default:
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		if err := e.Encode(b); err != nil {
			s.t.Fatal(err)
		}
		r = &text
	}
	req, err := http.NewRequest(method, s.URL+path, r)
	if err != nil {
		s.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if by.Role != party.RolePublic && by.User != "" {
		req.Header.Set("Authorization", "Bearer "+s.Token(by))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := Answer{Status: res.StatusCode, Header: res.Header, Body: b}
	if res.StatusCode >= 400 {
		var p web.Problem
		if err := json.Unmarshal(b, &p); err != nil || res.Header.Get("Content-Type") != "application/problem+json" || p.Code == "" || p.Detail == "" {
			s.t.Errorf("%s %s: %d is no problem: %s", method, path, res.StatusCode, b)
		}
		a.Code = p.Code
	}
	return a
}

// Token returns a token of somebody that is good for all that a token may do.
func (s *Site) Token(by party.Actor) string {
	s.t.Helper()
	key := by.User + " " + by.Org + " " + string(by.Role)
	if x, ok := s.tokens[key]; ok {
		return x
	}
	s.seat(by)
	id := people.Identity{Actor: by, Session: "of the test"}
	_, ticket, err := s.People.IssueToken(s.t.Context(), id, people.NewToken{Label: "of the test", Scopes: scopes(), Days: 366})
	if err != nil {
		s.t.Fatal(err)
	}
	s.tokens[key] = ticket
	return ticket
}

// scopes lists everything that a token may be good for.
func scopes() []string {
	var list []string
	for _, a := range party.Actions() {
		if party.CheckScopes("scopes", []string{string(a)}) == nil {
			list = append(list, string(a))
		}
	}
	return list
}
