package audit

import (
	"slices"

	"probity/bidding"
	"probity/bidding/seal"
)

// closing makes the two lists again that decide which bids are opened, from
// the facts before their entries, and compares their heads with those that the
// log fixed at the time. A bid that is left out of the archive, added, changed
// or moved gives another head.
func (v *verifier) closing() error {
	s := v.step("closing.list", "The bids in time and those that are complete are those that the log fixed at the time")
	defer s.end()
	if v.p.closed == nil || v.p.sealed == nil && v.Scope == Public {
		v.note("closing.none", "The procedure ended before its bids were complete; none was opened, and who has bid is not public.")
		return nil
	}
	closed, err := v.list(*v.p.closed, func(b bidding.Bound, before []bidding.Placed) (seal.Closing, error) {
		return bidding.ClosedList(v.OCID, b.Openers, before, v.p.closed.Salt)
	}, s)
	if err != nil || v.p.sealed == nil {
		return nil
	}
	v.closed = &closed
	window, err := v.list(*v.p.sealed, func(_ bidding.Bound, before []bidding.Placed) (seal.Closing, error) {
		return bidding.WindowList(closed, before, v.p.sealed.Salt)
	}, s)
	if err != nil {
		return nil
	}
	v.window = &window
	err = seal.CheckWindow(closed, window)
	s.expect(err == nil, v.p.sealed.ID, "The list at the end of the window does not follow from the list at the deadline: %v.", err)
	v.storedBids(window)
	return nil
}

// list makes one list and compares its head with the one that was logged.
func (v *verifier) list(f bidding.Placed, make func(bidding.Bound, []bidding.Placed) (seal.Closing, error), s *step) (seal.Closing, error) {
	d, ok := data[bidding.Bound](v, f)
	if !ok {
		return seal.Closing{}, errUnread
	}
	i := slices.IndexFunc(v.facts, func(x bidding.Placed) bool { return x.Index == f.Index })
	c, err := make(d, v.facts[:i])
	if !s.expect(err == nil, f.ID, "The list behind this entry cannot be made again: %v.", err) {
		return c, err
	}
	s.expect(c.Head().Hash() == d.Head.Hash(), f.ID, "The bids in this archive are not those that the log fixed with this entry: one was left out, added, changed or moved.")
	return c, nil
}

// storedBids compares what was said to be complete with what was registered.
func (v *verifier) storedBids(window seal.Closing) {
	s := v.step("closing.stored", "What was stored is what had been registered")
	defer s.end()
	for _, f := range v.named(bidding.FactStored) {
		d, ok := data[struct {
			Bidder, Lot string
			Seq         int64
			Envelopes   []seal.EnvelopeRef
		}](v, f)
		i := slices.IndexFunc(window.Entries, func(e seal.Entry) bool {
			return e.Bidder == d.Bidder && e.Lot == d.Lot && e.Seq == d.Seq
		})
		if ok && s.expect(i >= 0, f.ID, "Something was stored that nobody had registered.") {
			s.expect(slices.Equal(window.Entries[i].Envelopes, d.Envelopes), f.ID, "Other envelopes were stored than had been registered.")
		}
	}
}
