package canon

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// already reports whether b is canonical. Nearly all that is checked is, and
// this looks at each byte once; what it does not take, Rewrite explains.
func already(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	s := scan{b: b}
	return s.value(0) && s.at == len(b)
}

// scan is a place in a JSON text.
type scan struct {
	b  []byte
	at int
}

func (s *scan) take(c byte) bool {
	if s.at < len(s.b) && s.b[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scan) word(w string) bool {
	if bytes.HasPrefix(s.b[s.at:], []byte(w)) {
		s.at += len(w)
		return true
	}
	return false
}

func (s *scan) value(depth int) bool {
	if depth > maxDepth || s.at >= len(s.b) {
		return false
	}
	switch s.b[s.at] {
	case '{':
		return s.object(depth)
	case '[':
		return s.array(depth)
	case '"':
		_, ok := s.text()
		return ok
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	}
	return s.number()
}

func (s *scan) array(depth int) bool {
	s.at++
	if s.take(']') {
		return true
	}
	for {
		if !s.value(depth + 1) {
			return false
		}
		if s.take(']') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

// object wants its keys in order, so that none is there twice.
func (s *scan) object(depth int) bool {
	s.at++
	if s.take('}') {
		return true
	}
	var last []byte
	for first := true; ; first = false {
		key, ok := s.key()
		if !ok || !first && bytes.Compare(last, key) >= 0 || !s.take(':') || !s.value(depth+1) {
			return false
		}
		if last = key; s.take('}') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

// key takes a key of printable ASCII. One that needs an escape is left to
// Rewrite, since escapes do not sort like what they stand for.
func (s *scan) key() ([]byte, bool) {
	key, ok := s.text()
	for _, c := range key {
		ok = ok && c >= 0x20 && c <= 0x7e && c != '\\'
	}
	return key, ok
}

// text takes a string in its only form, and returns what is between the quotes.
func (s *scan) text() ([]byte, bool) {
	if !s.take('"') {
		return nil, false
	}
	for from := s.at; s.at < len(s.b); s.at++ {
		switch c := s.b[s.at]; {
		case c == '"':
			s.at++
			return s.b[from : s.at-1], true
		case c < 0x20:
			return nil, false
		case c == '\\':
			if !s.escape() {
				return nil, false
			}
		}
	}
	return nil, false
}

// escape takes the one escape of a character that needs one, but for its last
// byte.
func (s *scan) escape() bool {
	rest := s.b[s.at+1:]
	if len(rest) > 0 && bytes.IndexByte([]byte(`"\btnfr`), rest[0]) >= 0 {
		s.at++
		return true
	}
	if len(rest) < 5 || !bytes.HasPrefix(rest, []byte("u00")) {
		return false
	}
	n, err := strconv.ParseUint(string(rest[3:5]), 16, 8)
	if err != nil || n >= 0x20 || bytes.IndexByte([]byte("\b\t\n\f\r"), byte(n)) >= 0 || bytes.ContainsAny(rest[3:5], "ABCDEF+_") {
		return false
	}
	s.at += 5
	return true
}

func (s *scan) number() bool {
	from := s.at
	for s.at < len(s.b) && s.b[s.at] >= '0' && s.b[s.at] <= '9' {
		s.at++
	}
	digits := s.b[from:s.at]
	if len(digits) == 0 || len(digits) > 16 || digits[0] == '0' && len(digits) > 1 {
		return false
	}
	n, err := strconv.ParseInt(string(digits), 10, 64)
	return err == nil && n <= 1<<53-1
}
