package web

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
)

// direction is whether a struct is read or written: what is required differs.
type direction int

const (
	inward direction = iota
	outward
)

type shapeKey struct {
	t reflect.Type
	d direction
}

// describer makes JSON Schema 2020-12 of Go types, each struct under a name.
type describer struct {
	named object
	names map[shapeKey]string
	taken map[string]bool
}

// spelled are the types that write themselves as JSON, which nothing but this
// list can know about. A type with MarshalJSON that is not here stops the start.
var spelled = map[reflect.Type]object{
	timeType:                           {"type": "string", "format": "date-time"},
	byteType:                           {"type": "string", "contentEncoding": "base64"},
	reflect.TypeFor[json.RawMessage](): {},
	reflect.TypeFor[party.Role]():      {"type": "string", "enum": texts(party.Roles())},
	reflect.TypeFor[party.OrgKind]():   {"type": "string", "enum": texts(party.Kinds())},
	reflect.TypeFor[tender.Decimal]():  {"type": "string", "pattern": `^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`},
	reflect.TypeFor[rules.Percent]():   {"type": "string", "pattern": `^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`},
	reflect.TypeFor[tender.Money](): {"type": "object", "required": []any{"amount", "currency"}, "additionalProperties": false,
		"properties": object{"amount": object{"type": "string", "pattern": `^(0|[1-9][0-9]*)(\.[0-9]+)?$`},
			"currency": object{"type": "string", "pattern": "^[A-Z]{3}$"}}},
}

func texts[S ~string](list []S) []any {
	var out []any
	for _, x := range list {
		out = append(out, string(x))
	}
	return out
}

// schema describes t; structs by reference.
func (d *describer) schema(t reflect.Type, dir direction) object {
	if s, ok := spelled[t]; ok {
		return cloned(s)
	}
	if t.Kind() == reflect.Pointer {
		return d.schema(t.Elem(), dir)
	}
	if t.Implements(reflect.TypeFor[json.Marshaler]()) {
		panic(fmt.Sprintf("web: schema.go does not say how %v looks in JSON", t))
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": d.schema(t.Elem(), dir)}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.schema(t.Elem(), dir)}
	case reflect.Struct:
		return object{"$ref": "#/components/schemas/" + d.name(t, dir)}
	}
	panic(fmt.Sprintf("web: %v has no place in the API", t))
}

// name describes a struct once and returns what it is called.
func (d *describer) name(t reflect.Type, dir direction) string {
	key := shapeKey{t, dir}
	if n, ok := d.names[key]; ok {
		return n
	}
	n := title(t, dir)
	if d.taken[n] {
		pkg := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
		n = strings.ToUpper(pkg[:1]) + pkg[1:] + n
	}
	if d.taken[n] {
		panic("web: two types are called " + n)
	}
	d.taken[n], d.names[key] = true, n
	d.named[n] = d.members(t, dir)
	return n
}

// title makes "RegisterRequest" of registerIn, "ListOrg" of List[...orgOut].
func title(t reflect.Type, dir direction) string {
	n := t.Name()
	if outer, inner, ok := strings.Cut(n, "["); ok {
		inner = strings.TrimSuffix(inner, "]")
		n = outer + "Of" + upper(strings.TrimSuffix(inner[strings.LastIndexAny(inner, "./")+1:], "Out"))
	}
	n = upper(strings.TrimSuffix(strings.TrimSuffix(n, "In"), "Out"))
	if dir == inward {
		return n + "Request"
	}
	return n
}

func upper(s string) string {
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

func (d *describer) members(t reflect.Type, dir direction) object {
	properties, required := object{}, []any{}
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
			_, param := paramOf(f)
			switch {
			case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
				add(f.Type)
				continue
			case name == "-" || param || !f.IsExported() || f.Type == streamType:
				continue
			case name == "":
				name = f.Name
			}
			s := d.schema(f.Type, dir)
			must := constrain(s, f.Type, f.Tag.Get("validate"))
			if doc := f.Tag.Get("doc"); doc != "" {
				s["description"] = doc
			}
			if must && dir == inward || dir == outward && !strings.Contains(opts, "omit") && f.Type.Kind() != reflect.Pointer {
				required = append(required, name)
			}
			properties[name] = s
		}
	}
	add(t)
	s := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	if dir == inward {
		s["additionalProperties"] = false
	}
	return s
}

// constrain adds what validate tags say and reports whether the field must be
// there. A tag that it cannot put into a schema stops the start.
func constrain(s object, t reflect.Type, rules string) (must bool) {
	if rules == "" {
		return false
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	this, each, dives := strings.Cut(rules, ",dive")
	if dives && t.Kind() == reflect.Slice {
		constrain(s["items"].(object), t.Elem(), strings.TrimPrefix(each, ","))
	}
	for rule := range strings.SplitSeq(this, ",") {
		name, value, _ := strings.Cut(rule, "=")
		switch name {
		case "required":
			must = true
		case "omitempty":
		case "min", "gte", "max", "lte", "len":
			bound(s, t, name, value)
		case "lt":
			s["exclusiveMaximum"] = number(value)
		case "gt":
			s["exclusiveMinimum"] = number(value)
		case "oneof":
			s["enum"] = texts(strings.Fields(value))
		case "hexadecimal":
			s["pattern"] = "^(0[xX])?[0-9a-fA-F]+$"
		case "lowercase": // after hexadecimal: what hashes look like
			s["pattern"] = "^[0-9a-f]+$"
		case "email":
			s["format"] = "email"
		case "unique":
			s["uniqueItems"] = true
		default:
			panic(fmt.Sprintf("web: schema.go cannot say %q", rule))
		}
	}
	return must
}

// bound writes a length or a range.
func bound(s object, t reflect.Type, rule, value string) {
	n := number(value)
	lo, hi := "minimum", "maximum"
	switch t.Kind() {
	case reflect.String:
		lo, hi = "minLength", "maxLength"
	case reflect.Slice:
		lo, hi = "minItems", "maxItems"
	case reflect.Map:
		lo, hi = "minProperties", "maxProperties"
	}
	if slices.Contains([]string{"min", "gte", "len"}, rule) {
		s[lo] = n
	}
	if slices.Contains([]string{"max", "lte", "len"}, rule) {
		s[hi] = n
	}
}

func number(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil {
		panic("web: bad bound " + value)
	}
	return n
}

func cloned(s object) object {
	c := object{}
	for k, v := range s {
		c[k] = v
	}
	return c
}
