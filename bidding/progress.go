package bidding

import (
	"context"
	"sync/atomic"

	"probity/bidding/seal"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Opened is how many bids of an opening this process has opened so far; 0 if it
// is not at it.
func (s *Openings) Opened(id string) int {
	if n, ok := s.progress.Load(id); ok {
		return int(n.(*atomic.Int64).Load())
	}
	return 0
}

// rowsAtOnce is how many bids one page of those that are open holds.
const rowsAtOnce = 200

// Rows returns bids of an opening as the record will show them, while they are
// opened one after the other: those behind the first n, in the order of the
// batch, up to the first that is not open yet. The order was in the log before
// any share was released, so it tells nothing, and every server shows the same.
//
// Anybody sees them, as anybody may attend an opening: the law wants name and
// price read out to all who are there (Model Law Art. 42, China's Tendering Law
// Art. 34 to 36), and so nobody, the buyer neither, knows of a bid before others
// do. What is held back from the public until the record, [Opening.Size] and the
// batch, is so for another reason: until the answers are fixed it would tell how
// strong the competition is to those who can still decide something. From the
// rows on it is no secret, but the record says it once and for all.
//
// There are none before the log holds that the answers are fixed: until then
// somebody could still decide something after seeing a rival. Nor are there any
// of a lot that has ended meanwhile, whose bids stay sealed.
func (s *Openings) Rows(ctx context.Context, by party.Actor, id string, n int) (list []RecordedBid, more bool, err error) {
	o, err := s.Openings.Get(ctx, id)
	if err != nil {
		return nil, false, err
	}
	t, err := s.Tenders.Get(ctx, o.Tender, by)
	if err != nil {
		return nil, false, err
	}
	if l := t.Lot(o.Lot); o.State == Announced || o.State == Combining && (l == nil || l.Ended()) {
		return nil, false, nil
	}
	if o.State == Combining {
		if logged, err := s.Log.Holds(ctx, combined(o)); err != nil || !logged {
			return nil, false, err
		}
	}
	batch, err := seal.ParseBatch([]byte(o.Batch))
	if err != nil {
		return nil, false, err
	}
	if n < 0 || n > len(batch.Fingerprints) {
		return nil, false, fault.New(fault.Invalid, "store.cursor", "This cursor does not belong to this list.")
	}
	return s.rows(ctx, o, batch.Fingerprints[n:])
}

// rows reads the outcomes of the first bids of a list, as far as there are any.
func (s *Openings) rows(ctx context.Context, o *Opening, prints []string) (list []RecordedBid, more bool, err error) {
	if len(prints) == 0 {
		return nil, false, nil
	}
	found, _, err := s.Outcomes.Find(ctx, store.Query{Index: "print", Eq: []any{o.ID}, From: prints[0], Limit: rowsAtOnce})
	if err != nil {
		return nil, false, err
	}
	for i, x := range found {
		if i == len(prints) || x.Fingerprint != prints[i] { // the one before it is not open yet
			return list, false, nil
		}
		list = append(list, x.recorded(o.Envelope))
	}
	return list, len(found) == rowsAtOnce && len(prints) > rowsAtOnce, nil
}

// combined is the id of the fact that fixed the answers. Nothing else changes
// an opening until it has its record.
func combined(o *Opening) string { return event.ID(store.Subject(openingKind, o.ID), o.Version, 0) }
