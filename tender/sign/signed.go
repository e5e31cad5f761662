package sign

import (
	"bytes"
	"encoding/json"

	"probity/tender/canon"
	"probity/tender/fault"
)

// Signed is a record together with its signature: what a ledger leaf holds.
type Signed struct {
	Record    json.RawMessage `json:"record"` // canonical JSON, as signed
	Signature Signature       `json:"signature"`
}

// Record signs a canonical record as domain. A record that is not canonical is
// refused, since others could not read it back to the same bytes.
func Record(s Signer, domain Domain, record []byte) (Signed, error) {
	if err := canon.Check(record); err != nil {
		return Signed{}, fault.New(fault.Invalid, "sign.record", "Only canonical records are signed.").Because(err)
	}
	sig, err := s.Sign(domain, record)
	return Signed{bytes.Clone(record), sig}, err
}

// Verify refuses s unless key k signed its record as domain.
func (s Signed) Verify(k Key, domain Domain) error {
	return Verify(k, domain, s.Record, s.Signature)
}

// Bytes returns the canonical JSON of s.
func (s Signed) Bytes() []byte { return canon.Must(s) }

// ParseSigned reads the canonical JSON of a signed record. It checks the
// shape; the signature is for [Signed.Verify], which needs the key.
func ParseSigned(b []byte) (Signed, error) {
	var s Signed
	if err := parse(b, &s); err != nil || len(s.Record) == 0 || s.Record[0] != '{' {
		return Signed{}, fault.New(fault.Invalid, "sign.record", "This is not a signed record.").Because(err)
	}
	return s, nil
}

// ParseSignature reads the canonical JSON of a signature.
func ParseSignature(b []byte) (Signature, error) {
	var s Signature
	if err := parse(b, &s); err != nil {
		return Signature{}, fault.New(fault.Invalid, "sign.signature", "This is not a signature.").Because(err)
	}
	return s, nil
}

// parse fills v and refuses b unless writing v again gives the same bytes.
// encoding/json alone would accept "ID" for "id".
func parse(b []byte, v any) error {
	if err := canon.Parse(b, v); err != nil {
		return err
	}
	again, err := canon.Marshal(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(b, again) {
		return canon.ErrForm
	}
	return nil
}
