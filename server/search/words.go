package search

import (
	"unicode"
	"unicode/utf8"

	"probity/tender/text"
)

// most is how many bytes of one text are looked at.
const most = 64 << 10

// cut gives the terms of a text: words, Chinese characters, and pairs of them.
// whole is false for pairs, which only repeat what the characters say.
func cut(s string, term func(b []byte, whole bool)) {
	s = text.Key(s[:min(len(s), most)])
	var word []byte
	var last rune // the Chinese character just before
	flush := func() {
		if len(word) > 0 {
			term(singular(word), true)
			word = word[:0]
		}
	}
	var pair [2 * utf8.UTFMax]byte
	for _, r := range s {
		switch {
		case ideograph(r):
			flush()
			n := utf8.EncodeRune(pair[:], r)
			term(pair[:n], true)
			if last != 0 {
				n = utf8.EncodeRune(pair[:], last)
				n += utf8.EncodeRune(pair[n:], r)
				term(pair[:n], false)
			}
			last = r
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			word = utf8.AppendRune(word, r)
		default:
			flush()
		}
		last = 0
	}
	flush()
}

// ideograph reports whether a script puts no spaces between words.
func ideograph(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Khmer, unicode.Lao)
}

// singular takes an English plural back, where that is safe to do: bridges and
// bridge are found by each other. It never looks at words of digits.
func singular(w []byte) []byte {
	n := len(w)
	switch {
	case n < 4 || w[n-1] != 's' || w[n-2] == 's' || w[n-2] == 'u' || w[n-2] == 'i':
		return w
	case w[n-2] == 'e' && w[n-3] == 'i' && n > 4:
		return append(w[:n-3], 'y')
	case w[n-2] == 'e' && (w[n-3] == 'x' || w[n-3] == 'h' || w[n-3] == 's' && n > 5 && w[n-4] == 's'):
		return w[:n-2]
	}
	return w[:n-1]
}

// asked are the terms of what somebody looks for, each once. Of Chinese,
// pairs say it all; a single character is taken only where it stands alone.
func asked(query string) []string {
	var list []string
	seen := map[string]bool{}
	add := func(s string) {
		if s != "" && !seen[s] && len(list) < 32 {
			seen[s] = true
			list = append(list, s)
		}
	}
	single, run := "", 0 // the last character, and how many stand together
	end := func() {
		if run == 1 {
			add(single)
		}
		run = 0
	}
	// Pieces between spaces are asked for one by one.
	for _, piece := range fields(query) {
		cut(piece, func(b []byte, whole bool) {
			r, size := utf8.DecodeRune(b)
			switch {
			case !whole:
				add(string(b))
				run = 2
			case ideograph(r) && size == len(b):
				if run == 0 {
					single, run = string(b), 1
				}
			default:
				end()
				add(string(b))
			}
		})
		end()
	}
	return list
}

// fields cuts at everything that is neither letter nor digit.
func fields(s string) []string {
	var list []string
	start := -1
	for i, r := range s {
		in := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
		switch {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			list, start = append(list, s[start:i]), -1
		}
	}
	if start >= 0 {
		list = append(list, s[start:])
	}
	return list
}
