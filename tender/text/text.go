// Package text takes in what people write: single lines, paragraphs, and texts
// in several languages. Start with [Clean].
//
// Everything that a person can type and somebody else will read passes through
// here once, where it comes in. What comes out is valid UTF-8 without hidden
// characters, and reads in one way only; that makes it safe to show, to print
// and to hash.
//
// Text is never normalised. What is signed and logged must be the very bytes
// that the signer saw, and NFC replaces some of the Chinese characters that
// people write their names with by others. Comparing is another matter:
// [Key] gives the form in which two spellings of one name are equal. It is for
// searching and for finding doubles; it is never stored as the text, and never
// hashed, since it may change with a new edition of Unicode.
package text

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"probity/tender/fault"
)

// Text is one text in one or more languages: language tag to text. Tags are
// canonical BCP 47 of the form language[-Script][-REGION]: "en", "zh-CN",
// "sr-Latn-RS". Its JSON is an object with these members, and is frozen.
type Text map[string]string

// MaxLanguages bounds how many languages one text may have.
const MaxLanguages = 24

// tag is deliberately narrower than BCP 47 and asks no register: a tag that
// was good when a notice was published is good for as long as it is kept.
var tag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`)

// CheckTag refuses what is not a language tag in canonical form.
func CheckTag(path, lang string) error {
	if !tag.MatchString(lang) {
		return fault.Field("text.language", path, "%.20q is not a language tag such as en or zh-CN.", lang)
	}
	return nil
}

// Of returns a text in one language.
func Of(lang, s string) Text { return Text{lang: s} }

// In returns the text in the language asked for or, where there is none, in
// that of [Text.Nearest]. It is empty only if t is.
func (t Text) In(lang string) string { return t[t.Nearest(lang)] }

// Nearest is the tag of the text that is nearest to a language: the language
// itself, a more general tag (zh for zh-CN), another tag of the same language,
// English, and else the first in the order of tags. It is empty only if t is.
func (t Text) Nearest(lang string) string {
	for l := lang; l != ""; {
		if _, ok := t[l]; ok {
			return l
		}
		cut := strings.LastIndexByte(l, '-')
		l = l[:max(cut, 0)]
	}
	base, _, _ := strings.Cut(lang, "-")
	have := t.Languages()
	for _, l := range have {
		if strings.HasPrefix(l, base+"-") && base != "" {
			return l
		}
	}
	if len(have) == 0 {
		return ""
	}
	if _, ok := t["en"]; ok {
		return "en"
	}
	return have[0]
}

// Languages lists the tags of t in order.
func (t Text) Languages() []string { return slices.Sorted(maps.Keys(t)) }

// Clean returns t with every text cleaned as one line that must not be empty.
// A text in no language at all is refused. path names t as the caller sent it.
func (t Text) Clean(path string, limit int) (Text, error) {
	return t.each(path, func(p, s string) (string, error) { return Require(p, s, limit) })
}

// CleanLines is Clean for texts of several lines.
func (t Text) CleanLines(path string, limit int) (Text, error) {
	return t.each(path, func(p, s string) (string, error) {
		s, err := CleanLines(p, s, limit)
		if err == nil && !strings.ContainsFunc(s, visible) {
			err = fault.Field("text.empty", p, "Please write something here.")
		}
		return s, err
	})
}

// Check refuses a text that CleanLines would refuse or change, for one that is
// already signed or hashed. No text at all is let through.
func (t Text) Check(path string, limit int) *fault.Error {
	return t.unchanged(path, limit, t.CleanLines)
}

// CheckLine is Check for texts of one line.
func (t Text) CheckLine(path string, limit int) *fault.Error {
	return t.unchanged(path, limit, t.Clean)
}

func (t Text) unchanged(path string, limit int, clean func(string, int) (Text, error)) *fault.Error {
	if len(t) == 0 {
		return nil
	}
	c, err := clean(path, limit)
	if err != nil {
		return fault.From(err)
	}
	for _, l := range t.Languages() {
		if f := unchanged(path+"."+l, t[l], c[l]); f != nil {
			return f
		}
	}
	return nil
}

func (t Text) each(path string, clean func(path, s string) (string, error)) (Text, error) {
	if len(t) == 0 {
		return nil, fault.Field("text.empty", path, "Please write this in at least one language.")
	}
	if len(t) > MaxLanguages {
		return nil, fault.Field("text.language", path, "A text may have up to %d languages.", MaxLanguages)
	}
	out := make(Text, len(t))
	for _, l := range t.Languages() {
		if err := CheckTag(path, l); err != nil {
			return nil, err
		}
		s, err := clean(path+"."+l, t[l])
		if err != nil {
			return nil, err
		}
		out[l] = s
	}
	return out, nil
}

// Key returns the form of s in which spellings that mean the same are equal:
// compatibility forms unified, letters made capital and then small (which also
// unifies the letters that have several of either), runs of spaces made one.
func Key(s string) string {
	s = cases.Upper(language.Und).String(norm.NFKC.String(s))
	s = cases.Lower(language.Und, cases.HandleFinalSigma(false)).String(norm.NFKC.String(s))
	return strings.Join(strings.Fields(norm.NFKC.String(s)), " ")
}
