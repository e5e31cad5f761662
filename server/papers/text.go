package papers

import (
	"slices"
	"strings"
	"unicode"

	"probity/documents/paper"
	"probity/tender"
	"probity/tender/party"
)

// english and chinese are the languages that papers are written in.
const (
	english = "en"
	chinese = "zh"
)

// both is one of our own sentences, in both languages.
func both(en, zh string) paper.Text { return paper.Text{english: en, chinese: zh} }

// base is the language of a tag, without script and region.
func base(tag string) string {
	b, _, _ := strings.Cut(tag, "-")
	return b
}

// text takes what people wrote in many languages to those of papers. What is
// in neither stays in the language that it has.
func text(t tender.Text) paper.Text {
	out := paper.Text{}
	for _, lang := range []string{english, chinese} {
		for _, tag := range t.Languages() {
			if base(tag) == lang {
				out[lang] = tidy(t[nearest(t, lang, tag)])
				break
			}
		}
	}
	if len(out) == 0 {
		for _, tag := range t.Languages() {
			out[tag] = tidy(t[tag])
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// nearest prefers the plain language, then that of its largest region, to a
// tag that happens to sort first.
func nearest(t tender.Text, lang, otherwise string) string {
	for _, tag := range []string{lang, map[string]string{chinese: "zh-CN", english: "en-GB"}[lang]} {
		if t[tag] != "" {
			return tag
		}
	}
	return otherwise
}

// tidy makes drawable what people wrote. Papers take no tabs, no marks that turn
// the direction of writing around, and nothing that cannot be seen; what the
// record holds stays as it is.
func tidy(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\ufffd")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == 0x2028, r == 0x2029:
			return ' '
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		case unicode.IsControl(r), r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
			return '\ufffd'
		}
		return r
	}, s)
}

// languages are those of a paper whose people speak those of tags: English,
// Chinese or both, in the order in which they are named.
func languages(tags []string) []string {
	var out []string
	for _, tag := range tags {
		if b := base(tag); (b == english || b == chinese) && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	if len(out) == 0 {
		return []string{english}
	}
	return out
}

// lines is a text in the languages of a paper, one below the other, for parts
// of a paper that take a plain string.
func lines(t paper.Text, langs []string) string {
	var parts []string
	for _, l := range langs {
		if s := t[l]; s != "" && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		for _, l := range tender.Text(t).Languages() {
			parts = append(parts, t[l])
		}
	}
	return strings.Join(parts, "\n")
}

// name is an organisation's name; where the register knows it by another, that
// one too.
func name(o tender.OrgName) paper.Text {
	t := text(o.Name)
	legal := o.Identifier.LegalName
	if t == nil {
		return paper.Text{english: legal}
	}
	for _, s := range o.Name {
		if s == legal {
			return t
		}
	}
	if legal == "" {
		return t
	}
	first := slices.Sorted(maps(t))[0]
	t[first] += " (" + legal + ")"
	return t
}

// legalName is name for those who are bound by a paper: where the paper shows
// none of the names in the languages it is written in as the register has it,
// that one is added.
func legalName(o tender.OrgName, langs []string) paper.Text {
	t, legal := name(o), tidy(o.Identifier.LegalName)
	for _, l := range langs {
		if legal == "" || strings.Contains(in(t, l), legal) {
			return t
		}
	}
	if _, ok := t[langs[0]]; !ok {
		t[langs[0]] = in(t, langs[0])
	}
	t[langs[0]] += " (" + legal + ")"
	return t
}

// maps yields the languages of a text.
func maps(t paper.Text) func(func(string) bool) {
	return func(yield func(string) bool) {
		for l := range t {
			if !yield(l) {
				return
			}
		}
	}
}

// identifier is how an organisation is found in its register.
func identifier(i party.Identifier) paper.Identifier {
	return paper.Identifier{Scheme: i.Scheme, ID: i.ID}
}

// shown is money in a sentence: CNY 1,234.50.
func shown(m tender.Money) string {
	whole, fraction, point := strings.Cut(m.Amount(), ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + fraction
	}
	return string(m.Currency) + " " + sign + whole
}

// amount is money as papers have it; nothing for nil.
func amount(m *tender.Money) paper.Amount {
	if m == nil {
		return paper.Amount{}
	}
	return paper.Amount{Value: m.Amount(), Currency: string(m.Currency)}
}
