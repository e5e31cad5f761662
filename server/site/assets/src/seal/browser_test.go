package seal

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// assets is the folder of package.json.
const assets = "../.."

// engine is a browser that people have: the names under which it is installed,
// and how it opens a page in a profile of its own, without a window.
type engine struct {
	says  string
	names []string
	args  func(profile string) []string
}

var engines = []engine{
	{"chromium", []string{"chromium", "chromium-browser", "google-chrome"}, func(profile string) []string {
		return []string{"--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--user-data-dir=" + profile}
	}},
	{"firefox", []string{"firefox-esr", "firefox"}, func(profile string) []string {
		return []string{"--headless", "--no-remote", "--profile", profile}
	}},
}

// inBrowsers runs a test in each engine; one that is not installed skips it.
func inBrowsers(t *testing.T, test func(*testing.T, *browser)) {
	t.Helper()
	for _, e := range engines {
		t.Run(e.says, func(t *testing.T) {
			for _, name := range e.names {
				if path, err := exec.LookPath(name); err == nil {
					test(t, newBrowser(t, e, path))
					return
				}
			}
			t.Skipf("there is no %s here", e.says)
		})
	}
}

// browser runs pages of test/page.js in a real browser.
type browser struct {
	engine
	path    string
	t       *testing.T
	mux     *http.ServeMux
	url     string
	result  chan []byte
	payload string // where what the page posts to /payload goes
}

// newBrowser bundles the page and serves it. It skips where there is no esbuild.
func newBrowser(t *testing.T, e engine, path string) *browser {
	t.Helper()
	dir := t.TempDir()
	bundle(t, "src/seal/test/page.js", filepath.Join(dir, "page.js"))
	bundle(t, "src/entries/seal-worker.js", filepath.Join(dir, "worker.js"))
	b := &browser{engine: e, path: path, t: t, mux: http.NewServeMux(), result: make(chan []byte, 1), payload: filepath.Join(dir, "payload")}
	b.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, `<!doctype html><html lang="en"><title>test</title><script src="/page.js" defer></script></html>`)
	})
	b.mux.Handle("GET /page.js", http.FileServer(http.Dir(dir)))
	b.mux.Handle("GET /worker.js", http.FileServer(http.Dir(dir)))
	b.mux.Handle("GET /fixtures/", http.StripPrefix("/fixtures/", http.FileServer(http.Dir("../../../../../bidding/seal/testdata"))))
	b.mux.Handle("GET /mine/", http.StripPrefix("/mine/", http.FileServer(http.Dir("test"))))
	b.mux.HandleFunc("POST /payload", b.takePayload)
	b.mux.HandleFunc("POST /result", func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.result <- body
	})
	s := httptest.NewServer(b.mux)
	t.Cleanup(s.Close)
	b.url = strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	return b
}

// bundle makes one script of a module, as build.sh does.
func bundle(t *testing.T, entry, out string) {
	t.Helper()
	tool := filepath.Join(assets, "node_modules/.bin/esbuild")
	if _, err := os.Stat(tool); err != nil {
		t.Skip("esbuild is not installed here; build.sh does it")
	}
	abs, err := filepath.Abs(tool)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(abs, entry, "--bundle", "--format=iife", "--target=es2022", "--log-level=warning", "--outfile="+out)
	cmd.Dir = assets
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("esbuild: %v\n%s", err, said)
	}
}

func (b *browser) takePayload(_ http.ResponseWriter, r *http.Request) {
	f, err := os.Create(b.payload)
	if err == nil {
		_, err = io.Copy(f, r.Body)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		b.t.Error(err)
	}
}

// run opens the page with a query and reads what it posts.
func (b *browser) run(query string, out any) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.path, append(b.args(b.t.TempDir()), b.url+"/?"+query)...)
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	select {
	case body := <-b.result:
		var broken struct{ Broken string }
		if json.Unmarshal(body, &broken) == nil && broken.Broken != "" {
			b.t.Fatal(broken.Broken)
		}
		if err := json.Unmarshal(body, out); err != nil {
			b.t.Fatalf("%v in %.300s", err, body)
		}
	case <-ctx.Done():
		b.t.Fatal("the browser has not answered")
	}
}

// job serves what the page is to do.
func (b *browser) job(v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		b.t.Fatal(err)
	}
	b.mux.HandleFunc("GET /job", func(w http.ResponseWriter, _ *http.Request) { w.Write(raw) })
}

func TestCasesInNode(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no node here")
	}
	if _, err := os.Stat(filepath.Join(assets, "node_modules/@noble")); err != nil {
		t.Skip("the libraries are not installed here; build.sh does it")
	}
	out, err := exec.Command("node", "--test", "test/node.test.js").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestCasesInTheBrowser(t *testing.T) {
	inBrowsers(t, func(t *testing.T, b *browser) {
		for _, how := range []string{"native", "noble"} {
			t.Run(how, func(t *testing.T) {
				var out struct {
					Native  map[string]bool
					Results []struct {
						Name, Failure string
						MS            int
					}
				}
				b.run("job=cases&"+how, &out)
				t.Logf("the browser's own: %v", out.Native)
				if len(out.Results) < 20 {
					t.Fatalf("only %d cases ran", len(out.Results))
				}
				for _, r := range out.Results {
					if r.Failure != "" {
						t.Errorf("%s: %s", r.Name, r.Failure)
					}
				}
			})
		}
	})
}
