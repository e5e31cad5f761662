package papers

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/documents/paper"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
)

// Slip is what a bidder is to have on paper: the receipt of a fact about its
// bid, or about the refusal of one.
type Slip struct {
	Tender  *tender.Tender
	Receipt []byte // as ledger.Receipt writes it
	Bidder  tender.OrgName

	// Bid is the submission that the fact is about, where the fact is not that
	// submission itself.
	Bid *seal.Bid

	// Replaces says that a submission took the place of a live one.
	Replaces bool
}

// Receipt draws a receipt, sealed. It goes back in the log for what the fact
// leaves unsaid. The caller has seen to it that whoever asks may have it.
func (p *Papers) Receipt(ctx context.Context, t *tender.Tender, receipt []byte) ([]byte, error) {
	_, f, err := factIn(receipt)
	if err != nil {
		return nil, err
	}
	s := Slip{Tender: t, Receipt: receipt}
	a, err := readAct(f)
	if err != nil {
		return nil, err
	}
	names := Names{}
	if err := p.find(ctx, names, a.bidder); err != nil {
		return nil, err
	}
	var known bool
	if s.Bidder, known = names[a.bidder]; !known {
		s.Bidder = tender.OrgName{ID: a.bidder, Name: tender.Text{english: a.bidder}}
	}
	if err := p.before(ctx, f, a, &s); err != nil {
		return nil, err
	}
	x, err := ReceiptOf(s, p.imprint)
	if err != nil {
		return nil, err
	}
	return p.seal(x, languages(t.Notice.Languages), f.At)
}

// before looks up what the bidder did last before the fact.
func (p *Papers) before(ctx context.Context, f event.Event, a act, s *Slip) error {
	if f.Name == bidding.FactRefuse || f.Name == bidding.FactLate || p.Log == nil {
		return nil
	}
	subject, version, err := splitID(f.ID)
	if err != nil {
		return err
	}
	last, err := p.look(ctx, subject, version-1, func(e event.Event) bool {
		return e.Name == bidding.FactSubmit || e.Name == bidding.FactWithdraw
	})
	if isNotLogged(err) || err == nil && last.Name == bidding.FactWithdraw {
		return nil
	}
	if err != nil {
		return err
	}
	was, err := readAct(last.Event)
	if err != nil {
		return err
	}
	if f.Name == bidding.FactSubmit {
		s.Replaces = was.bid.Openers == a.bid.Openers
	} else {
		s.Bid = was.bid
	}
	return nil
}

// ReceiptOf is the data of the paper of a slip: a paper.Receipt, or a
// paper.Refusal where nothing was accepted.
func ReceiptOf(s Slip, im Imprint) (paper.Paper, error) {
	r, f, err := factIn(s.Receipt)
	if err != nil {
		return nil, err
	}
	a, err := readAct(f)
	if err != nil {
		return nil, err
	}
	place, err := placeOf(r)
	if err != nil {
		return nil, err
	}
	sheet := sheetOf(s.Tender, a.lot, im)
	sheet.At, sheet.VerifyURL = f.At, im.entryAddress(r.Index)
	if a.refused != "" {
		return refusalOf(s, sheet, f, a, place), nil
	}
	if a.bid == nil {
		a.bid = s.Bid
	}
	sheet.Number = fmt.Sprintf("R-%d", r.Index)
	x := paper.Receipt{
		Sheet: sheet, Event: a.event, Bidder: name(s.Bidder), BidderID: identifier(s.Bidder.Identifier), Seq: uint64(a.seq),
		Logged: f.At, Deadline: s.Tender.Notice.Timetable.Deadline, Log: place, Proof: string(s.Receipt),
	}
	if s.Replaces {
		x.Event = "replaced"
	}
	if a.bid != nil {
		x.Openers = a.bid.Openers
		for _, e := range a.bid.Envelopes {
			x.Envelopes = append(x.Envelopes, paper.Envelope{Name: envelope(e.Name), Fingerprint: e.F})
		}
	}
	return x, nil
}

func refusalOf(s Slip, sheet paper.Sheet, f event.Event, a act, place paper.Place) paper.Refusal {
	sheet.Number = fmt.Sprintf("X-%d", place.Index)
	return paper.Refusal{
		Sheet: sheet, Bidder: name(s.Bidder), BidderID: identifier(s.Bidder.Identifier), Code: a.refused, Reason: refused(a.refused),
		Offered: a.offered, Refused: f.At, Deadline: s.Tender.Notice.Timetable.Deadline, Log: place,
	}
}

// act is what a bidder did, as its fact tells.
type act struct {
	event   string // as paper.Receipt has it
	bidder  string
	lot     string
	seq     int64
	bid     *seal.Bid // of a submission
	refused string    // the code, if nothing was accepted
	offered string    // hash of what was offered, hex
	signed  []byte    // the canonical record with its signature, as it was offered
}

// readAct reads the facts that bidders get receipts for.
func readAct(f event.Event) (act, error) {
	var d struct {
		Name       string          `json:"name"`
		Data       json.RawMessage `json:"data"`
		Bidder     string          `json:"bidder"`
		Lot        string          `json:"lot"`
		Seq        int64           `json:"seq"`
		Refusal    json.RawMessage `json:"refusal"`
		Bid        json.RawMessage `json:"bid"`        // signed
		Withdrawal json.RawMessage `json:"withdrawal"` // signed
	}
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return act{}, fmt.Errorf("papers: fact %q: %w", f.ID, err)
	}
	switch f.Name {
	case bidding.FactSubmit:
		b, err := parse(d.Bid, seal.ParseBid)
		return act{event: "submitted", bidder: b.Bidder, lot: b.Lot, seq: b.Seq, bid: &b, signed: d.Bid}, err
	case bidding.FactWithdraw:
		w, err := parse(d.Withdrawal, seal.ParseWithdrawal)
		return act{event: "withdrawn", bidder: w.Bidder, lot: w.Lot, seq: w.Seq, signed: d.Withdrawal}, err
	case bidding.FactStored:
		return act{event: "stored", bidder: d.Bidder, lot: d.Lot, seq: d.Seq}, nil
	case bidding.FactRefuse:
		r, err := seal.ParseRefusal(d.Refusal)
		return act{bidder: d.Bidder, refused: r.Code, offered: r.Offered}, err
	case bidding.FactLate:
		if d.Name == bidding.FactLate {
			break // what is late was something else before
		}
		a, err := readAct(event.Event{ID: f.ID, Name: d.Name, Data: d.Data})
		a.refused = bidding.FactLate
		if a.signed != nil {
			h := canon.Hash("offered", a.signed)
			a.offered = hex.EncodeToString(h[:])
		}
		return a, err
	}
	return act{}, fault.New(fault.Invalid, "paper.receipt", "There is no receipt on paper for a record of this kind.")
}

// parse reads the record in a signed one.
func parse[T any](signed []byte, read func([]byte) (T, error)) (T, error) {
	var s struct {
		Record json.RawMessage `json:"record"`
	}
	if err := json.Unmarshal(signed, &s); err != nil {
		var none T
		return none, fmt.Errorf("papers: signed record: %w", err)
	}
	return read(s.Record)
}

// factIn reads a receipt and the fact that it proves.
func factIn(receipt []byte) (ledger.Receipt, event.Event, error) {
	r, err := ledger.ParseReceipt(receipt)
	if err != nil {
		return r, event.Event{}, fault.New(fault.Invalid, "paper.receipt_form", "This is not a receipt.").Because(err)
	}
	f, err := event.Parse(r.Record)
	if err != nil {
		return r, f, fault.New(fault.Invalid, "paper.receipt_form", "This is not a receipt.").Because(err)
	}
	return r, f, nil
}

// envelope is the name of an envelope as papers label it.
func envelope(name string) string {
	if name == tender.Whole {
		return "single"
	}
	return name
}

// splitID takes the id of a fact apart.
func splitID(id string) (subject string, version int64, err error) {
	i := strings.LastIndexByte(id, '#')
	if i < 0 {
		return "", 0, fmt.Errorf("papers: %q is not the id of a fact", id)
	}
	_, err = fmt.Sscanf(id[i:], "#%d", &version)
	return id[:i], version, err
}
