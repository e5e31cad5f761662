package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/tender/fault"
)

// thing and its routes stand for a domain in the tests of the foundation.
type thing struct {
	Versioned
	ID    string `json:"id"`
	Title string `json:"title"`
}

type thingRequest struct {
	Title string   `json:"title" validate:"required,max=20"`
	Count int      `json:"count" validate:"gte=0,lte=9"`
	Kind  string   `json:"kind,omitempty" validate:"omitempty,oneof=goods works"`
	Tags  []string `json:"tags,omitempty" validate:"max=2,unique,dive,min=2"`
}

type alterIn struct {
	ID    string  `path:"id"`
	Match IfMatch `header:"If-Match"`
	Title string  `json:"title" validate:"required"`
}

type seekIn struct {
	Paging
	ID   string    `path:"id"`
	Open bool      `query:"open"`
	From time.Time `query:"from"`
}

type bytesIn struct {
	ID   string `path:"id"`
	Body Stream
}

type breakIn struct {
	Kind int `query:"kind"`
}

// made counts how often a thing was made.
type things struct {
	made    atomic.Int32
	waiting atomic.Int32
	hold    chan struct{} // makes wait until it is closed
}

const dbSecret = "mongodb://root:hunter2@db"

func (x *things) routes() []Route {
	return []Route{
		{At: "POST /api/v1/things", Name: "makeThing", Right: Open, Status: 201, Says: "Makes one.", Do: do(func(c *Call, in thingRequest) (thing, error) {
			if x.hold != nil {
				x.waiting.Add(1)
				<-x.hold
			}
			if in.Title == "late" && x.made.Load() == 0 {
				x.made.Add(1)
				return thing{}, fault.New(fault.Busy, "thing.busy", "Later.")
			}
			x.made.Add(1)
			id := c.NewID()
			c.Location("/api/v1/things/%s", id)
			return thing{Versioned{1}, id, in.Title}, nil
		})},
		{At: "PUT /api/v1/things/{id}", Name: "changeThing", Right: Open, Status: 200, Says: "Changes one.", Do: do(func(c *Call, in alterIn) (thing, error) {
			if in.Match != 3 {
				return thing{}, fault.New(fault.Stale, "thing.stale", "Changed.")
			}
			return thing{Versioned{4}, in.ID, in.Title}, nil
		})},
		{At: "GET /api/v1/things/{id}", Name: "findThing", Right: Open, Status: 200, Says: "Finds some.", Do: do(func(c *Call, in seekIn) (List[thing], error) {
			return List[thing]{Items: []thing{{Versioned{3}, in.ID, fmt.Sprint(in.Size(), in.Open)}}}, nil
		})},
		{At: "PUT /api/v1/things/{id}/bytes", Name: "uploadThing", Right: Open, Status: 200, Limit: 1 << 20, Says: "Takes bytes.", Do: do(func(c *Call, in bytesIn) (thing, error) {
			n, err := io.Copy(io.Discard, in.Body)
			return thing{ID: in.ID, Title: fmt.Sprint(n)}, err
		})},
		{At: "GET /api/v1/fail", Name: "failThing", Right: Open, Status: 200, Says: "Fails.", Do: do(func(c *Call, in breakIn) (thing, error) {
			switch in.Kind {
			case 100:
				panic(dbSecret)
			case 101:
				return thing{}, errors.New("dial " + dbSecret)
			case 102:
				return thing{}, context.DeadlineExceeded
			}
			return thing{}, fmt.Errorf("things: %w", fault.New(fault.Kind(in.Kind), "thing.bad", "Bad.").Because(errors.New(dbSecret)))
		})},
		{At: "GET /api/v1/files/{id}", Name: "fileThing", Right: Open, Status: 200, Says: "Gives bytes.", Do: do(func(c *Call, in struct {
			ID string `path:"id"`
		}) (*File, error) {
			return &File{Type: "application/octet-stream", Name: "a\"\r\nb", Body: io.NopCloser(strings.NewReader("bytes")), Length: 5, Tag: `"x"`, Forever: true}, nil
		})},
	}
}

// site is a server under test with all that it has logged.
type site struct {
	*httptest.Server
	t    *testing.T
	log  *logged
	srv  *Server
	made *things
	tick *clock
	dir  string // of the engine

	first *someone // who has set it up
	whole bool     // the whole platform, whose clock cannot be moved
}

type logged struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.String()
}

// answered is a read answer.
type answered struct {
	*http.Response
	body []byte
}

func (a answered) problem(t *testing.T) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d is no problem: %s (%s)", a.StatusCode, a.body, a.Header.Get("Content-Type"))
	}
	return p
}

// ask sends one request; headers in pairs.
func (s *site) ask(method, path string, body any, headers ...string) answered {
	s.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		r = bytes.NewReader(j)
	}
	req, err := http.NewRequest(method, s.URL+path, r)
	if err != nil {
		s.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.Client().Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answered{res, b}
}

// want asks and compares status and, for refusals, the code.
func (s *site) want(status int, code, method, path string, body any, headers ...string) answered {
	s.t.Helper()
	a := s.ask(method, path, body, headers...)
	if a.StatusCode != status {
		s.t.Fatalf("%s %s: %d %s, want %d %s", method, path, a.StatusCode, a.body, status, code)
	}
	if code != "" {
		if p := a.problem(s.t); p.Code != code || p.Status != status || p.Type != "urn:probity:problem:"+code || p.Detail == "" || !strings.Contains(p.Instance, a.Header.Get("X-Request-Id")) {
			s.t.Fatalf("%s %s: %s, want %s", method, path, a.body, code)
		}
	}
	return a
}
