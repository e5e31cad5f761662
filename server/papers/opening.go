package papers

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/paper"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/store"
)

// openingKind is the subject of the facts of openings.
const openingKind = "opening"

// OpeningRecord draws the public record of an opening, sealed. Asked again, it
// gives the same file.
func (p *Papers) OpeningRecord(ctx context.Context, t *tender.Tender, r bidding.Record) ([]byte, error) {
	names := Names{}
	for _, b := range r.Bids {
		names[b.Bidder.ID] = b.Bidder
	}
	for _, b := range r.Bids {
		for _, y := range b.Parties {
			if err := p.find(ctx, names, y.Organisation); err != nil {
				return nil, err
			}
		}
	}
	x, err := OpeningOf(t, r, names, p.imprint)
	if err != nil {
		return nil, err
	}
	return p.sealedOnce(ctx, x, x.Sheet, func() (paper.Paper, error) {
		subject := store.Subject(openingKind, bidding.OpeningID(r.Tender, r.Lot, r.Envelope))
		hash := r.Hash()
		f, err := p.last(ctx, subject, unknown, func(e event.Event) bool { return records(e, hash) })
		if err != nil {
			return nil, err
		}
		x.Log, err = placeOf(f.receipt)
		x.Number, x.VerifyURL = fmt.Sprintf("O-%d", x.Log.Index), p.imprint.entryAddress(int64(x.Log.Index))
		return x, err
	})
}

// records reports whether a fact says that the opening with this record is
// over.
func records(e event.Event, hash string) bool {
	var d struct {
		Record string `json:"record"`
	}
	return e.Name == "opening.record" && json.Unmarshal(e.Data, &d) == nil && d.Record == hash
}

// OpeningOf is the data of the paper of an opening record, without its number
// and its place in the log.
func OpeningOf(t *tender.Tender, r bidding.Record, names Names, im Imprint) (paper.Opening, error) {
	o := paper.Opening{Sheet: sheetOf(t, r.Lot, im), Envelope: envelope(r.Envelope), Batch: r.Batch, Deadline: t.Notice.Timetable.Deadline}
	var err error
	if o.Began, err = time.Parse(time.RFC3339, r.Announced); err == nil {
		o.Ended, err = time.Parse(time.RFC3339, r.Done)
	}
	if err != nil {
		return o, fmt.Errorf("papers: opening record of lot %q: %w", r.Lot, err)
	}
	o.At = o.Ended
	if o.Openers, err = seats(t, r); err != nil {
		return o, err
	}
	for _, g := range t.Openers.Groups {
		o.Groups = append(o.Groups, paper.Group{Name: groupName(g), Needed: uint64(g.K), Of: uint64(len(g.Members))})
	}
	items := listed(r)
	for _, b := range r.Bids {
		o.Bids = append(o.Bids, openedBid(t.Notice.Lot(r.Lot), b, items, names, o.Languages))
	}
	o.Remarks = openingRemarks(r, items)
	return o, nil
}

// seats lists everybody who was to open, and what became of it.
func seats(t *tender.Tender, r bidding.Record) (list []paper.Opener, err error) {
	given := map[bidding.Seat]bidding.RecordedSeat{}
	for _, s := range r.Openers {
		given[s.Seat] = s
	}
	for i, g := range t.Openers.Groups {
		for j, m := range g.Members {
			w := paper.Opener{Name: tidy(m.Name), Group: groupName(g), State: "absent"}
			if !g.Guardian {
				w.Organisation = name(t.Buyer)
			}
			if s, ok := given[bidding.Seat{Group: i, Opener: j + 1}]; ok {
				w.State = "released"
				if s.False > 0 {
					w.State = "wrong_share"
				}
				if w.At, err = time.Parse(time.RFC3339, s.At); err != nil {
					return nil, fmt.Errorf("papers: opener %q: %w", m.User, err)
				}
			}
			list = append(list, w)
		}
	}
	return list, nil
}

// groupName is a group of openers as papers label it, or by its own name.
func groupName(g tender.OpenerGroup) string { return tidy(g.Name) }

// openedBid is one bid of the record.
func openedBid(l *tender.LotNotice, b bidding.RecordedBid, items bool, names Names, langs []string) paper.OpenedBid {
	x := paper.OpenedBid{
		Bidder: name(b.Bidder), BidderID: identifier(b.Bidder.Identifier), Fingerprint: b.Fingerprint,
		Outcome: string(b.State), Cause: b.Cause, Blame: blame(b),
	}
	for _, y := range b.Parties {
		if y.Role != party.PartyLead {
			x.Bidder = with(x.Bidder, y, names)
		}
	}
	switch {
	case b.Cause != "":
		x.Because = because(b.Cause, b.Text)
	case b.OfferFault != "":
		x.Cause, x.Because, x.Blame = b.OfferFault, unreadable, string(seal.BlameBidder)
	}
	for _, c := range b.Complaints {
		x.Because = join(x.Because, complaint(c))
	}
	if b.Price != nil {
		x.Prices = append(x.Prices, paper.Price{What: both("Total", "总报价"), Amount: amount(b.Price)})
	}
	if items && b.Price != nil {
		for _, i := range b.Prices {
			x.Prices = append(x.Prices, paper.Price{What: itemPrice(l, i, langs), Amount: amount(&i.Total)})
		}
	}
	if b.Security != nil {
		x.Prices = append(x.Prices, paper.Price{What: both("Bid security", "投标保证金"), Amount: amount(&b.Security.Amount)})
	}
	return x
}

// blame is who answers for a bid that was not opened.
func blame(b bidding.RecordedBid) string {
	switch {
	case b.State == seal.Opened:
		return ""
	case b.Blame == seal.BlameNone:
		return "nobody"
	}
	return string(b.Blame)
}

// mostPrices is how many prices of items a record shows; one with more shows
// the totals, and the items are in the record's data.
const mostPrices = 400

func listed(r bidding.Record) bool {
	n := 0
	for _, b := range r.Bids {
		n += len(b.Prices)
	}
	return n <= mostPrices
}

// with adds a party to the name of the bidder that leads it.
func with(t paper.Text, y party.Party, names Names) paper.Text {
	role := roles[y.Role]
	out := paper.Text{}
	for lang, s := range t {
		form := "\n+ %s (%s)"
		if lang == chinese {
			form = "\n＋%s（%s）"
		}
		out[lang] = s + fmt.Sprintf(form, in(names.of(y.Organisation), lang), in(role, lang))
	}
	return out
}

// join adds a sentence to a text, in the languages that both have.
func join(a, b paper.Text) paper.Text {
	if len(a) == 0 {
		return b
	}
	out := paper.Text{}
	for lang, s := range b {
		out[lang] = in(a, lang) + "\n" + s
	}
	return out
}
