package bidding

import (
	"slices"
	"time"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/text"
)

// Security is a bid security as the bidder states it. The paper is in the
// sealed bid, as the file Document.
type Security struct {
	Kind      SecurityKind `json:"kind,omitempty"`
	Issuer    string       `json:"issuer"`
	Reference string       `json:"reference"`
	Amount    tender.Money `json:"amount"`
	Until     time.Time    `json:"until"`
	Document  string       `json:"document,omitempty"`
}

// SecurityKind is what stands behind a security; "" if it is not said.
type SecurityKind string

// The kinds.
const (
	Guarantee SecurityKind = "guarantee" // a bank's, on demand
	Bond      SecurityKind = "bond"      // a surety's or an insurer's
	Credit    SecurityKind = "credit"    // a standby letter of credit
	Cheque    SecurityKind = "cheque"    // certified, or a cashier's
	Deposit   SecurityKind = "deposit"   // money paid to the buyer
)

// SecurityKinds lists them all.
func SecurityKinds() []SecurityKind { return []SecurityKind{Guarantee, Bond, Credit, Cheque, Deposit} }

// maxSecurityLine bounds each line of a security.
const maxSecurityLine = 200

// check refuses a security that says too little to be asked for.
func (s Security) check() *fault.Error {
	if s.Kind != "" && !slices.Contains(SecurityKinds(), s.Kind) {
		return fault.Field("security.kind", "security.kind", "A bid security is one of: %v.", SecurityKinds())
	}
	if f := text.CheckLine("security.issuer", s.Issuer, maxSecurityLine); f != nil {
		return f
	}
	if f := text.CheckLine("security.reference", s.Reference, maxSecurityLine); f != nil {
		return f
	}
	if s.Document == "" {
		return nil
	}
	return text.CheckLine("security.document", s.Document, maxSecurityLine)
}

// covers refuses a bid without the security that the notice asks for, or with
// one that is too little or ends too early.
func covers(s *Security, n *tender.Notice) error {
	if s != nil {
		if f := s.check(); f != nil {
			return f
		}
	}
	want := n.Security
	if want == nil {
		return nil
	}
	if s == nil {
		return fault.Field("bid.security", "security", "This tender asks for a bid security of %s.", want.Amount)
	}
	until := n.Timetable.Deadline.AddDate(0, 0, want.Days)
	if c, err := s.Amount.Cmp(want.Amount); err != nil || c < 0 || s.Until.Before(until) {
		return fault.Field("bid.security", "security", "The bid security must be at least %s and valid until %s.", want.Amount, event.Time(until))
	}
	return nil
}
