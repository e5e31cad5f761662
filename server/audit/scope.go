package audit

import (
	"slices"

	"probity/bidding"
	"probity/server/visible"
	"probity/tender/contract"
	"probity/tender/store"
)

// Facts that nobody is shown while a procedure runs, and that its public archive
// shows: without them nobody could make the lists, the opening or the ranking
// again. ofBids come with the end of the grace window, ofPanel with the award.
var (
	ofBids  = []string{bidding.FactSubmit, bidding.FactWithdraw, bidding.FactStored, bidding.FactLate, "opening.reveal"}
	ofPanel = []string{"evaluation.hand-in", "evaluation.find", "award.notice"}
)

// shown returns what tells whether the archive shows an entry's record.
func (b *build) shown() func(store.Entry) bool {
	if b.scope == Full {
		return func(store.Entry) bool { return true }
	}
	closed := len(b.named(bidding.FactCloseWindow)) > 0
	inForce := map[string]bool{}
	for _, f := range b.named("contract.seal") {
		_, id, _ := cutSubject(f.ID)
		inForce[id] = true
	}
	return func(e store.Entry) bool {
		kind, id, _ := cutSubject(e.ID)
		switch {
		case slices.Contains(ofBids, e.Name):
			return closed
		case slices.Contains(ofPanel, e.Name):
			return visible.Public("evaluation.rank", b.t)
		case kind == contract.Kind:
			return inForce[id]
		}
		return visible.Public(e.Name, b.t)
	}
}

// left reports whether an entry is left out altogether: while it is not known
// who has bid, the number of bids and refusals is not to be known either.
func (b *build) left() func(store.Entry) bool {
	closed := b.scope == Full || len(b.named(bidding.FactCloseWindow)) > 0
	return func(e store.Entry) bool {
		kind, _, _ := cutSubject(e.ID)
		return !closed && (kind == bidding.Kind || kind == "refusal")
	}
}
