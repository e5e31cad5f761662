package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// words are the catalogues of all desks. A key begins with its desk's name; a
// message may have plural forms, chosen by Count, and parts such as {{.Name}}.
type words struct {
	keys  map[string]bool
	speak map[string]*i18n.Localizer // by language
}

// readWords puts the catalogues together. Both languages have the same keys.
func readWords(desks []Desk) (*words, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	w := &words{map[string]bool{}, map[string]*i18n.Localizer{}}
	for _, d := range desks {
		var all []map[string]bool
		for _, lang := range Languages {
			keys, err := readCatalogue(bundle, d, lang)
			if err != nil {
				return nil, err
			}
			all = append(all, keys)
			maps.Copy(w.keys, keys)
		}
		if err := sameKeys(d.Name, all[0], all[1]); err != nil {
			return nil, err
		}
	}
	for _, lang := range Languages {
		w.speak[lang] = i18n.NewLocalizer(bundle, lang)
	}
	return w, nil
}

func readCatalogue(bundle *i18n.Bundle, d Desk, lang string) (map[string]bool, error) {
	keys := map[string]bool{}
	b, err := fs.ReadFile(d.Files, "words/"+lang+".json")
	if errors.Is(err, fs.ErrNotExist) {
		return keys, nil
	}
	if err != nil {
		return nil, fmt.Errorf("site: words of %s: %w", d.Name, err)
	}
	f, err := bundle.ParseMessageFileBytes(b, lang+".json")
	if err != nil {
		return nil, fmt.Errorf("site: words of %s in %s: %w", d.Name, lang, err)
	}
	for _, m := range f.Messages {
		if !strings.HasPrefix(m.ID, d.Name+".") {
			return nil, fmt.Errorf("site: the word %q is not of the desk %q", m.ID, d.Name)
		}
		keys[m.ID] = true
	}
	return keys, nil
}

func sameKeys(desk string, a, b map[string]bool) error {
	var missing []string
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if !b[k] {
			missing = append(missing, Languages[1]+" lacks "+k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(b)) {
		if !a[k] {
			missing = append(missing, Languages[0]+" lacks "+k)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("site: words of %s: %s", desk, strings.Join(missing, ", "))
	}
	return nil
}

func (w *words) has(key string) bool { return w.keys[key] }

// Unsaid stands around a key that no catalogue has. Tests look for it.
const Unsaid = "⟦"

// say is a message with its parts: pairs of a name and a value. A whole number
// named Count chooses the plural form.
func (w *words) say(lang, key string, args ...any) string {
	parts := map[string]any{}
	var count any
	for i := 0; i+1 < len(args); i += 2 {
		name := fmt.Sprint(args[i])
		parts[name] = args[i+1]
		if name == "Count" {
			count = args[i+1]
		}
	}
	s, err := w.speak[lang].Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: parts, PluralCount: count})
	if err != nil {
		slog.Error("a word is missing", "key", key, "lang", lang, "error", err)
		return Unsaid + key + "⟧"
	}
	return s
}

// Script is the words below a prefix, without it, for the scripts of a page:
// <script type="application/json" data-words>{{.View.Words}}</script>.
func (v *Visit) Script(prefix string) map[string]string {
	out := map[string]string{}
	for key := range v.site.words.keys {
		if short, ok := strings.CutPrefix(key, prefix); ok {
			out[short] = v.T(key)
		}
	}
	return out
}
