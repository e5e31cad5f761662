package bidding

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"probity/bidding/seal"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// recordForm labels opening records.
const recordForm = "probity-opening/1"

// Record is the public record of an opening: who was there, what was opened,
// each bid's outcome with cause and blame, and for prices the proof by which
// anybody can open the stored bytes again. Proofs of technical envelopes stay
// with those who have inspection rights.
type Record struct {
	Announced string         `json:"announced"`
	Batch     string         `json:"batch"` // hex hash
	Bids      []RecordedBid  `json:"bids"`  // by bidder
	Done      string         `json:"done"`
	Envelope  string         `json:"envelope"`
	Lot       string         `json:"lot"`
	Openers   []RecordedSeat `json:"openers"`
	Tender    string         `json:"tender"`
	V         string         `json:"v"`
}

// RecordedSeat is an opener who took part.
type RecordedSeat struct {
	Seat
	At    string `json:"at"`
	False int    `json:"false"`
	Name  string `json:"name"`
}

// RecordedBid is one bid in the record.
type RecordedBid struct {
	Bidder      tender.OrgName `json:"bidder"`
	Blame       seal.Blame     `json:"blame"`
	Cause       string         `json:"cause,omitempty"`
	Complaints  []Complaint    `json:"complaints,omitempty"`
	Fingerprint string         `json:"fingerprint"`
	OfferFault  string         `json:"offerFault,omitempty"`
	Parties     []party.Party  `json:"parties,omitempty"`
	Price       *tender.Money  `json:"price,omitempty"`
	Prices      []ItemPrice    `json:"prices,omitempty"`
	Proof       string         `json:"proof,omitempty"`
	Security    *Security      `json:"security,omitempty"`
	Seq         int64          `json:"seq"`
	State       seal.State     `json:"state"`
	Text        string         `json:"text"`
	Files       []seal.File    `json:"files,omitempty"`
}

// Bytes returns the canonical bytes.
func (r Record) Bytes() []byte { return canon.Must(r) }

// Hash is hex H("opening", bytes).
func (r Record) Hash() string {
	h := canon.Hash("opening", r.Bytes())
	return hex.EncodeToString(h[:])
}

// ParseRecord reads an opening record strictly.
func ParseRecord(b []byte) (Record, error) {
	var r Record
	if err := canon.Parse(b, &r); err != nil || r.V != recordForm {
		return Record{}, fault.New(fault.Invalid, "opening.record_form", "This is not an opening record of form %s.", recordForm).Because(err)
	}
	return r, nil
}

// makeRecord draws up the record. Its time is that of the last answer, so that
// a repeated finish gives the same bytes.
func makeRecord(t *tender.Tender, o *Opening, list []*Outcome) Record {
	h := canon.Hash("batch", []byte(o.Batch))
	r := Record{Announced: event.Time(o.Announced), Batch: hex.EncodeToString(h[:]), Envelope: o.Envelope, Lot: o.Lot,
		Tender: t.ID, V: recordForm, Bids: []RecordedBid{}, Openers: []RecordedSeat{}}
	last := o.Announced
	for _, g := range o.Given {
		r.Openers = append(r.Openers, RecordedSeat{g.Seat, event.Time(g.At), g.False, g.Name})
		if g.At.After(last) {
			last = g.At
		}
	}
	r.Done = event.Time(last)
	for _, x := range list {
		r.Bids = append(r.Bids, x.recorded(o.Envelope))
	}
	slices.SortFunc(r.Bids, func(a, b RecordedBid) int { return strings.Compare(a.Bidder.ID, b.Bidder.ID) })
	return r
}

// recorded is what of an outcome is public.
func (o *Outcome) recorded(envelope string) RecordedBid {
	b := RecordedBid{Bidder: o.Bidder, Blame: o.Blame, Cause: o.Cause, Complaints: o.Complaints, Fingerprint: o.Fingerprint,
		OfferFault: o.OfferFault, Parties: o.Parties, Security: o.Security, Seq: o.Seq, State: o.State, Text: o.Text, Files: o.Files}
	if priced(envelope) {
		b.Proof = o.Proof
		if o.Offer != nil {
			b.Price, b.Prices = o.Offer.Total, o.Offer.Prices
		}
	}
	return b
}

// ReadRecord returns the public record of a finished opening.
func (s *Openings) ReadRecord(ctx context.Context, o *Opening) (Record, error) {
	if o.State != Recorded {
		return Record{}, fault.New(fault.Missing, "opening.no_record", "This opening has no record yet.")
	}
	f, err := s.Objects.Open(ctx, recordKey(o))
	if err != nil {
		return Record{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return Record{}, fmt.Errorf("bidding: read opening record: %w", err)
	}
	return ParseRecord(b)
}
