package pdf

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// The signature in a seal is CMS SignedData (RFC 5652) in one form only: PAdES
// baseline B-B (ETSI EN 319 142-1), SHA-256, ECDSA P-256, signing-certificate-v2
// (RFC 5035) over every certificate it carries. Since there is one form, a
// verifier rebuilds it and compares bytes, and no byte of it is free to change.

var (
	oidData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidType       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigner     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSHA256     = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSA      = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

type signerID struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type signerInfo struct {
	Version   int
	ID        signerID
	Digest    pkix.AlgorithmIdentifier
	Attrs     asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
}

type signedData struct {
	Version int
	Digests []pkix.AlgorithmIdentifier `asn1:"set"`
	Content struct{ Type asn1.ObjectIdentifier }
	Certs   asn1.RawValue
	Signers []signerInfo `asn1:"set"`
}

type contentInfo struct {
	Type asn1.ObjectIdentifier
	Body asn1.RawValue
}

// der encodes what cannot fail to be encoded.
func der(v any) asn1.RawValue {
	b, err := asn1.Marshal(v)
	if err != nil {
		panic(err)
	}
	return asn1.RawValue{FullBytes: b}
}

func wrap(class, tag int, body []byte) asn1.RawValue {
	return der(asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: body})
}

// signedAttrs is the set of attributes that is signed: the type of the content,
// its digest, and the hashes of the certificates.
func signedAttrs(digest [sha256.Size]byte, chain []*x509.Certificate) []byte {
	type certID struct{ Hash []byte } // SHA-256 is the default of RFC 5035
	var ids []certID
	for _, c := range chain {
		h := sha256.Sum256(c.Raw)
		ids = append(ids, certID{h[:]})
	}
	attrs := [][]byte{
		der(attribute{oidType, []asn1.RawValue{der(oidData)}}).FullBytes,
		der(attribute{oidDigest, []asn1.RawValue{der(digest[:])}}).FullBytes,
		der(attribute{oidSigner, []asn1.RawValue{der(struct{ Certs []certID }{ids})}}).FullBytes,
	}
	slices.SortFunc(attrs, bytes.Compare) // DER sorts sets
	return wrap(asn1.ClassUniversal, asn1.TagSet, bytes.Join(attrs, nil)).FullBytes
}

// buildCMS puts a signature into its envelope.
func buildCMS(attrs []byte, chain []*x509.Certificate, signature []byte) []byte {
	var certs []byte
	for _, c := range chain {
		certs = append(certs, c.Raw...)
	}
	implicit := append([]byte{0xa0}, attrs[1:]...)
	sd := signedData{
		Version: 1,
		Digests: []pkix.AlgorithmIdentifier{{Algorithm: oidSHA256}},
		Certs:   wrap(asn1.ClassContextSpecific, 0, certs),
		Signers: []signerInfo{{
			Version:   1,
			ID:        signerID{asn1.RawValue{FullBytes: chain[0].RawIssuer}, chain[0].SerialNumber},
			Digest:    pkix.AlgorithmIdentifier{Algorithm: oidSHA256},
			Attrs:     asn1.RawValue{FullBytes: implicit},
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSA},
			Signature: signature,
		}},
	}
	sd.Content.Type = oidData
	return der(contentInfo{oidSignedData, wrap(asn1.ClassContextSpecific, 0, der(sd).FullBytes)}).FullBytes
}

// sign makes the CMS over a digest.
func (s *Sealer) sign(digest [sha256.Size]byte) ([]byte, error) {
	key, ok := s.Key.Public().(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() || len(s.Chain) == 0 || !key.Equal(s.Chain[0].PublicKey) {
		return nil, errors.New("the key is not that of the certificate, or not of P-256")
	}
	attrs := signedAttrs(digest, s.Chain)
	sum := sha256.Sum256(attrs)
	sig, err := s.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	if sig, err = lowS(sig); err != nil {
		return nil, err
	}
	if !ecdsa.VerifyASN1(key, sum[:], sig) {
		return nil, errors.New("the key made a signature that does not verify")
	}
	return buildCMS(attrs, s.Chain, sig), nil
}

// lowS returns the one of the two valid forms of an ECDSA signature whose s is
// in the lower half, so that a seal has one form.
func lowS(sig []byte) ([]byte, error) {
	var v struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(sig, &v); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("not an ECDSA signature: %w", errors.Join(err))
	}
	n := elliptic.P256().Params().N
	if v.S.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		v.S = new(big.Int).Sub(n, v.S)
	}
	return asn1.Marshal(v)
}

// splitCMS reads the parts of a CMS of our form. The caller rebuilds and
// compares, so what is not read here is not trusted either.
func splitCMS(b []byte) (chain []*x509.Certificate, signature []byte, rest []byte, err error) {
	var outer contentInfo
	if rest, err = asn1.Unmarshal(b, &outer); err != nil {
		return nil, nil, nil, err
	}
	var sd signedData
	if _, err = asn1.Unmarshal(outer.Body.Bytes, &sd); err != nil {
		return nil, nil, nil, err
	}
	if chain, err = x509.ParseCertificates(sd.Certs.Bytes); err != nil {
		return nil, nil, nil, err
	}
	if len(chain) == 0 || len(sd.Signers) != 1 {
		return nil, nil, nil, errors.New("not one signer with a certificate")
	}
	return chain, sd.Signers[0].Signature, rest, nil
}
