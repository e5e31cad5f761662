package sign

import (
	"bytes"
	"fmt"
	"io"

	"filippo.io/age"

	"probity/tender/canon"
	"probity/tender/fault"
)

// fileForm labels a key file. The form is frozen.
const fileForm = "probity-device-key/1"

type file struct {
	Alg  Alg    `json:"alg"`
	Seed []byte `json:"seed"`
	V    string `json:"v"`
}

// File returns the bytes of a key file. With a passphrase they are an age file
// that stock age can open too; with "" they are plain and must be kept where
// only their owner can read.
func (p *Private) File(passphrase string) ([]byte, error) {
	plain := canon.Must(file{Ed25519, p.key.Seed(), fileForm})
	if passphrase == "" {
		return plain, nil
	}
	return Lock(plain, passphrase)
}

// ParseFile reads a key file. The passphrase is looked at only if the file is
// locked.
func ParseFile(b []byte, passphrase string) (*Private, error) {
	if Locked(b) {
		var err error
		if b, err = Unlock(b, passphrase); err != nil {
			return nil, err
		}
	}
	var f file
	if err := parse(b, &f); err != nil || f.V != fileForm || f.Alg != Ed25519 || len(f.Seed) != 32 {
		return nil, fault.New(fault.Invalid, "sign.file", "This is not a device key file.").Because(err)
	}
	return FromSeed([32]byte(f.Seed)), nil
}

// workFactor is scrypt's log2 N for new files: about a second, 256 MiB. Files
// that ask for more are refused, since opening them could stop the machine.
const workFactor = 18

var lockedMark = []byte("age-encryption.org/v1\n")

// maxLocked bounds what Unlock reads; key and recovery files are far smaller.
const maxLocked = 1 << 20

// Locked reports whether b looks like a file made by [Lock].
func Locked(b []byte) bool { return bytes.HasPrefix(b, lockedMark) }

// Lock encrypts a small secret under a passphrase as an age scrypt file.
func Lock(plain []byte, passphrase string) ([]byte, error) {
	return lock(plain, passphrase, workFactor)
}

func lock(plain []byte, passphrase string, factor int) ([]byte, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fault.New(fault.Invalid, "sign.passphrase", "A passphrase is needed.").Because(err)
	}
	to.SetWorkFactor(factor)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, fmt.Errorf("sign: lock: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("sign: lock: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("sign: lock: %w", err)
	}
	return out.Bytes(), nil
}

// Unlock decrypts a file made by [Lock]. Wrong passphrase, other kinds of age
// files and damage are one fault, "sign.passphrase".
func Unlock(b []byte, passphrase string) ([]byte, error) {
	refused := fault.New(fault.Denied, "sign.passphrase", "The file does not open with this passphrase.")
	from, err := age.NewScryptIdentity(passphrase)
	if err != nil || len(b) > maxLocked {
		return nil, refused.Because(err)
	}
	from.SetMaxWorkFactor(workFactor)
	r, err := age.Decrypt(bytes.NewReader(b), from)
	if err != nil {
		return nil, refused.Because(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, refused.Because(err)
	}
	return plain, nil
}
