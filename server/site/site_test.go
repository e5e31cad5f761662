package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"probity/server/app/apptest"
	"probity/server/site"
)

// browser is a visitor with a jar of cookies, in this process.
type browser struct {
	t    *testing.T
	h    http.Handler
	jar  map[string]string
	lang string
}

func visitor(t *testing.T) (*browser, *apptest.House) {
	h := apptest.Open(t, apptest.Options{})
	return &browser{t, h.Web.Handler(), map[string]string{}, "en"}, h
}

func (b *browser) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept-Language", b.lang)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.jar, c.Name)
		} else {
			b.jar[c.Name] = c.Value
		}
	}
	if strings.Contains(w.Body.String(), site.Unsaid) {
		b.t.Errorf("%s %s: a word is missing", method, path)
	}
	return w
}

func read(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPageHeaders(t *testing.T) {
	b, _ := visitor(t)
	w := b.do("GET", "/sign-in", nil)
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatal(w.Code, w.Header())
	}
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %s", want)
		}
	}
	if strings.Contains(csp, "unsafe") {
		t.Error("the policy lets something unsafe through")
	}
	if n := read(t, w).Find("script:not([src]):not([type='application/json']), style, [style], [onclick]").Length(); n != 0 {
		t.Errorf("%d things stand inline", n)
	}
}

func TestNothingHere(t *testing.T) {
	b, _ := visitor(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/no-such-page", 404},
		{"POST", "/no-such-page", 404},
		{"GET", "/api/v1/no-such-route", 404},
		{"POST", "/sign-in%2f", 400},
	} {
		if w := b.do(c.method, c.path, nil); w.Code != c.status {
			t.Errorf("%s %s: %d", c.method, c.path, w.Code)
		}
	}
}

func TestLanguage(t *testing.T) {
	b, _ := visitor(t)
	if got := read(t, b.do("GET", "/sign-in", nil)).Find("html").AttrOr("lang", ""); got != "en" {
		t.Errorf("a page in %q", got)
	}
	b.lang = "fr, zh-TW;q=0.8, en;q=0.5"
	if got := read(t, b.do("GET", "/sign-in", nil)).Find("html").AttrOr("lang", ""); got != "zh-Hans" {
		t.Errorf("who asks for Chinese gets %q", got)
	}
	b.lang = "en"
	w := b.do("GET", "/sign-in?next=%2Fx&lang=zh", nil)
	if w.Code != 303 || w.Header().Get("Location") != "/sign-in?next=%2Fx" {
		t.Fatal(w.Code, w.Header())
	}
	if got := read(t, b.do("GET", "/sign-in", nil)).Find("html").AttrOr("lang", ""); got != "zh-Hans" {
		t.Errorf("the choice was forgotten: %q", got)
	}
}

func TestSignInRefused(t *testing.T) {
	b, _ := visitor(t)
	w := b.do("POST", "/sign-in", url.Values{"email": {"nobody@example.org"}, "password": {"wrong"}, "next": {"//evil.example"}})
	d := read(t, w)
	if w.Code != 401 || d.Find(".govuk-error-summary").Length() != 1 {
		t.Fatal(w.Code, d.Find("main").Text())
	}
	if d.Find("[name=email]").AttrOr("value", "") != "nobody@example.org" {
		t.Error("the address has to be typed again")
	}
	if d.Find("[name=password]").AttrOr("value", "") != "" {
		t.Error("the password stands in the page")
	}
	if next := d.Find("[name=next]").AttrOr("value", ""); next != "/desk" {
		t.Errorf("it would go on to %q", next)
	}
}

// What was typed before a session ended is sent after signing in again.
func TestFormKept(t *testing.T) {
	b, _ := visitor(t)
	b.jar["session"] = "gone"
	form := url.Values{"place": {"x/officer"}, "note": {"a\nb <i>"}, "password": {"secret"}, "next": {"/"}}
	w := b.do("POST", "/place", form)
	d := read(t, w)
	if w.Code != 401 || d.Find("[name=_then]").AttrOr("value", "") != "/place" {
		t.Fatal(w.Code)
	}
	if got := d.Find(`[name="_keep.note"]`).AttrOr("value", ""); got != "a\nb <i>" {
		t.Errorf("kept %q", got)
	}
	if d.Find(`[name="_keep.password"]`).Length() != 0 {
		t.Error("a password was kept")
	}
}

func TestAnotherSite(t *testing.T) {
	b, _ := visitor(t)
	r := httptest.NewRequest("POST", "/sign-in", strings.NewReader("email=a"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	if w.Code != 403 {
		t.Fatal(w.Code)
	}
}
