package paper

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"probity/documents/pdf"
	"probity/tender/fault"
)

// signed is a contract as it goes to the archive.
func signed(t testing.TB, c Contract) []byte {
	t.Helper()
	body, err := DrawContract(c)
	if err != nil {
		t.Fatal(err)
	}
	p, err := PrepareContract(c, body.Hash, certificate(), claim)
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.Seal(sealer())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestContractGoesThereAndBack(t *testing.T) {
	c := contract(4, BesideLayout, "en", "zh")
	body, err := DrawContract(c)
	if err != nil {
		t.Fatal(err)
	}
	k, err := CheckContract(signed(t, c), sealer().Roots())
	if err != nil {
		t.Fatal(err)
	}
	if k.Body.Hash != body.Hash || k.Contract.Total != c.Total || len(k.Certificate.Signatures) != 2 || k.Seal.By != claim.By {
		t.Errorf("%+v", k)
	}
}

func TestDrawingTwiceAtOnceGivesEqualContracts(t *testing.T) {
	c := contract(30, StackedLayout, "zh", "en")
	want, err := DrawContract(c)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got, err := DrawContract(c); err != nil || got.Hash != want.Hash {
				t.Errorf("another hash, %v", err)
			}
		})
	}
	group.Wait()
}

func TestContractThatChangedAfterSigningIsNotSealed(t *testing.T) {
	c := contract(2, BesideLayout, "en")
	body, err := DrawContract(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Total = "1865436.14"
	if _, err := PrepareContract(c, body.Hash, certificate(), claim); !fault.Coded(err, "paper.body_changed") {
		t.Error(err)
	}
}

func TestContractNeedsBothSignatures(t *testing.T) {
	c := contract(1, BesideLayout, "en")
	body, err := DrawContract(c)
	if err != nil {
		t.Fatal(err)
	}
	half := certificate()
	half.Signatures = half.Signatures[:1]
	if _, err := PrepareContract(c, body.Hash, half, claim); !fault.Coded(err, "paper.signature_missing") {
		t.Error(err)
	}
	empty := certificate()
	empty.Signatures[0].Value = ""
	if _, err := PrepareContract(c, body.Hash, empty, claim); !fault.Coded(err, "paper.signature") {
		t.Error(err)
	}
}

func TestIncompleteContractsAreRefused(t *testing.T) {
	for code, change := range map[string]func(*Contract){
		"paper.parties":    func(c *Contract) { c.Parties = c.Parties[:1] },
		"paper.items":      func(c *Contract) { c.Lots = nil },
		"paper.layout":     func(c *Contract) { c.Layout = "circular" },
		"pdf.text_control": func(c *Contract) { c.Clauses[1].Body = Text{"en": "a\x00"} },
	} {
		c := contract(1, BesideLayout, "en")
		change(&c)
		if _, err := DrawContract(c); !fault.Coded(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestBareContractIsDrawn(t *testing.T) {
	full := contract(1, BesideLayout, "en", "zh")
	c := Contract{Sheet: full.Sheet, Layout: StackedLayout, Parties: []Party{{Role: "buyer"}, {Role: "supplier"}}, Lots: []Lot{{ID: "1", Total: "1"}}, Total: "1"}
	if _, err := CheckContract(signed(t, c), sealer().Roots()); err != nil {
		t.Error(err)
	}
}

// forgeContract seals pages of c with an embedded body and certificate that
// need not belong to them.
func forgeContract(t *testing.T, c Contract, body []byte, cert Certificate) []byte {
	t.Helper()
	p, err := c.body()
	if err != nil {
		t.Fatal(err)
	}
	cert.Form = certificateForm
	cert.draw(p)
	p.seal(claim)
	p.Attach(pdf.File{Name: bodyFile, Type: "application/pdf", About: p.say("body.about"), Relation: "Source", Data: body})
	if err := p.attach(certificateFile, cert); err != nil {
		t.Fatal(err)
	}
	prepared, err := p.Prepare(claim)
	if err != nil {
		t.Fatal(err)
	}
	file, err := prepared.Seal(sealer())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestContractsThatThePlatformForgedAreFound(t *testing.T) {
	c, dear := contract(2, BesideLayout, "en"), contract(2, BesideLayout, "en")
	dear.Total = "9999999.99"
	good, err := DrawContract(c)
	if err != nil {
		t.Fatal(err)
	}
	other, err := DrawContract(dear)
	if err != nil {
		t.Fatal(err)
	}
	named := func(h [sha256.Size]byte) Certificate {
		s := certificate()
		s.BodyHash = hex.EncodeToString(h[:])
		return s
	}
	for what, k := range map[string]struct {
		shown Contract
		body  []byte
		cert  Certificate
		code  string
	}{
		"another body than was signed": {c, other.PDF, named(good.Hash), "paper.body_hash"},
		"other pages than were signed": {dear, good.PDF, named(good.Hash), "paper.redraw"},
		"a body that is not drawn":     {c, []byte("%PDF-1.7"), named(sha256.Sum256([]byte("%PDF-1.7"))), "paper.redraw"},
		"a hash in capitals":           {c, good.PDF, func() Certificate { s := named(good.Hash); s.BodyHash = strings.ToUpper(s.BodyHash); return s }(), "paper.body_hash"},
	} {
		if _, err := CheckContract(forgeContract(t, k.shown, k.body, k.cert), sealer().Roots()); !fault.Coded(err, k.code) {
			t.Errorf("%s: %v, want %s", what, err, k.code)
		}
	}
}

func TestAnyChangedByteOfAContractIsFound(t *testing.T) {
	file, roots := signed(t, contract(2, BesideLayout, "en", "zh")), sealer().Roots()
	for at := 0; at < len(file); at += 997 {
		file[at] ^= 1
		if _, err := CheckContract(file, roots); fault.From(err).Kind != fault.Invalid {
			t.Errorf("byte %d: %v", at, err)
		}
		file[at] ^= 1
	}
	if _, err := CheckContract(append(bytes.Clone(file), 0), roots); err == nil {
		t.Error("an appended byte is not found")
	}
}

func TestPdfsigFindsTheContractValid(t *testing.T) {
	tool, err := exec.LookPath("pdfsig")
	if err != nil {
		t.Skip("pdfsig is not installed; it checks the seal from outside.")
	}
	path := filepath.Join(t.TempDir(), "contract.pdf")
	if err := os.WriteFile(path, signed(t, contract(4, BesideLayout, "en", "zh")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, path).CombinedOutput()
	for _, want := range []string{"Signature is Valid", "Total document signed"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("no %q: %v\n%s", want, err, out)
		}
	}
}

func FuzzCheckContract(f *testing.F) {
	file := signed(f, contract(1, BesideLayout, "en"))
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := CheckContract(b, sealer().Roots()); err != nil && fault.From(err).Kind != fault.Invalid {
			t.Error(err)
		}
	})
}

func BenchmarkContract(b *testing.B) {
	c := contract(24, BesideLayout, "en", "zh")
	for name, work := range map[string]func(){
		"body":   func() { DrawContract(c) },
		"sealed": func() { signed(b, c) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				work()
			}
		})
	}
	file := signed(b, c)
	b.Run("check", func(b *testing.B) {
		b.ReportAllocs()
		b.ReportMetric(float64(len(file)), "bytes")
		for b.Loop() {
			if _, err := CheckContract(file, sealer().Roots()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
