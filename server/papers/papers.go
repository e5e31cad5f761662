// Package papers makes the papers of a platform out of its records: the
// contract, the receipt for a bid or for the refusal of one, the record of an
// opening and the report of an evaluation. It fits what the domain knows to
// what documents/paper draws, says where each record stands in the log, and
// puts the platform's seal on it.
//
// Start with [Open]. contract.go is the paper that people sign, receipt.go,
// opening.go and evaluation.go are the others; key.go keeps the seal's key and
// files.go the finished papers.
//
// Every paper but the contract's body is sealed. Nothing is computed here: sums,
// ranks and verdicts come from the records, and all that is added is words in
// the languages of the procedure (words.go). Whoever has the records makes the
// same data again; see [ContractOf], [ReceiptOf], [OpeningOf], [EvaluationOf].
//
// Frozen: how a record becomes the data of a paper. A drawn contract waits for
// its seal, is drawn again and compared, so a change of its wording needs a new
// value of contract.RecordForm and the old wording beside it. The addresses
// that papers name (address.go) are printed and must be served for ever.
package papers

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/url"
	"time"

	"probity/documents/blob"
	"probity/documents/ledger"
	"probity/documents/pdf"
	"probity/tender/contract"
	"probity/tender/store"
)

// Log tells where facts stand; server/ledger.Reader does.
type Log interface {
	// Receipt returns the receipt and the entry of a fact, or a fault of kind
	// Missing while it is not in the log.
	Receipt(ctx context.Context, fact string) (ledger.Receipt, store.Entry, error)
}

// Config is what papers need of the platform.
type Config struct {
	Objects  blob.Store // keeps finished papers
	Data     string     // folder for seal.crt, and for seal.key if Keys is empty; they are made at first start
	Keys     string     // folder for seal.key, if it is another; there the group may read it
	URL      string     // address that people use, without a path
	Platform string     // who issues papers; "" for the host of URL
	Origin   string     // name of the log
	Sandbox  bool       // marks every page of every paper
	Log      Log        // may be set later, see [Papers.Log]

	// From is when a self-made certificate begins to be valid: not after the
	// first paper is sealed. Zero means a day ago, since other servers' clocks
	// may be behind.
	From time.Time
}

// Papers makes and keeps papers. It is safe for concurrent use.
type Papers struct {
	// Log is set before the first paper that names a place in it is asked for.
	Log     Log
	Sources Sources

	// Keep has a sealed paper of a procedure kept for as long as its rules say;
	// may be nil. Drawn contracts are kept by their facts.
	Keep func(ctx context.Context, procedure, key string) error

	objects blob.Store
	sealer  *pdf.Sealer
	roots   *x509.CertPool
	imprint Imprint

	patience time.Duration // see place.go
}

var (
	_ contract.Drawer = (*Papers)(nil)
	_ contract.Files  = (*Papers)(nil)
)

// Imprint is what papers say about the platform itself.
type Imprint struct {
	Platform string
	URL      string
	Sandbox  bool
}

// Open reads the seal's key, or makes one at the first start.
func Open(c Config) (*Papers, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("papers: %q is not the address of a platform", c.URL)
	}
	im := Imprint{Platform: c.Platform, URL: u.Scheme + "://" + u.Host, Sandbox: c.Sandbox}
	if im.Platform == "" {
		im.Platform = u.Host
	}
	if c.From.IsZero() {
		c.From = time.Now().AddDate(0, 0, -1)
	}
	sealer, err := sealKey(c, im.Platform)
	if err != nil {
		return nil, err
	}
	return &Papers{Log: c.Log, objects: c.Objects, sealer: sealer, roots: sealer.Roots(), imprint: im, patience: patience}, nil
}

// Roots trusts the certificate of the platform's seal, for [Check] functions.
func (p *Papers) Roots() *x509.CertPool { return p.roots }

// Certificates returns the seal's certificates in PEM, for publication.
func (p *Papers) Certificates() []byte { return p.sealer.Certificates() }
