package browsertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/web"
	"probity/tender/fault"
)

// TestSorryPages opens the page of everything that can go wrong, in both
// languages: each says what has happened, what has not, and what to do next, and
// is held to what all pages are held to. With PROBITY_PICTURES it leaves
// pictures.
func TestSorryPages(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while")
	}
	chromium(t)
	h := apptest.Open(t, apptest.Options{})
	trouble := &trouble{}
	limiter := &shut{Limiter: web.NewBuckets(web.MaxBuckets)}
	h.Web.Limiter, h.Web.Accepting = limiter, trouble.accepting
	s := h.Serve(t)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<!doctype html><title>Elsewhere</title><form method="post" action="%s/account"><button>Win</button></form>`, s.URL)
	}))
	defer other.Close()
	for _, lang := range []string{"en", "zh"} {
		w := begin(t, s.URL, lang, 1)
		for _, c := range []struct {
			status int
			name   string
			known  bool // somebody has signed in
			bring  func()
		}{
			{400, "crooked", false, func() { w.Go("/tenders%2fx") }},
			{401, "stranger", false, func() { w.Go("/account") }},
			{403, "role", true, func() { w.Go("/admin/health") }},
			{403, "elsewhere", true, func() { w.From(other.URL) }},
			{404, "missing", false, func() { w.Go("/tenders/no-such-tender") }},
			{404, "missing-known", true, func() { w.Go("/no-such-page") }},
			{405, "method", true, func() { w.post("/tenders", plain, "q", `"road"`) }},
			{412, "stale", true, func() {
				w.Go("/account")
				w.Eval(`document.querySelector('main [name=_version]').value = 999`, nil)
				w.Fill("main form", "name", "A name of this window")
				w.Submit("main form .govuk-button")
			}},
			{413, "large", true, func() { w.post("/account", plain, "name", `"a".repeat(5 << 20)`) }},
			{415, "kind", true, func() { w.post("/account", "text/plain", "name", `"Somebody"`) }},
			{422, "fields", true, func() { w.post("/account/tokens", plain, "label", `""`) }},
			{429, "flood", true, func() { limiter.next.Store(true); w.Go("/tenders") }},
			{500, "broken", true, func() {
				trouble.set(errors.New("a wheel came off"))
				w.post("/account", plain, "name", `"Somebody Else"`)
			}},
			{503, "busy", true, func() {
				trouble.set(fault.New(fault.Busy, "store.busy", "The store is not to be reached. Try again in a moment."))
				w.post("/account", plain, "name", `"Somebody Else"`)
			}},
		} {
			w.SignOut()
			if c.known {
				w.SignIn(h, biddingtest.Officer)
			}
			c.bring()
			trouble.set(nil)
			if got := w.Status(); got != c.status {
				t.Errorf("%s in %s: %d, not %d: %.300s", c.name, lang, got, c.status, w.Text("body"))
				continue
			}
			if !w.Has(".pb-foot") {
				t.Errorf("%s in %s is no page of ours", c.name, lang)
				continue
			}
			if c.status >= 500 && !w.Has(`main form input[name=name]`) {
				t.Errorf("%s in %s has lost the form", c.name, lang)
			}
			w.checkAt(Look{Width: 320}, Look{Width: 1280, Dark: true})
			if w.pictures != "" {
				w.keep(fmt.Sprintf("%s-sorry-%d-%s", lang, c.status, c.name))
			}
		}
	}
}

// plain is how forms are sent.
const plain = "application/x-www-form-urlencoded"

// trouble is what the platform answers to every change, if anything.
type trouble struct{ err atomic.Pointer[error] }

func (x *trouble) set(err error) { x.err.Store(&err) }

func (x *trouble) accepting(context.Context) error {
	if err := x.err.Load(); err != nil {
		return *err
	}
	return nil
}

// shut refuses one request when it is told to: the page, not what it loads.
type shut struct {
	web.Limiter
	next atomic.Bool
}

func (l *shut) Take(ctx context.Context, key string, r web.Rate) (time.Duration, error) {
	if strings.HasPrefix(key, "address ") && l.next.CompareAndSwap(true, false) {
		return 40 * time.Second, nil
	}
	return l.Limiter.Take(ctx, key, r)
}

// From opens a page of another site and presses its button.
func (p *Page) From(address string) {
	p.t.Helper()
	base := p.base
	p.base = address
	p.Go("/")
	p.base = base
	p.Submit("button")
}

// post sends a form with one field, whose value is written as a script has it.
func (p *Page) post(path, kind, name, value string) {
	p.t.Helper()
	p.Go("/style")
	p.Eval(fmt.Sprintf(`(() => {
	const f = document.createElement('form')
	Object.assign(f, {method: 'post', action: %s, enctype: %s})
	f.innerHTML = '<textarea hidden></textarea><input type="hidden" name="_key" value="0123456789abcdef0123456789abcdef"><button id="send">Send</button>'
	Object.assign(f.firstChild, {name: %s, value: %s})
	document.querySelector('main').prepend(f)
})()`, quote(path), quote(kind), quote(name), value), nil)
	p.Submit("#send")
}
