// Package seal is sealbid/1: how a bid is sealed on the bidder's own machine so
// that nobody reads it before k of n openers act, and how anybody can check
// afterwards that everything was done right. Command line, server and offline
// verifier all use this one implementation. It does no I/O beyond the readers
// and writers it is given, and knows no clock: times are parameters.
//
// Where to start reading:
//
//	Manifest   who the openers are, from when they may open      manifest.go
//	Seal       files -> container -> sealed payload and header   payload.go
//	Header     what is fingerprinted before the deadline         header.go
//	Bid        the signed record that binds the fingerprints     records.go
//	Closing    what was in time, without telling how much        closing.go
//	OpenShares what an opener's device does                      open.go
//	Combine    what the server does with k answers               combine.go
//	Case.Judge the verdict, the same for everybody               verdict.go
//
// In short: S is 32 random bytes per envelope. From S and the envelope's
// context (tender, lot, envelope, bidder, seq, openers) everything else is
// derived, including the randomness of the shares' encryption. Whoever learns S
// can therefore write the header again and compare it byte by byte. That single
// comparison finds every deviation a bidder could have made, whichever openers
// took part, so no bidder keeps an option on who opens.
//
// Frozen: every byte of every form here, and every fault code. testdata/ holds
// the vectors; they are written once and the tests refuse to write them again.
// A new form gets a new version label.
//
// An outside cryptographic review has not happened. Sealing writes the same
// age files that stock age reads; the KEMs are circl's and the standard
// library's, the construction around them is ours.
package seal

import (
	"crypto/subtle"
	"encoding/hex"

	"probity/tender/canon"
	"probity/tender/fault"
)

// Version labels headers and records.
const Version = "sealbid/1"

// Limits of the format.
const (
	maxGroups  = 8
	maxOpeners = 255
	maxName    = 200 // characters of an id or name
)

// Context says what exactly an envelope is: these six things are bound into
// every key, share and commitment, so a seal cannot be used anywhere else.
type Context struct {
	Bidder   string `json:"bidder"`
	Envelope string `json:"envelope"`
	Lot      string `json:"lot"`
	Openers  string `json:"openers"` // hex of the opener manifest's hash
	Seq      int64  `json:"seq"`     // 1 for the first bid for the lot, then one more each time
	Tender   string `json:"tender"`
}

// Hash is ctx of the specification, 6.2.
func (c Context) Hash() [32]byte { return canon.Hash("context", canon.Must(c)) }

// check refuses contexts that could be confused or cannot be written down.
func (c Context) check() error {
	for _, s := range []string{c.Bidder, c.Envelope, c.Lot, c.Tender} {
		if !plainText(s, maxName) {
			return invalid("seal.context", "The seal's context has an empty, overlong or unprintable member.")
		}
	}
	if !isHash(c.Openers) || c.Seq < 1 || c.Seq > 1<<53-1 {
		return invalid("seal.context", "The seal's context has a malformed opener hash or sequence number.")
	}
	return nil
}

// Fingerprint is F of the specification: the hash of a seal header.
type Fingerprint [32]byte

// FingerprintOf returns H("header", header).
func FingerprintOf(header []byte) Fingerprint { return canon.Hash("header", header) }

// String is 64 lower-case hex digits.
func (f Fingerprint) String() string { return hex.EncodeToString(f[:]) }

// ParseFingerprint reads 64 lower-case hex digits.
func ParseFingerprint(s string) (Fingerprint, error) {
	if !isHash(s) {
		return Fingerprint{}, invalid("seal.fingerprint", "A fingerprint is 64 lower-case hex digits.")
	}
	var f Fingerprint
	_, err := hex.Decode(f[:], []byte(s))
	return f, err
}

// Seed is S: whoever knows it can open its envelope, and prove that it was
// sealed honestly.
type Seed [32]byte

// Equal compares in constant time.
func (s Seed) Equal(t Seed) bool { return subtle.ConstantTimeCompare(s[:], t[:]) == 1 }

// invalid is the fault for foreign bytes and inputs that the format refuses.
func invalid(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, code, format, args...)
}

// refused is the fault for well-formed things that do not fit together.
func refused(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Conflict, code, format, args...)
}
