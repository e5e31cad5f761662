package bid

import (
	"time"

	"probity/bidding"
	"probity/server/site"
	"probity/tender"
)

// tenderOut is a tender as the API shows it to a bidder.
type tenderOut struct {
	tender.Tender
	Now time.Time `json:"now"`
}

// Takes reports whether bids are taken now.
func (t tenderOut) Takes() bool {
	return t.Phase == tender.Published && t.Now.Before(t.Notice.Timetable.Deadline)
}

func getTender(v *site.Visit, id string) (tenderOut, error) {
	var t tenderOut
	err := v.Get(&t, "/api/v1/tenders/%s", id)
	return t, err
}

// ownBid is one's own bid for a lot, or nil.
func ownBid(v *site.Visit, id, lot string) (*bidding.Bid, error) {
	var b bidding.Bid
	err := v.Get(&b, "/api/v1/tenders/%s/lots/%s/bid", id, lot)
	if p, ok := site.Refused(err); ok && p.Code == "bid.missing" {
		return nil, nil //nolint:nilnil // no bid is an answer
	}
	return &b, err
}

// last is the newest version of a bid; nil if there is none.
func last(b *bidding.Bid) *bidding.Version {
	if b == nil || len(b.Versions) == 0 {
		return nil
	}
	return &b.Versions[len(b.Versions)-1]
}

// lotLine is one lot as the bidder sees it.
type lotLine struct {
	Tender tenderOut
	Lot    tender.LotNotice
	Phase  tender.LotPhase
	Bid    *bidding.Bid
	Last   *bidding.Version
}

// Live reports whether a bid stands.
func (l lotLine) Live() bool { return l.Last != nil && l.Last.Live() }

// line puts together what is known of a lot.
func line(v *site.Visit, t tenderOut, lot string) (lotLine, error) {
	n := t.Notice.Lot(lot)
	if n == nil {
		return lotLine{}, v.Missing()
	}
	l := lotLine{Tender: t, Lot: *n}
	if at := t.Lot(lot); at != nil {
		l.Phase = at.Phase
	}
	var err error
	l.Bid, err = ownBid(v, t.ID, lot)
	l.Last = last(l.Bid)
	return l, err
}
