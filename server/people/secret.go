package people

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"

	"probity/tender/canon"
	"probity/tender/fault"
)

// A ticket is a secret that we hand out once and keep only a hash of: a session,
// an API token, an invitation. Its text is prefix_ID_SECRET; the ID finds what
// is stored, the secret (160 bits) proves the right to it. The prefix lets
// scanners of source code find tickets that were published by mistake.
type ticket struct {
	prefix, id string
	secret     string
}

// The prefixes.
const (
	sessionPrefix = "prs"
	tokenPrefix   = "prt"
	invitePrefix  = "pri"
	setupPrefix   = "pro"
	addressPrefix = "pra"
)

var alphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// randomText is n random bytes in letters and digits that are not confused.
func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return alphabet.EncodeToString(b)
}

func newTicket(prefix string) ticket { return ticket{prefix, randomText(10), randomText(20)} }

// String is what the person gets.
func (t ticket) String() string { return t.prefix + "_" + t.id + "_" + t.secret }

// hash is what is stored. A fast hash suffices: nobody guesses 160 bits.
func (t ticket) hash() string {
	h := canon.Hash("ticket", canon.Must([]string{t.prefix, t.id, t.secret}))
	return hex.EncodeToString(h[:])
}

// fits compares in constant time.
func (t ticket) fits(hash string) bool {
	return subtle.ConstantTimeCompare([]byte(t.hash()), []byte(hash)) == 1
}

// parseTicket reads what somebody presents. The error says nothing more.
func parseTicket(s string) (ticket, error) {
	parts := strings.Split(s, "_")
	if len(parts) != 3 || len(parts[1]) != 16 || len(parts[2]) != 32 || strings.Trim(parts[1]+parts[2], "0123456789abcdefghjkmnpqrstvwxyz") != "" {
		return ticket{}, errTicket
	}
	return ticket{parts[0], parts[1], parts[2]}, nil
}

// errTicket is the one answer for tickets that are malformed, unknown, expired,
// revoked, or of people who may not sign in.
var errTicket = fault.New(fault.Unknown, "token.unknown", "You are not signed in, or no longer. Please sign in.")

// Vault seals what must be stored and read back: the secrets of second factors.
// It derives the tickets that go out by mail, too (derived.go). Its key comes
// from a file that is not where the data is.
type Vault struct {
	aead cipher.AEAD
	macs []byte
}

// NewVault returns a vault under a key of 32 bytes.
func NewVault(key []byte) (*Vault, error) {
	if len(key) != 32 {
		return nil, fmt.Errorf("people: the key of the vault has %d bytes, not 32", len(key))
	}
	sub := canon.Hash("vault", key)
	b, err := aes.NewCipher(sub[:])
	if err != nil {
		return nil, err
	}
	g, err := cipher.NewGCMWithRandomNonce(b)
	macs := canon.Hash("vault tickets", key)
	return &Vault{g, macs[:]}, err
}

// seal binds plain to its owner, so that it cannot be moved to another account.
func (v *Vault) seal(owner string, plain []byte) []byte {
	return v.aead.Seal(nil, nil, plain, []byte(owner))
}

func (v *Vault) open(owner string, sealed []byte) ([]byte, error) {
	plain, err := v.aead.Open(nil, nil, sealed, []byte(owner))
	if err != nil {
		return nil, fmt.Errorf("people: open vault of %q: %w", owner, err)
	}
	return plain, nil
}
