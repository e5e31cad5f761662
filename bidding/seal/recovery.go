package seal

import (
	"encoding/hex"

	"probity/tender/canon"
	"probity/tender/sign"
)

const recoveryForm = "sealbid-recovery/1"

// Recovery is the bidder's own copy of the seeds of one bid: with it, the bid
// can be rescued if openers fail. It is a file of its own and never beside the
// receipt, which is meant to be shown around (amendment 12).
type Recovery struct {
	Envelopes []Recovered `json:"envelopes"`
	V         string      `json:"v"`
}

// Recovered is the seed of one envelope.
type Recovered struct {
	Context Context `json:"ctx"`
	F       string  `json:"f"`
	S       string  `json:"s"`
}

// NewRecovery collects the seeds of envelopes that were sealed together.
func NewRecovery(list ...*Envelope) Recovery {
	r := Recovery{V: recoveryForm}
	for _, e := range list {
		r.Envelopes = append(r.Envelopes, Recovered{e.Header.Context, e.Fingerprint.String(), hex.EncodeToString(e.Seed[:])})
	}
	return r
}

// Seed returns the seed for a fingerprint.
func (r Recovery) Seed(f Fingerprint) (Seed, bool) {
	for _, e := range r.Envelopes {
		if e.F == f.String() {
			s, ok := unhex(e.S)
			return s, ok
		}
	}
	return Seed{}, false
}

// File returns the recovery file, under a passphrase unless that is "".
func (r Recovery) File(passphrase string) ([]byte, error) {
	plain, err := canon.Marshal(r)
	if err != nil {
		return nil, invalid("seal.recovery", "There is nothing to recover.").Because(err)
	}
	if passphrase == "" {
		return plain, nil
	}
	return sign.Lock(plain, passphrase)
}

// ParseRecovery reads a recovery file strictly. The passphrase is looked at
// only if the file is locked.
func ParseRecovery(b []byte, passphrase string) (Recovery, error) {
	if sign.Locked(b) {
		var err error
		if b, err = sign.Unlock(b, passphrase); err != nil {
			return Recovery{}, err
		}
	}
	var r Recovery
	bad := invalid("seal.recovery", "This is not a recovery file.")
	if err := read(b, &r); err != nil || r.V != recoveryForm || len(r.Envelopes) < 1 || len(r.Envelopes) > maxEnvelopes {
		return Recovery{}, bad.Because(err)
	}
	for _, e := range r.Envelopes {
		if e.Context.check() != nil || !isHash(e.F) || !isHash(e.S) {
			return Recovery{}, bad
		}
	}
	return r, nil
}
