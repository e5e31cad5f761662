package paper

import (
	"fmt"
	"time"

	"probity/documents/pdf"
)

// Receipt says that a record about a bid stands in the log.
type Receipt struct {
	Sheet
	Event     string     `json:"event"` // "submitted", "replaced", "withdrawn", "stored"
	Bidder    Text       `json:"bidder,omitempty"`
	BidderID  Identifier `json:"bidderId"`
	Seq       uint64     `json:"seq"` // which version of the bid
	Envelopes []Envelope `json:"envelopes,omitempty"`
	Openers   string     `json:"openers"` // hash of the opener manifest, hex
	Logged    time.Time  `json:"logged"`  // the log's time of the record
	Deadline  time.Time  `json:"deadline"`
	Log       Place      `json:"log"`
	Proof     string     `json:"proof,omitempty"` // c2sp.org/tlog-proof, whole
}

// Envelope is a sealed envelope by its fingerprint.
type Envelope struct {
	Name        string `json:"name"` // "technical", "financial"
	Fingerprint string `json:"fingerprint"`
}

var receiptKind = kind{"probity-receipt/1", "receipt", "receipt.json"}

func (r Receipt) sheet() Sheet { return r.Sheet }
func (r Receipt) kind() kind   { return receiptKind }
func (r Receipt) withForm() any {
	r.Form = receiptKind.form
	return r
}

func (r Receipt) draw(p *painter) {
	p.masthead(receiptKind, r.code(r.Log))
	p.section("receipt.what")
	p.Strong(p.code("receipt.event", r.Event))
	p.Facts(
		p.fact("bidder", p.text(r.Bidder)),
		p.fact("party.identifier", r.BidderID.Scheme+" "+r.BidderID.ID),
		p.fact("receipt.seq", fmt.Sprint(r.Seq)),
		p.fact("receipt.logged", when(r.Logged)),
		p.fact("deadline", when(r.Deadline)),
	)
	p.section("receipt.fingerprints")
	var prints []pdf.Fact
	for _, e := range r.Envelopes {
		prints = append(prints, pdf.Fact{Name: p.code("envelope", e.Name), Value: spaced(e.Fingerprint), Fine: true})
	}
	p.Facts(append(prints, p.hash("receipt.openers", r.Openers))...)
	p.section("log")
	p.place(r.Log)
	p.Note(p.tell("receipt.note"))
}

// Refusal says that something offered was not accepted, and why.
type Refusal struct {
	Sheet
	Bidder   Text       `json:"bidder,omitempty"`
	BidderID Identifier `json:"bidderId"`
	Code     string     `json:"code"`             // stable: "bid.deadline_passed"
	Reason   Text       `json:"reason,omitempty"` // one sentence
	Offered  string     `json:"offered"`          // hash of what was offered, hex
	Refused  time.Time  `json:"refused"`
	Deadline time.Time  `json:"deadline"`
	Log      Place      `json:"log"`
}

var refusalKind = kind{"probity-refusal/1", "refusal", "refusal.json"}

func (r Refusal) sheet() Sheet { return r.Sheet }
func (r Refusal) kind() kind   { return refusalKind }
func (r Refusal) withForm() any {
	r.Form = refusalKind.form
	return r
}

func (r Refusal) draw(p *painter) {
	p.masthead(refusalKind, r.code(r.Log))
	p.section("refusal.what")
	p.Strong(p.text(r.Reason))
	p.Facts(
		p.fact("refusal.code", r.Code),
		p.fact("bidder", p.text(r.Bidder)),
		p.fact("party.identifier", r.BidderID.Scheme+" "+r.BidderID.ID),
		p.fact("refusal.at", when(r.Refused)),
		p.fact("deadline", when(r.Deadline)),
		p.hash("refusal.offered", r.Offered),
	)
	p.section("log")
	p.place(r.Log)
	p.Note(p.tell("refusal.note"))
}
