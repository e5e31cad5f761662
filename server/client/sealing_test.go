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
	"probity/tender/sign"
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

func TestTendersAreInspected(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(p *place)
		code  string
	}{
		"as it should be":                    {func(p *place) {}, ""},
		"another hash":                       {func(p *place) { p.tender.Openers.Hash = strings.Repeat("0", 64) }, "openers.hash"},
		"another tender":                     {func(p *place) { p.tender.ID = "ocds-213czf-2" }, "openers.hash"},
		"a swapped key":                      {func(p *place) { p.tender.Openers.Groups[0].Members[1].Key = must(seal.GenerateOpenerKey()).Public() }, "openers.other"},
		"a lower threshold than is shown":    {func(p *place) { p.tender.Openers.Groups[0].K = 3 }, "openers.other"},
		"an opener who has not signed":       {func(p *place) { p.tender.Openers.Groups[0].Members[2].Signature = nil }, "seal.consent_missing"},
		"an opener whose device is unknown":  {func(p *place) { delete(p.tender.Evidence.Devices, "opener-3") }, "seal.consent_missing"},
		"a signature by another":             {func(p *place) { m := p.tender.Openers.Groups[0].Members; m[1].Signature = m[0].Signature }, "seal.consent_missing"},
		"a deadline without a record":        {func(p *place) { p.tender.Notice.Timetable.Deadline = noon.Add(3600e9) }, "openers.deadline"},
		"openers who may act too early":      {func(p *place) { p.tender.Notice.Timetable.GraceMinutes = 121 }, "openers.early"},
		"a tender that is closed":            {func(p *place) { p.tender.Phase = tender.Closed }, "tender.phase"},
		"openers with keys of an older kind": {classicKeys, "seal.manifest_kind"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, tender.OneEnvelope)
			x.spoil(p)
			_, err := client.Inspect(p.tender)
			wantFault(t, err, x.code)
		})
	}
	p := newPlace(t, tender.OneEnvelope)
	if got := must(client.Inspect(p.tender)); len(got.Unchecked) != 1 {
		t.Errorf("offline, the log cannot be checked: %q", got.Unchecked)
	}
	p.tender.Evidence = nil
	if got := must(client.Inspect(p.tender)); len(got.Unchecked) != 2 || !got.Deadline.Equal(noon) || !got.Opens.Equal(opens) {
		t.Errorf("%+v", got)
	}
}

func TestManifestMustBeInTheLog(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(k *keeper, p *place)
		code  string
	}{
		"as it should be":             {func(k *keeper, p *place) { p.logIn(k, "tender.publish", p.tender.Openers.Manifest) }, ""},
		"after openers were replaced": {func(k *keeper, p *place) { p.logIn(k, "tender.openers", p.tender.Openers.Manifest) }, ""},
		"another manifest":            {func(k *keeper, p *place) { p.logIn(k, "tender.publish", "{}") }, "openers.not_logged"},
		"another fact":                {func(k *keeper, p *place) { p.logIn(k, "tender.amend", p.tender.Openers.Manifest) }, "receipt.other"},
		"another log": {func(k *keeper, p *place) {
			p.logIn(newKeeper(p.t, "log.example/p"), "tender.publish", p.tender.Openers.Manifest)
		}, "log.signature"},
	} {
		t.Run(name, func(t *testing.T) {
			k, p := newKeeper(t, "log.example/p"), newPlace(t, tender.OneEnvelope)
			d := newDesk(t, k)
			x.spoil(k, p)
			got, err := d.client().PrepareFrom(t.Context(), p.tender)
			wantFault(t, err, x.code)
			if err == nil && len(got.Unchecked) != 0 {
				t.Errorf("not checked: %q", got.Unchecked)
			}
		})
	}
}

func TestFoldersAreHeldTogether(t *testing.T) {
	p := newPlace(t, tender.TwoEnvelopes)
	other := p.sealed("org-1")
	for name, x := range map[string]struct {
		spoil func(dir string)
		code  string
	}{
		"no bid.json":               {func(dir string) { os.Remove(filepath.Join(dir, "bid.json")) }, "folder.missing"},
		"a space in bid.json":       {func(dir string) { edit(dir, "bid.json", func(b []byte) []byte { return append(b, ' ') }) }, "folder.form"},
		"a header of another seal":  {func(dir string) { swap(other.Dir, dir, "technical.header.json") }, "folder.fingerprint"},
		"part hashes of another":    {func(dir string) { swap(other.Dir, dir, "technical.sums") }, "seal.part_hashes"},
		"a payload that is cut":     {func(dir string) { edit(dir, "financial.age", func(b []byte) []byte { return b[1:] }) }, "folder.payload"},
		"a payload that is gone":    {func(dir string) { os.Remove(filepath.Join(dir, "financial.age")) }, "folder.payload"},
		"a signed record of others": {func(dir string) { os.WriteFile(filepath.Join(dir, "signed.json"), []byte("{}"), 0o600) }, "folder.signed"},
		"a flipped bit":             {func(dir string) { edit(dir, "financial.age", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }) }, "folder.payload"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := p.sealed("org-1").Dir
			x.spoil(dir)
			f, err := client.OpenFolder(dir)
			if err == nil {
				err = f.Verify(nil)
			}
			if err == nil {
				_, err = f.Signed(must(sign.Generate()))
			}
			wantFault(t, err, x.code)
		})
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
