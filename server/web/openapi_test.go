package web

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func document(t *testing.T, s *Server) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(s.spec)
	if err != nil {
		t.Fatalf("the document does not load: %v", err)
	}
	return doc
}

func TestTheDocumentIsOpenAPI31(t *testing.T) {
	s := newServer(t)
	doc := document(t, s)
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Error(err)
	}
}

// Every route that answers is described, and everything described answers.
func TestTheDocumentIsTheSiteMap(t *testing.T) {
	s := newServer(t)
	e, _ := s.build()
	doc := document(t, s)
	var served, described []string
	for _, r := range e.Routes() {
		if r.Method == http.MethodHead || r.Method == "echo_route_not_found" {
			continue // HEAD is the twin of GET
		}
		served = append(served, r.Method+" "+regexp.MustCompile(`:([a-zA-Z][a-zA-Z0-9]*)`).ReplaceAllString(r.Path, "{$1}"))
	}
	names := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			described = append(described, method+" "+path)
			if names[op.OperationID] {
				t.Errorf("two operations are called %s", op.OperationID)
			}
			names[op.OperationID] = true
			if op.Summary == "" || !strings.HasSuffix(op.Summary, ".") {
				t.Errorf("%s %s has no sentence", method, path)
			}
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(served, described) {
		t.Errorf("\n   served %v\ndescribed %v", served, described)
	}
}

func TestHeadGoesWithGet(t *testing.T) {
	e, routes := newServer(t).build()
	heads := map[string]bool{}
	for _, r := range e.Routes() {
		if r.Method == http.MethodHead {
			heads[r.Path] = true
		}
	}
	for _, r := range routes {
		if (r.method() == http.MethodGet) != heads[r.echoPath()] && r.method() == http.MethodGet {
			t.Errorf("%s has no HEAD", r.At)
		}
	}
}
