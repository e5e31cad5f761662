package audit

import (
	"bytes"
	"slices"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender/canon"
	"probity/tender/party"
)

// recordedBids wants one line in the record for every bid of the batch, by the
// bidder and with the partners of the logged record, and no other line.
func (s *openingSteps) recordedBids(o *opening) {
	if o.record == nil {
		return
	}
	for _, f := range o.batch.Fingerprints {
		s.record.expect(o.bid(f) != nil, o.id, "The record leaves out the bid with the fingerprint %s.", f)
	}
	with := s.registered()
	for _, b := range o.record.Bids {
		e, ok := s.stored(o.lot, o.envelope, b.Fingerprint)
		s.record.expect(ok && slices.Contains(o.batch.Fingerprints, b.Fingerprint) && e.Bidder == b.Bidder.ID && e.Seq == b.Seq,
			o.id, "The record has a line for %s that belongs to no bid of this opening.", b.Bidder.ID)
		given := with[e.Leaf]
		s.record.expect(slices.Equal(b.Parties, given.Parties), o.id, "The record names other partners of %s than were registered.", b.Bidder.ID)
		s.record.expect(same(b.Security, given.Security), o.id, "The record names another bid security of %s than was registered.", b.Bidder.ID)
	}
	s.record.expect(len(o.record.Bids) == len(o.batch.Fingerprints), o.id, "The record has %d lines for %d bids.", len(o.record.Bids), len(o.batch.Fingerprints))
}

// registered is what was handed in beside a sealed bid.
type registered struct {
	Parties  []party.Party
	Security *bidding.Security
}

// registered lists what was handed in with each bid, by its place in the log.
func (v *verifier) registered() map[int64]registered {
	m := map[int64]registered{}
	for _, f := range v.named(bidding.FactSubmit) {
		if d, ok := data[registered](v, f); ok {
			m[f.Index] = d
		}
	}
	return m
}

// same compares two securities as they are written.
func same(a, b *bidding.Security) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(canon.Must(a), canon.Must(b))
}

// stored finds the complete bid of a lot whose envelope has the fingerprint.
// The same fingerprint can stand in another record, whose envelope could never
// be uploaded.
func (v *verifier) stored(lot, envelope, print string) (seal.Entry, bool) {
	if v.complete == nil {
		v.complete = map[[3]string]seal.Entry{}
		for _, e := range v.window.Entries {
			for _, x := range e.Envelopes {
				if e.State == seal.Stored {
					v.complete[[3]string{e.Lot, x.Name, x.F}] = e
				}
			}
		}
	}
	e, ok := v.complete[[3]string{lot, envelope, print}]
	return e, ok
}
