package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"probity/tender/fault"
)

// input is how one request struct is filled. Its fields say where they come
// from: `path:"id"`, `query:"after"`, `header:"If-Match"`, `json:"title"` (a
// member of the body), `body:"json"` (the whole body), or the type [Stream].
// Each part has its own fields; nothing overrides anything.
type input struct {
	of     reflect.Type
	params []param
	body   members // fields with a json tag; nil if there is none
	whole  []int   // the field tagged body; nil if there is none
	stream []int   // the field of type Stream; nil if there is none
}

// param is one field that comes from the path, the query or a header.
type param struct {
	in, name string
	index    []int
	typ      reflect.Type
	rules    string // validate tag
	says     string // doc tag
}

// Stream is a body that is not JSON. It is read while it arrives: what the
// handler does not read is not received. Length is -1 if it was not announced.
type Stream struct {
	io.Reader `json:"-"`
	Length    int64 `json:"-"`
}

// IfMatch is the version that the caller saw, from an If-Match header of the
// form "3". A route that has one refuses requests without it.
type IfMatch int64

// UnmarshalText reads a strong entity tag as [Call] writes it. There is one
// version per tag; lists, weak tags and * are refused.
func (m *IfMatch) UnmarshalText(b []byte) error {
	var n int64
	if _, err := fmt.Sscanf(string(b), `"%d"`, &n); err != nil || n < 1 || string(b) != tag(n) {
		return plain(`Give the ETag that came with the thing, like "3".`)
	}
	*m = IfMatch(n)
	return nil
}

// Reason is why somebody reads what is not theirs, from the header
// Probity-Reason. It may be percent-encoded, since headers carry ASCII only.
type Reason string

// UnmarshalText reads both forms.
func (r *Reason) UnmarshalText(b []byte) error {
	s, err := url.PathUnescape(string(b))
	if err != nil || !utf8.ValidString(s) || control(s) {
		return plain("Write plain text, or percent-encoded UTF-8.")
	}
	*r = Reason(s)
	return nil
}

func tag(version int64) string { return fmt.Sprintf(`"%d"`, version) }

var (
	streamType = reflect.TypeFor[Stream]()
	matchType  = reflect.TypeFor[IfMatch]()
)

// readsFrom finds the plan of a request struct. It panics for one that could
// never be filled, which happens at start.
func readsFrom(t reflect.Type) *input {
	in := &input{of: t}
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("web: %v is no struct", t))
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() || len(f.Index) > 1 && !embedded(t, f.Index) {
			continue
		}
		if f.Type == streamType {
			in.stream = f.Index
			continue
		}
		if _, ok := f.Tag.Lookup("body"); ok {
			in.whole = f.Index
			continue
		}
		if p, ok := paramOf(f); ok {
			in.params = append(in.params, p)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			panic(fmt.Sprintf("web: nothing says where %v.%s comes from", t, f.Name))
		}
		if in.body == nil {
			in.body = members{}
		}
		in.body[name] = f.Index
	}
	return in
}

// embedded reports whether every step but the last goes into an embedded struct.
func embedded(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		f := t.Field(i)
		if !f.Anonymous || f.Type == streamType {
			return false
		}
		t = f.Type
	}
	return true
}

func paramOf(f reflect.StructField) (param, bool) {
	for _, in := range []string{"path", "query", "header"} {
		if name, ok := f.Tag.Lookup(in); ok {
			return param{in, name, f.Index, f.Type, f.Tag.Get("validate"), f.Tag.Get("doc")}, true
		}
	}
	return param{}, false
}

// read fills v from the request. body is the whole body, unless it is a stream.
func (in *input) read(c echo.Context, v reflect.Value, body []byte) error {
	query, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return malformed("", "its query cannot be read")
	}
	wrong := map[string]fault.Sentence{}
	for _, p := range in.params {
		if err := p.read(c, query, v.FieldByIndex(p.index), wrong); err != nil {
			return err
		}
		if p.in == "query" {
			delete(query, p.name)
		}
	}
	for name := range query {
		if len(wrong) < maxWrong {
			wrong[clip(name)] = fault.Say("There is no such parameter here.")
		}
	}
	if err := mistaken(wrong); err != nil {
		return err
	}
	if in.stream != nil {
		v.FieldByIndex(in.stream).Set(reflect.ValueOf(streamOf(c)))
		return checkShape(in, v)
	}
	if err := in.readBody(v, body); err != nil {
		return err
	}
	return checkShape(in, v)
}

func (in *input) readBody(v reflect.Value, body []byte) error {
	if len(body) == 0 && in.whole == nil {
		return nil // what must be there is missed by its shape
	}
	if in.whole != nil {
		return fill(body, v.FieldByIndex(in.whole).Addr().Interface())
	}
	return fillAs(body, v, func(reflect.Type) members { return in.body })
}

// read puts one parameter in place. A path that does not fit names nothing.
func (p param) read(c echo.Context, query url.Values, v reflect.Value, wrong map[string]fault.Sentence) error {
	var values []string
	switch p.in {
	case "path":
		values = []string{c.Param(p.name)}
		if s := values[0]; s == "" || len(s) > 200 || control(s) {
			return errNoRoute
		}
	case "query":
		values = query[p.name]
	case "header":
		values = c.Request().Header.Values(p.name)
	}
	switch {
	case len(values) == 0 && p.typ == matchType:
		return &refusal{status: http.StatusPreconditionRequired, code: "request.if_match",
			text: "Say in If-Match which version you want to change."}
	case len(values) == 0:
		return nil
	case len(values) > 1:
		wrong[p.name] = fault.Say("Give this once.")
		return nil
	}
	if err := setParam(v, values[0]); err != nil {
		wrong[p.name] = sentence(err)
	}
	return nil
}

func setParam(v reflect.Value, s string) error {
	switch {
	case len(s) > 2000 || control(s):
		return plain("Control characters are not allowed.")
	case v.Kind() == reflect.Bool:
		if s != "true" && s != "false" {
			return plain("This must be true or false.")
		}
		v.SetBool(s == "true")
		return nil
	case v.CanInt() && v.Type() != matchType || v.CanUint():
		return setNumber(v, s)
	}
	return setText(v, s)
}
