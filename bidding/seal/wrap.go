package seal

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"sync"

	"github.com/cloudflare/circl/kem/xwing"
	"golang.org/x/crypto/chacha20poly1305"
)

// The derandomised age writer (6.8). It writes what age writes, but takes its
// randomness from the seed, so that a revealed seed lets everybody repeat it.

const wrapRandom = 96 // file key 16, KEM 64, payload nonce 16

const (
	labelX25519 = "age-encryption.org/v1/X25519"
	labelHybrid = "age-encryption.org/mlkem768x25519"
)

// wrap returns the age file of one chunk of plain to r.
func (r *recipient) wrap(plain, random []byte) ([]byte, error) {
	fileKey, kem, nonce := random[:16], random[16:80], random[80:96]
	out := make([]byte, 0, r.wrapLen)
	out = append(out, "age-encryption.org/v1\n-> "...)
	out, err := r.stanza(out, fileKey, kem)
	if err != nil {
		return nil, err
	}
	out = append(out, "\n---"...)
	mac := hmac.New(sha256.New, derive(fileKey, nil, "header"))
	mac.Write(out)
	out = append(out, ' ')
	out = base64.RawStdEncoding.AppendEncode(out, mac.Sum(nil))
	out = append(out, '\n')
	out = append(out, nonce...)
	last := [12]byte{11: 1} // chunk 0, and the last
	return sealAppend(out, derive(fileKey, nonce, "payload"), last[:], plain)
}

// stanza appends the recipient line and the wrapped file key.
func (r *recipient) stanza(out, fileKey, kem []byte) ([]byte, error) {
	if r.kind == Hybrid {
		cipher, shared := make([]byte, xwing.CiphertextSize), make([]byte, xwing.SharedKeySize)
		r.hybrid.EncapsulateTo(cipher, shared, kem)
		key, nonce := hpkeKeys(shared)
		return r.body(append(out, "mlkem768x25519 "...), cipher, [3][]byte{key, nonce, fileKey})
	}
	ephemeral, err := ecdh.X25519().NewPrivateKey(kem[32:])
	if err != nil {
		return nil, err
	}
	shared, err := ephemeral.ECDH(r.x25519)
	if err != nil {
		return nil, err
	}
	point := ephemeral.PublicKey().Bytes()
	key := derive(shared, append(slices.Clone(point), r.public...), labelX25519)
	return r.body(append(out, "X25519 "...), point, [3][]byte{key, make([]byte, 12), fileKey})
}

// body appends the stanza's argument and body; sealed is key, nonce and text.
func (r *recipient) body(out, argument []byte, sealed [3][]byte) ([]byte, error) {
	out = base64.RawStdEncoding.AppendEncode(out, argument)
	out = append(out, '\n')
	body, err := sealAppend(nil, sealed[0], sealed[1], sealed[2])
	return base64.RawStdEncoding.AppendEncode(out, body), err
}

func sealAppend(out, key, nonce, plain []byte) ([]byte, error) {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, err
	}
	return aead.Seal(out, nonce, plain, nil), nil
}

// derive is HKDF-SHA-256 with 32 bytes of output, which cannot fail.
func derive(secret, salt []byte, info string) []byte {
	key, err := hkdf.Key(sha256.New, secret, salt, info, 32)
	if err != nil {
		panic(err)
	}
	return key
}

// HPKE (RFC 9180), base mode: KEM 0x647a, HKDF-SHA-256, ChaCha20-Poly1305.
const hpkeSuite = "HPKE\x64\x7a\x00\x01\x00\x03"

// hpkeContext is the key schedule's context, the same for every share.
var hpkeContext = sync.OnceValue(func() string {
	id := hpkeExtract(nil, "psk_id_hash", nil)
	info := hpkeExtract(nil, "info_hash", []byte(labelHybrid))
	return "\x00" + string(id) + string(info)
})

func hpkeExtract(salt []byte, label string, secret []byte) []byte {
	prk, err := hkdf.Extract(sha256.New, append([]byte("HPKE-v1"+hpkeSuite+label), secret...), salt)
	if err != nil {
		panic(err)
	}
	return prk
}

func hpkeKeys(shared []byte) (key, nonce []byte) {
	secret := hpkeExtract(shared, "secret", nil)
	expand := func(label string, size int) []byte {
		info := string([]byte{0, byte(size)}) + "HPKE-v1" + hpkeSuite + label + hpkeContext()
		out, err := hkdf.Expand(sha256.New, secret, info, size)
		if err != nil {
			panic(err)
		}
		return out
	}
	return expand("key", 32), expand("base_nonce", 12)
}
