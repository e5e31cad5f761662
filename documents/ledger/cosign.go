package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// algCosignature marks the key of a witness, https://c2sp.org/tlog-cosignature.
const algCosignature = 4

// cosignatureSize: eight bytes of time, then an Ed25519 signature.
const cosignatureSize = 8 + ed25519.SignatureSize

// Witness verifies timestamped cosignatures; it is a note.Verifier.
type Witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

// NewWitness reads a witness's verifier key, NAME+HASH+KEY with a key of type
// 0x04.
func NewWitness(vkey string) (*Witness, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	hash, key64, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.Strict().DecodeString(key64)
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algCosignature || !validName(name) {
		return nil, fmt.Errorf("ledger: %.120q is not the key of a witness", vkey)
	}
	w := &Witness{name: name, hash: hashOfKey(name, key), key: key[1:]}
	if got, err := strconv.ParseUint(hash, 16, 32); err != nil || len(hash) != 8 || uint32(got) != w.hash {
		return nil, fmt.Errorf("ledger: the key of witness %q has another hash", name)
	}
	return w, nil
}

// Name is the witness's name in signature lines.
func (w *Witness) Name() string { return w.name }

// KeyHash is the first four bytes of the hash of name and key.
func (w *Witness) KeyHash() uint32 { return w.hash }

// Verify checks a cosignature over the text of a checkpoint.
func (w *Witness) Verify(text, sig []byte) bool {
	if len(sig) != cosignatureSize {
		return false
	}
	return ed25519.Verify(w.key, cosigned(binary.BigEndian.Uint64(sig), text), sig[8:])
}

// Seen returns when the witness saw a checkpoint, from the signed note. The
// signature is checked.
func (w *Witness) Seen(signed []byte) (time.Time, error) {
	n, err := note.Open(signed, note.VerifierList(w))
	if err != nil {
		return time.Time{}, fmt.Errorf("ledger: cosignature of %q: %w", w.name, err)
	}
	raw, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	if err != nil || len(raw) != 4+cosignatureSize {
		return time.Time{}, fmt.Errorf("ledger: cosignature of %q: wrong size", w.name)
	}
	seconds := binary.BigEndian.Uint64(raw[4:])
	if seconds > 1<<40 {
		return time.Time{}, fmt.Errorf("ledger: cosignature of %q: no time", w.name)
	}
	return time.Unix(int64(seconds), 0).UTC(), nil
}

func cosigned(seconds uint64, text []byte) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatUint(seconds, 10)+"\n"), text...)
}

// Cosigner signs checkpoints as a witness does; it is a note.Signer. Whoever
// runs one must have checked that the log only grew: see CheckGrowth.
type Cosigner struct {
	name string
	hash uint32
	key  ed25519.PrivateKey
	now  func() time.Time
}

// NewCosigner reads a private key as note.GenerateKey writes it, or one of
// type 0x04. It signs with the time that now tells.
func NewCosigner(skey string, now func() time.Time) (*Cosigner, error) {
	part := strings.SplitN(skey, "+", 5)
	if len(part) != 5 || part[0] != "PRIVATE" || part[1] != "KEY" || !validName(part[2]) {
		return nil, fmt.Errorf("ledger: not a private key")
	}
	seed, err := base64.StdEncoding.Strict().DecodeString(part[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize || seed[0] != 1 && seed[0] != algCosignature {
		return nil, fmt.Errorf("ledger: not a private key")
	}
	c := &Cosigner{name: part[2], key: ed25519.NewKeyFromSeed(seed[1:]), now: now}
	c.hash = hashOfKey(c.name, c.public())
	return c, nil
}

func (c *Cosigner) public() []byte {
	return append([]byte{algCosignature}, c.key.Public().(ed25519.PublicKey)...)
}

// Key returns the verifier key, for NewWitness.
func (c *Cosigner) Key() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, c.hash, base64.StdEncoding.EncodeToString(c.public()))
}

// Name is the witness's name in signature lines.
func (c *Cosigner) Name() string { return c.name }

// KeyHash is the first four bytes of the hash of name and key.
func (c *Cosigner) KeyHash() uint32 { return c.hash }

// Sign returns a cosignature over the text of a checkpoint.
func (c *Cosigner) Sign(text []byte) ([]byte, error) {
	if _, err := ParseCheckpoint(string(text)); err != nil {
		return nil, err
	}
	seconds := uint64(c.now().Unix())
	sig := binary.BigEndian.AppendUint64(nil, seconds)
	return append(sig, ed25519.Sign(c.key, cosigned(seconds, text))...), nil
}

func hashOfKey(name string, key []byte) uint32 {
	h := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(h[:])
}

// validName follows https://c2sp.org/signed-note.
func validName(s string) bool {
	return s != "" && len(s) <= 200 && !strings.ContainsAny(s, "+ \t\r\n\v\f\u0085\u00a0\u2028\u2029")
}
