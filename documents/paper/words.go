package paper

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// catalogues hold the words of the papers, one file for each language with the
// same keys in all. They are part of the drawn bytes: see the package comment.
//
//go:embed labels/*.json
var catalogues embed.FS

// words maps language to key to label. It is read once; a broken catalogue is
// a fault of the build.
var words = func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range []string{"en", "zh"} {
		b, err := catalogues.ReadFile("labels/" + lang + ".json")
		if err != nil {
			panic(err)
		}
		var m map[string]string
		if err := json.Unmarshal(b, &m); err != nil {
			panic(fmt.Sprintf("paper: labels/%s.json: %v", lang, err))
		}
		all[lang] = m
	}
	return all
}()

// voice speaks the languages of one paper.
type voice []string

// say gives a label in all languages of the paper, side by side.
func (v voice) say(key string, args ...any) string { return v.join(" ", key, args) }

// tell gives a sentence in all languages of the paper, one below the other.
func (v voice) tell(key string, args ...any) string { return v.join("\n", key, args) }

func (v voice) join(between, key string, args []any) string {
	var parts []string
	for _, lang := range v {
		s, ok := words[lang][key]
		if !ok {
			panic("paper: no label " + key) // found by any test that draws it
		}
		if len(args) > 0 {
			s = fmt.Sprintf(s, args...)
		}
		if !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, between)
}

// code gives the label of a stable code, or the code itself if it has none.
func (v voice) code(group, code string) string {
	if _, ok := words[v[0]][group+"."+code]; !ok {
		return code
	}
	return v.say(group + "." + code)
}

// cell is code for a cell of a table, one language below the other.
func (v voice) cell(group, code string) string {
	if _, ok := words[v[0]][group+"."+code]; !ok {
		return code
	}
	return v.tell(group + "." + code)
}

// text gives what people wrote in the languages of the paper, one below the
// other; if it was written in none of them, in those there are.
func (v voice) text(t Text) string { return strings.Join(v.versions(t), "\n") }

// line is text on one line, for titles.
func (v voice) line(t Text) string {
	return strings.ReplaceAll(strings.Join(v.versions(t), " "), "\n", " ")
}

func (v voice) versions(t Text) (out []string) {
	for _, lang := range v {
		if s := t[lang]; s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		for _, lang := range slices.Sorted(maps.Keys(t)) {
			out = append(out, t[lang])
		}
	}
	return out
}

// when writes a time in UTC, to the second or, where it has them, milliseconds.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.UTC()
	if t.Nanosecond() != 0 {
		return t.Format("2006-01-02 15:04:05.000 UTC")
	}
	return t.Format("2006-01-02 15:04:05 UTC")
}

// group sets commas between thousands. It changes how a number looks, never
// what it is; anything but a plain decimal is left as it came.
func group(s string) string {
	whole, fraction, point := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return s
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		return sign + whole + "." + fraction
	}
	return sign + whole
}

func money(a Amount) string {
	if a.Value == "" {
		return ""
	}
	return strings.TrimSpace(a.Currency + " " + group(a.Value))
}

// spaced sets a hash in groups of eight, which people can compare.
func spaced(hash string) string {
	var b strings.Builder
	for i, r := range hash {
		if i > 0 && i%8 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
