package site

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Whoever oversees others says why they read what is not public. They are asked
// once for a part of the site; their browser keeps the answer for its pages, and
// every request to the API carries it (see [Visit.Reason]).

const reasonCookie = "why"

// The shortest and the longest reason, in characters.
const (
	minReason = 3
	maxReason = 500
)

// OwnReason is why an administrator looks at members of their own organisation,
// for the record: it is what the page is for.
const OwnReason = "Members of our own organisation, on the page for them"

// Said is the reason that the visitor has given for this part of the site, or "".
func (v *Visit) Said() string {
	c, err := v.R.Cookie(reasonCookie)
	if err != nil {
		return ""
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(b) > 4*maxReason {
		return ""
	}
	return string(b)
}

// Say keeps a reason for the pages below home, for so long. It reports whether
// it is one: neither a slip of the finger nor a book.
func (v *Visit) Say(reason, home string, life time.Duration) bool {
	if n := len([]rune(strings.TrimSpace(reason))); n < minReason || n > maxReason {
		return false
	}
	http.SetCookie(v.W, &http.Cookie{Name: reasonCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(reason)), Path: home, HttpOnly: true,
		MaxAge: int(life.Seconds()), Secure: strings.HasPrefix(v.Site().Origin, "https://"), SameSite: http.SameSiteStrictMode})
	return true
}

// NoReason is what is wrong with a field that gives no reason.
func NoReason(field, sentence string) *Wrong {
	p := &Problem{}
	p.Status, p.Code, p.Detail = http.StatusUnprocessableEntity, "access.reason", sentence
	p.Errors = map[string]string{field: sentence}
	return &Wrong{Problem: p}
}

// Below is a page to go on to if it is one below home, and else home.
func Below(home, then string) string {
	u, err := url.Parse(then)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.Path != home && !strings.HasPrefix(u.Path, home+"/") || strings.ContainsAny(then, "\\\r\n") {
		return home
	}
	return then
}
