package site

import (
	"html/template"
	"regexp"
	"strings"
	"unicode"
)

// Words that are in another language than their page are marked with theirs, so
// that they are read out as what they are (WCAG 3.1.2).

// spoken is what can be said in several languages.
type spoken interface{ In(lang string) string }

// textIn is t in the language of a page, or marked with the nearest that it has.
func textIn(lang string, t spoken) any {
	n, ok := t.(interface{ Nearest(lang string) string })
	if !ok {
		return t.In(lang)
	}
	if tag := n.Nearest(lang); tag != "" && tag != lang && !strings.HasPrefix(tag, lang+"-") {
		return marked(tag, t.In(lang))
	}
	return t.In(lang)
}

// latin are words in Latin letters that are more than a name within a sentence.
var latin = regexp.MustCompile(`\p{Latin}{2,}[ ,.;:]+\p{Latin}{2,}`)

// saidIn are the words of somebody who was not asked for their language. Those
// in Chinese characters are Chinese on an English page; those without any, or
// with others among them, are in a language that we do not know on a Chinese
// one, which is what an empty lang means.
func saidIn(lang, words string) any {
	han := strings.ContainsFunc(words, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	switch {
	case lang == "en" && han:
		return marked("zh", words)
	case lang == "zh" && (latin.MatchString(words) || !han && strings.ContainsFunc(words, unicode.IsLetter)):
		return marked("", words)
	}
	return words
}

func marked(lang, words string) template.HTML {
	return template.HTML(`<span lang="` + template.HTMLEscapeString(lang) + `">` + template.HTMLEscapeString(words) + `</span>`)
}
