package web

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"probity/tender"
	"probity/tender/party"
	"probity/tender/rules"
)

// example is a body for a route that has the right shape, so that it gets as
// far as the use case. What is optional is there if all.
func exampleOf(r *Route, all bool) string {
	in := r.Do.in
	var v any
	switch {
	case in.whole != nil:
		v = example(in.of.FieldByIndex(in.whole).Type, "", all, 0)
	case in.body != nil:
		o := object{}
		for name, index := range in.body {
			f := in.of.FieldByIndex(index)
			if rule := f.Tag.Get("validate"); all || strings.HasPrefix(rule, "required") {
				o[name] = example(f.Type, rule, all, 0)
			}
		}
		v = o
	default:
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

var exact = map[reflect.Type]any{
	timeType:                           "2031-03-01T12:00:00Z",
	byteType:                           "AQID",
	reflect.TypeFor[json.RawMessage](): object{"a": 1},
	reflect.TypeFor[tender.Decimal]():  "1.5",
	reflect.TypeFor[rules.Percent]():   "10",
	reflect.TypeFor[tender.Money]():    object{"amount": "12.34", "currency": "EUR"},
	reflect.TypeFor[party.Role]():      "administrator",
	reflect.TypeFor[party.OrgKind]():   "supplier",
	reflect.TypeFor[rules.Date]():      "2031-03-01",
}

func example(t reflect.Type, rule string, all bool, depth int) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if v, ok := exact[t]; ok {
		return v
	}
	arg := func(name string) (string, bool) {
		for part := range strings.SplitSeq(rule, ",") {
			if n, v, _ := strings.Cut(part, "="); n == name {
				return v, true
			}
		}
		return "", false
	}
	switch t.Kind() {
	case reflect.Bool:
		return true
	case reflect.String:
		if v, ok := arg("oneof"); ok {
			return strings.Fields(v)[0]
		}
		if n, ok := arg("len"); ok {
			n, _ := strconv.Atoi(n)
			return strings.Repeat("0", n)
		}
		return "something@example.org"[:min(21, max(1, 21-depth))]
	case reflect.Slice:
		_, each, _ := strings.Cut(rule, ",dive,")
		if depth > 6 {
			return []any{}
		}
		return []any{example(t.Elem(), each, all, depth+1)}
	case reflect.Map:
		return object{"en": example(t.Elem(), "", all, depth+1)}
	case reflect.Struct:
		o := object{}
		for name, index := range fieldsOf(t) {
			f := t.FieldByIndex(index)
			if inner := f.Tag.Get("validate"); depth < 7 && (all || inner == "" || strings.HasPrefix(inner, "required")) {
				o[name] = example(f.Type, inner, all, depth+1)
			}
		}
		return o
	}
	return 1
}
