package people

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// softKey is an authenticator without a body.
type softKey struct {
	private *ecdsa.PrivateKey
	key     sign.Key
}

func newSoftKey(t *testing.T, rp string) softKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	k, err := sign.FromSPKI(der, rp)
	if err != nil {
		t.Fatal(err)
	}
	return softKey{private, k}
}

// answer signs a record as a browser at origin does; flags 5 is present and verified.
func (k softKey) answer(t *testing.T, domain sign.Domain, record []byte, origin string, flags byte) sign.Signature {
	t.Helper()
	hash, err := sign.Hash(domain, record)
	if err != nil {
		t.Fatal(err)
	}
	client := fmt.Sprintf(`{"type":"webauthn.get","challenge":%q,"origin":%q}`, base64.RawURLEncoding.EncodeToString(hash[:]), origin)
	host := sha256.Sum256([]byte(k.key.RP))
	data := append(host[:], flags, 0, 0, 0, 1)
	inner := sha256.Sum256([]byte(client))
	digest := sha256.Sum256(append(bytes.Clone(data), inner[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return sign.Signature{AuthenticatorData: data, ClientDataJSON: []byte(client), Sig: sig}
}

func TestPasskeySignIn(t *testing.T) {
	w := newWorld(t)
	s := w.Service
	key, other := newSoftKey(t, s.RP), newSoftKey(t, s.RP)
	origin := "https://" + s.RP
	now, err := s.Engine.Time(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"alice", "gone"} {
		u := &party.User{Root: store.Root{ID: id}, Email: id + "@example.org", Name: id, Created: now, Disabled: id == "gone"}
		if err := s.Users.Put(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if err := s.credentials().Put(t.Context(), &credential{Root: store.Root{ID: id}, Factor: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	put := func(user string, k sign.Key, revoked time.Time) {
		d := &Device{store.Root{ID: k.ID}, user, "a key", k, now, revoked}
		if err := s.devices().Put(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	revoked, disabled := newSoftKey(t, s.RP), newSoftKey(t, s.RP)
	put("alice", key.key, time.Time{})
	put("alice", revoked.key, now)
	put("gone", disabled.key, time.Time{})

	try := func(user string, k softKey, domain sign.Domain, origin string, flags byte, record []byte) error {
		x, err := s.SignInByPasskey(t.Context(), PasskeyIn{User: user, Record: record, Signature: k.answer(t, domain, record, origin, flags), Address: "192.0.2.7"})
		if err == nil && (x.Half || x.User != user) {
			t.Errorf("a session of %q, half %v", x.User, x.Half)
		}
		return err
	}
	fresh := func() []byte {
		w.wait(time.Hour) // no lock stands in the way of what is tested here
		r, err := s.Challenge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	good := fresh()
	if err := try("alice", key, sign.Login, origin, 5, good); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"the same answer again":  try("alice", key, sign.Login, origin, 5, good),
		"another person":         try("bob", key, sign.Login, origin, 5, fresh()),
		"no person":              try("", key, sign.Login, origin, 5, fresh()),
		"a strange name":         try("../x", key, sign.Login, origin, 5, fresh()),
		"a key of nobody":        try("alice", other, sign.Login, origin, 5, fresh()),
		"a revoked key":          try("alice", revoked, sign.Login, origin, 5, fresh()),
		"a disabled account":     try("gone", disabled, sign.Login, origin, 5, fresh()),
		"another site":           try("alice", key, sign.Login, "https://evil.example", 5, fresh()),
		"a touch alone":          try("alice", key, sign.Login, origin, 1, fresh()),
		"a signature for a bid":  try("alice", key, sign.Bid, origin, 5, fresh()),
		"a record of one's own":  try("alice", key, sign.Login, origin, 5, []byte(`{"kind":"login","nonce":"AAAA"}`)),
		"a record of no kind":    try("alice", key, sign.Login, origin, 5, []byte(`{}`)),
		"a record that is loose": try("alice", key, sign.Login, origin, 5, append(fresh(), ' ')),
	} {
		if !fault.Coded(err, "session.passkey") {
			t.Errorf("%s: %v", what, err)
		}
	}
	late := fresh()
	w.wait(challengeLife)
	if err := try("alice", key, sign.Login, origin, 5, late); !fault.Coded(err, "session.passkey") {
		t.Errorf("too late: %v", err)
	}
	if err := try("alice", key, sign.Login, origin, 5, fresh()); err != nil {
		t.Errorf("after all that: %v", err)
	}
}
