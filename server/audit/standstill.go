package audit

import (
	"time"

	"probity/bidding"
	"probity/tender"
	"probity/tender/event"
)

// held is how long complaints hold up a lot, and until when its standstill runs.
type held struct {
	by    map[string]bool // complaints
	since time.Time
	ends  time.Time // zero unless the lot is in standstill
}

// standstills follows complaints and standstills through the log: time that a
// complaint took is added to the standstill, and nothing takes effect before.
func (s *awardSteps) standstills() {
	lots := map[string]*held{}
	for _, l := range s.p.notice.Lots {
		lots[l.ID] = &held{by: map[string]bool{}}
	}
	for _, f := range s.facts {
		switch f.Name {
		case "tender.suspend", "tender.resume", "lot." + string(tender.AwardLot), "lot." + string(tender.ConfirmLot):
			d, ok := data[struct{ Lot, Complaint, Award string }](s.verifier, f)
			if !ok {
				continue
			}
			for id, h := range lots {
				if d.Lot == "" || d.Lot == id {
					s.pass(h, f, d.Complaint, id)
				}
			}
		}
	}
}

func (s *awardSteps) pass(h *held, f bidding.Placed, complaint, lot string) {
	switch f.Name {
	case "tender.suspend":
		if len(h.by) == 0 {
			h.since = f.At
		}
		h.by[complaint] = true
	case "tender.resume":
		delete(h.by, complaint)
		if len(h.by) == 0 && !h.ends.IsZero() {
			h.ends = h.ends.Add(f.At.Sub(h.since))
		}
	case "lot." + string(tender.AwardLot):
		if a := s.lastNotified(lot, f.Index); s.standstill.expect(a != nil, f.ID, "The lot was awarded without notices to the bidders.") && s.p.policy != nil {
			h.ends = s.p.policy.StandstillEnds(a.notified.At)
		}
	case "lot." + string(tender.ConfirmLot):
		s.standstill.expect(!h.ends.IsZero() && !f.At.Before(h.ends) && len(h.by) == 0, f.ID, "The award took effect on %s; the standstill ran until %s, and a complaint may have held it up.", event.Time(f.At), event.Time(h.ends))
		if a := s.lastNotified(lot, f.Index); a != nil {
			a.confirmed = &f
		}
		h.ends = time.Time{}
	}
}

// lastNotified is the award of a lot that bidders were told of last.
func (s *awardSteps) lastNotified(lot string, before int64) *decided {
	var last *decided
	for _, a := range s.all {
		if a.Lot == lot && a.notified != nil && a.notified.Index < before {
			last = a
		}
	}
	return last
}
