// Package sitetest is a visitor of the pages for tests of desks: the real
// platform, a browser's jar of cookies, forms filled in as people do.
//
// Start with [Open], then [Visitor.Get] and [Visitor.Submit].
package sitetest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/site"
	"probity/server/web"
)

// Town is a platform with its visitors. Its clock stands until it is moved.
type Town struct {
	*apptest.House

	t   testing.TB
	h   http.Handler
	now time.Time
}

// Open opens a platform.
func Open(t testing.TB) *Town { return OpenAs(t, apptest.Options{}) }

// OpenAs opens a platform that is as the options say.
func OpenAs(t testing.TB, o apptest.Options) *Town {
	h := apptest.Open(t, o)
	fast := web.Rate{Every: time.Microsecond, Burst: 1 << 20}
	h.Web.Rates = web.Rates{Address: fast, Account: fast, Costly: fast}
	return &Town{h, t, h.Web.Handler(), biddingtest.Published}
}

// Pass moves the clock on.
func (x *Town) Pass(d time.Duration) { x.now = x.now.Add(d); x.Set(x.now) }

// Now is what the clock shows.
func (x *Town) Now() time.Time { return x.now }

// Visitor is one browser.
type Visitor struct {
	*Town
	Jar    map[string]string
	Lang   string
	Secret string // of the second factor, in base32

	doc  *goquery.Document
	path string
}

// Visitor is a fresh browser that asks for pages in a language.
func (x *Town) Visitor(lang string) *Visitor {
	return &Visitor{Town: x, Jar: map[string]string{}, Lang: lang}
}

// Selection is elements of a page.
type Selection = goquery.Selection

// Page is what came back.
type Page struct {
	*goquery.Document
	Status   int
	Location string
	Header   http.Header
	Text     string // of the body, as it came

	t testing.TB
}

// Get asks for a page and follows no redirect.
func (v *Visitor) Get(path string) *Page { return v.do("GET", path, nil) }

// Post sends a form.
func (v *Visitor) Post(path string, form url.Values) *Page { return v.do("POST", path, form) }

// Save sends a form as the script does that saves while one types.
func (v *Visitor) Save(path string, form url.Values) *Page {
	r := v.request("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("X-Autosave", "1")
	return v.send(r)
}

// Upload sends a form with one file.
func (v *Visitor) Upload(path, file, content string, form url.Values) *Page {
	v.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, list := range form {
		for _, x := range list {
			if name != "file" {
				_ = m.WriteField(name, x)
			}
		}
	}
	if file != "" {
		w, err := m.CreateFormFile("file", file)
		if err != nil {
			v.t.Fatal(err)
		}
		_, _ = io.WriteString(w, content)
	}
	m.Close()
	r := v.request("POST", path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return v.send(r)
}

// Do sends a request as this browser would.
func (v *Visitor) Do(r *http.Request) *Page {
	r.Header.Set("Accept-Language", v.Lang)
	if r.Method == http.MethodPost {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return v.send(r)
}

func (v *Visitor) do(method, path string, form url.Values) *Page {
	v.t.Helper()
	return v.send(v.request(method, path, strings.NewReader(form.Encode())))
}

func (v *Visitor) request(method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Accept-Language", v.Lang)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

func (v *Visitor) send(r *http.Request) *Page {
	v.t.Helper()
	method, path := r.Method, r.URL.RequestURI()
	for name, value := range v.Jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(v.Jar, c.Name)
		} else {
			v.Jar[c.Name] = c.Value
		}
	}
	text := w.Body.String()
	if strings.Contains(text, site.Unsaid) {
		v.t.Errorf("%s %s: a word is missing: %s", method, path, around(text, site.Unsaid))
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		v.t.Fatal(err)
	}
	p := &Page{doc, w.Code, w.Header().Get("Location"), w.Header(), text, v.t}
	if w.Code >= 500 {
		v.t.Errorf("%s %s: %d", method, path, w.Code)
	}
	if w.Code != http.StatusSeeOther {
		v.doc, v.path = doc, path
	}
	return p
}

func around(s, what string) string {
	i := strings.Index(s, what)
	return s[i:min(len(s), i+80)]
}

// Follow goes where a page sends the visitor, and wants it to be there.
func (v *Visitor) Follow(p *Page) *Page {
	v.t.Helper()
	for range 5 {
		if p.Status != http.StatusSeeOther {
			return p
		}
		p = v.Get(p.Location)
	}
	v.t.Fatal("redirects without end")
	return nil
}

// Submit fills in the form of the page that was shown last whose action is
// given, hidden fields and choices included, changes some fields, and sends it.
// Fields come in pairs.
func (v *Visitor) Submit(action string, fields ...string) *Page {
	v.t.Helper()
	return v.Post(action, v.Fill(action, fields...))
}

// Fill is what Submit would send.
func (v *Visitor) Fill(action string, fields ...string) url.Values {
	v.t.Helper()
	f := v.doc.Find(`form[action="` + action + `"]`).First()
	if f.Length() == 0 {
		v.t.Fatalf("%s has no form for %s: %s", v.path, action, strings.Join(strings.Fields(v.doc.Find("main").Text()), " "))
	}
	form := url.Values{}
	f.Find("input[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		kind := s.AttrOr("type", "text")
		if _, on := s.Attr("checked"); (kind == "radio" || kind == "checkbox") && !on {
			return
		}
		value := s.AttrOr("value", "")
		if goquery.NodeName(s) == "textarea" {
			value = s.Text()
		}
		form.Add(s.AttrOr("name", ""), value)
	})
	f.Find("select[name]").Each(func(_ int, s *goquery.Selection) {
		o := s.Find("option[selected]")
		if o.Length() == 0 {
			o = s.Find("option").First()
		}
		form.Add(s.AttrOr("name", ""), o.AttrOr("value", ""))
	})
	for i := 0; i+1 < len(fields); i += 2 {
		if f.Find(`[name="`+fields[i]+`"]`).Length() == 0 {
			v.t.Fatalf("%s: the form for %s has no field %s", v.path, action, fields[i])
		}
		form.Set(fields[i], fields[i+1])
	}
	return form
}
