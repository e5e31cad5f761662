package pdf

import (
	"bytes"
	"strconv"
	"strings"
)

// parser reads PDF values (ISO 32000-1, 7.3) at one place of a file.
type parser struct {
	src []byte
	at  int
}

// take steps over s if it comes next.
func (p *parser) take(s string) bool {
	if p.at > len(p.src) || !bytes.HasPrefix(p.src[p.at:], []byte(s)) {
		return false
	}
	p.at += len(s)
	return true
}

// until returns what stands before the next c, and steps over both.
func (p *parser) until(c byte) string {
	i := bytes.IndexByte(p.src[p.at:], c)
	if i < 0 {
		i = len(p.src) - p.at
	}
	s := string(p.src[p.at : p.at+i])
	p.at = min(p.at+i+1, len(p.src))
	return s
}

func (p *parser) space() {
	for p.at < len(p.src) && strings.IndexByte(" \n\r\t\x00\f", p.src[p.at]) >= 0 {
		p.at++
	}
}

func (p *parser) value(depth int) (any, error) {
	p.space()
	if depth > maxNesting || p.at >= len(p.src) {
		return nil, errForm
	}
	switch {
	case p.take("<<"):
		return p.dict(depth)
	case p.take("<"):
		b, err := unhex(p.until('>'))
		return str(b), err
	case p.take("["):
		return p.array(depth)
	case p.take("/"):
		return name(p.word()), nil
	case p.take("("):
		return p.literal()
	}
	w := p.word()
	if w == "" {
		return nil, errForm
	}
	if r, ok := p.reference(w); ok {
		return r, nil
	}
	return w, nil
}

// word reads a name, number or keyword.
func (p *parser) word() string {
	from := p.at
	for p.at < len(p.src) && strings.IndexByte(" \n\r\t\x00\f()<>[]{}/%", p.src[p.at]) < 0 {
		p.at++
	}
	return string(p.src[from:p.at])
}

// reference looks whether "0 R" follows the number w.
func (p *parser) reference(w string) (ref, bool) {
	n, err := strconv.Atoi(w)
	if err != nil || n < 0 || n > maxObjects || !p.take(" 0 R") {
		return 0, false
	}
	return ref(n), true
}

func (p *parser) array(depth int) (any, error) {
	list := []any{}
	for {
		p.space()
		if p.take("]") {
			return list, nil
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

func (p *parser) dict(depth int) (any, error) {
	d := dict{}
	for {
		p.space()
		if p.take(">>") {
			return d, nil
		}
		if !p.take("/") {
			return nil, errForm
		}
		key := p.word()
		v, err := p.value(depth + 1)
		if _, twice := d[key]; err != nil || twice {
			return nil, errForm
		}
		d[key] = v
	}
}

// literal reads a string in brackets. Octal escapes are not ours and are refused.
func (p *parser) literal() (any, error) {
	var b strings.Builder
	for depth := 1; p.at < len(p.src); p.at++ {
		switch c := p.src[p.at]; {
		case c == '\\' && p.at+1 < len(p.src):
			p.at++
			plain := strings.IndexByte(`nrtbf()\`, p.src[p.at])
			if plain < 0 {
				return nil, errForm
			}
			b.WriteByte("\n\r\t\b\f()\\"[plain])
			continue
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				p.at++
				return str(b.String()), nil
			}
		}
		b.WriteByte(p.src[p.at])
	}
	return nil, errForm
}
