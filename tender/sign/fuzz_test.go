package sign

import (
	"bytes"
	"encoding/base64"
	"testing"

	"probity/tender/canon"
)

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
