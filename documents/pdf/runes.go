package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"probity/tender/fault"
)

// checkText refuses what must not stand in a paper: broken UTF-8, control
// characters other than the line feed, line and paragraph separators,
// noncharacters, and the marks that make text show in another order than it is
// stored, with which a paper could read differently from its data.
func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fault.New(fault.Invalid, "pdf.text_encoding", "The text is not valid UTF-8.")
	}
	for _, r := range s {
		if forbidden(r) {
			return fault.New(fault.Invalid, "pdf.text_control",
				"The text contains the character U+%04X, which must not stand in a paper.", r)
		}
	}
	return nil
}

func forbidden(r rune) bool {
	switch {
	case r == '\n':
		return false
	case unicode.IsControl(r), r == 0x2028, r == 0x2029:
		return true
	case 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	case 0xfdd0 <= r && r <= 0xfdef, r&0xfffe == 0xfffe:
		return true
	}
	return false
}

// unseen reports runes that have no shape of their own (Unicode's
// Default_Ignorable_Code_Point): joiners, variation selectors, soft hyphens.
func unseen(r rune) bool {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x3164, r == 0xfeff, r == 0xffa0:
	case 0x115f <= r && r <= 0x1160, 0x17b4 <= r && r <= 0x17b5, 0x180b <= r && r <= 0x180f:
	case 0x200b <= r && r <= 0x200f, 0x2060 <= r && r <= 0x206f, 0xfe00 <= r && r <= 0xfe0f:
	case 0x1bca0 <= r && r <= 0x1bca3, 0x1d173 <= r && r <= 0x1d17a, 0xe0000 <= r && r <= 0xe0fff:
	default:
		return false
	}
	return true
}

// A piece of a line is drawn in one go: either a run of plain runes, or one
// cluster that gofpdf cannot draw, because it has a rune beyond U+FFFF, one
// without a shape, or one that the font does not have.
type piece struct {
	text  string
	plain bool
	lang  string // "" when it is the language of its element
}

// pieces cuts a line where the way of drawing or the language changes.
func (f *face) pieces(line, lang string) (out []piece) {
	for g := uniseg.NewGraphemes(line); g.Next(); {
		p := piece{text: g.Str(), plain: f.plain(g.Str())}
		if l := langOf(p.text); l != "" && l != lang {
			p.lang = l
		}
		last := len(out) - 1
		if last >= 0 && langOf(p.text) == "" {
			p.lang = out[last].lang // a space or a stop belongs to the words before it
		}
		if last >= 0 && p.plain && out[last].plain && p.lang == out[last].lang {
			out[last].text += p.text
		} else {
			out = append(out, p)
		}
	}
	return out
}

func (f *face) plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0xffff || unseen(r) || f.basic[r] == 0 })
}

// Languages that runs are marked with, so that a screen reader changes voice.
const (
	chinese = "zh-CN"
	english = "en"
)

// langOf guesses the language of a run by its first letter: Han is Chinese,
// Latin is English, other letters and signs do not tell.
func langOf(s string) string {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			return chinese
		case r < 0x250 && unicode.IsLetter(r):
			return english
		}
	}
	return ""
}

// mainLang is the language of an element: Chinese as soon as a fifth of its
// letters are Han, since one Han character says about as much as a word.
func mainLang(s, otherwise string) string {
	han, letters := 0, 0
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			han++
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	switch {
	case letters == 0:
		return otherwise
	case 5*han >= letters:
		return chinese
	}
	return english
}
