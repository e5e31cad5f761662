package site

import (
	"net/http"
	"strconv"
	"strings"
)

// The API says its refusals in the visitor's language. Where its sentence speaks
// to programs, of codes and headers, a desk has words for people who read a page
// under "DESK.fault.CODE": they stand in its place in every language.

// faultWords finds the words for codes, whichever desk has them.
func faultWords(keys map[string]bool) map[string]string {
	by := map[string]string{}
	for k := range keys {
		if _, code, ok := strings.Cut(k, ".fault."); ok {
			by[code] = k
		}
	}
	return by
}

// explain says a refusal to a person, and how long to wait where the API says
// it.
func (v *Visit) explain(p *Problem, h http.Header) {
	v.reword(p)
	if n, err := strconv.Atoi(h.Get("Retry-After")); err == nil && n > 2 && p.Status == http.StatusTooManyRequests {
		if n < 90 {
			p.Detail = v.T("site.wait.seconds", "Said", p.Detail, "Count", n)
		} else {
			p.Detail = v.T("site.wait.minutes", "Said", p.Detail, "Count", (n+59)/60)
		}
	}
}

// reword puts the words of a desk, if one has any for the code, in the place of
// the API's sentence.
func (v *Visit) reword(p *Problem) {
	key, ok := v.site.faults[p.Code]
	if !ok {
		return
	}
	was := p.Detail
	p.Detail = v.T(key)
	for name, s := range p.Errors {
		if s == was {
			p.Errors[name] = p.Detail
		}
	}
}
