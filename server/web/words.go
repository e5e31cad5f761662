package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"

	"golang.org/x/text/language"

	"probity/tender/fault"
)

// Refusals, and what a verification finds, are said in the language that is
// asked for. Their sentences are written where they are meant, in English; a catalogue finds the translation by
// the English format, so that no key stands between the two. A test demands an
// entry for every sentence of the tree. What a catalogue lacks all the same is
// said in English, and logs always are.
//
//go:embed words
var wordFiles embed.FS

// catalogues are the translations by language, from the English format; terms
// are those of the words of the program that stand in sentences, such as states:
// by language, by what they name, and by the word; headings those of what stands
// above the columns of tables.
var (
	catalogues = map[string]map[string]string{"zh": union(readCatalogue[map[string]string]("zh"), readCatalogue[map[string]string]("zh-audit"))}
	headings   = map[string]map[string]string{"zh": readCatalogue[map[string]string]("zh-tables")}
	terms      = map[string]map[string]map[string]string{"zh": readCatalogue[map[string]map[string]string]("zh-terms")}
)

func readCatalogue[T any](file string) (m T) {
	raw, err := wordFiles.ReadFile("words/" + file + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		panic(fmt.Sprintf("web: words of %s: %v", file, err)) // they are part of the program
	}
	return m
}

// union puts the refusals and what verification finds into one catalogue.
func union(all, more map[string]string) map[string]string {
	maps.Copy(all, more)
	return all
}

// heard are the languages that refusals can be said in, the first for those who
// ask for none of them. Readers of traditional characters are served better by
// simplified ones than by English.
var (
	heard   = []string{"en", "zh", "zh"}
	matcher = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese, language.TraditionalChinese})
)

// spoken is the language that a request asks for.
func spoken(r *http.Request) string {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return heard[0]
	}
	_, i, _ := matcher.Match(tags...)
	return heard[i]
}

// lang is the language that a call asks for.
func (c *Call) lang() string { return spoken(c.echo.Request()) }

// Said is how a language says the sentences of the program; English for those
// that are not spoken.
func Said(lang string) func(fault.Sentence) string {
	return func(s fault.Sentence) string { return say(lang, s) }
}

// say says a sentence in a language.
func say(lang string, s fault.Sentence) string {
	format, ok := catalogues[lang][s.Format]
	if !ok {
		return s.String()
	}
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		args[i] = sayPart(lang, a)
	}
	return fmt.Sprintf(format, args...)
}

// sayPart says what stands in a sentence, where it is more than a value.
func sayPart(lang string, a any) any {
	switch a := a.(type) {
	case fault.Sentence:
		return say(lang, a)
	case interface{ Sentence() fault.Sentence }:
		return say(lang, a.Sentence())
	case interface{ In(lang string) string }:
		return a.In(lang)
	case fault.Name:
		return named(lang, a.Of, a.Word)
	case string: // a sentence within a sentence, where there is one
		if words, ok := catalogues[lang][a]; ok {
			return words
		}
		return a
	}
	switch v := reflect.ValueOf(a); {
	case v.Kind() == reflect.String:
		return named(lang, v.Type().String(), v.String())
	case v.Kind() == reflect.Slice && v.Len() > 0:
		list := make([]string, v.Len())
		for i := range list {
			list[i] = fmt.Sprint(sayPart(lang, v.Index(i).Interface()))
		}
		return strings.Join(list, "、")
	}
	return a
}

// named is a word of the program in a language: of a type such as tender.Phase,
// or of what a fault.Name names.
func named(lang, of, word string) string {
	if s, ok := terms[lang][of][word]; ok {
		return s
	}
	return word
}
