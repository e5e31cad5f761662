package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/image/font/sfnt"
)

// ruler measures text in one face, in thousandths of an em.
type ruler struct {
	face *face
	buf  *sfnt.Buffer
}

func (m ruler) width(s string) (w int) {
	for _, r := range s {
		w += m.rune(r)
	}
	return w
}

func (m ruler) rune(r rune) int {
	if unseen(r) {
		return 0
	}
	g := m.face.glyph(r, m.buf)
	if g == 0 {
		return 1000 // drawn as a box
	}
	return m.face.advance(g)
}

// lines breaks s into lines of at most limit thousandths of an em, by the rules
// of UAX #14 and those of Chinese typesetting: no line starts with a closing
// mark or ends with an opening one. Nothing is lost but the spaces at which a
// line was broken. Something that cannot be broken by rule and is longer than a
// line, like a hash, is broken between any two characters.
func (m ruler) lines(s string, limit int) (out []string) {
	for _, para := range strings.Split(s, "\n") {
		l := liner{ruler: m, limit: limit}
		rest, state := para, -1
		for rest != "" {
			var segment string
			segment, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
			for _, word := range atQuotes(segment) {
				l.add(word)
			}
		}
		l.flush()
		out = append(out, l.done...)
	}
	return out
}

// liner fills one line after another.
type liner struct {
	ruler
	limit int
	line  string
	used  int
	done  []string
}

func (l *liner) flush() {
	l.done = append(l.done, strings.TrimRight(l.line, " "))
	l.line, l.used = "", 0
}

func (l *liner) add(word string) {
	w := l.width(strings.TrimRight(word, " "))
	if l.line != "" && l.used+w > l.limit {
		l.flush()
	}
	for w > l.limit {
		head := l.cut(word)
		if head == word {
			break
		}
		l.line = head
		l.flush()
		word = word[len(head):]
		w = l.width(strings.TrimRight(word, " "))
	}
	l.line += word
	l.used += l.width(word)
}

// cut returns what of word fits on one line: at least one character, and not so
// much that the rest would start with a closing mark, if that can be helped.
func (l *liner) cut(word string) string {
	end, used, good := 0, 0, 0
	for g := uniseg.NewGraphemes(word); g.Next(); {
		w := l.width(g.Str())
		if end > 0 && used+w > l.limit {
			if r, _ := utf8.DecodeRuneInString(word[end:]); closing(r) && good > 0 {
				return word[:good]
			}
			return word[:end]
		}
		if r, _ := utf8.DecodeRuneInString(g.Str()); !closing(r) {
			good = end
		}
		used += w
		end += len(g.Str())
	}
	return word
}

// closing marks never start a line.
func closing(r rune) bool {
	return unicode.In(r, unicode.Pe, unicode.Pf) || strings.ContainsRune(",.;:!?%，。、；：！？．％‰℃·…—～々", r)
}

// atQuotes allows a break before “ and after ” where the neighbour is Han.
// UAX #14 glues both sides of these marks, since in some languages they are
// used the other way round; with Chinese, whole clauses would not break.
func atQuotes(s string) (out []string) {
	start := 0
	var before rune
	for i, r := range s {
		opens := (r == '“' || r == '‘') && unicode.In(before, unicode.Han)
		closed := (before == '”' || before == '’') && unicode.In(r, unicode.Han)
		if i > start && (opens || closed) {
			out = append(out, s[start:i])
			start = i
		}
		before = r
	}
	return append(out, s[start:])
}
