package award

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// NoticeKind is the name under which notices are stored.
const NoticeKind = "award-notice"

// Notice tells one bidder what was decided and why. There is one document per
// bidder, so that no document grows with the number of bids.
type Notice struct {
	store.Root // ID is NoticeID(award, bidder)

	Award  string         `json:"award"`
	Tender string         `json:"tender"`
	Lot    string         `json:"lot"`
	Bidder tender.OrgName `json:"bidder"`
	Bid    string         `json:"bid"`
	Won    bool           `json:"won"`
	Rank   int            `json:"rank"`               // 0: excluded
	Score  tender.Decimal `json:"score"`              // of this bid
	Why    tender.Text    `json:"excluded,omitempty"` // why it was excluded

	Winner  *Winner         `json:"winner,omitempty"`
	Without string          `json:"without,omitempty"`
	Reasons tender.Text     `json:"reasons"`
	Debrief json.RawMessage `json:"debrief,omitempty"` // this bidder's alone
	At      time.Time       `json:"at"`
}

// NoticeID names the notice of one bidder about one award.
func NoticeID(award, bidder string) string { return award + "~" + bidder }

// Keys make notices searchable by award and by bidder.
func (n *Notice) Keys() store.Keys {
	return store.Keys{"award": n.Award, "bidder": n.Bidder.ID, "at": n.At.UnixMilli()}
}

// hash is hex H("award-notice", canonical notice without id and version).
func (n *Notice) hash() string {
	c := *n
	c.Root = store.Root{}
	h := canon.Hash(NoticeKind, canon.Must(c))
	return hex.EncodeToString(h[:])
}

// Notice returns the notice that by's own organisation has had.
func (s *Service) Notice(ctx context.Context, award string, by party.Actor) (*Notice, error) {
	n, err := s.Notices.Get(ctx, NoticeID(award, by.Org))
	if err != nil {
		return nil, err
	}
	return n, party.Allowed(by, party.AwardDebrief, n.Bidder.ID)
}

// MyNotices returns one page of all notices that by's own organisation has had,
// last first, and the cursor of the next.
func (s *Service) MyNotices(ctx context.Context, by party.Actor, after string, limit int) ([]*Notice, string, error) {
	if err := party.Allowed(by, party.AwardDebrief, by.Org); err != nil {
		return nil, "", err
	}
	return s.Notices.Find(ctx, store.Query{Index: "bidder", Eq: []any{by.Org}, Desc: true, After: after, Limit: limit})
}

// NoticesOf returns the notices that by's own organisation has had about a lot,
// last first: one, or more if an award fell.
func (s *Service) NoticesOf(ctx context.Context, tenderID, lot string, by party.Actor) ([]*Notice, error) {
	if err := party.Allowed(by, party.AwardDebrief, by.Org); err != nil {
		return nil, err
	}
	all, err := s.ofLot(ctx, tenderID, lot)
	if err != nil {
		return nil, err
	}
	var list []*Notice
	for _, a := range all {
		n, err := s.Notice(ctx, a.ID, by)
		switch {
		case fault.From(err).Kind == fault.Missing: // not decided, or told to others alone
		case err != nil:
			return nil, err
		default:
			list = append(list, n)
		}
	}
	slices.SortStableFunc(list, func(a, b *Notice) int { return b.At.Compare(a.At) })
	return list, nil
}

// notify writes a notice for every bidder whose bid was opened. It writes none
// twice, and none at all without an evaluation: then there is nobody to tell
// more than the public decision says.
func (s *Service) notify(ctx context.Context, a *Award, now time.Time) error {
	r, err := s.Rankings.Ranking(ctx, a.Decision.Tender, a.Decision.Lot)
	if err != nil && a.Decision.Winner == nil && fault.From(err).Kind == fault.Conflict {
		return nil
	}
	if err != nil {
		return err
	}
	if w := a.Decision.Winner; w != nil && r.Hash() != a.Decision.Ranking {
		return fault.New(fault.Internal, "award.ranking_changed", "The ranking of a decided award was replaced.")
	}
	return s.write(ctx, a, r.Places, now)
}

// writers is how many notices are on their way to the engine at once: engines
// store concurrent writes together.
const writers = 32

// write stores one notice per place, and returns the first error when all that
// were begun have ended.
func (s *Service) write(ctx context.Context, a *Award, places []Place, now time.Time) error {
	var all sync.WaitGroup
	slot, failed := make(chan struct{}, writers), make(chan error, 1)
	for _, p := range places {
		slot <- struct{}{}
		if len(failed) > 0 {
			break
		}
		all.Go(func() {
			defer func() { <-slot }()
			n := a.notice(p, now)
			data := map[string]any{"award": a.ID, "lot": n.Lot, "bidder": p.Bidder.ID, "bid": p.Bid, "notice": n.hash()}
			fact := event.New("award.notice", n.Tender, a.Approved.User, now, data)
			if err := s.Notices.Put(ctx, n, fact); err != nil && !fault.Coded(err, NoticeKind+".taken") {
				select {
				case failed <- err:
				default:
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func (a *Award) notice(p Place, now time.Time) *Notice {
	d := a.Decision
	return &Notice{
		Root:  store.Root{ID: NoticeID(a.ID, p.Bidder.ID)},
		Award: a.ID, Tender: d.Tender, Lot: d.Lot,
		Bidder: p.Bidder, Bid: p.Bid, Won: d.Winner != nil && d.Winner.Bid == p.Bid,
		Rank: p.Rank, Score: p.Score, Why: p.Why,
		Winner: d.Winner, Without: d.Without, Reasons: d.Reasons, Debrief: p.Debrief, At: now,
	}
}
