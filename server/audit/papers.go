package audit

import (
	"crypto/x509"
	"strings"

	"probity/documents/paper"
	"probity/documents/pdf"
	"probity/tender/fault"
)

// maxPaper bounds a PDF that is read.
const maxPaper = 256 << 20

// papers checks the seals of the other papers, and that each shows what its
// data say.
func (v *verifier) papers() error {
	s := v.step("paper.seal", "Every paper is sealed, unchanged, and shows what its data say")
	for _, path := range v.in.Paths() {
		if !strings.HasPrefix(path, papersDir) || !strings.HasSuffix(path, ".pdf") {
			continue
		}
		raw, err := v.in.Read(path, maxPaper)
		if err == nil {
			err = checkPaper(raw, v.roots())
		}
		s.expect(err == nil, path, "The paper is not in order: %v.", err)
	}
	s.end()
	return nil
}

// checkPaper finds out by its data what paper it is.
func checkPaper(raw []byte, roots *x509.CertPool) error {
	files, err := pdf.Attachments(raw)
	if err != nil {
		return err
	}
	for name := range files {
		switch name {
		case "opening-record.json":
			_, _, err = paper.Check[paper.Opening](raw, roots)
		case "evaluation-report.json":
			_, _, err = paper.Check[paper.Evaluation](raw, roots)
		case "receipt.json":
			_, _, err = paper.Check[paper.Receipt](raw, roots)
		case "refusal.json":
			_, _, err = paper.Check[paper.Refusal](raw, roots)
		case "contract.json":
			_, err = paper.CheckContract(raw, roots)
		default:
			continue
		}
		return err
	}
	return fault.New(fault.Invalid, "paper.data", "The paper has no data that this program knows.")
}

// roots are the certificates that seals of papers are trusted under.
func (v *verifier) roots() *x509.CertPool {
	if v.trust.Seals != nil {
		return v.trust.Seals
	}
	if v.ownRoots == nil {
		v.ownRoots = x509.NewCertPool()
		if b, err := v.in.Read(sealsPath, 1<<20); err == nil && v.ownRoots.AppendCertsFromPEM(b) {
			v.note("paper.seal_not_compared", "The certificate of the papers' seals was taken from the archive itself and compared with nothing.")
		}
	}
	return v.ownRoots
}
