package pdf

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// Sealer holds the platform's key and the certificates that go into each seal,
// its own first. The key may live elsewhere: only Sign is asked of it.
type Sealer struct {
	Key   crypto.Signer // ECDSA P-256
	Chain []*x509.Certificate
}

// sealLife is how long a self-made certificate is valid. Seals made in that
// time verify for ever after, since the time of the seal counts.
const sealLife = 10 * 365 * 24 * time.Hour

// NewSealer makes a key and a certificate that vouches for itself, for a
// platform that starts without one. Who checks its papers must be given the
// certificate by a way they trust. A platform with a certificate of a
// recognised authority fills a Sealer itself.
func NewSealer(platform string, from time.Time) (*Sealer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("pdf: make seal key: %w", err)
	}
	serial := make([]byte, 16)
	rand.Read(serial)
	serial[0] = serial[0]&0x3f | 0x40 // positive, of full length
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("pdf: make seal key: %w", err)
	}
	id := sha1.Sum(point) // RFC 5280, 4.2.1.2: a name for the key, not a protection
	template := &x509.Certificate{
		SerialNumber:          new(big.Int).SetBytes(serial),
		Subject:               pkix.Name{Organization: []string{platform}, CommonName: platform + " document seal"},
		NotBefore:             from.UTC().Truncate(time.Second),
		NotAfter:              from.UTC().Truncate(time.Second).Add(sealLife),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true, // readers accept a root that vouches for itself only as one
		MaxPathLenZero:        true,
		SubjectKeyId:          id[:],
		SignatureAlgorithm:    x509.ECDSAWithSHA256,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("pdf: make seal certificate of %q: %w", platform, err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("pdf: make seal certificate of %q: %w", platform, err)
	}
	return &Sealer{Key: key, Chain: []*x509.Certificate{cert}}, nil
}

// Roots is the pool that trusts the last certificate of the chain.
func (s *Sealer) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Chain[len(s.Chain)-1])
	return pool
}

// Certificates returns the chain in PEM, for publication.
func (s *Sealer) Certificates() []byte {
	var b bytes.Buffer
	for _, c := range s.Chain {
		pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	return b.Bytes()
}

// Encode returns the key and the chain in PEM. It is a secret.
func (s *Sealer) Encode() ([]byte, error) {
	raw, err := x509.MarshalPKCS8PrivateKey(s.Key)
	if err != nil {
		return nil, fmt.Errorf("pdf: encode seal key: %w", err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), s.Certificates()...), nil
}

// ParseSealer reads what Encode wrote, or a key and certificates of a
// recognised authority in the same form.
func ParseSealer(b []byte) (*Sealer, error) {
	s := &Sealer{}
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("pdf: parse seal key: %w", err)
			}
			s.Key, _ = key.(*ecdsa.PrivateKey)
		case "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("pdf: parse seal certificate: %w", err)
			}
			s.Chain = append(s.Chain, c)
		}
	}
	if key, ok := s.Key.(*ecdsa.PrivateKey); !ok || key == nil || len(s.Chain) == 0 || !key.PublicKey.Equal(s.Chain[0].PublicKey) {
		return nil, errors.New("pdf: parse sealer: not an ECDSA key with its certificate")
	}
	return s, nil
}
