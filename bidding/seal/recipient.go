package seal

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"math/big"
	"slices"
	"sync"

	"github.com/cloudflare/circl/kem/xwing"
)

// Kind is the kind of key that an opener has.
type Kind uint8

// The two kinds. Hybrid (ML-KEM-768 with X25519, that is X-Wing) is what new
// tenders must use; X25519 alone stays readable for old ones.
const (
	X25519 Kind = iota + 1
	Hybrid
)

// recipient is an opener's public key, unpacked once: expanding the ML-KEM
// matrix anew for each of thousands of shares would cost more than the rest.
type recipient struct {
	kind    Kind
	public  []byte
	x25519  *ecdh.PublicKey  // the X25519 key, or the X25519 half
	hybrid  *xwing.PublicKey // for Hybrid
	wrapLen int              // bytes of a share wrapped to it
}

// Lengths of a wrapped share: age header, nonce, 74 bytes, tag.
const (
	wrapX25519 = 274
	wrapHybrid = 1733
)

// wrapLen is the only length of a share wrapped to a key of kind k.
func (k Kind) wrapLen() int {
	if k == Hybrid {
		return wrapHybrid
	}
	return wrapX25519
}

// seen keeps unpacked keys by their text, so that parsing a manifest again is
// cheap. It is emptied when it grows beyond what one server's tenders need.
var seen = struct {
	sync.Mutex
	byText map[string]*recipient
}{byText: map[string]*recipient{}}

const maxSeen = 1024

// parseRecipient reads age1... and age1pq1... and refuses keys that are weak or
// have a second spelling (amendment 10).
func parseRecipient(text string) (*recipient, error) {
	seen.Lock()
	r := seen.byText[text]
	seen.Unlock()
	if r != nil {
		return r, nil
	}
	r, err := unpackRecipient(text)
	if err != nil {
		return nil, err
	}
	seen.Lock()
	defer seen.Unlock()
	if len(seen.byText) >= maxSeen {
		clear(seen.byText)
	}
	seen.byText[text] = r
	return r, nil
}

func unpackRecipient(text string) (*recipient, error) {
	human, public, ok := bechDecode(text)
	switch {
	case !ok:
	case human == "age" && len(public) == 32:
		x, err := safeX25519(public)
		return &recipient{X25519, public, x, nil, wrapX25519}, err
	case human == "age1pq" && len(public) == xwing.PublicKeySize:
		return unpackHybrid(public)
	}
	return nil, invalid("seal.recipient", "An opener key is not an age key in lower case.")
}

func unpackHybrid(public []byte) (*recipient, error) {
	const mlkemSize = mlkem.EncapsulationKeySize768
	x, err := safeX25519(public[mlkemSize:])
	if err != nil {
		return nil, err
	}
	// Both libraries refuse coefficients that are not reduced; one would do.
	if _, err := mlkem.NewEncapsulationKey768(public[:mlkemSize]); err != nil {
		return nil, invalid("seal.recipient", "An opener key has an ML-KEM part that is not reduced.").Because(err)
	}
	var k xwing.PublicKey
	if err := k.Unpack(public); err != nil {
		return nil, invalid("seal.recipient", "An opener key cannot be unpacked.").Because(err)
	}
	return &recipient{Hybrid, public, x, &k, wrapHybrid}, nil
}

var fieldPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// safeX25519 refuses points of low order, with which everybody knows the shared
// secret, and coordinates from the prime up, which spell a point twice.
func safeX25519(public []byte) (*ecdh.PublicKey, error) {
	weak := invalid("seal.recipient", "An opener key has a weak or doubly spelt X25519 part.")
	back := slices.Clone(public)
	slices.Reverse(back)
	if new(big.Int).SetBytes(back).Cmp(fieldPrime) >= 0 {
		return nil, weak
	}
	x, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return nil, weak.Because(err)
	}
	any32 := make([]byte, 32)
	any32[0] = 8
	probe, err := ecdh.X25519().NewPrivateKey(any32)
	if err != nil {
		return nil, weak.Because(err)
	}
	// Every scalar is a multiple of eight, so low order shows as all zeros,
	// which ECDH refuses.
	if _, err := probe.ECDH(x); err != nil {
		return nil, weak.Because(err)
	}
	return x, nil
}
