package browsertest

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Go opens a page of the site and returns the status of the answer.
func (p *Page) Go(path string) int {
	p.t.Helper()
	p.Do(chromedp.Navigate(p.base+path), chromedp.WaitReady(chromedp.CSS("body")))
	p.sound()
	return p.Status()
}

// Status is that of the page that is shown.
func (p *Page) Status() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.status)
}

// sound fails the test for what went wrong since the last look.
func (p *Page) sound() {
	p.t.Helper()
	p.mu.Lock()
	faults := p.faults
	p.faults = nil
	p.mu.Unlock()
	for _, f := range faults {
		p.t.Errorf("%s: %s", p.Here(), f)
	}
}

// Here is the path of the page that is shown, with its query.
func (p *Page) Here() string {
	p.t.Helper()
	at, err := ask(p, chromedp.Location())
	if err != nil {
		p.t.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		p.t.Fatal(err)
	}
	return u.RequestURI()
}

// Has reports whether the page has such an element at this moment.
func (p *Page) Has(selector string) bool {
	p.t.Helper()
	var n int
	p.Eval(`document.querySelectorAll(`+quote(selector)+`).length`, &n)
	return n > 0
}

// Text is what an element says, once it is there, in one line.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	s, err := ask(p, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		p.t.Fatalf("%s: %v", selector, err)
	}
	return strings.Join(strings.Fields(s), " ")
}

// Eval evaluates an expression in the page into out, a pointer or nil. It waits
// for a promise.
func (p *Page) Eval(expression string, out any) {
	p.t.Helper()
	s, err := ask(p, chromedp.Evaluate[string](`Promise.resolve(`+expression+`).then(x => JSON.stringify(x ?? null))`, chromedp.EvalAwaitPromise))
	if err == nil && out != nil {
		err = json.Unmarshal([]byte(s), out)
	}
	if err != nil {
		p.t.Fatalf("%.200s: %v", expression, err)
	}
}

func exception(o *runtime.RemoteObject) string {
	if o == nil {
		return ""
	}
	return o.Description
}

// SignOut makes the tab forget who it was.
func (p *Page) SignOut() {
	p.t.Helper()
	for _, name := range []string{"session", "place"} {
		command(p, network.DeleteCookies, network.DeleteCookiesParams{Name: name, URL: p.base})
	}
}
