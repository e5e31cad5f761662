package seal

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/bidding/seal"
)

// assets is the folder of package.json.
const assets = "../.."

// browser runs pages of test/page.js in a real Chromium.
type browser struct {
	t       *testing.T
	mux     *http.ServeMux
	url     string
	result  chan []byte
	payload string // where what the page posts to /payload goes
}

// newBrowser bundles the page and serves it. It skips where there is no
// browser, or no esbuild.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("there is no chromium here")
	}
	dir := t.TempDir()
	bundle(t, "src/seal/test/page.js", filepath.Join(dir, "page.js"))
	bundle(t, "src/entries/seal-worker.js", filepath.Join(dir, "worker.js"))
	b := &browser{t: t, mux: http.NewServeMux(), result: make(chan []byte, 1), payload: filepath.Join(dir, "payload")}
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
	cmd := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-dev-shm-usage", "--user-data-dir="+b.t.TempDir(), b.url+"/?"+query)
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
	for _, how := range []string{"native", "noble"} {
		t.Run(how, func(t *testing.T) {
			var out struct {
				Native  map[string]bool
				Results []struct {
					Name, Failure string
					MS            int
				}
			}
			newBrowser(t).run("job=cases&"+how, &out)
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
}

// world is a manifest with three hybrid openers, two of whom must act.
type world struct {
	keys     []*seal.OpenerKey
	manifest *seal.Manifest
}

var (
	deadline = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	opens    = deadline.Add(time.Hour)
)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	g := seal.Group{K: 2, Name: "committee"}
	for i := range 3 {
		k, err := seal.GenerateOpenerKey()
		if err != nil {
			t.Fatal(err)
		}
		w.keys = append(w.keys, k)
		g.Openers = append(g.Openers, seal.Opener{ID: fmt.Sprintf("o-%d", i), Key: k.Public(), Name: "开标人"})
	}
	var err error
	if w.manifest, err = seal.NewManifest("T-2026-1", deadline, opens, []seal.Group{g}); err != nil {
		t.Fatal(err)
	}
	return w
}

// opening makes the closing lists and the batch of these cases.
func (w *world) opening(t *testing.T, cases ...seal.Case) seal.Opening {
	t.Helper()
	var live, stored []seal.Entry
	for i, c := range cases {
		e := seal.Entry{Bidder: c.Bid.Bidder, Envelopes: c.Bid.Envelopes, Leaf: int64(i), Lot: c.Bid.Lot, Seq: c.Bid.Seq, State: seal.Live}
		live = append(live, e)
		e.State = seal.Stored
		stored = append(stored, e)
	}
	o := seal.Opening{Manifest: w.manifest, Cases: cases, Now: opens}
	var err error
	if o.Closed, err = seal.NewClosing(seal.Closed, "", w.manifest.Tender, live); err != nil {
		t.Fatal(err)
	}
	if o.Window, err = seal.NewClosing(seal.WindowClosed, o.Closed.Head().Hash(), w.manifest.Tender, stored); err != nil {
		t.Fatal(err)
	}
	if o.Batch, err = seal.NewBatch(w.manifest, o.Window, "1", "financial"); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestGoOpensWhatTheBrowserSealed(t *testing.T) {
	b, w := newBrowser(t), newWorld(t)
	big := make([]byte, 21<<20)
	rand.Read(big)
	contents := map[string][]byte{"offer.json": []byte(`{"v":1}`), "图纸 plan.pdf": big, "empty": {}}
	record := seal.Bid{Bidder: "b:1", Lot: "1", Openers: w.manifest.Openers(), Seq: 1, Tender: w.manifest.Tender}
	var files []map[string]string
	for name, content := range contents {
		at := "/file/" + hex.EncodeToString([]byte(name))
		b.mux.HandleFunc("GET "+at, func(rw http.ResponseWriter, _ *http.Request) { rw.Write(content) })
		files = append(files, map[string]string{"name": name, "media": "application/octet-stream", "url": at})
	}
	b.job(map[string]any{"manifest": string(w.manifest.Bytes()), "context": w.manifest.Context(record, "financial"), "files": files})
	var out struct {
		Header, Sums, Recovery []byte
		Fingerprint            string
		MS, Told               int
		Last                   []any
	}
	b.run("job=seal", &out)
	t.Logf("sealed %d bytes in %d ms", len(big), out.MS)

	record.Envelopes = []seal.EnvelopeRef{{F: out.Fingerprint, Name: "financial"}}
	c := seal.Case{Manifest: w.manifest, Bid: record, Envelope: "financial", Header: out.Header}
	h, err := c.CheckSubmission()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Payload.CheckPartHashes(out.Sums); err != nil || h.Payload.Parts < 3 {
		t.Fatalf("%d parts: %v", h.Payload.Parts, err)
	}
	recovery, err := seal.ParseRecovery(out.Recovery, "pass")
	if err != nil {
		t.Fatal(err)
	}
	seed, ok := recovery.Seed(c.Fingerprint())
	if !ok {
		t.Fatal("the recovery file is for another bid")
	}
	if out.Told < 2 || out.Last[0] != "seal" || out.Last[1] != out.Last[2] {
		t.Errorf("progress was told %d times, at last %v", out.Told, out.Last)
	}

	o := w.opening(t, c)
	var answers []seal.Answer
	for _, k := range []int{2, 0} {
		a, err := seal.OpenShares(w.keys[k], o)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	results, err := seal.Combine(o, answers, nil)
	if err != nil || results[0].Cause != "" || !results[0].Seed.Equal(seed) {
		t.Fatalf("%v, %v", err, results)
	}
	payload, err := os.Open(b.payload)
	if err != nil {
		t.Fatal(err)
	}
	defer payload.Close()
	got := map[string]*bytes.Buffer{}
	v, err := results[0].Judge(payload, func(f seal.File, _ int) (io.Writer, error) {
		got[f.Name] = &bytes.Buffer{}
		return got[f.Name], nil
	})
	if err != nil || v.State != seal.Opened || len(v.Files) != len(contents) {
		t.Fatalf("%v, %v", v, err)
	}
	for name, content := range contents {
		if got[name] == nil || !bytes.Equal(got[name].Bytes(), content) {
			t.Errorf("%q came out different", name)
		}
	}
}

func TestTheBrowserOpensWhatGoSealed(t *testing.T) {
	b, w := newBrowser(t), newWorld(t)
	type shown struct {
		Record  string `json:"record"`
		Header  []byte `json:"header"`
		Proof   string `json:"proof,omitempty"`
		Payload string `json:"payload,omitempty"`
	}
	var cases []seal.Case
	var show []shown
	var sums [][32]byte
	for i := range 20 {
		content := make([]byte, 1000+i*100_000)
		rand.Read(content)
		sum := sha256.Sum256(content)
		record := seal.Bid{Bidder: fmt.Sprintf("b:%d", i), Lot: "1", Openers: w.manifest.Openers(), Seq: 1, Tender: w.manifest.Tender}
		var payload bytes.Buffer
		e, err := seal.Seal(&payload, w.manifest, w.manifest.Context(record, "financial"), []seal.Source{{
			File: seal.File{MediaType: "text/plain", Name: "价格.txt", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))},
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		record.Envelopes = []seal.EnvelopeRef{{F: e.Fingerprint.String(), Name: "financial"}}
		at := fmt.Sprintf("/sealed/%d", i)
		b.mux.HandleFunc("GET "+at, func(rw http.ResponseWriter, _ *http.Request) { rw.Write(payload.Bytes()) })
		cases = append(cases, seal.Case{Manifest: w.manifest, Bid: record, Envelope: "financial", Header: e.HeaderBytes})
		show = append(show, shown{string(record.Bytes()), e.HeaderBytes, string(seal.SeedProof(e.Fingerprint, e.Seed).Bytes()), at})
		sums = append(sums, sum)
	}
	o := w.opening(t, cases...)
	b.job(map[string]any{"manifest": string(w.manifest.Bytes()), "closed": string(o.Closed.Bytes()), "window": string(o.Window.Bytes()),
		"batch": string(o.Batch.Bytes()), "cases": show, "key": w.keys[1].Secret(), "now": opens, "envelope": "financial"})
	var out struct {
		Answer   string
		MS       int
		Verdicts []struct {
			State, Cause, SHA256 string
		}
	}
	b.run("job=open", &out)
	t.Logf("%d shares in %d ms", len(cases), out.MS)
	theirs, err := seal.ParseAnswer([]byte(out.Answer))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := seal.OpenShares(w.keys[1], o)
	if err != nil || string(ours.Bytes()) != out.Answer {
		t.Errorf("the browser answers another thing than Go: %v", err)
	}
	third, err := seal.OpenShares(w.keys[2], o)
	if err != nil {
		t.Fatal(err)
	}
	results, err := seal.Combine(o, []seal.Answer{theirs, third}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Cause != "" {
			t.Errorf("%s: %s", r.Case.Fingerprint(), r.Cause)
		}
	}
	if len(out.Verdicts) != len(cases) {
		t.Fatalf("%d verdicts", len(out.Verdicts))
	}
	for i, v := range out.Verdicts {
		if v.State != "opened" || v.SHA256 != base64.StdEncoding.EncodeToString(sums[i][:]) {
			t.Errorf("bid %d: %v", i, v)
		}
	}
}
