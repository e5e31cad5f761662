package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"probity/tender/text"
)

// Piece is a part of a text; Mark is set on what was looked for.
type Piece struct {
	Text string `json:"text"`
	Mark bool   `json:"mark,omitempty"`
}

// Mark cuts a text into pieces where the words of a query stand.
func Mark(s, query string) []Piece {
	if s == "" {
		return nil
	}
	terms := wanted(query)
	var list []Piece
	add := func(part string, mark bool) {
		switch n := len(list); {
		case part == "":
		case n > 0 && list[n-1].Mark == mark:
			list[n-1].Text += part
		default:
			list = append(list, Piece{part, mark})
		}
	}
	for i := 0; i < len(s); {
		n := wordAt(s[i:])
		mark := false
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s[i:])
		} else if m := longest(s[i:], n, terms); m > 0 {
			n, mark = m, true
		}
		add(s[i:i+n], mark)
		i += n
	}
	return list
}

// Snippet is the part of a text around the first places where the query stands,
// marked, of about so many bytes; nil if it does not stand there.
func Snippet(s, query string, about int) []Piece {
	s = strings.Join(strings.Fields(s), " ")
	at := 0
	found := false
	for _, p := range Mark(s, query) {
		if p.Mark {
			found = true
			break
		}
		at += len(p.Text)
	}
	if !found {
		return nil
	}
	from := back(s, max(0, at-about/4))
	to := back(s, min(len(s), from+about))
	list := Mark(s[from:to], query)
	if from > 0 {
		list = append([]Piece{{Text: "… "}}, list...)
	}
	if to < len(s) {
		list = append(list, Piece{Text: " …"})
	}
	return list
}

// back moves a place to the beginning of a word.
func back(s string, i int) int {
	for ; i > 0 && i < len(s) && !utf8.RuneStart(s[i]); i-- {
	}
	if i == 0 || i == len(s) {
		return i
	}
	if r, _ := utf8.DecodeRuneInString(s[i:]); ideograph(r) {
		return i
	}
	if j := strings.LastIndexByte(s[max(0, i-40):i], ' '); j >= 0 {
		return max(0, i-40) + j + 1
	}
	return i
}

// wanted are the words of a query as they stand in texts: words without their
// plural, and runs of Chinese.
func wanted(query string) map[string]bool {
	terms := map[string]bool{}
	for _, piece := range fields(text.Key(query)) {
		for len(piece) > 0 {
			n := max(wordAt(piece), 1)
			if r, _ := utf8.DecodeRuneInString(piece); ideograph(r) {
				n = strings.IndexFunc(piece, func(r rune) bool { return !ideograph(r) })
				if n < 0 {
					n = len(piece)
				}
				terms[piece[:n]] = true
			} else {
				terms[string(singular([]byte(piece[:n])))] = true
			}
			piece = piece[n:]
		}
	}
	return terms
}

// wordAt is the length of the word that s begins with: of one character where
// words are not told apart; 0 if s begins with none.
func wordAt(s string) int {
	n := 0
	for i, r := range s {
		if ideograph(r) {
			if i == 0 {
				return utf8.RuneLen(r)
			}
			return n
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) {
			return n
		}
		n = i + utf8.RuneLen(r)
	}
	return n
}

// longest is the length of what is wanted at the beginning of s; 0 for nothing.
// Of a run of Chinese, two or more characters of what was asked count too.
func longest(s string, word int, terms map[string]bool) int {
	if r, _ := utf8.DecodeRuneInString(s); !ideograph(r) {
		if terms[string(singular([]byte(text.Key(s[:word]))))] {
			return word
		}
		return 0
	}
	best := 0
	for t := range terms {
		n, chars := 0, 0
		for i, r := range s {
			if !ideograph(r) || !strings.Contains(t, s[:i+utf8.RuneLen(r)]) {
				break
			}
			n, chars = i+utf8.RuneLen(r), chars+1
		}
		if chars >= min(2, utf8.RuneCountInString(t)) && n > best {
			best = n
		}
	}
	return best
}
