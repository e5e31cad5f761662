package client_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender"
)

// reopen opens an envelope with the recovery file, as a bidder could, and
// returns its files.
func reopen(t *testing.T, p *place, f *client.Folder, recovery, envelope string) map[string][]byte {
	t.Helper()
	r := must(seal.ParseRecovery(must(os.ReadFile(recovery)), ""))
	print, _ := f.Record.Envelope(envelope)
	seed, ok := r.Seed(print)
	if !ok {
		t.Fatalf("no key for %s", envelope)
	}
	payload := must(os.Open(filepath.Join(f.Dir, envelope+".age")))
	defer payload.Close()
	header := must(os.ReadFile(filepath.Join(f.Dir, envelope+".header.json")))
	c := seal.Case{Manifest: p.manifest(), Bid: f.Record, Envelope: envelope, Header: header}
	files := map[string]*bytes.Buffer{}
	v, err := c.Judge(seal.SeedProof(print, seed), payload, func(x seal.File, _ int) (io.Writer, error) {
		files[x.Name] = &bytes.Buffer{}
		return files[x.Name], nil
	})
	if err != nil || v.State != seal.Opened {
		t.Fatalf("%+v, %v", v, err)
	}
	out := map[string][]byte{}
	for name, b := range files {
		out[name] = b.Bytes()
	}
	return out
}

func TestBidsAreSealedOffline(t *testing.T) {
	p := newPlace(t, tender.TwoEnvelopes)
	file := filepath.Join(t.TempDir(), "tender.json")
	if err := p.tender.Write(file); err != nil {
		t.Fatal(err)
	}
	p.tender = must(client.ReadTender(file))
	plan := big(t, 3<<20)
	m := p.making("org-1", map[string][]string{"technical": {plan}})
	m.Responses[0].Files = []string{"plan.pdf"}
	m.Statement = "We deliver in June."
	f, err := m.Seal()
	if err != nil {
		t.Fatal(err)
	}
	technical := reopen(t, p, f, m.Recovery, "technical")
	if !bytes.Equal(technical["plan.pdf"], must(os.ReadFile(plan))) {
		t.Error("the plan is another")
	}
	o := must(bidding.ParseOffer(technical["offer.json"]))
	if o.Total != nil || len(o.Responses) != 2 || o.Responses[0].Requirement != "tax" || o.Statement != "We deliver in June." {
		t.Errorf("%+v", o)
	}
	o = must(bidding.ParseOffer(reopen(t, p, f, m.Recovery, "financial")["offer.json"]))
	if o.Total.String() != "741.30 EUR" || len(o.Responses) != 0 || o.Statement != "" { // 493.80 + 247.50
		t.Errorf("%+v, total %s", o, o.Total)
	}
	for name, mode := range map[string]os.FileMode{m.Recovery: 0o600, m.Dir: 0o700} {
		if info := must(os.Stat(name)); info.Mode().Perm() != mode {
			t.Errorf("%s: %v", name, info.Mode())
		}
	}
	if b := must(os.ReadFile(filepath.Join(f.Dir, "bid.json"))); strings.Contains(string(b), "June") {
		t.Error("bid.json tells what is sealed")
	}
	again := must(client.OpenFolder(f.Dir))
	if err := again.Verify(nil); err != nil || string(again.Record.Bytes()) != string(f.Record.Bytes()) {
		t.Errorf("%v", err)
	}
}

func TestSealingLeavesNothingBehind(t *testing.T) {
	p := newPlace(t, tender.OneEnvelope)
	for name, x := range map[string]struct {
		spoil func(*client.Making)
		code  string
	}{
		"no price for an item":     {func(m *client.Making) { delete(m.Prices, "desk") }, "offer.price_missing"},
		"no response":              {func(m *client.Making) { m.Responses = m.Responses[:1] }, "offer.responses"},
		"one response too many":    {func(m *client.Making) { m.Responses = append(m.Responses, bidding.Response{Requirement: "x"}) }, "offer.responses"},
		"a file that is not there": {func(m *client.Making) { m.Files = map[string][]string{"bid": {"nowhere.pdf"}} }, "file.missing"},
		"another envelope":         {func(m *client.Making) { m.Files = map[string][]string{"financial": {"x"}} }, "bid.envelopes"},
		"a response to no file":    {func(m *client.Making) { m.Responses[0].Files = []string{"x.pdf"} }, "offer.files"},
		"the key in the folder":    {func(m *client.Making) { m.Recovery = filepath.Join(m.Dir, "k") }, "bid.recovery"},
		"no place for the key":     {func(m *client.Making) { m.Recovery = "" }, "bid.recovery"},
		"another lot":              {func(m *client.Making) { m.Lot = "2" }, "lot.missing"},
		"a lead that is not there": {func(m *client.Making) { m.Parties = append(m.Parties, partyMember()) }, "parties.lead"},
	} {
		t.Run(name, func(t *testing.T) {
			m := p.making("org-1", nil)
			x.spoil(&m)
			_, err := m.Seal()
			wantFault(t, err, x.code)
			left, _ := filepath.Glob(filepath.Join(filepath.Dir(m.Dir), "*"))
			if len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	m := p.making("org-1", nil)
	if _, err := m.Seal(); err != nil {
		t.Fatal(err)
	}
	_, err := m.Seal()
	wantFault(t, err, "file.exists")
	m.Recovery += "2"
	_, err = m.Seal()
	wantFault(t, err, "file.exists")
	if _, err := client.OpenFolder(m.Dir); err != nil {
		t.Errorf("the first bid was harmed: %v", err)
	}
}

// TestSealingStreams: a file of 64 MiB goes through in a few MiB of memory.
func TestSealingStreams(t *testing.T) {
	p := newPlace(t, tender.OneEnvelope)
	m := p.making("org-1", map[string][]string{"bid": {big(t, 64<<20)}})
	var last, total int64
	m.Progress = func(what string, done, all int64) {
		if what == "seal bid" {
			last, total = done, all
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := m.Seal()
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("sealing 64 MiB allocated %d MiB", grown>>20)
	}
	if last != total || total < 64<<20 || f.Envelopes[0].Parts != 10 { // the size class rounds up
		t.Errorf("told %d of %d; %d parts", last, total, f.Envelopes[0].Parts)
	}
}

func BenchmarkSeal256MiB(b *testing.B) {
	p := newPlace(b, tender.OneEnvelope)
	file := big(b, 256<<20)
	b.SetBytes(256 << 20)
	b.ReportAllocs()
	for b.Loop() {
		m := p.making("org-1", map[string][]string{"bid": {file}})
		if _, err := m.Seal(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		os.RemoveAll(m.Dir)
		b.StartTimer()
	}
}

// FuzzIndex: what is read as bid.json is written again the same, and names
// nothing outside its folder.
func FuzzIndex(f *testing.F) {
	good := client.Index{
		Envelopes: []client.IndexEntry{{Header: "technical.header.json", Name: "technical", Payload: "technical.age", Sums: "technical.sums"},
			{Header: "financial.header.json", Name: "financial", Payload: "financial.age", Sums: "financial.sums"}},
		Record: seal.Bid{Bidder: "org-1", Lot: "1", Openers: strings.Repeat("ab", 32), Seq: 1, Tender: "ocds-213czf-1", Envelopes: []seal.EnvelopeRef{
			{F: strings.Repeat("01", 32), Name: "technical"}, {F: strings.Repeat("02", 32), Name: "financial"}}},
	}.Bytes()
	if _, err := client.ParseIndex(good); err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(bytes.ReplaceAll(good, []byte("technical.age"), []byte("../x")))
	f.Add(bytes.ReplaceAll(good, []byte("financial.sums"), []byte("bid.json")))
	f.Add([]byte(`{"envelopes":[],"record":{},"v":"probity-sealed-bid/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := client.ParseIndex(b)
		if err != nil {
			return
		}
		if !bytes.Equal(x.Bytes(), b) {
			t.Errorf("read %q, wrote %q", b, x.Bytes())
		}
		for _, e := range x.Envelopes {
			for _, name := range []string{e.Header, e.Payload, e.Sums} {
				if filepath.Base(name) != name || name == "bid.json" {
					t.Errorf("names %q", name)
				}
			}
		}
	})
}
