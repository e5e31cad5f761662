package audit

import (
	"probity/bidding"
	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/sign"
	"probity/tender/store"
)

// submitted is what a fact about a signed record of a bidder says.
type submitted struct {
	Bid        sign.Signed
	Withdrawal sign.Signed
}

// bids checks every record that bidders have signed: the signature, that it is
// about this procedure, and that a bidder's records follow on one another.
func (v *verifier) bids() error {
	b := &bidSteps{verifier: v, last: map[string]int64{},
		signature: v.step("bid.signature", "Every bid and every withdrawal is signed by a key of who made it"),
		record:    v.step("bid.record", "Every bid is for a lot of this procedure, with the envelopes it asks for, and every record of a bidder follows on the one before"),
		late:      v.step("bid.late", "What counts stands before the entry that closed it, and what was refused as late stands behind"),
	}
	for _, f := range v.facts {
		switch f.Name {
		case bidding.FactSubmit:
			b.submit(f)
		case bidding.FactWithdraw:
			b.withdraw(f)
		case bidding.FactStored:
			b.before(f, v.p.sealed)
		case bidding.FactLate:
			b.refused(f)
		}
	}
	for _, s := range []*step{b.signature, b.record, b.late} {
		s.end()
	}
	return nil
}

type bidSteps struct {
	*verifier
	signature, record, late *step
	last                    map[string]int64 // newest seq, by bid
}

func (b *bidSteps) submit(f bidding.Placed) {
	d, ok := data[submitted](b.verifier, f)
	if !ok {
		return
	}
	r, err := seal.ParseBid(d.Bid.Record)
	if !b.record.expect(err == nil, f.ID, "The bid record cannot be read: %v.", err) {
		return
	}
	b.signed(b.signature, f, sign.Bid, d.Bid.Record, d.Bid.Signature)
	b.inOrder(f, bidding.BidID(r.Tender, r.Lot, r.Bidder), r.Seq)
	b.record.expect(r.Tender == b.OCID && b.p.notice.Lot(r.Lot) != nil && sameNames(r, b.p.notice.Envelopes), f.ID, "The bid is for another procedure, lot or set of envelopes.")
	b.before(f, b.p.closed)
}

func (b *bidSteps) withdraw(f bidding.Placed) {
	d, ok := data[submitted](b.verifier, f)
	if !ok {
		return
	}
	r, err := seal.ParseWithdrawal(d.Withdrawal.Record)
	if !b.record.expect(err == nil, f.ID, "The withdrawal cannot be read: %v.", err) {
		return
	}
	b.signed(b.signature, f, sign.Withdraw, d.Withdrawal.Record, d.Withdrawal.Signature)
	b.inOrder(f, bidding.BidID(r.Tender, r.Lot, r.Bidder), r.Seq)
	b.before(f, b.p.closed)
}

// inOrder wants a record to be one more than the bidder's last, under the
// bidder's own name.
func (b *bidSteps) inOrder(f bidding.Placed, bid string, seq int64) {
	t, ok := turnOf(f.ID, f.Name)
	b.record.expect(ok && t.subject == store.Subject(bidding.Kind, bid), f.ID, "The record is that of %s.", bid)
	b.record.expect(seq == b.last[bid]+1, f.ID, "The record has number %d behind %d: one is missing or was put elsewhere.", seq, b.last[bid])
	b.last[bid] = seq
}

// before wants a fact that counts to stand before the entry that bounds it.
func (b *bidSteps) before(f bidding.Placed, closer *bidding.Placed) {
	if closer != nil {
		b.late.expect(f.Index < closer.Index, f.ID, "It counts, and stands behind the closing entry %d.", closer.Index)
	}
}

// refused wants what was refused as late to have been late.
func (b *bidSteps) refused(f bidding.Placed) {
	d, ok := data[bidding.Late](b.verifier, f)
	if !ok {
		return
	}
	closer := bidding.Bounded(d.Name, &tender.Tender{CloseFact: "close", SealFact: "seal"})
	entry := map[string]*bidding.Placed{"close": b.p.closed, "seal": b.p.sealed}[closer]
	b.late.expect(entry != nil && f.Index > entry.Index, f.ID, "It was refused as late at %s, and was in time.", event.Time(f.At))
}

func sameNames(r seal.Bid, e tender.Envelopes) bool {
	names := e.Names()
	if len(r.Envelopes) != len(names) {
		return false
	}
	for i, n := range names {
		if r.Envelopes[i].Name != n {
			return false
		}
	}
	return true
}
