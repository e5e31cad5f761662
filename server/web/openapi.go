package web

import (
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"probity/tender/store"
)

// object is a piece of JSON under construction.
type object = map[string]any

// openAPI is the OpenAPI 3.1 document of the site map. It is made at start, so
// whatever it cannot describe cannot be served either.
func (s *Server) openAPI(routes []Route) []byte {
	d := &describer{named: object{}, names: map[shapeKey]string{}, taken: map[string]bool{}}
	problem := object{"application/problem+json": object{"schema": d.schema(reflect.TypeFor[Problem](), outward)}}
	paths := object{}
	for i := range routes {
		r := &routes[i]
		at, ok := paths[r.path()].(object)
		if !ok {
			at = object{}
			paths[r.path()] = at
		}
		at[strings.ToLower(r.method())] = d.operation(r)
	}
	doc := object{
		"openapi":           "3.1.0",
		"jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
		"info":              object{"title": "Probity", "version": "1", "description": about},
		"paths":             paths,
		"components": object{
			"schemas":   d.named,
			"responses": object{"Problem": object{"description": "Refused; code says why.", "content": problem}},
			"securitySchemes": object{
				"bearer": object{"type": "http", "scheme": "bearer", "description": "A session token or an API token."},
				"cookie": object{"type": "apiKey", "in": "cookie", "name": s.cookieName(), "description": "A session in a browser."},
			},
		},
	}
	if s.Origin != "" {
		doc["servers"] = []any{object{"url": s.Origin}}
	}
	b, err := encode(doc)
	if err != nil {
		panic(err)
	}
	return b
}

const about = `Times are RFC 3339 in UTC. Amounts are decimal strings with a currency. Unknown, repeated and null members are refused.

Refusals are application/problem+json. Compare code, which is stable; show detail. 400: not readable. 401: sign in. 403: not for you. 404: not there, or not for your eyes. 409: not possible in this state, or changed meanwhile. 412: changed since the version in If-Match. 413: too large. 422: fields are wrong, see errors. 428: If-Match is missing. 429 and 503: wait for Retry-After seconds.

Codes of the interface itself: request.json, request.fields, request.path, request.method, request.type, request.size, request.if_match, request.incomplete, request.slow, request.rate, request.time, request.cross_origin, idempotency.reused, idempotency.running, actor.unknown, actor.role, actor.scope, actor.foreign, token.form, token.unknown, internal. All others begin with the noun that they are about.

Creations take an Idempotency-Key: the same request under the same key is done once and answered alike for 24 hours. A changeable thing comes with an ETag; send it in If-Match with a change.

People with several places choose one by the header Probity-As: the id of the organisation, or that id, a slash and a role.`

// operation describes one row.
func (d *describer) operation(r *Route) object {
	op := object{
		"operationId": r.Name, "summary": r.Says, "tags": []any{r.tag()}, "x-right": string(r.Right),
		"parameters": d.parameters(r),
		"responses": object{
			strconv.Itoa(r.Status): d.success(r),
			"default":              object{"$ref": "#/components/responses/Problem"},
		},
	}
	signed := []any{object{"bearer": []any{}}, object{"cookie": []any{}}}
	if r.Right == Open {
		signed = append([]any{object{}}, signed...)
	}
	op["security"] = signed
	switch in := r.Do.in; {
	case in.stream != nil:
		op["requestBody"] = object{"required": true, "content": object{"application/octet-stream": object{"schema": object{}}}}
	case in.whole != nil:
		op["requestBody"] = jsonBody(d.schema(in.of.FieldByIndex(in.whole).Type, inward))
	case in.body != nil:
		op["requestBody"] = jsonBody(d.schema(in.of, inward))
	}
	return op
}

func jsonBody(schema object) object {
	return object{"required": true, "content": object{"application/json": object{"schema": schema}}}
}

func (d *describer) parameters(r *Route) []any {
	list := []any{}
	for _, p := range r.Do.in.params {
		schema := d.schema(p.typ, inward)
		if p.typ == matchType {
			schema = object{"type": "string", "pattern": `^"[1-9][0-9]*"$`}
		}
		must := constrain(schema, p.typ, p.rules) || p.in == "path" || p.typ == matchType
		list = append(list, parameter(p.in, p.name, p.says, must, schema))
	}
	if r.creates() {
		list = append(list, parameter("header", "Idempotency-Key", "same key, same request: done once", false,
			object{"type": "string", "minLength": 16, "maxLength": 128}))
	}
	if r.Right != Open {
		list = append(list, parameter("header", "Probity-As", "ORG or ORG/ROLE, for people with several places", false, object{"type": "string"}))
	}
	return list
}

func parameter(in, name, says string, must bool, schema object) object {
	p := object{"in": in, "name": name, "schema": schema}
	if must {
		p["required"] = true
	}
	if says != "" {
		p["description"] = says
	}
	return p
}

// success describes the answer when all went well.
func (d *describer) success(r *Route) object {
	out := object{"description": http.StatusText(r.Status)}
	headers := object{}
	if hasTag(r.Do.out) {
		headers["ETag"] = object{"schema": object{"type": "string"}}
	}
	if r.Status == http.StatusCreated {
		headers["Location"] = object{"schema": object{"type": "string"}}
	}
	if len(headers) > 0 {
		out["headers"] = headers
	}
	switch r.Do.out {
	case reflect.TypeFor[Nothing]():
	case reflect.TypeFor[*File]():
		out["content"] = object{"*/*": object{"schema": object{}}}
	default:
		out["content"] = object{"application/json": object{"schema": d.schema(r.Do.out, outward)}}
	}
	return out
}

func hasTag(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[interface{ etag() string }]()) ||
		t.Implements(reflect.TypeFor[interface{ Base() *store.Root }]())
}

// spec is the document itself.
func (s *Server) openAPIDocument(*Call, Nothing) (*File, error) {
	return &File{Type: "application/json", Body: io.NopCloser(strings.NewReader(string(s.spec))), Length: int64(len(s.spec))}, nil
}
