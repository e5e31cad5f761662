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
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"probity/tender/canon"
	"probity/tender/fault"
)

var record = []byte(`{"kind":"bid","seq":1}`)

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
		t.Fatalf("got %v, want %q", err, code)
	}
}

func TestKeyFileSignatures(t *testing.T) {
	one, two := FromSeed([32]byte{1}), FromSeed([32]byte{2})
	good, err := one.Sign(Bid, record)
	if err != nil {
		t.Fatal(err)
	}
	flipped := good
	flipped.Sig = bytes.Clone(good.Sig)
	flipped.Sig[7] ^= 1
	renamed := good
	renamed.Key = two.Key().ID
	dressed := good
	dressed.ClientDataJSON = []byte("{}")
	for _, c := range []struct {
		sentence string
		key      Key
		domain   Domain
		record   []byte
		sig      Signature
		code     string
	}{
		{"a signature holds for its own record", one.Key(), Bid, record, good, ""},
		{"a signature for a bid is not one for a withdrawal", one.Key(), Withdraw, record, good, "sign.signature"},
		{"another record is refused", one.Key(), Bid, []byte(`{}`), good, "sign.signature"},
		{"another person's key is refused", two.Key(), Bid, record, good, "sign.key"},
		{"a signature renamed to another key is refused", two.Key(), Bid, record, renamed, "sign.signature"},
		{"one flipped bit is refused", one.Key(), Bid, record, flipped, "sign.signature"},
		{"a key file's signature carries no browser data", one.Key(), Bid, record, dressed, "sign.signature"},
		{"a domain that is not on the list is refused", one.Key(), "payment", record, good, "sign.domain"},
	} {
		t.Run(c.sentence, func(t *testing.T) { wantCode(t, Verify(c.key, c.domain, c.record, c.sig), c.code) })
	}
}

func TestNobodySignsInAnUnknownDomain(t *testing.T) {
	_, err := FromSeed([32]byte{1}).Sign("", record)
	wantCode(t, err, "sign.domain")
}

// The vector was written once; a change of it means that old signatures no
// longer verify.
func TestFrozenSignature(t *testing.T) {
	p := FromSeed([32]byte{1})
	sig, err := p.Sign(Bid, record)
	if err != nil {
		t.Fatal(err)
	}
	if id := p.Key().ID; id != frozenID {
		t.Errorf("key id %s", id)
	}
	if got := hex.EncodeToString(sig.Sig); got != frozenSig {
		t.Errorf("signature %s", got)
	}
	want := `{"alg":"ed25519","key":"` + frozenID + `","sig":"` + base64.StdEncoding.EncodeToString(sig.Sig) + `"}`
	if got := string(canon.Must(sig)); got != want {
		t.Errorf("shape %s", got)
	}
}

func TestKeysThatAnybodyCouldSignWithAreRefused(t *testing.T) {
	for point := range weakPoints {
		for _, sign := range []byte{0, 0x80} {
			public, _ := hex.DecodeString(point)
			public[31] |= sign
			k := Key{Alg: Ed25519, Public: public}
			k.ID = k.identify()
			wantCode(t, k.Check(), "sign.key")
		}
	}
}

// With such a key and the identity as R, S = 0, about one message in eight (at
// worst) verifies without any secret. The test shows that the list is about a
// real forgery, and not only a list.
func TestWeakPointsReallyAreWeak(t *testing.T) {
	forged := make([]byte, 64)
	forged[0] = 1
	found := 0
	for point := range weakPoints {
		public, _ := hex.DecodeString(point)
		for n := range 300 {
			if ed25519.Verify(public, fmt.Append(nil, n), forged) {
				found++
				break
			}
		}
	}
	if found < 4 {
		t.Fatalf("forged under %d of %d points", found, len(weakPoints))
	}
}

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

func TestKeyFiles(t *testing.T) {
	p := FromSeed([32]byte{7})
	plain, err := p.File("")
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseFile(plain, "")
	if err != nil || back.Key().ID != p.Key().ID {
		t.Fatalf("plain file came back as %v, %v", back, err)
	}
	locked, err := lock(plain, "correct horse", 10)
	if err != nil {
		t.Fatal(err)
	}
	back, err = ParseFile(locked, "correct horse")
	if err != nil || back.Key().ID != p.Key().ID {
		t.Fatalf("locked file came back as %v, %v", back, err)
	}
	for sentence, c := range map[string]struct {
		file []byte
		code string
	}{
		"a wrong passphrase opens nothing":     {locked, "sign.passphrase"},
		"a damaged locked file opens nothing":  {locked[:len(locked)-1], "sign.passphrase"},
		"a plain file with a space is refused": {append(plain, ' '), "sign.file"},
		"another version is refused":           {bytes.Replace(plain, []byte("key/1"), []byte("key/2"), 1), "sign.file"},
		"another spelling is refused":          {bytes.Replace(plain, []byte(`"alg"`), []byte(`"Alg"`), 1), "sign.file"},
	} {
		_, err := ParseFile(c.file, "wrong")
		if !fault.Coded(err, c.code) {
			t.Errorf("%s: got %v, want %s", sentence, err, c.code)
		}
	}
	costly, _ := lock(plain, "x", workFactor+1)
	if _, err := Unlock(costly, "x"); !fault.Coded(err, "sign.passphrase") {
		t.Errorf("a file that asks for more memory than ours: %v", err)
	}
}

func TestLockAtFullStrength(t *testing.T) {
	p := FromSeed([32]byte{8})
	locked, err := p.File("a passphrase")
	if err != nil || !Locked(locked) {
		t.Fatalf("locked: %v", err)
	}
	if !strings.Contains(string(locked[:80]), fmt.Sprintf(" %d\n", workFactor)) {
		t.Errorf("scrypt is not at 2^%d: %.80q", workFactor, locked)
	}
	if _, err := ParseFile(locked, "a passphrase"); err != nil {
		t.Error(err)
	}
}

func TestSignedRecords(t *testing.T) {
	p := FromSeed([32]byte{3})
	s, err := Record(p, Bid, record)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseSigned(s.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, back.Verify(p.Key(), Bid), "")
	wantCode(t, back.Verify(p.Key(), Approve), "sign.signature")
	_, err = Record(p, Bid, []byte(`{"a": 1}`))
	wantCode(t, err, "sign.record")
	_, err = ParseSigned(append(s.Bytes(), '\n'))
	wantCode(t, err, "sign.record")
}

func FuzzParseSigned(f *testing.F) {
	s, _ := Record(FromSeed([32]byte{3}), Bid, record)
	f.Add(s.Bytes())
	f.Add([]byte(`{"record":{},"signature":{"alg":"","key":"","sig":""}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseSigned(b); err == nil && !bytes.Equal(s.Bytes(), b) {
			t.Fatalf("%q was read as %q", b, s.Bytes())
		}
		if sig, err := ParseSignature(b); err == nil && !bytes.Equal(canon.Must(sig), b) {
			t.Fatalf("%q was read as another signature", b)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add(FromSeed([32]byte{3}).Key().Bytes())
	f.Add(newPasskey(f, "a.example").key.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := ParseKey(b); err == nil && !bytes.Equal(k.Bytes(), b) {
			t.Fatalf("%q was read as %q", b, k.Bytes())
		}
	})
}

func FuzzParseFile(f *testing.F) {
	plain, _ := FromSeed([32]byte{3}).File("")
	f.Add(plain)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseFile(b, "x")
		if err != nil || Locked(b) {
			return
		}
		if again, _ := p.File(""); !bytes.Equal(again, b) {
			t.Fatalf("%q was read as %q", b, again)
		}
	})
}

func FuzzPasskey(f *testing.F) {
	p := newPasskey(f, "a.example")
	hash, _ := Hash(Bid, record)
	good := p.assert(f, `{"type":"webauthn.get","challenge":"`+base64.RawURLEncoding.EncodeToString(hash[:])+`","origin":"https://a.example"}`, 5, "a.example")
	f.Add(good.AuthenticatorData, good.ClientDataJSON, good.Sig)
	f.Fuzz(func(t *testing.T, data, client, sig []byte) {
		s := Signature{WebAuthnES256, data, client, p.key.ID, sig}
		same := bytes.Equal(data, good.AuthenticatorData) && bytes.Equal(client, good.ClientDataJSON)
		if Verify(p.key, Bid, record, s) == nil && !same {
			t.Fatal("other data was accepted under a signature not made for it")
		}
	})
}
