package sign

import (
	"bytes"
	"crypto/ed25519"
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
	cheap, _ := lock(plain, "x", 10)
	costly := bytes.Replace(cheap, []byte(" 10\n"), fmt.Appendf(nil, " %d\n", workFactor+1), 1)
	if _, err := Unlock(costly, "x"); !fault.Coded(err, "sign.passphrase") || !strings.Contains(err.Error(), "work factor too large") {
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
