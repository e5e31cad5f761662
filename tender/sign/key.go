package sign

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/hex"
	"regexp"

	"probity/tender/canon"
	"probity/tender/fault"
)

// Key is the public half of a device key, as the platform registers it.
type Key struct {
	Alg Alg `json:"alg"`

	// ID is derived from the other members, so that nobody can register one
	// key under another's name.
	ID string `json:"id"`

	// Public is 32 bytes for Ed25519, or the uncompressed P-256 point.
	Public []byte `json:"public"`

	// RP is the relying party id (a domain name) that a passkey is bound to;
	// empty for key files.
	RP string `json:"rp,omitempty"`
}

var rpForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

// ParseKey reads the canonical JSON of a key and checks it.
func ParseKey(b []byte) (Key, error) {
	var k Key
	if err := parse(b, &k); err != nil {
		return Key{}, fault.New(fault.Invalid, "sign.key", "This is not the public part of a device key.").Because(err)
	}
	return k, k.Check()
}

// Bytes returns the canonical JSON of k.
func (k Key) Bytes() []byte { return canon.Must(k) }

// Check refuses a key that is malformed, misnamed, or such that signatures
// under it could be made by anybody.
func (k Key) Check() error {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "sign.key", "The device key is not valid: %s.", why)
	}
	if (k.Alg == Ed25519) != (k.RP == "") || k.RP != "" && !rpForm.MatchString(k.RP) {
		return bad("its relying party does not fit its kind")
	}
	switch k.Alg {
	case Ed25519, WebAuthnEdDSA:
		if len(k.Public) != ed25519.PublicKeySize || smallOrder(k.Public) {
			return bad("it is not a safe Ed25519 key")
		}
	case WebAuthnES256:
		if _, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k.Public); err != nil {
			return bad("it is not a point of P-256")
		}
	default:
		return bad("its algorithm is unknown")
	}
	if k.ID != k.identify() {
		return bad("its id is not its own")
	}
	return nil
}

// FromSPKI returns the key of a new passkey. der is what the browser's
// getPublicKey() gives at registration; rp is the platform's domain name.
func FromSPKI(der []byte, rp string) (Key, error) {
	pub, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return Key{}, fault.New(fault.Invalid, "sign.key", "The passkey's public key cannot be read.").Because(err)
	}
	k := Key{RP: rp}
	switch p := pub.(type) {
	case ed25519.PublicKey:
		k.Alg, k.Public = WebAuthnEdDSA, p
	case *ecdsa.PublicKey:
		if k.Public, err = p.Bytes(); err != nil {
			return Key{}, fault.New(fault.Invalid, "sign.key", "The passkey's public key cannot be used.").Because(err)
		}
		k.Alg = WebAuthnES256
	}
	k.ID = k.identify()
	return k, k.Check()
}

// smallOrder knows the encodings of the points of small order, under which a
// signature over anything can be made without a secret (RFC 8032 leaves the
// check to us).
func smallOrder(public []byte) bool {
	p := [32]byte(public)
	p[31] &= 0x7f
	_, weak := weakPoints[hex.EncodeToString(p[:])]
	return weak
}

var weakPoints = map[string]struct{}{
	"0000000000000000000000000000000000000000000000000000000000000000": {},
	"0100000000000000000000000000000000000000000000000000000000000000": {},
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05": {},
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": {},
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": {},
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": {},
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": {},
}
