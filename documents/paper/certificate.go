package paper

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"time"

	"probity/documents/pdf"
	"probity/tender/canon"
	"probity/tender/fault"
)

// Body is the paper that both sides agree on.
type Body struct {
	PDF  []byte
	Hash [sha256.Size]byte // of PDF: what is recorded, and then signed
}

// DrawContract draws the body. Equal contracts give equal bodies; store it and
// record its hash before anybody signs.
func DrawContract(c Contract) (Body, error) {
	p, err := c.body()
	if err != nil {
		return Body{}, err
	}
	b, err := p.Bytes()
	return Body{PDF: b, Hash: sha256.Sum256(b)}, err
}

// PrepareContract draws the final paper, with room for the platform's seal: the
// pages of the body, the certificate, and embedded the body itself and the data
// of both. signed is the hash that the signatures are over; the contract must
// still draw to it. The caller records the digest of what is returned, and then
// seals it, once.
func PrepareContract(c Contract, signed [sha256.Size]byte, cert Certificate, claim pdf.Claim) (*pdf.Prepared, error) {
	body, err := DrawContract(c)
	if err != nil {
		return nil, err
	}
	if body.Hash != signed {
		return nil, fault.New(fault.Conflict, "paper.body_changed", "The contract is not the one that was signed.")
	}
	if err := cert.check(c); err != nil {
		return nil, err
	}
	claim.At = claim.At.UTC().Truncate(time.Second)
	cert.Form, cert.BodyHash = certificateForm, hex.EncodeToString(signed[:])
	p, err := c.body()
	if err != nil {
		return nil, err
	}
	cert.draw(p)
	p.seal(claim)
	p.Attach(pdf.File{Name: bodyFile, Type: "application/pdf", About: p.say("body.about"), Relation: "Source", Data: body.PDF})
	if err := p.attach(certificateFile, cert); err != nil {
		return nil, err
	}
	return p.Prepare(claim)
}

// check wants a signature of each side.
func (s Certificate) check(c Contract) error {
	by := map[string]bool{}
	for _, g := range s.Signatures {
		by[g.Role] = true
		if g.Value == "" || g.At.IsZero() {
			return fault.Field("paper.signature", "signatures", "A signature needs a value and a time.")
		}
	}
	for _, p := range c.Parties {
		if (p.Role == "buyer" || p.Role == "supplier") && !by[p.Role] {
			return fault.New(fault.Conflict, "paper.signature_missing", "The %s has not signed.", fault.Name{Of: "party", Word: p.Role})
		}
	}
	return nil
}

// draw adds the pages of the certificate, which are counted on their own.
func (s Certificate) draw(p *painter) {
	p.Part(p.say("certificate"))
	p.Heading(1, p.say("certificate.title"))
	p.Paragraph(p.tell("certificate.how"))
	p.Facts(
		p.fact("contract.number", p.sheet.Number),
		p.hash("certificate.hash", s.BodyHash),
		p.fact("certificate.file", bodyFile),
	)
	for i, g := range s.Signatures {
		p.Heading(2, fmt.Sprintf("%s %d: %s", p.say("signature"), i+1, p.code("role", g.Role)))
		p.Facts(
			p.fact("party.name", p.text(g.Party)),
			p.fact("signature.signatory", g.Signatory),
			p.fact("signature.position", p.text(g.Position)),
			p.fact("signature.at", when(g.At)),
			p.fact("signature.method", p.code("method", g.Method)),
			p.small("signature.key", g.Key),
			p.small("signature.value", g.Value),
			p.fact("log.index", fmt.Sprint(g.LogIndex)),
			p.hash("log.leaf", g.LogLeaf),
		)
	}
	p.Keep(16) // the seal, which comes next, should not stand alone on a page
	p.Heading(2, p.say("log"))
	p.Facts(
		p.fact("log.origin", s.Log.Origin),
		p.fact("log.size", fmt.Sprint(s.Log.Size)),
		p.hash("log.root", s.Log.Root),
		p.fact("verify_at", p.sheet.VerifyURL),
	)
}

// CheckedContract is a sealed contract that was found to be in order.
type CheckedContract struct {
	Contract    Contract
	Certificate Certificate
	Body        Body
	Seal        *pdf.Seal
}

// CheckContract verifies a sealed contract: the seal over the whole file; that
// the embedded body has the hash that the certificate names; and that the
// embedded data draw to exactly that body and to exactly this file. Whether the
// signatures stand in the log, and by whose keys, is for the caller to ask.
// Faults are those of pdf.Verify, and Invalid paper.data, paper.body_hash and
// paper.redraw.
func CheckContract(file []byte, roots *x509.CertPool) (*CheckedContract, error) {
	k := &CheckedContract{}
	var err error
	if k.Seal, err = pdf.Verify(file, roots); err != nil {
		return nil, err
	}
	files, err := pdf.Attachments(file)
	if err != nil {
		return nil, err
	}
	if err := canon.Parse(files[contractFile], &k.Contract); err != nil || k.Contract.Form != contractForm {
		return nil, badData(contractFile, err)
	}
	if err := canon.Parse(files[certificateFile], &k.Certificate); err != nil || k.Certificate.Form != certificateForm {
		return nil, badData(certificateFile, err)
	}
	k.Body = Body{files[bodyFile], sha256.Sum256(files[bodyFile])}
	if named, ok := parseHash(k.Certificate.BodyHash); !ok || named != k.Body.Hash {
		return nil, fault.New(fault.Invalid, "paper.body_hash", "The embedded contract is not the one that was signed.")
	}
	return k, k.redraw()
}

// redraw draws everything again from the data.
func (k *CheckedContract) redraw() error {
	body, err := DrawContract(k.Contract)
	if err != nil {
		return badData(contractFile, err)
	}
	if !bytes.Equal(body.PDF, k.Body.PDF) {
		return notRedrawn()
	}
	again, err := PrepareContract(k.Contract, body.Hash, k.Certificate, pdf.Claim{By: k.Seal.By, Reason: k.Seal.Reason, At: k.Seal.At})
	if err != nil {
		return badData(certificateFile, err)
	}
	if again.Digest() != k.Seal.Digest {
		return notRedrawn()
	}
	return nil
}
