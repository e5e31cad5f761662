package seal

import (
	"probity/tender/canon"
)

const answerForm = "sealbid-open/1"

// Answer is what one opener's device sends for a whole batch: for every
// fingerprint its share, or why it has none. The opener signs it (domain
// "open").
type Answer struct {
	Batch  string       `json:"batch"`  // hex hash of the batch
	Group  int          `json:"group"`  // from 0
	Opener int          `json:"opener"` // from 1
	Shares []ShareGiven `json:"shares"` // in the batch's order, one each
	V      string       `json:"v"`
}

// ShareGiven is a share S in hex, or a complaint E: a stable code saying why
// the device could not give one.
type ShareGiven struct {
	E string `json:"e,omitempty"`
	F string `json:"f"`
	S string `json:"s,omitempty"`
}

// Complaints a device may make instead of giving a share. They stand for
// themselves or for the header and context faults of [Case.Device].
const (
	CauseDecrypt    = "seal.share_decrypt"    // the wrapped share does not open with the opener's key
	CauseRecord     = "seal.share_record"     // it opens, but was made for another place
	CauseCommitment = "seal.share_commitment" // it does not match its commitment
)

// Bytes returns the canonical bytes.
func (a Answer) Bytes() []byte {
	a.V = answerForm
	a.Shares = append([]ShareGiven{}, a.Shares...)
	return canon.Must(a)
}

// ParseAnswer reads an answer strictly. Whether it answers a given batch is for
// [Answer.Check].
func ParseAnswer(b []byte) (Answer, error) {
	var a Answer
	bad := invalid("seal.answer_form", "This is not an opener's answer.")
	if err := read(b, &a); err != nil || a.V != answerForm || !isHash(a.Batch) ||
		a.Group < 0 || a.Group >= maxGroups || a.Opener < 1 || a.Opener > maxOpeners {
		return Answer{}, bad.Because(err)
	}
	for _, s := range a.Shares {
		share, complaint := isHash(s.S) && s.E == "", s.S == "" && causes[s.E].state != ""
		if !isHash(s.F) || !share && !complaint {
			return Answer{}, bad
		}
	}
	return a, nil
}

// Check refuses an answer that is not for batch b, not from a seat of m, or
// not complete: shares for some bids and not for others would let an opener
// decide who is read.
func (a Answer) Check(b Batch, m *Manifest) error {
	if a.Batch != b.Hash() {
		return refused("seal.answer_batch", "The answer is for another batch.")
	}
	if a.Group < 0 || a.Group >= len(m.Groups) || a.Opener < 1 || a.Opener > len(m.Groups[a.Group].Openers) {
		return refused("seal.answer_opener", "The answer comes from nobody in the opener manifest.")
	}
	if len(a.Shares) != len(b.Fingerprints) {
		return refused("seal.answer_incomplete", "The answer does not cover every bid of the batch.")
	}
	for i, s := range a.Shares {
		if s.F != b.Fingerprints[i] {
			return refused("seal.answer_incomplete", "The answer does not follow the batch.")
		}
	}
	return nil
}
