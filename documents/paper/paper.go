// Package paper draws the papers of a procurement procedure: the contract, the
// receipt for a bid, the refusal of one, the record of an opening and the report
// of an evaluation. Start with [Paper] here, and with contract.go for the one
// that people sign.
//
// Each paper is a pure function of a plain struct: everything in it was decided
// and computed elsewhere, sums of money included, and comes as text. The struct
// travels inside the PDF as canonical JSON, so that a program can read what a
// person reads, and so that [Check] can draw the paper again and compare.
//
// Frozen: the names of the JSON members and the meaning of each form
// ("probity-contract/1"). A paper that looks different, or says more, gets a new
// form; the golden hashes in testdata tell when that is due.
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

// Sheet is what all papers have.
type Sheet struct {
	Form      string    `json:"form"`                // set when the paper is drawn
	Number    string    `json:"number"`              // of this paper: "R-2026-000017"
	Languages []string  `json:"languages,omitempty"` // "en", "zh" or both; the first is the main one
	Platform  string    `json:"platform"`            // who issues the paper
	At        time.Time `json:"at"`                  // the date of the paper, not of its drawing
	VerifyURL string    `json:"verifyURL"`           // where the paper can be checked; in the QR code
	Procedure Procedure `json:"procedure"`
	Sandbox   bool      `json:"sandbox,omitempty"` // marks every page
}

// Procedure says what the paper belongs to.
type Procedure struct {
	ID       string `json:"id"` // the ocid
	Title    Text   `json:"title,omitempty"`
	Buyer    Text   `json:"buyer,omitempty"`
	Lot      string `json:"lot,omitempty"`
	LotTitle Text   `json:"lotTitle,omitempty"`
}

// Text is what people wrote, by language ("en", "zh").
type Text map[string]string

// Identifier names an organisation in a register.
type Identifier struct {
	Scheme string `json:"scheme"`
	ID     string `json:"id"`
}

// Amount is an exact decimal with its currency, as computed by the caller.
type Amount struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

// Place is where a record stands in the log.
type Place struct {
	Origin string `json:"origin"` // name of the log in its checkpoints
	Index  uint64 `json:"index"`  // of the leaf, counted from 0
	Leaf   string `json:"leaf"`   // hash of the leaf, hex
	Size   uint64 `json:"size"`   // of the log at the checkpoint
	Root   string `json:"root"`   // of the log at the checkpoint, hex
}

// Paper is a receipt, refusal, opening record or evaluation report. The
// contract is more than one file and has functions of its own.
type Paper interface {
	sheet() Sheet
	kind() kind
	withForm() any
	draw(p *painter)
}

// kind ties a paper's form to its catalogue key and the name of its data.
type kind struct{ form, key, file string }

// Draw makes the unsealed PDF. Equal papers give equal bytes.
func Draw(p Paper) ([]byte, error) {
	d, err := compose(p, nil)
	if err != nil {
		return nil, err
	}
	return d.Bytes()
}

// Prepare draws the PDF with room for the platform's seal. Record its digest,
// then seal it, once.
func Prepare(p Paper, c pdf.Claim) (*pdf.Prepared, error) {
	c.At = c.At.UTC().Truncate(time.Second)
	d, err := compose(p, &c)
	if err != nil {
		return nil, err
	}
	return d.Prepare(c)
}

func compose(p Paper, c *pdf.Claim) (*pdf.Doc, error) {
	paint, err := newPainter(p.sheet(), p.kind())
	if err != nil {
		return nil, err
	}
	p.draw(paint)
	if c != nil {
		paint.seal(*c)
	}
	return paint.Doc, paint.attach(p.kind().file, p.withForm())
}

// Check verifies a sealed paper of the type P: the seal, that its data are in
// canonical form, and that they draw exactly this file. It returns the data.
// Faults are those of pdf.Verify, and Invalid paper.data and paper.redraw.
func Check[P Paper](file []byte, roots *x509.CertPool) (P, *pdf.Seal, error) {
	var p P
	seal, err := pdf.Verify(file, roots)
	if err != nil {
		return p, nil, err
	}
	files, err := pdf.Attachments(file)
	if err != nil {
		return p, nil, err
	}
	if err := canon.Parse(files[p.kind().file], &p); err != nil || p.sheet().Form != p.kind().form {
		return p, nil, badData(p.kind().file, err)
	}
	again, err := Prepare(p, pdf.Claim{By: seal.By, Reason: seal.Reason, At: seal.At})
	if err != nil {
		return p, nil, badData(p.kind().file, err)
	}
	if again.Digest() != seal.Digest {
		return p, nil, notRedrawn()
	}
	return p, seal, nil
}

func badData(file string, cause error) error {
	return fault.New(fault.Invalid, "paper.data", "The paper's data, %s, are missing or not of a known form.", file).Because(cause)
}

func notRedrawn() error {
	return fault.New(fault.Invalid, "paper.redraw", "The paper does not show what its data say, or was drawn by another version.")
}

// attach embeds v as canonical JSON.
func (p *painter) attach(name string, v any) error {
	data, err := canon.Marshal(v)
	if err != nil {
		return fmt.Errorf("paper: data of %q: %w", p.sheet.Number, err)
	}
	p.Attach(pdf.File{Name: name, Type: "application/json", About: p.say("data.about"), Relation: "Data", Data: data})
	return nil
}

// parseHash reads a SHA-256 in lower-case hex.
func parseHash(s string) (sum [sha256.Size]byte, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(sum) || !bytes.Equal([]byte(hex.EncodeToString(b)), []byte(s)) {
		return sum, false
	}
	return [sha256.Size]byte(b), true
}
