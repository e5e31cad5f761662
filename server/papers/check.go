package papers

import (
	"bytes"
	"crypto/x509"

	"probity/documents/paper"
	"probity/tender/canon"
	"probity/tender/contract"
	"probity/tender/fault"
)

// CheckContract verifies a sealed contract by itself: see paper.CheckContract.
// Whether it is the contract on record, [SameContract] tells.
func CheckContract(file []byte, roots *x509.CertPool) (*paper.CheckedContract, error) {
	return paper.CheckContract(file, roots)
}

// SameContract refuses, as Invalid paper.record, a contract on paper that says
// anything else than the record: its data must be what the record makes.
func SameContract(k *paper.CheckedContract, r contract.Record) error {
	want := ContractOf(r, imprintIn(k.Contract.Sheet, r.ID))
	want.Form = k.Contract.Form
	a, err := canon.Marshal(want)
	if err != nil {
		return err
	}
	b, err := canon.Marshal(k.Contract)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return fault.New(fault.Invalid, "paper.record", "The contract on paper is not the one on record.")
	}
	return nil
}
