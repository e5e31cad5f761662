package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"probity/server/web"
	"probity/tender/party"
)

// Visit is one request for a page on its way through a handler.
type Visit struct {
	R    *http.Request
	W    http.ResponseWriter
	Lang string // "en" or "zh"
	Me   *Me    // who visits; nil if nobody has signed in

	// Reason is why somebody who oversees others reads what is closed to the
	// public; it goes on record with each such read.
	Reason string

	site *Site
	now  time.Time
}

// Me is the visitor, as the API knows them.
type Me struct {
	User    string         `json:"user"`
	Name    string         `json:"name"`
	Email   string         `json:"email"`
	Org     string         `json:"organisation"` // where they act
	Role    party.Role     `json:"role"`
	Half    bool           `json:"half"`   // must make a second factor first
	Choose  bool           `json:"choose"` // must choose a place first
	Places  []Place        `json:"places"`
	Rights  []party.Action `json:"rights"`
	Version int64          `json:"version"`
	Unread  int            `json:"unread"` // notices, counted up to ten
}

// Place is an organisation that a person may act for.
type Place struct {
	Org   string        `json:"organisation"`
	Kind  party.OrgKind `json:"kind"`
	Roles []party.Role  `json:"roles"`
}

// May reports whether the visitor could do such a thing somewhere.
func (m *Me) May(a party.Action) bool { return m != nil && slices.Contains(m.Rights, a) }

// Languages are those of the pages, the first for those who ask for no other.
var Languages = []string{"en", "zh"}

// offered are the tags that the languages answer to, in pairs: who reads
// traditional characters is better served by simplified ones than by English.
var offered = []struct{ tag, lang string }{{"en", "en"}, {"zh-Hans", "zh"}, {"zh-Hant", "zh"}}

var matcher = func() language.Matcher {
	var tags []language.Tag
	for _, o := range offered {
		tags = append(tags, language.MustParse(o.tag))
	}
	return language.NewMatcher(tags)
}()

const langCookie = "lang"

// visit finds out who visits and in which language.
func (s *Site) visit(w http.ResponseWriter, r *http.Request) *Visit {
	v := s.stranger(w, r)
	v.whoami()
	return v
}

// stranger finds out the language alone.
func (s *Site) stranger(w http.ResponseWriter, r *http.Request) *Visit {
	v := &Visit{R: r, W: w, site: s, Lang: Languages[0]}
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(Languages, c.Value) {
		v.Lang = c.Value
	} else if tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language")); err == nil && len(tags) > 0 {
		_, i, _ := matcher.Match(tags...)
		v.Lang = offered[i].lang
	}
	v.W.Header().Set("Content-Language", v.Lang)
	return v
}

// whoami asks who the visitor is. A session that has ended is nobody's; a place
// that one has lost is forgotten.
func (v *Visit) whoami() {
	if !v.hasSession() {
		return
	}
	var me Me
	err := v.Get(&me, "/api/v1/me")
	if p, ok := Refused(err); ok && p.Code == "actor.place" && v.cookie(web.PlaceCookie) != "" {
		v.forget(web.PlaceCookie)
		err = v.Get(&me, "/api/v1/me")
	}
	if err == nil {
		v.Me = &me
	}
}

// hasSession reports whether the browser has brought a session, good or not.
func (v *Visit) hasSession() bool {
	return v.cookie("session") != "" || v.cookie("__Host-session") != ""
}

// SignedIn reports whether we know who visits.
func (v *Visit) SignedIn() bool { return v.Me != nil }

// Context ends with the request.
func (v *Visit) Context() context.Context { return v.R.Context() }

// Path is a part of the address: "{id}".
func (v *Visit) Path(name string) string { return v.R.PathValue(name) }

// Query is a value behind the question mark of the address.
func (v *Visit) Query(name string) string { return v.R.URL.Query().Get(name) }

// Now is the legal time, read once for a page.
func (v *Visit) Now() time.Time {
	if v.now.IsZero() {
		now, err := v.site.Clock.Now(v.Context())
		if err != nil {
			now = time.Now()
		}
		v.now = now.UTC()
	}
	return v.now
}

// Site is what the page belongs to.
func (v *Visit) Site() *Site { return v.site }

// T is a text of the catalogues, for what handlers must say themselves.
func (v *Visit) T(key string, args ...any) string { return v.site.words.say(v.Lang, key, args...) }

// switchLanguage answers an address with ?lang=: it keeps the choice and goes
// back to the page.
func (v *Visit) switchLanguage() bool {
	q := v.R.URL.Query()
	lang := q.Get("lang")
	if v.R.Method != http.MethodGet || !slices.Contains(Languages, lang) {
		return false
	}
	v.remember(langCookie, lang, 365*24*time.Hour)
	q.Del("lang")
	to := v.R.URL.EscapedPath()
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	http.Redirect(v.W, v.R, to, http.StatusSeeOther)
	return true
}

// With is this page's address with one value behind the question mark changed.
func (v *Visit) With(name, value string) string {
	q := v.R.URL.Query()
	q.Set(name, value)
	return v.R.URL.EscapedPath() + "?" + q.Encode()
}

// SeeOther sends the visitor on after a form was done. done is the key of a
// sentence that the next page says once ("account.done.saved"), or "".
func (v *Visit) SeeOther(done, path string, args ...any) error {
	if done != "" {
		v.remember(doneCookie, done, time.Minute)
	}
	http.Redirect(v.W, v.R, fill(path, args), http.StatusSeeOther)
	return nil
}

const doneCookie = "done"

// done is the sentence that the page before has left, once.
func (v *Visit) done() string {
	key := v.cookie(doneCookie)
	if key == "" {
		return ""
	}
	v.forget(doneCookie)
	if !strings.Contains(key, ".done.") || !v.site.words.has(key) {
		return ""
	}
	return v.T(key)
}

func (v *Visit) cookie(name string) string {
	c, err := v.R.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// remember keeps a harmless value in the browser.
func (v *Visit) remember(name, value string, life time.Duration) {
	http.SetCookie(v.W, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, MaxAge: int(life / time.Second),
		Secure: strings.HasPrefix(v.site.Origin, "https://"), SameSite: http.SameSiteLaxMode})
}

// forget takes a value back, for this request too.
func (v *Visit) forget(name string) {
	v.remember(name, "", -time.Second)
	var rest []string
	for _, c := range v.R.Cookies() {
		if c.Name != name {
			rest = append(rest, c.Name+"="+c.Value)
		}
	}
	v.R.Header.Set("Cookie", strings.Join(rest, "; "))
}

// fill writes a path with its parts escaped.
func fill(path string, args []any) string {
	for i, a := range args {
		args[i] = url.PathEscape(fmt.Sprint(a))
	}
	if len(args) == 0 {
		return path
	}
	return fmt.Sprintf(path, args...)
}

// local reports whether a path leads to this site, wherever it came from.
func local(path string) bool {
	u, err := url.Parse(path)
	return err == nil && u.Scheme == "" && u.Host == "" && u.Opaque == "" && strings.HasPrefix(path, "/") &&
		!strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "\\\r\n")
}
