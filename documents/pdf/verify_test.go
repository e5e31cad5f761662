package pdf

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/tender/fault"
)

var claim = Claim{By: "Example 示例", Reason: "Seal of the platform", At: noon}

var testSealer = sync.OnceValue(func() *Sealer {
	s, err := NewSealer("Example 示例", noon.Add(-time.Hour))
	if err != nil {
		panic(err)
	}
	return s
})

// sealed is a paper of one line, so that tests can look at all its bytes.
func sealed(t testing.TB) []byte {
	t.Helper()
	return sealWith(t, testSealer())
}

func sealWith(t testing.TB, s *Sealer) []byte {
	t.Helper()
	file, err := prepared(t).Seal(s)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func prepared(t testing.TB) *Prepared {
	t.Helper()
	d, err := New(Info{Title: "T", Number: "1", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	d.Paragraph("CNY 1,000.00 合同")
	d.Attach(File{Name: "data.json", Type: "application/json", Relation: "Data", Data: []byte(`{"a":1}`)})
	d.SealBox("Seal")
	p, err := d.Prepare(claim)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSealSaysWhoAndWhen(t *testing.T) {
	s, err := Verify(sealed(t), testSealer().Roots())
	if err != nil {
		t.Fatal(err)
	}
	if s.By != claim.By || s.Reason != claim.Reason || !s.At.Equal(noon) || s.Digest != prepared(t).Digest() {
		t.Errorf("%+v", s)
	}
}

func TestAnyChangedByteIsFound(t *testing.T) {
	file, roots := sealed(t), testSealer().Roots()
	slotAt := bytes.Index(file, []byte("/Contents<"))
	step := 1
	if testing.Short() {
		step = 37
	}
	for at := 0; at < len(file); at += step {
		flips := []byte{1 << (at % 8)}
		if slotAt <= at && at < slotAt+4000 {
			flips = []byte{0x01, 0x20, 0x80} // 0x20 turns a hex digit to its capital
		}
		for _, flip := range flips {
			file[at] ^= flip
			if _, err := Verify(file, roots); fault.From(err).Kind != fault.Invalid {
				t.Errorf("byte %d of %d changed by %#x: %v", at, len(file), flip, err)
			}
			file[at] ^= flip
		}
	}
	if _, err := Verify(file, roots); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	file, roots := sealed(t), testSealer().Roots()
	other, err := NewSealer("Example 示例", noon.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	early, err := NewSealer("Example 示例", noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	digits := bytes.Index(file, []byte("/Contents<")) + len("/Contents<")
	for what, c := range map[string]struct {
		file  []byte
		roots *x509.CertPool
		code  string
	}{
		"nothing":                         {nil, roots, "pdf.form"},
		"a text":                          {[]byte("hello"), roots, "pdf.form"},
		"a byte appended":                 {append(slices.Clone(file), '\n'), roots, "pdf.form"},
		"a comment appended":              {append(slices.Clone(file), "% more\n"...), roots, "pdf.form"},
		"a revision appended":             {revise(file), roots, "pdf.form"},
		"itself appended":                 {append(slices.Clone(file), file...), roots, "pdf.form"},
		"a byte before":                   {append([]byte(" "), file...), roots, "pdf.form"},
		"cut":                             {file[:len(file)-1], roots, "pdf.form"},
		"cut in half":                     {file[:len(file)/2], roots, "pdf.form"},
		"no seal":                         {draw(t, testInfo()), roots, "pdf.seal_missing"},
		"the reason changed":              {bytes.Replace(file, []byte("/Reason<feff005300"), []byte("/Reason<feff005400"), 1), roots, "pdf.changed"},
		"another platform's seal":         {sealWith(t, other), roots, "pdf.seal_untrusted"},
		"no roots":                        {file, x509.NewCertPool(), "pdf.seal_untrusted"},
		"nil roots":                       {file, nil, "pdf.seal_untrusted"},
		"a certificate not yet valid":     {sealWith(t, early), early.Roots(), "pdf.seal_untrusted"},
		"no signature in the slot":        {blank(file, digits), roots, "pdf.seal_form"},
		"the other form of the signature": {malleate(t, file, digits), roots, "pdf.seal_form"},
		"the signature of another paper":  {transplant(t, file, digits), roots, "pdf.changed"},
		"ranges that leave more out":      {bytes.Replace(file, rangeOf(file), bytes.Replace(rangeOf(file), []byte("[0 "), []byte("[9 "), 1), 1), roots, "pdf.seal_coverage"},
	} {
		if _, err := Verify(c.file, c.roots); !fault.Coded(err, c.code) {
			t.Errorf("%s: %v, want %s", what, err, c.code)
		}
	}
}

func rangeOf(file []byte) []byte {
	i := bytes.Index(file, []byte("/ByteRange["))
	return file[i : i+bytes.IndexByte(file[i:], ']')+1]
}

// revise appends a second revision with a new catalog, as an editor would.
func revise(file []byte) []byte {
	at := len(file)
	prev := string(file[bytes.LastIndex(file, []byte("startxref\n"))+10 : bytes.LastIndex(file, []byte("\n%%EOF"))])
	add := "1 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
	return append(slices.Clone(file), add+"xref\n1 1\n"+pad(at)+" 00000 n \ntrailer\n<</Size 2/Root 1 0 R/Prev "+prev+
		">>\nstartxref\n"+strings.TrimLeft(pad(at+len(add)), "0")+"\n%%EOF\n"...)
}

func pad(n int) string {
	s := big.NewInt(int64(n)).String()
	return strings.Repeat("0", 10-len(s)) + s
}

func blank(file []byte, digits int) []byte {
	out := slices.Clone(file)
	copy(out[digits:], strings.Repeat("0", 2*slot))
	return out
}

// malleate replaces s of the ECDSA signature by n-s, which verifies as well.
func malleate(t *testing.T, file []byte, digits int) []byte {
	out := slices.Clone(file)
	cms, err := hex.DecodeString(string(file[digits : digits+2*slot]))
	if err != nil {
		t.Fatal(err)
	}
	chain, sig, _, err := splitCMS(cms)
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(sig, &v); err != nil {
		t.Fatal(err)
	}
	v.S.Sub(elliptic.P256().Params().N, v.S)
	twin, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	attrs := signedAttrs(digestAround(file, digits-1, digits+2*slot+1), chain)
	copy(out[digits:], strings.Repeat("0", 2*slot))
	hex.Encode(out[digits:], buildCMS(attrs, chain, twin))
	return out
}

// transplant puts the seal of another paper into file.
func transplant(t *testing.T, file []byte, digits int) []byte {
	sig, err := testSealer().sign([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	out := blank(file, digits)
	hex.Encode(out[digits:], sig)
	return out
}

func TestAttachmentsComeBack(t *testing.T) {
	files, err := Attachments(sealed(t))
	if err != nil || string(files["data.json"]) != `{"a":1}` || len(files) != 1 {
		t.Errorf("%q, %v", files, err)
	}
}

func FuzzVerify(f *testing.F) {
	file := sealed(f)
	f.Add(file)
	f.Add(file[:len(file)-1])
	f.Add(draw(f, testInfo()))
	f.Add([]byte("%PDF-1.7\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2/Root 1 0 R>>\nstartxref\n9\n%%EOF\n"))
	roots := testSealer().Roots()
	f.Fuzz(func(t *testing.T, b []byte) {
		Attachments(b)
		if _, err := Verify(b, roots); err == nil {
			// Only what we sealed verifies, and what verifies is as it was sealed.
			if s, err := readFile(b); err != nil || s.trailer["Prev"] != nil {
				t.Error("a file of another form verifies")
			}
		} else if fault.From(err).Kind != fault.Invalid {
			t.Errorf("not a fault of the file: %v", err)
		}
	})
}

func FuzzValue(f *testing.F) {
	for _, s := range []string{"<</A[1 0 R(a\\)b)<feff>/N true]>>", "[[[[", "<<", "(", "<zz>", "1 0 R"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p := &parser{src: b}
		if _, err := p.value(0); err == nil && p.at > len(b) {
			t.Error("read beyond the end")
		}
	})
}

func FuzzSeal(f *testing.F) {
	digest := [32]byte{1, 2, 3}
	good, err := testSealer().sign(digest)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(append(slices.Clone(good), 0, 0))
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &Seal{Digest: digest}
		if err := s.check(b); err == nil && !bytes.Equal(bytes.TrimRight(b, "\x00"), bytes.TrimRight(good, "\x00")) && s.Signer.Equal(testSealer().Chain[0]) {
			t.Error("another form of the signature is good")
		}
	})
}
