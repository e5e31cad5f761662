// Package browsertest looks at pages as people do: in a real headless Chromium,
// against the real platform.
//
// A test opens a house (apptest), serves it and opens a page:
//
//	s := apptest.Open(t, apptest.Options{}).Serve(t)
//	p := browsertest.Open(t, s.URL, browsertest.Look{Lang: "zh", Width: 320})
//	p.SignIn(s.House, biddingtest.Officer)
//	p.Go("/tenders")
//	p.Type("#f-q", "桥")
//	p.Submit(".pb-search button")
//	p.Check() // axe, light and dark, at 320 and 1280 px; nothing sticks out
//
// The browser is one for the whole test program; each page has cookies and
// storage of its own. Scripts that throw, and what the page's policy blocks,
// fail the test.
//
// To make pictures of every page in both languages at three widths, in the dark
// and as on paper, or of those whose paths match an expression:
//
//	PROBITY_PICTURES=/tmp/pictures go test ./server/site/browsertest -run TestEveryPage
//	PROBITY_PICTURES=/tmp/pictures PROBITY_PAGES='^/admin' go test ./server/site/browsertest -run TestEveryPage
package browsertest

import (
	"context"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"probity/server/app/apptest"
	"probity/tender/party"
)

// Look is how somebody looks at pages. The zero value is English at 1280 px in
// the light.
type Look struct {
	Lang     string
	Width    int
	Dark     bool
	NoScript bool
	Paper    bool // as it is printed
}

// Page is a tab with a profile of its own.
type Page struct {
	t    testing.TB
	ctx  context.Context
	base string
	look Look

	mu     sync.Mutex
	status int64 // of the last page
	faults []string
}

// patience bounds one act; what takes longer hangs.
const patience = 30 * time.Second

// Need skips a test on a machine without a browser. A test that opens its pages
// in parts of itself calls it first.
func Need(t testing.TB) {
	t.Helper()
	chromium(t)
}

// chromium finds the browser, or skips the test.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium on this machine")
	return ""
}

// started starts Chromium once; it dies with the test program.
var started = sync.OnceValues(func() (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("font-render-hinting", "none"))
	alloc, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(alloc)
	return ctx, chromedp.Do(ctx)
})

var found string

// Open opens an empty tab for the pages under base. It closes with the test.
func Open(t testing.TB, base string, l Look) *Page {
	t.Helper()
	path := chromium(t)
	if found == "" {
		found = path
	}
	root, err := started()
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return tab(t, root, base, l, chromedp.WithNewBrowserContext())
}

// Second opens another tab of the same profile.
func (p *Page) Second() *Page {
	p.t.Helper()
	return tab(p.t, p.ctx, p.base, p.look)
}

func tab(t testing.TB, root context.Context, base string, l Look, more ...chromedp.ContextOption) *Page {
	t.Helper()
	p := &Page{t: t, base: base}
	ctx, cancel := chromedp.NewContext(root, append(more, chromedp.WithListener(p.listen))...)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // makes the tab, which lives as long as ctx
		t.Fatalf("Chromium opens no tab: %v", err)
	}
	p.ctx = ctx
	command(p, network.Enable, network.EnableParams{})
	command(p, log.Enable, cdp.Empty{})
	p.Look(l)
	return p
}

// listen notes what went wrong in the page, and how the server answered.
func (p *Page) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.faults = append(p.faults, "script: "+e.ExceptionDetails.Text+" "+exception(e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity && e.Entry.Level == log.EntryLevelError {
			p.faults = append(p.faults, "policy: "+e.Entry.Text)
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			p.status = e.Response.Status
		}
	}
}

// Do runs actions of package chromedp, for what has no method here.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// ask runs one action that finds something out.
func ask[T any](p *Page, a chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, a)
}

// command gives the browser one command of its protocol.
func command[P, R any](p *Page, c cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, c, params)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// Look changes how the page is looked at, from the next Go on.
func (p *Page) Look(l Look) {
	p.t.Helper()
	if l.Lang == "" {
		l.Lang = "en"
	}
	if l.Width == 0 {
		l.Width = 1280
	}
	scheme, media := "light", "screen"
	if l.Dark {
		scheme = "dark"
	}
	if l.Paper {
		media = "print"
	}
	p.look = l
	p.size(l.Width, 900)
	command(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	command(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.NoScript})
	p.cookie("lang", l.Lang)
}

func (p *Page) cookie(name, value string) {
	p.t.Helper()
	command(p, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: p.base})
}

func (p *Page) size(width, height int) {
	p.t.Helper()
	command(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: int64(height), DeviceScaleFactor: 1})
}

// Carry gives the tab cookies that somebody's browser has.
func (p *Page) Carry(jar map[string]string) {
	p.t.Helper()
	for name, value := range jar {
		p.cookie(name, value)
	}
}

// SignIn gives the tab a session of somebody in the house.
func (p *Page) SignIn(h *apptest.House, by party.Actor) {
	p.t.Helper()
	p.cookie("session", h.Session(by))
	if by.Org != "" {
		p.cookie("place", by.Org+"/"+string(by.Role))
	}
}
