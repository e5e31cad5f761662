package seal

import (
	"bytes"
	"fmt"
	"strings"

	"filippo.io/age"

	"probity/tender/sign"
)

// OpenerKey is an opener's secret key. Openers use one for each tender and
// destroy it after the award is final (amendment 10).
type OpenerKey struct {
	id     age.Identity
	secret string
	public string
	kind   Kind
}

// GenerateOpenerKey makes a new hybrid key.
func GenerateOpenerKey() (*OpenerKey, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, fmt.Errorf("seal: generate opener key: %w", err)
	}
	return &OpenerKey{id, id.String(), id.Recipient().String(), Hybrid}, nil
}

// ParseOpenerKey reads AGE-SECRET-KEY-PQ-1... or, for old tenders,
// AGE-SECRET-KEY-1..., in capitals as age writes them.
func ParseOpenerKey(secret string) (*OpenerKey, error) {
	bad := invalid("seal.opener_key", "This is not an opener's secret key.")
	if strings.HasPrefix(secret, "AGE-SECRET-KEY-PQ-1") {
		id, err := age.ParseHybridIdentity(secret)
		if err != nil || id.String() != secret {
			return nil, bad
		}
		return &OpenerKey{id, secret, id.Recipient().String(), Hybrid}, nil
	}
	id, err := age.ParseX25519Identity(secret)
	if err != nil || id.String() != secret {
		return nil, bad
	}
	return &OpenerKey{id, secret, id.Recipient().String(), X25519}, nil
}

// Public is the text that goes into the opener manifest.
func (k *OpenerKey) Public() string { return k.public }

// Secret is the text to keep secret.
func (k *OpenerKey) Secret() string { return k.secret }

// Kind is the kind of key.
func (k *OpenerKey) Kind() Kind { return k.kind }

// stanza is the type of age stanza that a share wrapped to k has.
func (k *OpenerKey) stanza() string {
	if k.kind == Hybrid {
		return "mlkem768x25519"
	}
	return "X25519"
}

// File returns the key as an identity file that stock age takes with -i: one
// line, under a passphrase unless that is "".
func (k *OpenerKey) File(passphrase string) ([]byte, error) {
	plain := []byte(k.secret + "\n")
	if passphrase == "" {
		return plain, nil
	}
	return sign.Lock(plain, passphrase)
}

// ParseOpenerKeyFile reads what [OpenerKey.File] wrote. The passphrase is
// looked at only if the file is locked.
func ParseOpenerKeyFile(b []byte, passphrase string) (*OpenerKey, error) {
	if sign.Locked(b) {
		var err error
		if b, err = sign.Unlock(b, passphrase); err != nil {
			return nil, err
		}
	}
	line, ok := bytes.CutSuffix(b, []byte("\n"))
	if !ok {
		return nil, invalid("seal.opener_key", "This is not an opener key file.")
	}
	return ParseOpenerKey(string(line))
}
