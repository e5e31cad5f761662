package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"testing"
)

type passkey struct {
	private *ecdsa.PrivateKey
	key     Key
}

func newPasskey(t testing.TB, rp string) passkey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	k, err := FromSPKI(der, rp)
	if err != nil {
		t.Fatal(err)
	}
	return passkey{private, k}
}

// assert does what an authenticator and a browser do together.
func (p passkey) assert(t testing.TB, client string, flags byte, rp string) Signature {
	t.Helper()
	host := sha256.Sum256([]byte(rp))
	data := append(host[:], flags, 0, 0, 0, 9)
	inner := sha256.Sum256([]byte(client))
	digest := sha256.Sum256(append(bytes.Clone(data), inner[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, p.private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return Signature{WebAuthnES256, data, []byte(client), p.key.ID, sig}
}

func TestPasskeySignatures(t *testing.T) {
	const rp = "tenders.example"
	p := newPasskey(t, rp)
	hash, _ := Hash(Bid, record)
	other, _ := Hash(Login, record)
	client := func(kind, origin string, h [32]byte, more string) string {
		return fmt.Sprintf(`{"type":%q,"challenge":%q,"origin":%q%s}`, kind, base64.RawURLEncoding.EncodeToString(h[:]), origin, more)
	}
	good := client("webauthn.get", "https://tenders.example", hash, "")
	for _, c := range []struct {
		sentence, client string
		flags            byte
		rp, code         string
	}{
		{"an assertion over the record holds", good, 5, rp, ""},
		{"a page below the domain may ask", client("webauthn.get", "https://bid.tenders.example", hash, ""), 5, rp, ""},
		{"a sign-in is not a bid", client("webauthn.get", "https://tenders.example", other, ""), 5, rp, "sign.signature"},
		{"a registration is not a signature", client("webauthn.create", "https://tenders.example", hash, ""), 5, rp, "sign.signature"},
		{"another site is refused", client("webauthn.get", "https://tenders.example.evil", hash, ""), 5, rp, "sign.signature"},
		{"a site whose name ends alike is refused", client("webauthn.get", "https://mytenders.example", hash, ""), 5, rp, "sign.signature"},
		{"plain http is refused", client("webauthn.get", "http://tenders.example", hash, ""), 5, rp, "sign.signature"},
		{"a page framed by another is refused", client("webauthn.get", "https://tenders.example", hash, `,"crossOrigin":true`), 5, rp, "sign.signature"},
		{"a touch without PIN or biometry is refused", good, 1, rp, "sign.signature"},
		{"an absent person is refused", good, 4, rp, "sign.signature"},
		{"an authenticator bound elsewhere is refused", good, 5, "else.example", "sign.signature"},
		{"data that is not JSON is refused", "{", 5, rp, "sign.signature"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			wantCode(t, Verify(p.key, Bid, record, p.assert(t, c.client, c.flags, c.rp)), c.code)
		})
	}
	stolen := p.assert(t, good, 5, rp)
	stolen.Sig = newPasskey(t, rp).assert(t, good, 5, rp).Sig
	wantCode(t, Verify(p.key, Bid, record, stolen), "sign.signature")
	short := p.assert(t, good, 5, rp)
	short.AuthenticatorData = short.AuthenticatorData[:36]
	wantCode(t, Verify(p.key, Bid, record, short), "sign.signature")
}

func TestPasskeyWithEd25519(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	der, _ := x509.MarshalPKIXPublicKey(public)
	k, err := FromSPKI(der, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	hash, _ := Hash(Approve, record)
	client := `{"type":"webauthn.get","challenge":"` + base64.RawURLEncoding.EncodeToString(hash[:]) + `","origin":"http://localhost:8080"}`
	host, inner := sha256.Sum256([]byte("localhost")), sha256.Sum256([]byte(client))
	data := append(host[:], 5, 0, 0, 0, 0)
	sig := ed25519.Sign(private, append(bytes.Clone(data), inner[:]...))
	s := Signature{WebAuthnEdDSA, data, []byte(client), k.ID, sig}
	wantCode(t, Verify(k, Approve, record, s), "")
	s.Sig[0] ^= 1
	wantCode(t, Verify(k, Approve, record, s), "sign.signature")
}
