package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"strconv"
	"strings"

	"filippo.io/age"

	"probity/tender/canon"
)

const (
	shareMark   = "SBSHARE1"
	shareRecord = 8 + 32 + 2 + 32
)

// schedule derives everything from one seed in one context (6.3).
type schedule struct {
	seed Seed
	ctx  [32]byte
	prk  []byte
}

func newSchedule(s Seed, c Context) schedule {
	ctx := c.Hash()
	prk, err := hkdf.Extract(sha256.New, s[:], ctx[:])
	if err != nil {
		panic(err)
	}
	return schedule{s, ctx, prk}
}

func (d schedule) bytes(label string, size int) []byte {
	out, err := hkdf.Expand(sha256.New, d.prk, "sealbid/1 "+label, size)
	if err != nil {
		panic(err)
	}
	return out
}

// identity is the key that opens the payload (6.9).
func (d schedule) identity() string {
	return strings.ToUpper(bechEncode("age-secret-key-pq-", d.bytes("identity", 32)))
}

// PayloadIdentity is the age identity that opens the payload of the envelope
// sealed with s in context c; stock age accepts it.
func PayloadIdentity(s Seed, c Context) (*age.HybridIdentity, error) {
	return age.ParseHybridIdentity(newSchedule(s, c).identity())
}

// secrets are the groups' secrets, whose XOR is S (6.4).
func (d schedule) secrets(groups int) [][32]byte {
	out := make([][32]byte, groups)
	last := [32]byte(d.seed)
	for j := range groups - 1 {
		out[j] = [32]byte(d.bytes("group "+strconv.Itoa(j), 32))
		subtle.XORBytes(last[:], last[:], out[j][:])
	}
	out[groups-1] = last
	return out
}

// polynomial is group j's: its secret, then k-1 derived coefficients (6.5).
func (d schedule) polynomial(j, k int, secret [32]byte) [][32]byte {
	out := [][32]byte{secret}
	for t := 1; t < k; t++ {
		out = append(out, [32]byte(d.bytes("coeff "+strconv.Itoa(j)+" "+strconv.Itoa(t), 32)))
	}
	return out
}

// commitment to a share (6.6).
func commitment(ctx [32]byte, j, i int, share [32]byte) [32]byte {
	return canon.Hash("share", ctx[:], []byte{byte(j), byte(i)}, share[:])
}

// writeShare returns the share record (6.7).
func writeShare(ctx [32]byte, j, i int, share [32]byte) []byte {
	b := make([]byte, 0, shareRecord)
	b = append(b, shareMark...)
	b = append(b, ctx[:]...)
	b = append(b, byte(j), byte(i))
	return append(b, share[:]...)
}

// readShare refuses a share record that was made for another place.
func readShare(b []byte, ctx [32]byte, j, i int) (share [32]byte, ok bool) {
	if len(b) != shareRecord {
		return share, false
	}
	copy(share[:], b[shareRecord-32:])
	return share, bytes.Equal(b, writeShare(ctx, j, i, share))
}

// Wrapped is one opener's part of a header: the commitment to its share, and
// the share encrypted to its key.
type Wrapped struct {
	Commitment [32]byte
	Cipher     []byte
}

// wrapShares derives every group's wrapped shares from s.
func wrapShares(s Seed, c Context, groups []Group) ([][]Wrapped, error) {
	d := newSchedule(s, c)
	out := make([][]Wrapped, len(groups))
	for j, secret := range d.secrets(len(groups)) {
		polynomial := d.polynomial(j, groups[j].K, secret)
		for n, o := range groups[j].Openers {
			r, err := o.unpack()
			if err != nil {
				return nil, err
			}
			share := shareAt(polynomial, byte(n+1))
			random := d.bytes("wrap "+strconv.Itoa(j)+" "+strconv.Itoa(n+1), wrapRandom)
			cipher, err := r.wrap(writeShare(d.ctx, j, n+1, share), random)
			if err != nil {
				return nil, err
			}
			out[j] = append(out[j], Wrapped{commitment(d.ctx, j, n+1, share), cipher})
		}
	}
	return out, nil
}
