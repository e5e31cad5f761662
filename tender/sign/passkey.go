package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// Bits of the authenticator data's flags, WebAuthn level 3 section 6.1.
const (
	userPresent  = 1 << 0
	userVerified = 1 << 2
)

// verifyPasskey checks a WebAuthn assertion whose challenge is hash, as
// section 7.2 of WebAuthn level 3 says. The signature counter is not looked
// at: synced passkeys do not keep one.
func verifyPasskey(k Key, hash [32]byte, s Signature) error {
	var client struct {
		Type        string `json:"type"`
		Challenge   string `json:"challenge"`
		Origin      string `json:"origin"`
		CrossOrigin bool   `json:"crossOrigin"`
	}
	if err := json.Unmarshal(s.ClientDataJSON, &client); err != nil {
		return wrong("the browser's data cannot be read")
	}
	if client.Type != "webauthn.get" || client.CrossOrigin {
		return wrong("the browser was asked for something else")
	}
	if client.Challenge != base64.RawURLEncoding.EncodeToString(hash[:]) {
		return wrong("it was made for another record")
	}
	if !ownOrigin(client.Origin, k.RP) {
		return wrong("it was made on another site")
	}
	if err := checkAuthenticator(k, s.AuthenticatorData); err != nil {
		return err
	}
	inner := sha256.Sum256(s.ClientDataJSON)
	return checkAssertion(k, append(bytes.Clone(s.AuthenticatorData), inner[:]...), s.Sig)
}

// checkAuthenticator wants the person present and verified (PIN or biometry):
// a touch alone does not sign a bid.
func checkAuthenticator(k Key, data []byte) error {
	rp := sha256.Sum256([]byte(k.RP))
	if len(data) < 37 || !bytes.Equal(data[:32], rp[:]) {
		return wrong("the authenticator answered for another site")
	}
	if data[32]&userPresent == 0 || data[32]&userVerified == 0 {
		return wrong("the authenticator did not verify the person")
	}
	return nil
}

func checkAssertion(k Key, signed, sig []byte) error {
	ok := false
	switch k.Alg {
	case WebAuthnEdDSA:
		ok = ed25519.Verify(k.Public, signed, sig)
	case WebAuthnES256:
		pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k.Public)
		digest := sha256.Sum256(signed)
		ok = err == nil && ecdsa.VerifyASN1(pub, digest[:], sig)
	}
	if !ok {
		return wrong("it does not match the record")
	}
	return nil
}

// ownOrigin accepts https on the relying party's domain and below it, and
// plain http on localhost, as browsers do.
func ownOrigin(origin, rp string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Path != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	host := u.Hostname()
	if u.Scheme != "https" && (u.Scheme != "http" || host != "localhost") {
		return false
	}
	return host == rp || strings.HasSuffix(host, "."+rp)
}
