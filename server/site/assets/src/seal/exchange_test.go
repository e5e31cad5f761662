package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"probity/bidding/seal"
	"testing"
	"time"
)

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

func TestGoOpensWhatTheBrowserSealed(t *testing.T) { inBrowsers(t, goOpens) }

func goOpens(t *testing.T, b *browser) {
	w := newWorld(t)
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

func TestTheBrowserOpensWhatGoSealed(t *testing.T) { inBrowsers(t, browserOpens) }

func browserOpens(t *testing.T, b *browser) {
	w := newWorld(t)
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
