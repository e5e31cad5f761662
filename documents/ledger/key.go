package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key signs for a log. It is a note.Signer that knows its public part.
type Key struct {
	note.Signer
	Public string // verifier key, for note.NewVerifier
}

// NewKey returns a fresh private key of a log, as note.GenerateKey writes it.
func NewKey(origin string) (skey string, err error) {
	skey, _, err = note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", fmt.Errorf("ledger: make a key: %w", err)
	}
	return skey, nil
}

// ReadKey reads a private key. Errors do not repeat any of it.
func ReadKey(skey string) (Key, error) {
	bad := fmt.Errorf("ledger: not the private key of a log")
	skey = strings.TrimSpace(skey)
	s, err := note.NewSigner(skey)
	if err != nil {
		return Key{}, bad
	}
	parts := strings.SplitN(skey, "+", 5) // the last part is base64, which may have a + itself
	seed, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return Key{}, bad
	}
	public, err := note.NewEd25519VerifierKey(s.Name(), ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey))
	if err != nil {
		return Key{}, bad
	}
	return Key{s, public}, nil
}
