package pdf

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"sync"
	"testing"
	"time"

	"probity/tender/fault"
)

func TestPaperIsSealedOnce(t *testing.T) {
	p := prepared(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	good := 0
	for range 8 {
		group.Go(func() {
			_, err := p.Seal(testSealer())
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				good++
			} else if !errors.Is(err, ErrSealed) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if good != 1 {
		t.Errorf("sealed %d times", good)
	}
}

// broken is a key in a device that fails, perhaps after it has signed.
type broken struct {
	*ecdsa.PrivateKey
	after bool
}

func (b broken) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	if b.after {
		b.PrivateKey.Sign(r, digest, o)
	}
	return nil, errors.New("the device is away")
}

func TestFailedSealSpendsThePreparedPaper(t *testing.T) {
	good := testSealer()
	for _, after := range []bool{false, true} {
		p := prepared(t)
		if _, err := p.Seal(&Sealer{broken{good.Key.(*ecdsa.PrivateKey), after}, good.Chain}); err == nil {
			t.Fatal("sealed by a broken key")
		}
		if _, err := p.Seal(good); !errors.Is(err, ErrSealed) {
			t.Errorf("after a failure: %v", err)
		}
		again := prepared(t)
		if again.Digest() != p.Digest() {
			t.Error("the same paper has another digest")
		}
		if _, err := again.Seal(good); err != nil {
			t.Error(err)
		}
	}
}

func TestSealerRefusesAKeyThatIsNotItsOwn(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := prepared(t).Seal(&Sealer{key, testSealer().Chain}); err == nil {
		t.Error("sealed with a foreign certificate")
	}
	if _, err := prepared(t).Seal(&Sealer{key, nil}); err == nil {
		t.Error("sealed without a certificate")
	}
}

func TestSealerComesBackFromPEM(t *testing.T) {
	b, err := testSealer().Encode()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseSealer(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(sealWith(t, s), testSealer().Roots()); err != nil {
		t.Error(err)
	}
	for what, bad := range map[string][]byte{"nothing": nil, "a certificate only": testSealer().Certificates(), "a cut key": b[:100], "no certificate": b[:bytes.Index(b, []byte("-----BEGIN CERT"))]} {
		if _, err := ParseSealer(bad); err == nil {
			t.Errorf("%s is a sealer", what)
		}
	}
}

func TestChainOfAnAuthorityIsFollowed(t *testing.T) {
	root, err := NewSealer("Authority", noon.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour),
		KeyUsage: x509.KeyUsageContentCommitment}, root.Chain[0], key.Public(), root.Key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	file := sealWith(t, &Sealer{key, []*x509.Certificate{leaf, root.Chain[0]}})
	if _, err := Verify(file, root.Roots()); err != nil {
		t.Error(err)
	}
	if _, err := Verify(file, testSealer().Roots()); !fault.Coded(err, "pdf.seal_untrusted") {
		t.Error(err)
	}
}
