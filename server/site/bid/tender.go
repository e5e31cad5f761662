package bid

import (
	"time"

	"probity/bidding"
	"probity/server/site"
	"probity/tender"
	"probity/tender/award"
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
	Told   *award.Notice // what one's organisation was told last; nil before
}

// Live reports whether a bid stands.
func (l lotLine) Live() bool { return l.Last != nil && l.Last.Live() }

// Standing is where a bid stands, as the words "bid.standing" say it: its own
// state until the lot is sealed, then how far the lot is, and at last what came
// of the bid.
func (l lotLine) Standing() string {
	switch {
	case l.Last == nil:
		return "none"
	case l.Told != nil && l.Told.Won:
		return "won"
	case l.Told != nil && l.Told.Without != "":
		return string(tender.LotUnsuccessful)
	case l.Told != nil:
		return "lost"
	case !l.Live(), l.Phase == tender.Competing:
		return string(l.Last.State)
	}
	return string(l.Phase)
}

// Tone is the colour of a standing: green for what is well, yellow for what asks
// for something, grey for what is over, and none for what goes on.
func (l lotLine) Tone() string {
	switch at := l.Standing(); at {
	case string(bidding.Stored), "won":
		return "green"
	case string(bidding.Registered), string(bidding.Superseded):
		return "yellow"
	case string(tender.Waiting), string(tender.Opened), string(tender.Qualified), string(tender.Priced), string(tender.Ranked):
		return ""
	}
	return "grey"
}

// Owed is until when the sealed documents of a registered bid are taken; zero if
// none are awaited.
func (l lotLine) Owed() time.Time {
	if l.Last == nil || l.Last.State != bidding.Registered || !l.Tender.Now.Before(l.Tender.WindowEnds()) {
		return time.Time{}
	}
	return l.Tender.WindowEnds()
}

// line puts together what is known of a lot.
func line(v *site.Visit, t tenderOut, lot string) (lotLine, error) {
	b, err := ownBid(v, t.ID, lot)
	if err != nil {
		return lotLine{}, err
	}
	return lineOf(v, t, lot, b)
}

// lineOf is line for a bid that was read before; nil if there is none.
func lineOf(v *site.Visit, t tenderOut, lot string, b *bidding.Bid) (lotLine, error) {
	n := t.Notice.Lot(lot)
	if n == nil {
		return lotLine{}, v.Missing()
	}
	l := lotLine{Tender: t, Lot: *n, Bid: b, Last: last(b)}
	at := t.Lot(lot)
	if at == nil {
		return l, nil
	}
	l.Phase = at.Phase
	if b == nil || at.Award == "" && at.EndedAt.IsZero() {
		return l, nil
	}
	list, err := told(v, t.ID, lot)
	if len(list) > 0 {
		l.Told = list[0]
	}
	return l, err
}
