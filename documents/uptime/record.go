package uptime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"probity/documents/ledger"
	"probity/tender/event"
	"probity/tender/fault"
)

// Form labels the JSON of a record.
const Form = "probity-uptime/1"

// Record is what is published about a span of time: what anybody computes from
// Receipts, which stand in the log and are signed by it. They are those of the
// first and the last beat of the span, and of both beats of each outage.
type Record struct {
	V       string   `json:"v"`
	Origin  string   `json:"origin"` // of the log
	Every   int      `json:"every"`  // seconds between beats while all is well
	Gap     int      `json:"gap"`    // seconds; a longer time between two beats is an outage
	First   Moment   `json:"first"`
	Last    Moment   `json:"last"`
	Outages []Spell  `json:"outages"`
	Away    int64    `json:"away"` // milliseconds of all outages
	Proofs  []string `json:"receipts"`
}

// Moment is one beat.
type Moment struct {
	Beat int64     `json:"beat"`
	At   time.Time `json:"at"`
	Rest bool      `json:"rest,omitempty"` // no procedure took bids from then on
}

// Spell is one outage, by the legal clock. Beat has ended it.
type Spell struct {
	Beat   int64     `json:"beat"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Lasted int64     `json:"lasted"` // milliseconds
}

// Comes refuses, as uptime.chain, a beat that cannot be a later one of the same
// record with no outage between the two but the one that it ends.
func (b Beat) Comes(before Beat) error {
	told := before.Outages
	if _, away := b.Outage(); away {
		told++
	}
	bad := fault.New(fault.Invalid, "uptime.chain", "Beat %d of the uptime record does not follow from beat %d.", b.N, before.N)
	switch {
	case b.N == before.N+1:
		return b.Follows(before)
	case b.N <= before.N || b.At.Before(before.At) || b.Ahead < before.Ahead:
		return bad
	case told != b.Outages:
		return fault.New(fault.Invalid, "uptime.outages", "Between the beats %d and %d there are outages that are not shown.", before.N, b.N)
	}
	return nil
}

// Make computes the record of the span that the receipts bound. They must be in
// the order of the log. Their place in it is [Record.Verify]'s to check.
func Make(origin string, receipts []ledger.Receipt) (Record, error) {
	r := Record{V: Form, Origin: origin, Every: int(Every / time.Second), Gap: int(Gap / time.Second), Outages: []Spell{}, Proofs: []string{}}
	var before Beat
	index := int64(-1)
	for i, x := range receipts {
		f, err := event.Parse(x.Record)
		if err != nil {
			return r, err
		}
		b, err := Parse(f)
		if err != nil {
			return r, err
		}
		if i > 0 {
			if err := b.Comes(before); err != nil {
				return r, err
			}
			if o, away := b.Outage(); away {
				r.Outages = append(r.Outages, Spell{b.N, o.From, o.To, o.To.Sub(o.From).Milliseconds()})
				r.Away += o.To.Sub(o.From).Milliseconds()
			}
		} else {
			r.First = Moment{b.N, b.At, b.Rest}
		}
		if x.Index <= index {
			return r, fault.New(fault.Invalid, "uptime.chain", "Beat %d stands in the log before the one that it follows.", b.N)
		}
		r.Last = Moment{b.N, b.At, b.Rest}
		before, index = b, x.Index
		r.Proofs = append(r.Proofs, string(x.Marshal()))
	}
	if len(receipts) == 0 {
		return r, fault.New(fault.Missing, "uptime.none", "There is no beat in this span of time.")
	}
	return r, nil
}

// maxProofs bounds a foreign record.
const maxProofs = 1000

// Read reads a record and verifies it: the receipts stand in the log that p
// believes, and everything else is what they give.
func Read(b []byte, p ledger.Policy) (Record, error) {
	bad := fault.New(fault.Invalid, "uptime.form", "This is not an uptime record.")
	var said Record
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&said); err != nil || said.V != Form || len(said.Proofs) > maxProofs {
		return Record{}, bad.Because(err)
	}
	var list []ledger.Receipt
	for _, raw := range said.Proofs {
		r, err := ledger.ParseReceipt([]byte(raw))
		if err != nil {
			return Record{}, bad.Because(err)
		}
		if _, err := r.Verify(p); err != nil {
			return Record{}, fault.New(fault.Invalid, "uptime.proof", "A beat of the record does not stand in the log.").Because(err)
		}
		list = append(list, r)
	}
	r, err := Make(p.Origin, list)
	if err != nil {
		return r, err
	}
	want, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	if got, err := json.Marshal(said); err != nil || !bytes.Equal(got, want) {
		return r, fault.New(fault.Invalid, "uptime.sum", "The record says otherwise than its beats.").
			Because(fmt.Errorf("uptime: said %.300s", got))
	}
	return r, nil
}
