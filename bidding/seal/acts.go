package seal

import "probity/tender/canon"

// Approval is what a second person signs (domain "approve"): yes or no to the
// exact bytes whose hash it names.
type Approval struct {
	By       string `json:"by"`
	Decision string `json:"decision"` // "approve" or "refuse"
	Hash     string `json:"hash"`     // hex SHA-256 of what was shown
	Kind     string `json:"kind"`     // "approve"
	Subject  string `json:"subject"`  // what it is: "tender T-1 v3", "award lot 2"
	Tender   string `json:"tender"`   // "" for matters of the platform itself
	V        string `json:"v"`
}

// Bytes returns the canonical bytes, with kind and version filled in.
func (r Approval) Bytes() []byte {
	r.Kind, r.V = "approve", Version
	return canon.Must(r)
}

// ParseApproval reads an approval strictly.
func ParseApproval(b []byte) (Approval, error) {
	var r Approval
	err := read(b, &r)
	if err != nil || r.Kind != "approve" || r.V != Version || !isHash(r.Hash) || !place(r.By, r.Subject) || r.Tender != "" && !place(r.Tender) ||
		r.Decision != "approve" && r.Decision != "refuse" {
		return Approval{}, invalid("seal.approve_form", "This is not an approval.").Because(err)
	}
	return r, nil
}

// Login is what a device key signs (domain "login") to sign in: a nonce of the
// server for one site. It is good for nothing else.
type Login struct {
	Kind  string `json:"kind"`  // "login"
	Nonce string `json:"nonce"` // hex, 32 bytes, used once
	Site  string `json:"site"`
	User  string `json:"user"`
	V     string `json:"v"`
}

// Bytes returns the canonical bytes, with kind and version filled in.
func (r Login) Bytes() []byte {
	r.Kind, r.V = "login", Version
	return canon.Must(r)
}

// ParseLogin reads a login record strictly.
func ParseLogin(b []byte) (Login, error) {
	var r Login
	err := read(b, &r)
	if err != nil || r.Kind != "login" || r.V != Version || !isHash(r.Nonce) || !place(r.Site, r.User) {
		return Login{}, invalid("seal.login_form", "This is not a login record.").Because(err)
	}
	return r, nil
}

// ContractSignature is what a party signs (domain "contract").
type ContractSignature struct {
	By       string `json:"by"` // the person
	Contract string `json:"contract"`
	Kind     string `json:"kind"` // "contract"
	Party    string `json:"party"`
	SHA256   string `json:"sha256"` // hex hash of the contract's frozen paper
	Tender   string `json:"tender"`
	V        string `json:"v"`
}

// Bytes returns the canonical bytes, with kind and version filled in.
func (r ContractSignature) Bytes() []byte {
	r.Kind, r.V = "contract", Version
	return canon.Must(r)
}

// ParseContractSignature reads a contract signature record strictly.
func ParseContractSignature(b []byte) (ContractSignature, error) {
	var r ContractSignature
	err := read(b, &r)
	if err != nil || r.Kind != "contract" || r.V != Version || !isHash(r.SHA256) || !place(r.Tender, r.By, r.Contract, r.Party) {
		return ContractSignature{}, invalid("seal.contract_form", "This is not a contract signature record.").Because(err)
	}
	return r, nil
}

// Refusal is the platform's signed receipt (domain "refusal") for something it
// did not accept: when, why, and the hash of what was offered.
type Refusal struct {
	At      string `json:"at"` // RFC 3339, UTC, whole seconds
	Code    string `json:"code"`
	Kind    string `json:"kind"`    // "refusal"
	Offered string `json:"offered"` // hex H("offered", bytes)
	Tender  string `json:"tender"`
	V       string `json:"v"`
}

// Bytes returns the canonical bytes, with kind and version filled in.
func (r Refusal) Bytes() []byte {
	r.Kind, r.V = "refusal", Version
	return canon.Must(r)
}

// ParseRefusal reads a refusal receipt strictly.
func ParseRefusal(b []byte) (Refusal, error) {
	var r Refusal
	err := read(b, &r)
	_, timed := parseTime(r.At)
	if err != nil || r.Kind != "refusal" || r.V != Version || !timed || !isHash(r.Offered) || !place(r.Tender, r.Code) {
		return Refusal{}, invalid("seal.refusal_form", "This is not a refusal receipt.").Because(err)
	}
	return r, nil
}
