// Package sign defines device keys and the signatures people make with them:
// over bids, withdrawals, approvals, opener answers and contracts.
//
// Start at [Signer] and [Verify]. A key never signs bytes that somebody else
// hands it. Sign takes a [Domain] and the record that was shown to the person,
// and computes the domain-separated hash itself (canon.Hash), so a signature
// for a login can never be turned into one for a bid (sealbid/1, amendment 8).
//
// Two kinds of keys make the same shape of signature. A command line holds an
// Ed25519 key in a file ([File]). A browser holds a passkey: there the hash is
// the WebAuthn challenge, and the assertion travels in the signature. A passkey
// used by code that the operator serves is weaker evidence than a key file,
// because the person saw what that code chose to show.
//
// Frozen: the domains, the JSON of [Key], [Signature] and [Signed], and the way
// [Key.ID] is derived. They are inside ledger leaves and cannot change.
package sign

import (
	"crypto/ed25519"
	"encoding/hex"
	"slices"

	"probity/tender/canon"
	"probity/tender/fault"
)

// Domain says what a signature is for. The list is closed.
type Domain string

// Every act that is signed. A signature holds in its own domain only.
const (
	Bid       Domain = "bid"       // a bid record
	Withdraw  Domain = "withdraw"  // a withdrawal
	Manifest  Domain = "manifest"  // an opener consents to the opener manifest
	Extend    Domain = "extend"    // a later deadline
	Open      Domain = "open"      // an opener's answer to a batch
	Close     Domain = "close"     // a closing record, by the platform
	Approve   Domain = "approve"   // a second person's approval
	Declare   Domain = "declare"   // a declaration, such as of interests
	Score     Domain = "score"     // an evaluator's score sheet
	Login     Domain = "login"     // a sign-in nonce
	Enrol     Domain = "enrol"     // a new key's owner shows that it works
	Contract  Domain = "contract"  // a party signs a contract
	Refusal   Domain = "refusal"   // the platform's receipt for a refusal
	Statement Domain = "statement" // a complaint, an answer or another plain record
)

var domains = []Domain{
	Bid, Withdraw, Manifest, Extend, Open, Close, Approve, Declare,
	Score, Login, Enrol, Contract, Refusal, Statement,
}

// Alg is how a key signs.
type Alg string

// The algorithms that are understood.
const (
	Ed25519       Alg = "ed25519"        // RFC 8032 over the 32-byte hash
	WebAuthnES256 Alg = "webauthn-es256" // a passkey with P-256
	WebAuthnEdDSA Alg = "webauthn-eddsa" // a passkey with Ed25519
)

// Signature is one signature in the shape that records carry. For passkeys the
// two WebAuthn members say what exactly was signed.
type Signature struct {
	Alg               Alg    `json:"alg"`
	AuthenticatorData []byte `json:"authenticatorData,omitempty"`
	ClientDataJSON    []byte `json:"clientDataJSON,omitempty"`
	Key               string `json:"key"`
	Sig               []byte `json:"sig"`
}

// Signer is a key that is ready to sign. Sign hashes record under domain
// itself; there is no way to have a ready-made hash signed.
type Signer interface {
	Key() Key
	Sign(domain Domain, record []byte) (Signature, error)
}

// Hash is what a signature over record in domain covers, and what a browser
// passes as the WebAuthn challenge.
func Hash(domain Domain, record []byte) ([32]byte, error) {
	if !slices.Contains(domains, domain) {
		return [32]byte{}, fault.New(fault.Invalid, "sign.domain", "Nothing is signed as %.40q.", string(domain))
	}
	return canon.Hash(string(domain), record), nil
}

// Verify refuses s unless key k made it over record in domain. The fault's
// code is "sign.domain", "sign.key" or "sign.signature".
func Verify(k Key, domain Domain, record []byte, s Signature) error {
	hash, err := Hash(domain, record)
	if err != nil {
		return err
	}
	if err := k.Check(); err != nil {
		return err
	}
	if s.Key != k.ID || s.Alg != k.Alg {
		return fault.New(fault.Denied, "sign.key", "The signature was made by another key.")
	}
	if k.Alg == Ed25519 {
		if len(s.AuthenticatorData)+len(s.ClientDataJSON) > 0 || !ed25519.Verify(k.Public, hash[:], s.Sig) {
			return wrong("it does not match the record")
		}
		return nil
	}
	return verifyPasskey(k, hash, s)
}

func wrong(why string) error {
	return fault.New(fault.Denied, "sign.signature", "The signature is not valid: %s.", why)
}

// Private is an Ed25519 device key that can sign.
type Private struct{ key ed25519.PrivateKey }

// Generate makes a new Ed25519 key.
func Generate() (*Private, error) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	return &Private{key}, nil
}

// FromSeed returns the key that belongs to 32 secret bytes.
func FromSeed(seed [32]byte) *Private { return &Private{ed25519.NewKeyFromSeed(seed[:])} }

// Key returns the public half.
func (p *Private) Key() Key {
	k := Key{Alg: Ed25519, Public: p.key.Public().(ed25519.PublicKey)}
	k.ID = k.identify()
	return k
}

// Sign signs record as domain.
func (p *Private) Sign(domain Domain, record []byte) (Signature, error) {
	hash, err := Hash(domain, record)
	if err != nil {
		return Signature{}, err
	}
	return Signature{Alg: Ed25519, Key: p.Key().ID, Sig: ed25519.Sign(p.key, hash[:])}, nil
}

func (k Key) identify() string {
	h := canon.Hash("key", []byte(k.Alg), []byte{'\n'}, []byte(k.RP), []byte{'\n'}, k.Public)
	return hex.EncodeToString(h[:16])
}
