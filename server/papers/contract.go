package papers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"probity/documents/paper"
	"probity/documents/pdf"
	"probity/tender/canon"
	"probity/tender/contract"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/sign"
	"probity/tender/store"
)

// What seals mean, as their signature fields say.
var (
	sealContract = both("The contract was signed by both parties", "合同已由双方签署")
	sealRecord   = both("Made from the platform's records", "依据平台记录制作")
)

// claim is what a seal says of itself.
func claim(by string, reason paper.Text, langs []string, at time.Time) pdf.Claim {
	return pdf.Claim{By: by, Reason: strings.ReplaceAll(lines(reason, langs), "\n", " · "), At: at}
}

// Draw draws the body of a contract from its record. What the paper says about
// the platform itself (its name, its address) is fixed when the body is drawn
// first: it is read back from there, so that a platform that moves to another
// address meanwhile draws the same bytes.
func (p *Papers) Draw(ctx context.Context, c *contract.Contract) ([]byte, error) {
	im := p.imprint
	if c.Body != nil {
		var err error
		if im, err = p.imprintOf(ctx, c); err != nil {
			return nil, err
		}
	}
	body, err := paper.DrawContract(ContractOf(c.Record, im))
	if err != nil {
		return nil, fmt.Errorf("papers: draw contract %q: %w", c.ID, err)
	}
	return body.PDF, nil
}

// imprintOf reads from the body that was drawn what it says of the platform.
func (p *Papers) imprintOf(ctx context.Context, c *contract.Contract) (Imprint, error) {
	kept, err := p.Get(ctx, c.Body.Key)
	if err != nil {
		return Imprint{}, err
	}
	if sum := sha256.Sum256(kept); hex.EncodeToString(sum[:]) != c.Body.SHA256 {
		return Imprint{}, fault.New(fault.Internal, "paper.body_changed", "The stored contract is not the one that was recorded.")
	}
	files, err := pdf.Attachments(kept)
	if err != nil {
		return Imprint{}, err
	}
	var x paper.Contract
	if err := canon.Parse(files["contract.json"], &x); err != nil {
		return Imprint{}, fmt.Errorf("papers: data of contract %q: %w", c.ID, err)
	}
	return imprintIn(x.Sheet, c.ID), nil
}

// imprintIn is the reverse of Imprint.sheet.
func imprintIn(s paper.Sheet, contractID string) Imprint {
	base := strings.TrimSuffix(s.VerifyURL, Imprint{}.contractAddress(contractID))
	return Imprint{Platform: s.Platform, URL: base, Sandbox: s.Sandbox}
}

// Seal draws the certificate behind the body and seals the whole, as of
// c.Intent. Each signature is shown with its place in the log, and must be the
// one that stands there. It is Busy, paper.not_logged, while one does not.
func (p *Papers) Seal(ctx context.Context, c *contract.Contract, body []byte) ([]byte, error) {
	im := p.imprint
	if c.Body != nil {
		var err error
		if im, err = p.imprintOf(ctx, c); err != nil {
			return nil, err
		}
	}
	cert, err := p.certificate(ctx, c, hex.EncodeToString(hashOf(body)))
	if err != nil {
		return nil, err
	}
	at, err := p.sealTime(c.Intent)
	if err != nil {
		return nil, err
	}
	x := ContractOf(c.Record, im)
	prepared, err := paper.PrepareContract(x, sha256.Sum256(body), cert, claim(im.Platform, sealContract, x.Languages, at))
	if err != nil {
		return nil, fmt.Errorf("papers: certificate of contract %q: %w", c.ID, err)
	}
	return prepared.Seal(p.sealer)
}

func hashOf(b []byte) []byte {
	h := sha256.Sum256(b)
	return h[:]
}

// certificate says who signed the body, and where in the log.
func (p *Papers) certificate(ctx context.Context, c *contract.Contract, body string) (paper.Certificate, error) {
	var cert paper.Certificate
	for _, s := range c.Signatures {
		f, err := p.last(ctx, store.Subject(contract.Kind, c.ID), c.Version, func(e event.Event) bool { return signs(e, s, body) })
		if err != nil {
			return cert, err
		}
		place, err := placeOf(f.receipt)
		if err != nil {
			return cert, err
		}
		if place.Index >= cert.Log.Index {
			cert.Log = place
		}
		cert.Signatures = append(cert.Signatures, signature(c.Record, s, place))
	}
	return cert, nil
}

// signs reports whether a fact is the one of a signature: by the same side,
// with the same value, over the same body.
func signs(e event.Event, s contract.Signature, body string) bool {
	if e.Name != contract.Kind+"."+string(contract.Sign) {
		return false
	}
	var d struct {
		Body      string         `json:"body"`
		Side      contract.Side  `json:"side"`
		Signature sign.Signature `json:"signature"`
	}
	return json.Unmarshal(e.Data, &d) == nil && d.Body == body && d.Side == s.Side &&
		d.Signature.Key == s.Signature.Key && string(d.Signature.Sig) == string(s.Signature.Sig)
}

func signature(r contract.Record, s contract.Signature, at paper.Place) paper.Signature {
	out := paper.Signature{
		Role: string(s.Side), Signatory: tidy(s.Name), Method: "device_key",
		Key: s.Signature.Key, Value: base64.StdEncoding.EncodeToString(s.Signature.Sig),
		At: s.At, LogIndex: at.Index, LogLeaf: at.Leaf,
	}
	if s.Signature.Alg != sign.Ed25519 {
		out.Method = "passkey"
	}
	for _, y := range r.Parties {
		if y.Role != s.Side {
			continue
		}
		out.Party = legalName(y.Org, tongues(r))
		if y.Representative == s.Name {
			out.Position = text(y.Position)
		}
	}
	return out
}
