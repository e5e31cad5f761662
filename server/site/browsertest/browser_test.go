package browsertest

import (
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
