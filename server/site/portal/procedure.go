package portal

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"probity/server/search"
	"probity/server/site"
	"probity/tender"
)

// procedure is a tender as the API shows it to anybody, with its public facts.
type procedure struct {
	tender.Tender
	Actions []tender.Action `json:"actions"`
	Now     time.Time       `json:"now"`

	facts []fact
}

// fact is one entry of the public record.
type fact struct {
	Index  int64           `json:"index"`
	ID     string          `json:"id"`
	Name   string          `json:"name"`
	Record json.RawMessage `json:"record"`

	At   time.Time `json:"-"`
	By   string    `json:"-"`
	Data factData  `json:"-"`
}

// later reports whether the fact moves the deadline: an officer's word, or the
// rule for outages.
func (f fact) later() bool { return f.Name == "tender.extend" || f.Name == "tender.prolong" }

// factData is what we read of the facts that are shown.
type factData struct {
	Lot            string          `json:"lot"`
	Envelope       string          `json:"envelope"`
	Reason         json.RawMessage `json:"reason"` // a text, in one language or several
	Deadline       time.Time       `json:"deadline"`
	Until          time.Time       `json:"until"` // the end of the grace window
	Notice         *tender.Notice  `json:"notice"`
	Revision       int             `json:"revision"`
	Amount         *tender.Money   `json:"amount"`
	Milestone      string          `json:"milestone"`
	StandstillEnds time.Time       `json:"standstillEnds"`
	Decision       *awardDecision  `json:"decision"`
}

// reason is why something was done, if that was said.
func (d factData) reason(lang string) string {
	var one string
	var many tender.Text
	switch {
	case len(d.Reason) == 0:
		return ""
	case json.Unmarshal(d.Reason, &one) == nil:
		return one
	case json.Unmarshal(d.Reason, &many) == nil:
		return many.In(lang)
	}
	return ""
}

// awardDecision is the part of an award's decision that the time line names.
type awardDecision struct {
	Lot    string
	Winner *struct{ Supplier tender.OrgName }
}

// UnmarshalJSON reads a decision that is an award; others are written as text.
func (d *awardDecision) UnmarshalJSON(b []byte) error {
	var x struct {
		Lot    string                             `json:"lot"`
		Winner *struct{ Supplier tender.OrgName } `json:"winner"`
	}
	if json.Unmarshal(b, &x) == nil {
		d.Lot, d.Winner = x.Lot, x.Winner
	}
	return nil
}

// load reads a tender and its public record.
func load(v *site.Visit) (*procedure, error) {
	p := new(procedure)
	id := v.Path("id")
	if err := v.Get(p, "/api/v1/tenders/%s", id); err != nil {
		return nil, err
	}
	if !p.Public() {
		return nil, v.Missing() // a draft has its own desk
	}
	for from := ""; ; {
		var l site.List[fact]
		if err := v.Find(&l, map[string]string{"from": from, "public": "true"}, "/api/v1/tenders/%s/facts", id); err != nil {
			return nil, err
		}
		for _, f := range l.Items {
			if err := f.read(); err != nil {
				return nil, err
			}
			p.facts = append(p.facts, f)
		}
		if l.Next == "" {
			return p, nil
		}
		from = l.Next
	}
}

func (f *fact) read() error {
	var r struct {
		At   time.Time       `json:"at"`
		By   string          `json:"by"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(f.Record, &r); err != nil {
		return err
	}
	f.At, f.By = r.At, r.By
	if err := json.Unmarshal(r.Data, &f.Data); err != nil {
		var other *json.UnmarshalTypeError // a fact with the same name for another thing: what it says is not shown
		if !errors.As(err, &other) {
			return err
		}
	}
	return nil
}

// head is what all pages of a tender share.
type head struct {
	*procedure
	Tab     string
	Status  search.Status
	Held    bool // a complaint is not decided yet
	Stages  []stage
	Changed int // how often it was amended
	CanAsk  bool
	CanBid  bool
	Where   string // the station at which it stands, or "complete"
}

func (p *procedure) head(tab string) head {
	h := head{procedure: p, Tab: tab, Status: search.StatusOf(&p.Tender), Stages: p.stages(), Where: "complete"}
	if at := p.station(); at < len(stations) {
		h.Where = stations[at]
	}
	h.Held = slices.ContainsFunc(p.Suspended, func(s tender.Suspension) bool { return s.Until.IsZero() })
	h.CanBid = p.Phase == tender.Published && p.Now.Before(p.Notice.Timetable.Deadline)
	h.CanAsk = p.Phase == tender.Published && p.Now.Before(p.Notice.Timetable.EnquiriesUntil)
	for _, f := range p.facts {
		if f.Name == "tender.amend" || f.later() {
			h.Changed++
		}
	}
	return h
}

// LotTitle is the title of a lot in the page's language; "" for the whole.
func (h head) LotTitle(id, lang string) string { return lotTitle(&h.Tender, id, lang) }

func lotTitle(t *tender.Tender, id, lang string) string {
	if l := t.Notice.Lot(id); l != nil {
		return cmp.Or(l.Title.In(lang), l.ID)
	}
	return id
}
