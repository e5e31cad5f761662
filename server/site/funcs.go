package site

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"html/template"
	"strings"
	"time"

	"probity/server/site/assets"
)

// funcs are what templates can say in one language.
func (s *Site) funcs(lang string) template.FuncMap {
	f := format{lang, s.Zone}
	return template.FuncMap{
		// t is a message; th one with markup of its own, whose parts are escaped.
		"t":  func(key string, args ...any) string { return s.words.say(lang, key, args...) },
		"th": func(key string, args ...any) template.HTML { return s.markup(lang, key, args) },

		// says reports whether there is such a message, for keys that are data.
		"says": s.words.has,

		// text is the visitor's language of what can be said in several: a text, a
		// citation; in another language it says which. plain is the same without
		// markup, for titles of pages and parts of messages. said are words that
		// people wrote, in a language that nobody has asked for.
		"text":  func(t spoken) any { return textIn(lang, t) },
		"plain": func(t spoken) string { return t.In(lang) },
		"said":  func(words string) any { return saidIn(lang, words) },

		// why is the reason of a read: a person's words, or ours.
		"why": func(reason string) any {
			if reason == OwnReason {
				return s.words.say(lang, "site.read.own")
			}
			return saidIn(lang, reason)
		},

		"moment":  f.moment,  // date, time and zone
		"day":     f.day,     // date alone, or a month
		"hour":    f.hour,    // time alone, where the date stands before it
		"stamp":   f.stamp,   // for the datetime attribute: RFC 3339
		"money":   f.money,   // with its currency
		"number":  f.number,  // grouped as the language does
		"bytes":   f.bytes,   // size of a file
		"percent": f.percent, // a decimal with a percent sign

		"field":  fieldOf,
		"asset":  assets.Path,
		"mark":   func() template.HTML { return assets.Mark },
		"newkey": newKey,
		"zoneid": f.at.String, // for scripts, which reckon times themselves
		"zone":   func() string { return f.zone(time.Now()) },
		"groups": groups, // a fingerprint in groups of four
		"list":   func(x ...any) []any { return x },
		"join":   strings.Join,
		"htmllang": func() string {
			if lang == "zh" {
				return "zh-Hans"
			}
			return lang
		},
	}
}

// markup says a message of ours that holds markup; only its parts come from
// elsewhere, and are escaped.
func (s *Site) markup(lang, key string, args []any) template.HTML {
	safe := make([]any, len(args))
	copy(safe, args)
	for i := 1; i < len(safe); i += 2 {
		if str, ok := safe[i].(string); ok {
			safe[i] = template.HTMLEscapeString(str)
		}
	}
	return template.HTML(s.words.say(lang, key, safe...))
}

// newKey is a fresh key for a form that makes something.
func newKey() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// groups writes a fingerprint in groups of four, which people can compare.
func groups(s string) string {
	var list []string
	for len(s) > 4 {
		list, s = append(list, s[:4]), s[4:]
	}
	return strings.Join(append(list, s), " ")
}

// Field is an input with its label, as the partials show it.
type Field struct {
	Name, Label, Hint, Value, Error string

	Type     string // of input: "text" if empty
	Complete string // autocomplete: "email"
	Mode     string // inputmode: "decimal"
	Width    string // "short", "medium"; empty for wide
	Rows     int    // of a textarea
	Max      int    // characters; counted where there is script
	Optional bool
	Checked  bool
	Options  []Option // of a select, radios or checkboxes
	Suffix   string   // behind the input: a currency
	Describe string   // id of a further description
	Multiple bool
	Accept   string // of a file
}

// Option is one choice.
type Option struct {
	Value, Label, Hint string
	Chosen             bool
}

// ID is the field's id in the page.
func (f Field) ID() string {
	return "f-" + strings.NewReplacer(".", "-", "[", "-", "]", "").Replace(f.Name)
}

// fieldOf makes a field of pairs: "name" "email" "label" (t "...").
func fieldOf(pairs ...any) (Field, error) {
	var f Field
	set := map[string]any{"name": &f.Name, "label": &f.Label, "hint": &f.Hint, "value": &f.Value, "error": &f.Error, "type": &f.Type,
		"complete": &f.Complete, "mode": &f.Mode, "width": &f.Width, "suffix": &f.Suffix, "describe": &f.Describe, "accept": &f.Accept,
		"rows": &f.Rows, "max": &f.Max, "optional": &f.Optional, "checked": &f.Checked, "multiple": &f.Multiple, "options": &f.Options}
	if len(pairs)%2 != 0 {
		return f, fmt.Errorf("field: a value is missing")
	}
	for i := 0; i < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		ok := false
		switch to := set[name].(type) {
		case *string:
			*to, ok = fmt.Sprint(pairs[i+1]), true
		case *int:
			*to, ok = pairs[i+1].(int)
		case *bool:
			*to, ok = pairs[i+1].(bool)
		case *[]Option:
			*to, ok = pairs[i+1].([]Option)
		}
		if !ok {
			return f, fmt.Errorf("field: %q cannot be %v", name, pairs[i+1])
		}
	}
	return f, nil
}
