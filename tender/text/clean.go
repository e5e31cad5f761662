package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"probity/tender/fault"
)

// Clean takes in one line of text that a person wrote: a name, a title, a
// reason. It returns the line without the spaces around it, or an Invalid
// fault that names path. limit is the greatest number of characters (runes).
// An empty line is returned as it is; use [Require] where there must be one.
func Clean(path, s string, limit int) (string, error) {
	if err := measure(path, s, limit); err != nil {
		return "", err
	}
	s = strings.TrimFunc(s, around)
	return s, inspect(path, s, limit, false)
}

// CleanLines is Clean for text of several lines. Lines may end in CR LF, as
// browsers send them; they are returned with LF alone. Tabs are kept.
func CleanLines(path, s string, limit int) (string, error) {
	if err := measure(path, s, limit); err != nil {
		return "", err
	}
	s = strings.TrimFunc(strings.ReplaceAll(s, "\r\n", "\n"), around)
	return s, inspect(path, s, limit, true)
}

// Require is Clean, and refuses a line in which there is nothing to read.
func Require(path, s string, limit int) (string, error) {
	s, err := Clean(path, s, limit)
	if err == nil && !strings.ContainsFunc(s, visible) {
		return "", fault.Field("text.empty", path, "Please write something here.")
	}
	return s, err
}

// Check refuses text that CleanLines would refuse or change. It is for text
// inside bytes that are already signed or hashed, which nobody may mend.
func Check(path, s string, limit int) *fault.Error {
	c, err := CleanLines(path, s, limit)
	if err != nil {
		return fault.From(err)
	}
	return unchanged(path, s, c)
}

// CheckLine is Check for text of one line in which there is something to read.
func CheckLine(path, s string, limit int) *fault.Error {
	c, err := Require(path, s, limit)
	if err != nil {
		return fault.From(err)
	}
	return unchanged(path, s, c)
}

func unchanged(path, was, is string) *fault.Error {
	if was == is {
		return nil
	}
	return fault.Field("text.spaces", path, "This text must not begin or end with spaces, nor contain carriage returns.")
}

// measure refuses in proportion to the limit, not to what was sent. A little
// room is left for the spaces that are about to be cut off.
func measure(path, s string, limit int) error {
	if len(s) > limit*utf8.UTFMax+64 {
		return tooLong(path, limit)
	}
	if !utf8.ValidString(s) {
		return fault.Field("text.utf8", path, "This text is not valid UTF-8.")
	}
	return nil
}

func inspect(path, s string, limit int, lines bool) error {
	if utf8.RuneCountInString(s) > limit {
		return tooLong(path, limit)
	}
	for _, r := range s {
		if lines && (r == '\n' || r == '\t') {
			continue
		}
		if hidden(r) {
			return fault.Field("text.control", path, "This text contains the control character U+%04X, which nobody can see. Please write it again by hand.", r)
		}
	}
	for line := range strings.SplitSeq(s, "\n") {
		if !balanced(line) {
			return fault.Field("text.bidi", path, "This text contains marks that change the direction of writing without ending it, so that it could be read in two ways.")
		}
	}
	return nil
}

func tooLong(path string, limit int) error {
	return fault.Field("text.long", path, "This text is too long; %d characters are allowed.", limit)
}

// around reports what is cut off at both ends. White space is; so are the
// zero-width space and the byte order mark, which come along from other
// programs when text is copied.
func around(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }

// hidden reports characters that do something and show nothing: C0 and C1
// controls, line and paragraph separators, the byte order mark, annotation
// marks, tag characters and noncharacters. Joiners are not among them, since
// Persian and the scripts of India cannot be written without; nor is any
// character beyond U+FFFF as such, since people have names with them.
func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufeff':
		return true
	case r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return true
	}
	return false
}

// visible reports characters that leave ink.
func visible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Co)
}

// balanced reports whether every mark that changes the direction of writing is
// ended on its own line, in order. Overrides are never allowed: they show
// letters in an order in which nobody wrote them, and have no honest use here.
func balanced(line string) bool {
	var open []rune // what will end each open mark
	for _, r := range line {
		switch r {
		case '\u202d', '\u202e': // overrides
			return false
		case '\u202a', '\u202b': // embeddings, ended by PDF
			open = append(open, '\u202c')
		case '\u2066', '\u2067', '\u2068': // isolates, ended by PDI
			open = append(open, '\u2069')
		case '\u202c', '\u2069':
			if len(open) == 0 || open[len(open)-1] != r {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}
