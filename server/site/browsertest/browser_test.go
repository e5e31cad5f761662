package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
)

// TestTheGround looks at the pages that all visitors have.
func TestTheGround(t *testing.T) {
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	for _, lang := range []string{"en", "zh"} {
		p := Open(t, s.URL, Look{Lang: lang})
		for _, path := range []string{"/style", "/sign-in", "/no-such-page"} {
			p.Go(path)
			p.Check()
		}
	}
}

func TestSignIn(t *testing.T) {
	s := apptest.Open(t, apptest.Options{}).Serve(t)
	p := Open(t, s.URL, Look{})
	p.SignIn(s.House, biddingtest.Officer)
	if status := p.Go("/style"); status != http.StatusOK {
		t.Fatal(status, p.Text("main"))
	}
	if got := p.Text(".pb-head__tools"); !strings.Contains(got, biddingtest.Officer.Name) {
		t.Errorf("the header says %q", got)
	}
}

// recorder is a test that failed, without failing.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Errorf(form string, args ...any) { r.said = append(r.said, form) }

// TestEnglish shows a page in Chinese with English on it, ours and others'.
func TestEnglish(t *testing.T) {
	const page = `<!doctype html><html lang="zh-Hans"><title>%s</title><main>%s</main>`
	for about, c := range map[string]struct {
		title, body string
		want        string // the beginning of what is found; "" for nothing
	}{
		"all is Chinese":       {"公告", "<p>API 和 PDF</p>", ""},
		"a text":               {"公告", "<p>状态：Not possible any more.</p>", "Not possible any more"},
		"what is read out":     {"公告", `<button aria-label="Close this now">关</button>`, "Close this now"},
		"a title":              {"Nothing was found", "<p>无</p>", "Nothing was found"},
		"what others said":     {"公告", `<p>问：<span lang="">Is a cable enough?</span> <span lang="en">Road works ahead</span></p>`, ""},
		"said, and said again": {"Puerto Claro Works – 平台", `<h1 lang="en">Puerto Claro Works</h1>`, ""},
		"code":                 {"公告", `<code>go run the server</code><p translate="no">Noto Sans SC</p>`, ""},
		"invented names":       {"公告", "<p>开标人：Name of u-head</p>", ""},
		"addresses":            {"公告", `<p>https://a.example/b me@example.org /a/b/c</p>`, ""},
	} {
		t.Run(about, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = fmt.Fprintf(w, page, c.title, c.body)
			}))
			defer s.Close()
			p := Open(t, s.URL, Look{Lang: "zh"})
			p.Go("/")
			got := p.English()
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
				t.Errorf("found %q", got)
			}
		})
	}
}

// TestItSees shows pages that are wrong, to see that it is noticed.
func TestItSees(t *testing.T) {
	mux := http.NewServeMux()
	page := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Security-Policy", "script-src 'self'; style-src 'unsafe-inline'")
			_, _ = w.Write([]byte("<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>" + body + "</main>"))
		})
	}
	page("/good", "<p>Nothing is wrong.</p>")
	page("/label", "<input>")
	page("/contrast", `<p style="color:#bbb;background:#fff">Too pale.</p>`)
	page("/wide", `<div style="width:2000px;height:1px"></div>`)
	page("/inline", "<script>alert(1)</script>")
	page("/throws", `<script src="/throw.js"></script>`)
	mux.HandleFunc("GET /throw.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte("throw new Error('on purpose')"))
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	for path, want := range map[string]bool{"/good": false, "/label": true, "/contrast": true, "/wide": true, "/inline": true, "/throws": true} {
		t.Run(path, func(t *testing.T) {
			r := &recorder{TB: t}
			p := Open(t, s.URL, Look{})
			p.t = r
			p.Go(path)
			p.Check()
			if noticed := len(r.said) > 0; noticed != want {
				t.Errorf("noticed %v: %q", noticed, r.said)
			}
		})
	}
}
