package seal

import (
	"encoding/json"

	"probity/tender/canon"
)

// EnvelopeRef binds one envelope by its fingerprint.
type EnvelopeRef struct {
	F    string `json:"f"` // hex fingerprint of the seal header
	Name string `json:"name"`
}

// maxEnvelopes of one bid.
const maxEnvelopes = 8

func checkEnvelopes(list []EnvelopeRef) bool {
	names, prints := map[string]bool{}, map[string]bool{}
	for _, e := range list {
		if !isHash(e.F) || !plainText(e.Name, maxName) || names[e.Name] || prints[e.F] {
			return false
		}
		names[e.Name], prints[e.F] = true, true
	}
	return len(list) >= 1 && len(list) <= maxEnvelopes
}

// Bid is the record that a bidder signs (domain "bid") and that takes its place
// in the log before the deadline: submission by fingerprint (6.12, amendment
// 7). It says nothing of the content, and holds no time: the log gives it its
// place. Seq is one more than the bidder's last record for the lot.
type Bid struct {
	Bidder    string        `json:"bidder"`
	Envelopes []EnvelopeRef `json:"envelopes"`
	Kind      string        `json:"kind"` // "bid"
	Lot       string        `json:"lot"`
	Openers   string        `json:"openers"` // hex hash of the manifest
	Seq       int64         `json:"seq"`
	Tender    string        `json:"tender"`
	V         string        `json:"v"`
}

// Bytes returns the canonical bytes, with kind and version filled in.
func (r Bid) Bytes() []byte {
	r.Kind, r.V = "bid", Version
	if r.Envelopes == nil {
		r.Envelopes = []EnvelopeRef{} // an empty list has a form, nil has none
	}
	return canon.Must(r)
}

// Envelope returns the fingerprint of the named envelope.
func (r Bid) Envelope(name string) (Fingerprint, bool) {
	for _, e := range r.Envelopes {
		if e.Name == name {
			f, err := ParseFingerprint(e.F)
			return f, err == nil
		}
	}
	return Fingerprint{}, false
}

// ParseBid reads a bid record strictly.
func ParseBid(b []byte) (Bid, error) {
	var r Bid
	err := read(b, &r)
	if err != nil || r.Kind != "bid" || r.V != Version || !checkEnvelopes(r.Envelopes) || !isHash(r.Openers) ||
		!place(r.Tender, r.Lot, r.Bidder) || r.Seq < 1 {
		return Bid{}, invalid("seal.bid_form", "This is not a bid record.").Because(err)
	}
	return r, nil
}

// Withdrawal is the record that a bidder signs (domain "withdraw") to take its
// bid back before the deadline. Seq is one more than the bid's.
type Withdrawal struct {
	Bidder string `json:"bidder"`
	Kind   string `json:"kind"` // "withdraw"
	Lot    string `json:"lot"`
	Seq    int64  `json:"seq"`
	Tender string `json:"tender"`
	V      string `json:"v"`
}

// Bytes returns the canonical bytes, with kind and version filled in.
func (r Withdrawal) Bytes() []byte {
	r.Kind, r.V = "withdraw", Version
	return canon.Must(r)
}

// ParseWithdrawal reads a withdrawal strictly.
func ParseWithdrawal(b []byte) (Withdrawal, error) {
	var r Withdrawal
	err := read(b, &r)
	if err != nil || r.Kind != "withdraw" || r.V != Version || !place(r.Tender, r.Lot, r.Bidder) || r.Seq < 2 {
		return Withdrawal{}, invalid("seal.withdraw_form", "This is not a withdrawal record.").Because(err)
	}
	return r, nil
}

// RecordKind tells which record canonical bytes claim to be, "" if none.
func RecordKind(b []byte) string {
	var k struct {
		Kind string `json:"kind"`
	}
	if json.Unmarshal(b, &k) != nil {
		return ""
	}
	return k.Kind
}

func place(names ...string) bool {
	for _, s := range names {
		if !plainText(s, maxName) {
			return false
		}
	}
	return true
}
