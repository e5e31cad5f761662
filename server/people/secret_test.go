package people

import (
	"bytes"
	"context"
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"probity/tender/fault"
)

func TestPasswordHashes(t *testing.T) {
	h := NewHasher(2)
	ctx := t.Context()
	one, err := h.Hash(ctx, "páss phrase of words")
	if err != nil {
		t.Fatal(err)
	}
	two, _ := h.Hash(ctx, "páss phrase of words")
	if one == two || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s %s", one, two)
	}
	for password, want := range map[string]bool{"páss phrase of words": true, "pa\u0301ss phrase of words": true, "pass phrase of words": false, "": false} {
		if ok, err := h.Matches(ctx, one, password); ok != want || err != nil {
			t.Errorf("%q: %v %v", password, ok, err)
		}
	}
	if ok, err := h.Matches(ctx, nobody, ""); ok || err != nil {
		t.Errorf("nobody's hash: %v %v", ok, err)
	}
}

// The vector was written once; a change of it shuts everybody out.
func TestFrozenPasswordHash(t *testing.T) {
	const stored = "$argon2id$v=19$m=19456,t=2,p=1$AQIDBAUGBwgJCgsMDQ4PEA$At0qvquDBa27vweBRU8Oc0xEtJEDcE2iuaBt/nwryhE"
	if ok, err := NewHasher(1).Matches(t.Context(), stored, "frozen password"); !ok || err != nil {
		salt := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
		t.Errorf("%v %v; it is %s", ok, err, today.text(salt, today.key("frozen password", salt)))
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add(nobody)
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		if c, salt, key, err := parseHash(s); err == nil && (c.text(salt, key) != s || c.memory > ceiling.memory || c.time > ceiling.time) {
			t.Fatalf("%q was read as %q", s, c.text(salt, key))
		}
	})
}

func TestWeakPasswords(t *testing.T) {
	for password, code := range map[string]string{"": "password.short", "elevenchars": "password.short", "十一个汉字的密码不够长": "password.short",
		"aaaaaaaaaaaaaaaa": "password.simple", "abababababababab": "password.simple", strings.Repeat("long password", 20): "password.long",
		"somebody was here": "password.name", "twelve chars": "", "这个密码一共有十二个汉字吧对": ""} {
		got := ""
		if err := CheckPassword("password", password, "somebody@example.org"); err != nil {
			got = err.Code
		}
		if got != code {
			t.Errorf("%q: %q, want %q", password, got, code)
		}
	}
}

func TestFewPasswordsAreWorkedOnAtOnce(t *testing.T) {
	h := NewHasher(1)
	h.seats <- struct{}{} // somebody is at work
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := h.Hash(ctx, "x")
	if !fault.Coded(err, "session.crowded") || fault.From(err).Kind != fault.Limited {
		t.Errorf("%v", err)
	}
}

// The secret and the codes are those of RFC 6238 appendix B, cut to six digits.
func TestCodesOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"} {
		now := time.Unix(at, 0)
		if step, ok := codeAt(secret, code, now); !ok || step != at/30 {
			t.Errorf("%s at %d: %d %v", code, at, step, ok)
		}
		for _, d := range []time.Duration{-30 * time.Second, 30 * time.Second} {
			if step, ok := codeAt(secret, code, now.Add(d)); !ok || step != at/30 {
				t.Errorf("%s a step off: %d %v", code, step, ok)
			}
		}
		for _, d := range []time.Duration{-61 * time.Second, 61 * time.Second} {
			if _, ok := codeAt(secret, code, now.Add(d)); ok && now.Add(d).Unix() >= 0 {
				t.Errorf("%s is good at %v", code, d)
			}
		}
		for _, wrong := range []string{"", code[:5], code + "0", " " + code, "x" + code[1:]} {
			if _, ok := codeAt(secret, wrong, now); ok {
				t.Errorf("%q is good", wrong)
			}
		}
	}
	if u := codeURI("Pro bity", "a+b@example.org", secret); u != "otpauth://totp/Pro%20bity:a+b@example.org?issuer=Pro%20bity&secret="+base32.StdEncoding.EncodeToString(secret) {
		t.Error(u)
	}
}

func TestTheVaultBindsToTheOwner(t *testing.T) {
	v, err := NewVault(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	sealed := v.seal("a", []byte("secret"))
	if plain, err := v.open("a", sealed); err != nil || string(plain) != "secret" {
		t.Errorf("%q %v", plain, err)
	}
	if _, err := v.open("b", sealed); err == nil {
		t.Error("a secret was moved to another account")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := v.open("a", sealed); err == nil {
		t.Error("a changed secret was opened")
	}
	other, _ := NewVault(bytes.Repeat([]byte{1}, 32))
	if _, err := other.open("a", v.seal("a", []byte("secret"))); err == nil {
		t.Error("another key opens it")
	}
	if _, err := NewVault([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}

func TestTickets(t *testing.T) {
	x := newTicket(tokenPrefix)
	y, err := parseTicket(x.String())
	if err != nil || y != x || !y.fits(x.hash()) || y.fits(newTicket(tokenPrefix).hash()) || strings.Contains(x.hash(), x.secret) {
		t.Errorf("%v %v %v", x, y, err)
	}
	moved := x
	moved.prefix = sessionPrefix
	if moved.fits(x.hash()) {
		t.Error("a token is good as a session")
	}
	for _, s := range []string{"", "_", "__", "a_b_c", x.String() + "0", x.String()[1:] + "0_", strings.ToUpper(x.String()), strings.Replace(x.String(), "_", "-", 1), x.String() + "_x"} {
		if _, err := parseTicket(s); err == nil && s != x.String() {
			t.Errorf("%q is a ticket", s)
		}
	}
}

func FuzzParseTicket(f *testing.F) {
	f.Add(newTicket(sessionPrefix).String())
	f.Add("prt_aaaaaaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, s string) {
		if x, err := parseTicket(s); err == nil && x.String() != s {
			t.Fatalf("%q was read as %q", s, x)
		}
	})
}
