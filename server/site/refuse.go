package site

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"probity/server/web"
)

// The API's sentences are English. A desk that is read in another language has
// words for them under "DESK.fault.CODE": what to say for a refusal of that
// code. What the API says of a field's shape stands in the ground's words. A
// sentence without words stays as it is: better English than nothing.

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

// shapes are the API's sentences about the shape of a field, as patterns, and
// the words that say the same.
var shapes = []struct {
	form *regexp.Regexp
	key  string
}{
	{regexp.MustCompile(`^Fill this in\.$`), "site.shape.required"},
	{regexp.MustCompile(`^At most (\S+) characters\.$`), "site.shape.long"},
	{regexp.MustCompile(`^At least (\S+) characters\.$`), "site.shape.short"},
	{regexp.MustCompile(`^Exactly (\S+) characters\.$`), "site.shape.exact"},
	{regexp.MustCompile(`^At most (\S+) of these\.$`), "site.shape.many"},
	{regexp.MustCompile(`^At least (\S+) of these\.$`), "site.shape.few"},
	{regexp.MustCompile(`^Give each of these once\.$`), "site.shape.unique"},
	{regexp.MustCompile(`^At most (\S+)\.$`), "site.shape.most"},
	{regexp.MustCompile(`^At least (\S+)\.$`), "site.shape.least"},
	{regexp.MustCompile(`^Less than (\S+)\.$`), "site.shape.less"},
	{regexp.MustCompile(`^More than (\S+)\.$`), "site.shape.more"},
	{regexp.MustCompile(`^Choose one of: (.+)\.$`), "site.shape.choose"},
	{regexp.MustCompile(`^Write an e-mail address like`), "site.shape.email"},
	{regexp.MustCompile(`^This does not have the form it must have\.$`), "site.shape.form"},
}

// explain puts a refusal into the visitor's language, and says how long to wait
// where the API says it.
func (v *Visit) explain(p *Problem, h http.Header) {
	if v.Lang != Languages[0] {
		v.translate(p)
	}
	if n, err := strconv.Atoi(h.Get("Retry-After")); err == nil && n > 2 && p.Status == http.StatusTooManyRequests {
		if n < 90 {
			p.Detail += " " + v.T("site.wait.seconds", "Count", n)
		} else {
			p.Detail += " " + v.T("site.wait.minutes", "Count", (n+59)/60)
		}
	}
}

func (v *Visit) translate(p *Problem) {
	key, known := v.site.faults[p.Code]
	if known {
		was := p.Detail
		p.Detail = v.T(key)
		for name, s := range p.Errors {
			if s == was || len(p.Errors) == 1 {
				p.Errors[name] = p.Detail
			}
		}
	}
	for name, s := range p.Errors {
		for _, x := range shapes {
			if m := x.form.FindStringSubmatch(s); m != nil {
				p.Errors[name] = v.T(x.key, "N", m[len(m)-1])
				break
			}
		}
	}
}

// Known is the error of a page that is for people whom we know; nil if the
// visitor is one. A stranger is asked to sign in, and comes back to it.
func (v *Visit) Known() error {
	if v.SignedIn() {
		return nil
	}
	return &Problem{web.Problem{Status: http.StatusUnauthorized, Code: "actor.unknown", Detail: v.T("site.sign_in.title")}}
}
