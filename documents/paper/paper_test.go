package paper

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/documents/pdf"
	"probity/tender/fault"
)

var update = flag.Bool("update", false, "write the golden hashes anew; look at the papers first")

var claim = pdf.Claim{By: "Probity Example · 示例平台", Reason: "Seal of the platform", At: noon.Add(time.Hour)}

var sealer = sync.OnceValue(func() *pdf.Sealer {
	s, err := pdf.NewSealer("Probity Example", noon.Add(-time.Hour))
	if err != nil {
		panic(err)
	}
	return s
})

// all is every paper in one of its languages.
func all(langs ...string) map[string]Paper {
	return map[string]Paper{"receipt": receipt(langs...), "refusal": refusal(langs...), "opening": opening(langs...), "evaluation": evaluation(langs...)}
}

var tongues = [][]string{{"en"}, {"zh"}, {"en", "zh"}, {"zh", "en"}}

// TestPapersAreFrozen holds the bytes of every unsealed paper. If it fails, the
// papers changed: give the form a new version, or, before the first release,
// look at them and run with -update. A new version of Go may change them too,
// by another compress/zlib.
func TestPapersAreFrozen(t *testing.T) {
	var got strings.Builder
	line := func(name string, b []byte, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fmt.Fprintf(&got, "%x  %s\n", sha256.Sum256(b), name)
	}
	for _, langs := range tongues {
		tongue := strings.Join(langs, "-")
		for _, name := range []string{"receipt", "refusal", "opening", "evaluation"} {
			b, err := Draw(all(langs...)[name])
			line(name+" "+tongue, b, err)
		}
		for _, layout := range []string{BesideLayout, StackedLayout} {
			b, err := DrawContract(contract(4, layout, langs...))
			line("contract "+layout+" "+tongue, b.PDF, err)
		}
	}
	golden := filepath.Join("testdata", "papers.sha256")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the papers changed:\n%s", got.String())
	}
}

func TestSealedPapersCheckOut(t *testing.T) {
	for _, langs := range tongues {
		seal := func(p Paper) []byte {
			prepared, err := Prepare(p, claim)
			if err != nil {
				t.Fatal(err)
			}
			file, err := prepared.Seal(sealer())
			if err != nil {
				t.Fatal(err)
			}
			return file
		}
		r, s, err := Check[Receipt](seal(receipt(langs...)), sealer().Roots())
		if err != nil || r.Envelopes[1].Fingerprint != hash("e") || s.By != claim.By {
			t.Errorf("receipt %v: %+v, %v", langs, r, err)
		}
		if o, _, err := Check[Opening](seal(opening(langs...)), sealer().Roots()); err != nil || len(o.Bids) != 3 {
			t.Errorf("opening %v: %v", langs, err)
		}
		if e, _, err := Check[Evaluation](seal(evaluation(langs...)), sealer().Roots()); err != nil || len(e.Ranking) != 3 {
			t.Errorf("evaluation %v: %v", langs, err)
		}
		file := seal(refusal(langs...))
		if f, _, err := Check[Refusal](file, sealer().Roots()); err != nil || f.Code != "bid.deadline_passed" {
			t.Errorf("refusal %v: %v", langs, err)
		}
		if _, _, err := Check[Receipt](file, sealer().Roots()); !fault.Coded(err, "paper.data") {
			t.Errorf("a refusal as a receipt: %v", err)
		}
	}
}

// forge seals pages that say one thing with data that say another, as a
// platform could that means to deceive.
func forge(t *testing.T, shown, told Receipt) []byte {
	t.Helper()
	p, err := newPainter(shown.Sheet, receiptKind)
	if err != nil {
		t.Fatal(err)
	}
	shown.draw(p)
	p.seal(claim)
	if err := p.attach(receiptKind.file, told.withForm()); err != nil {
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

func TestPagesThatSayOtherThanTheirDataAreFound(t *testing.T) {
	shown, told := receipt("en"), receipt("en")
	if _, _, err := Check[Receipt](forge(t, shown, told), sealer().Roots()); err != nil {
		t.Fatal(err)
	}
	told.Seq = 3
	if _, _, err := Check[Receipt](forge(t, shown, told), sealer().Roots()); !fault.Coded(err, "paper.redraw") {
		t.Error(err)
	}
}

func TestPapersOfASandboxAreMarked(t *testing.T) {
	for name, p := range all("en", "zh") {
		real, err := Draw(p)
		if err != nil {
			t.Fatal(err)
		}
		s := p.sheet()
		s.Sandbox = true
		switch q := p.(type) {
		case Receipt:
			q.Sheet, p = s, Receipt{Sheet: s, BidderID: q.BidderID}
		case Refusal:
			q.Sheet, p = s, Refusal{Sheet: s}
		case Opening:
			q.Sheet, p = s, Opening{Sheet: s}
		case Evaluation:
			q.Sheet, p = s, Evaluation{Sheet: s}
		}
		marked, err := Draw(p)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if bytes.Equal(real, marked) {
			t.Errorf("%s of a sandbox looks real", name)
		}
	}
}

func TestBadSheetsAreRefused(t *testing.T) {
	for code, change := range map[string]func(*Sheet){
		"paper.number_missing": func(s *Sheet) { s.Number = "" },
		"paper.date_missing":   func(s *Sheet) { s.At = time.Time{} },
		"paper.languages":      func(s *Sheet) { s.Languages = []string{"en", "fr"} },
		"pdf.text_control":     func(s *Sheet) { s.Procedure.Title = Text{"en": "a\u202eb"} },
		"pdf.text_encoding":    func(s *Sheet) { s.Procedure.Buyer = Text{"en": "a\xff"} },
		"pdf.qr_too_long":      func(s *Sheet) { s.VerifyURL = strings.Repeat("x", 3000) },
	} {
		r := receipt("en")
		change(&r.Sheet)
		if _, err := Draw(r); !fault.Coded(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	for _, langs := range [][]string{nil, {"en", "en"}, {"en", "zh", "en"}, {""}} {
		if _, err := Draw(receipt(langs...)); !fault.Coded(err, "paper.languages") {
			t.Errorf("%q: %v", langs, err)
		}
	}
}

func TestHashesAreReadInOneFormOnly(t *testing.T) {
	for _, bad := range []string{"", "00", strings.ToUpper(hash("a")), hash("g"), hash("a") + "0"} {
		if _, ok := parseHash(bad); ok {
			t.Errorf("%q is a hash", bad)
		}
	}
	if sum, ok := parseHash(hash("a")); !ok || hex.EncodeToString(sum[:]) != hash("a") {
		t.Error("a good hash is refused")
	}
}
