package pdf

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf16"

	"probity/tender/fault"
)

// Seal is what a paper's seal was found to say.
type Seal struct {
	By     string
	Reason string
	At     time.Time
	Digest [sha256.Size]byte // as Prepared.Digest
	Signer *x509.Certificate
}

// Verify checks the seal of a paper against the certificates that the caller
// trusts, and returns what it says. It returns nil error only if every byte of
// the file is as it was when it was sealed:
//
//   - the file is one revision that ends where it says, with nothing appended;
//   - its one signature covers all of it but the signature's own digits;
//   - those digits are the one form of that signature, padded with zeros;
//   - the signature is right, made by the certificate that it names;
//   - that certificate comes from one of roots and was valid at the seal's time.
//
// Faults are Invalid: pdf.form, pdf.seal_missing, pdf.seal_coverage,
// pdf.changed, pdf.seal_form, pdf.seal_signature, pdf.seal_untrusted.
func Verify(file []byte, roots *x509.CertPool) (*Seal, error) {
	r, err := readFile(file)
	if err != nil {
		return nil, bad("form", "The file is not a paper of this platform, was cut or has something appended.", err)
	}
	sig, err := r.signature()
	if err != nil {
		return nil, bad("seal_missing", "The paper has no seal, or more than one.", err)
	}
	from, to, err := gap(file, sig)
	if err != nil {
		return nil, bad("seal_coverage", "The seal does not cover the whole file.", err)
	}
	s := &Seal{Digest: digestAround(file, from, to)}
	cms, err := unhex(string(file[from+1 : to-1]))
	if err != nil {
		return nil, bad("seal_form", "The seal is damaged.", err)
	}
	if err := s.check(cms); err != nil {
		return nil, err
	}
	s.By, s.Reason = text(sig["Name"]), text(sig["Reason"])
	when, _ := sig["M"].(str)
	if s.At, err = time.Parse("D:20060102150405Z", string(when)); err != nil {
		return nil, bad("seal_form", "The seal has no time.", err)
	}
	return s, s.trust(cms, roots)
}

func bad(code, sentence string, cause error) error {
	return fault.New(fault.Invalid, "pdf."+code, "%s", sentence).Because(cause)
}

// signature finds the dictionary of the one signature.
func (r *reader) signature() (dict, error) {
	catalog, err := r.dict(r.trailer["Root"])
	if err != nil {
		return nil, err
	}
	form, _ := catalog["AcroForm"].(dict)
	fields, _ := form["Fields"].([]any)
	if len(fields) != 1 {
		return nil, fmt.Errorf("%d form fields", len(fields))
	}
	field, err := r.dict(fields[0])
	if err != nil {
		return nil, err
	}
	sig, err := r.dict(field["V"])
	if err != nil {
		return nil, err
	}
	if sig["Type"] != name("Sig") || sig["SubFilter"] != name("ETSI.CAdES.detached") {
		return nil, errForm
	}
	return sig, nil
}

// gap returns the part of the file that the seal does not cover, which must be
// the signature's digits with their brackets, and nothing else.
func gap(file []byte, sig dict) (from, to int, err error) {
	list, _ := sig["ByteRange"].([]any)
	var n [4]int
	if len(list) != 4 {
		return 0, 0, errForm
	}
	for i, v := range list {
		w, _ := v.(string)
		if n[i], err = strconv.Atoi(w); err != nil || n[i] < 0 || n[i] > len(file) {
			return 0, 0, errForm
		}
	}
	from, to = n[1], n[2]
	if n[0] != 0 || to <= from+2 || n[2]+n[3] != len(file) {
		return 0, 0, errors.New("the ranges do not reach over the file")
	}
	digits, _ := sig["Contents"].(str)
	whole := bytes.HasSuffix(file[:from], []byte("/Contents")) && file[from] == '<' && file[to-1] == '>' &&
		to-from == 2*len(digits)+2 && bytes.HasPrefix(file[to:], []byte(">>\nendobj\nxref\n"))
	if !whole {
		return 0, 0, errors.New("the ranges leave out more than the signature")
	}
	return from, to, nil
}

// check verifies the signature over the digest: the CMS must be what we would
// have built from its certificates and its signature value.
func (s *Seal) check(cms []byte) error {
	chain, value, padding, err := splitCMS(cms)
	if err != nil || len(bytes.Trim(padding, "\x00")) > 0 {
		return bad("seal_form", "The seal is damaged.", err)
	}
	attrs := signedAttrs(s.Digest, chain)
	given := cms[:len(cms)-len(padding)]
	if !bytes.Contains(given, s.Digest[:]) {
		return bad("changed", "The paper was changed after it was sealed.", nil)
	}
	low, err := lowS(value)
	if err != nil || !bytes.Equal(low, value) || !bytes.Equal(buildCMS(attrs, chain, value), given) {
		return bad("seal_form", "The seal is damaged.", err)
	}
	key, ok := chain[0].PublicKey.(*ecdsa.PublicKey)
	sum := sha256.Sum256(attrs)
	if !ok || key.Curve != elliptic.P256() || !ecdsa.VerifyASN1(key, sum[:], value) {
		return bad("seal_signature", "The signature of the seal is wrong.", nil)
	}
	s.Signer = chain[0]
	return nil
}

// trust follows the certificates to a root, as of the time of the seal.
func (s *Seal) trust(cms []byte, roots *x509.CertPool) error {
	chain, _, _, err := splitCMS(cms)
	if err != nil {
		return bad("seal_form", "The seal is damaged.", err)
	}
	others := x509.NewCertPool()
	for _, c := range chain[1:] {
		others.AddCert(c)
	}
	if roots == nil {
		roots = x509.NewCertPool() // nil would mean the machine's own
	}
	if s.Signer.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return bad("seal_untrusted", "The seal's certificate is not one for signing.", nil)
	}
	_, err = s.Signer.Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, CurrentTime: s.At,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return bad("seal_untrusted", "The seal was not made with a certificate that is trusted here.", err)
	}
	return nil
}

// Attachments returns the files embedded in a paper, by name. It does not look
// at the seal: call Verify first where that matters.
func Attachments(file []byte) (map[string][]byte, error) {
	r, err := readFile(file)
	if err != nil {
		return nil, bad("form", "The file is not a paper of this platform, was cut or has something appended.", err)
	}
	files, err := r.files()
	if err != nil {
		return nil, bad("form", "The files embedded in the paper cannot be read.", err)
	}
	return files, nil
}

// text reads a text string of UTF-16 with its mark.
func text(v any) string {
	s, _ := v.(str)
	if len(s) < 2 || s[:2] != "\xfe\xff" {
		return string(s)
	}
	var u []uint16
	for i := 2; i+1 < len(s); i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(u))
}
