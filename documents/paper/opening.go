package paper

import (
	"fmt"
	"time"

	"probity/documents/pdf"
)

// Opening is the record of the opening of one envelope of one lot.
type Opening struct {
	Sheet
	Envelope string      `json:"envelope"` // "technical", "financial"
	Batch    string      `json:"batch"`    // hash of the list of bids to open, hex
	Deadline time.Time   `json:"deadline"`
	Began    time.Time   `json:"began"`
	Ended    time.Time   `json:"ended"`
	Groups   []Group     `json:"groups,omitempty"`
	Openers  []Opener    `json:"openers,omitempty"`
	Bids     []OpenedBid `json:"bids,omitempty"` // in the order of the log
	Remarks  Text        `json:"remarks,omitempty"`
	Log      Place       `json:"log"`
}

// Group is a group of openers of which some must release.
type Group struct {
	Name   string `json:"name"`
	Needed uint64 `json:"needed"`
	Of     uint64 `json:"of"`
}

// Opener is a person who was to open.
type Opener struct {
	Name         string    `json:"name"`
	Organisation Text      `json:"organisation,omitempty"`
	Group        string    `json:"group"`
	State        string    `json:"state"` // "released", "absent", "refused", "wrong_share"
	At           time.Time `json:"at,omitzero"`
}

// OpenedBid is what became of one bid.
type OpenedBid struct {
	Bidder      Text       `json:"bidder,omitempty"`
	BidderID    Identifier `json:"bidderId"`
	Fingerprint string     `json:"fingerprint"`
	Outcome     string     `json:"outcome"`           // "opened", "void", "missing", "lapsed"
	Cause       string     `json:"cause,omitempty"`   // stable code, when not opened
	Blame       string     `json:"blame,omitempty"`   // "bidder", "operator", "opener", "nobody"
	Because     Text       `json:"because,omitempty"` // one sentence, when not opened
	Prices      []Price    `json:"prices,omitempty"`
}

// Price is one amount that was read out.
type Price struct {
	What   Text   `json:"what,omitempty"`
	Amount Amount `json:"amount"`
}

var openingKind = kind{"probity-opening/1", "opening", "opening-record.json"}

func (o Opening) sheet() Sheet { return o.Sheet }
func (o Opening) kind() kind   { return openingKind }
func (o Opening) withForm() any {
	o.Form = openingKind.form
	return o
}

func (o Opening) draw(p *painter) {
	p.masthead(openingKind, o.code(o.Log))
	p.section("opening.what")
	p.Facts(
		p.fact("opening.envelope", p.code("envelope", o.Envelope)),
		p.fact("deadline", when(o.Deadline)),
		p.fact("opening.began", when(o.Began)),
		p.fact("opening.ended", when(o.Ended)),
		p.fact("opening.bids", fmt.Sprint(len(o.Bids))),
		p.hash("opening.batch", o.Batch),
	)
	o.openers(p)
	o.bids(p)
	o.prices(p)
	if len(o.Remarks) > 0 {
		p.section("opening.remarks")
		p.Paragraph(p.text(o.Remarks))
	}
	p.section("log")
	p.place(o.Log)
	p.Note(p.tell("opening.note"))
}

func (o Opening) openers(p *painter) {
	p.section("opening.openers")
	var groups []pdf.Fact
	for _, g := range o.Groups {
		groups = append(groups, p.named(p.code("group", g.Name), p.join(" · ", "opening.needed", []any{g.Needed, g.Of})))
	}
	p.Facts(groups...)
	t := pdf.Table{Columns: p.columns("person:28", "party.organisation:24", "opening.group:14", "opening.state:16", "time:18")}
	for _, w := range o.Openers {
		t.Rows = append(t.Rows, rows([]string{w.Name, p.text(w.Organisation), p.cell("group", w.Group), p.cell("share", w.State), when(w.At)})...)
	}
	p.Table(t)
}

func (o Opening) bids(p *painter) {
	p.section("opening.outcomes")
	t := pdf.Table{Columns: p.columns("item.no:6", "bidder:30", "fingerprint:30", "outcome:34")}
	for i, b := range o.Bids {
		outcome := p.code("outcome", b.Outcome)
		if b.Cause != "" {
			outcome += "\n" + p.text(b.Because) + "\n" + b.Cause
		}
		if b.Blame != "" {
			outcome += "\n" + p.say("opening.blame") + ": " + p.code("blame", b.Blame)
		}
		t.Rows = append(t.Rows, rows([]string{fmt.Sprint(i + 1), p.text(b.Bidder) + "\n" + b.BidderID.Scheme + " " + b.BidderID.ID, spaced(b.Fingerprint), outcome})...)
	}
	p.Table(t)
}

func (o Opening) prices(p *painter) {
	t := pdf.Table{Columns: p.columns("bidder:46", "opening.price:30", "sum.amount:24>")}
	for _, b := range o.Bids {
		for _, x := range b.Prices {
			t.Rows = append(t.Rows, rows([]string{p.text(b.Bidder), p.text(x.What), money(x.Amount)})...)
		}
	}
	if len(t.Rows) > 0 {
		p.section("opening.prices")
		p.Table(t)
	}
}
