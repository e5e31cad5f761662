package web

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"time"

	"probity/tender/party"
)

// Route is one row of the site map.
type Route struct {
	// At is the method and the path, with parameters in braces:
	// "POST /api/v1/organisations/{id}/confirm".
	At string

	// Name is the operationId: stable, for generated clients.
	Name string

	// Right is what the actor must hold somewhere for the door to open; whether
	// it reaches this thing is for the use case to say. Open and SignedIn stand
	// for no right and for any person.
	Right party.Action

	// Status is the answer's on success. A route that answers 201 makes
	// something, and takes an Idempotency-Key.
	Status int

	// Do is the handler; see [do].
	Do endpoint

	// Says is one sentence for the documentation.
	Says string

	// Once marks a route that adds to a thing, and takes an Idempotency-Key
	// although it answers with the thing.
	Once bool

	// Limit is the largest body in bytes; 0 stands for DefaultLimit.
	Limit int64

	// Costly routes work on passwords, and have a rate of their own.
	Costly bool

	// Within is the longest time that the handler may take; 0 stands for
	// DefaultTime. Streams are bounded by their speed instead.
	Within time.Duration
}

// What stands in the column of rights where none is needed.
const (
	Open     party.Action = "open"      // anybody, signed in or not
	SignedIn party.Action = "signed-in" // any person, in a session or by a token
)

// The bounds of a route that names none.
const (
	DefaultLimit = 64 << 10
	DefaultTime  = 30 * time.Second
)

// creates reports whether the route makes something new.
func (r Route) creates() bool {
	return (r.Once || r.Status == http.StatusCreated) && r.Do.in.stream == nil
}

// changes reports whether a route does more than show something.
func (r Route) changes() bool { return r.method() != http.MethodGet }

func (r Route) method() string { m, _, _ := strings.Cut(r.At, " "); return m }
func (r Route) path() string   { _, p, _ := strings.Cut(r.At, " "); return p }

// tag groups routes in the documentation: the first word after the version.
func (r Route) tag() string {
	parts := strings.Split(strings.TrimPrefix(r.path(), "/api/v1"), "/")
	if len(parts) < 2 || !strings.HasPrefix(r.path(), "/api/v1/") {
		return "platform"
	}
	return parts[1]
}

var braces = regexp.MustCompile(`\{([a-zA-Z][a-zA-Z0-9]*)\}`)

// echoPath writes the path as Echo does.
func (r Route) echoPath() string { return braces.ReplaceAllString(r.path(), ":$1") }

// endpoint is a handler with its types known to the table.
type endpoint struct {
	in  *input
	out reflect.Type
	run func(c *Call, in reflect.Value) (any, error)
}

// Nothing is the answer of a route without one (204), or the request of a
// route that reads nothing.
type Nothing struct{}

// do makes an endpoint of a handler. The handler gets its request filled and
// checked for shape, and returns what is to be written; an error goes out by
// return.
func do[In, Out any](f func(*Call, In) (Out, error)) endpoint {
	return endpoint{
		in:  readsFrom(reflect.TypeFor[In]()),
		out: reflect.TypeFor[Out](),
		run: func(c *Call, in reflect.Value) (any, error) { return f(c, in.Interface().(In)) },
	}
}

// check panics at start for a row that cannot be right.
func (r Route) check() {
	must := func(ok bool, why string) {
		if !ok {
			panic(fmt.Sprintf("web: route %s %s: %s", r.Name, r.At, why))
		}
	}
	must(r.Name != "" && r.Says != "" && r.Right != "" && r.Status != 0 && r.Do.run != nil, "a column is empty")
	must(strings.HasPrefix(r.path(), "/") && !strings.HasSuffix(r.path(), "/"), "bad path")
	must(r.Right == Open || r.Right == SignedIn || knownAction(r.Right), "nobody has this right")
	must((r.Do.out == reflect.TypeFor[Nothing]()) == (r.Status == http.StatusNoContent), "204 and Nothing go together")
	inPath := map[string]bool{}
	for _, m := range braces.FindAllStringSubmatch(r.path(), -1) {
		inPath[m[1]] = true
	}
	for _, p := range r.Do.in.params {
		if p.in == "path" {
			must(inPath[p.name], "its request has no such part of the path: "+p.name)
			delete(inPath, p.name)
		}
	}
	must(len(inPath) == 0, "its request leaves out a part of the path")
	reads := r.method() == http.MethodGet
	must(!reads || r.Do.in.body == nil && r.Do.in.whole == nil && r.Do.in.stream == nil, "GET has no body")
	shapes.Struct(reflect.New(r.Do.in.of).Interface()) // panics for a tag that it does not know
}

func knownAction(a party.Action) bool {
	for _, x := range party.Actions() {
		if x == a {
			return true
		}
	}
	return false
}
