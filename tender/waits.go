package tender

import (
	"slices"
	"time"

	"probity/tender/party"
)

// Wait is a step that a procedure waits for: the next in its life, and whose it
// is. Steps that go back or end it are nobody's duty and do not stand here.
type Wait struct {
	Do    Action       `json:"do"`
	Lot   string       `json:"lot,omitempty"`
	Roles []party.Role `json:"roles"`            // of the buyer, or the clock
	At    time.Time    `json:"at,omitzero"`      // it is not possible before
	Yet   string       `json:"notYet,omitempty"` // what else has to happen first, in a sentence
}

// aside are the steps that lead back or out.
var aside = []Action{Edit, Return, Cancel, FailLot, CancelLot, ReviseLot, NextLot, RejudgeLot}

// Waits lists what the procedure waits for, read from the tables of its life.
func (t *Tender) Waits() []Wait {
	for _, r := range life.Steps {
		if r.From == t.Phase && r.To != r.From && !contains(aside, r.Do) && r.Do != Finish {
			w := Wait{Do: r.Do, Roles: holders(r.May)}
			switch r.Do {
			case Close:
				w.At = t.Notice.Timetable.Deadline
			case CloseWindow:
				w.At = t.WindowEnds()
			case Publish:
				w.At = t.Notice.Timetable.Publish
				if f := t.Openers.signed(); f != nil {
					w.Yet = f.Text
				}
			}
			return []Wait{w}
		}
	}
	if t.Phase != Sealed {
		return nil
	}
	var list []Wait
	for i := range t.Lots {
		if w, ok := t.waitsLot(&t.Lots[i]); ok {
			list = append(list, w)
		}
	}
	return list
}

func (t *Tender) waitsLot(l *Lot) (Wait, bool) {
	for _, r := range lotLife.Steps {
		other := r.Do == QualifyLot && t.Notice.Envelopes == OneEnvelope || r.Do == RankLot && l.Phase == Opened && t.Notice.Envelopes == TwoEnvelopes
		if r.From != l.Phase || contains(aside, r.Do) || other {
			continue
		}
		w := Wait{Do: r.Do, Lot: l.ID, Roles: holders(r.May)}
		switch r.Do {
		case OpenLot:
			w.At = t.Opens()
		case AwardLot:
			w.Roles = append(holders(party.AwardDecide), w.Roles...)
		case ConfirmLot:
			w.At = l.StandstillEnds
		case SignLot:
			w.Roles = append(holders(party.ContractDraft), w.Roles...)
		}
		if f := t.Clear(l.ID); f != nil {
			w.Yet = f.Text
		}
		return w, true
	}
	return Wait{}, false
}

// holders lists the buyer's roles that have a right; the clock's is its own.
func holders(right party.Action) []party.Role {
	if right == party.Clock {
		return []party.Role{party.RoleClock}
	}
	var list []party.Role
	for _, role := range party.RolesIn(party.KindBuyer) {
		a := party.Actor{User: "somebody", Org: "buyer", OrgKind: party.KindBuyer, Role: role}
		if party.Allowed(a, right, "buyer") == nil && !slices.Contains(list, role) {
			list = append(list, role)
		}
	}
	return list
}
