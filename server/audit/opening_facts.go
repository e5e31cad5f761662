package audit

import (
	"strings"

	"probity/bidding"
	"probity/bidding/seal"
)

// collect gathers the openings from the facts, in the order of the log.
func (v *verifier) collect(s *openingSteps) []*opening {
	var list []*opening
	byID := map[string]*opening{}
	for _, f := range v.facts {
		if f.Name == "opening.announce" {
			d, ok := data[struct{ Lot, Envelope string }](v, f)
			b, err := seal.ParseBatch(rawMember(f, "batch"))
			if !ok || !s.batch.expect(err == nil && b.Lot == d.Lot && b.Envelope == d.Envelope, f.ID, "The list of what is opened cannot be read, or is for another lot: %v.", err) {
				continue
			}
			o := &opening{id: bidding.OpeningID(v.OCID, d.Lot, d.Envelope), lot: d.Lot, envelope: d.Envelope, announced: f, batch: b}
			if s.batch.expect(byID[o.id] == nil, f.ID, "The envelope is opened a second time.") {
				byID[o.id], v.openings[o.lot+"~"+o.envelope] = o, o
				list = append(list, o)
			}
			continue
		}
		if strings.HasPrefix(f.Name, "opening.") {
			v.follow(f, byID, s)
		}
	}
	return list
}

// follow adds a later fact to its opening.
func (v *verifier) follow(f bidding.Placed, byID map[string]*opening, s *openingSteps) {
	d, ok := data[struct {
		Opening, Answer, F string
		Group, Opener      int
		False              int
	}](v, f)
	o := byID[d.Opening]
	if !ok || !s.batch.expect(o != nil, f.ID, "It belongs to an opening that was never announced.") {
		return
	}
	switch f.Name {
	case "opening.answer":
		s.combine.expect(o.combined == nil, f.ID, "The answer came after the bids were combined.")
		o.given = append(o.given, given{f, d.Answer, d.Group, d.Opener, d.False})
	case "opening.fail":
		o.failed = append(o.failed, seal.Seat{Group: d.Group, Opener: d.Opener})
	case "opening.reveal":
		s.combine.expect(o.combined == nil, f.ID, "A bidder's key was taken after the bids were combined.")
		o.revealed = append(o.revealed, d.F)
	case "opening.rescue":
		d, ok := data[struct{ Until string }](v, f)
		for _, c := range v.named("opening.combine") {
			if x, read := data[struct{ Opening string }](v, c); ok && read && x.Opening == o.id {
				s.combine.expect(!c.At.Before(readTime(d.Until)), c.ID, "Bids were combined before the time was over in which bidders could publish their keys.")
			}
		}
	case "opening.combine":
		o.combined = &f
	case "opening.record":
		o.recorded = &f
	}
}
