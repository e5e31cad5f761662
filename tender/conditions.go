package tender

import (
	"strings"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/text"
)

func noticeComplete(t *Tender, _ Ask) *fault.Error { return t.Notice.Check() }

func committeeNamed(t *Tender, _ Ask) *fault.Error {
	if f := t.Openers.check(); f != nil {
		return f
	}
	var users []string
	for i, m := range t.Panel {
		at := "panel[" + itoa(i) + "]"
		if contains(users, m.User) {
			return fault.Field("tender.panel", at, "%s is named twice.", m.Name)
		}
		if f := checkPerson("tender.panel", at, m.User, m.Name); f != nil {
			return f
		}
		users = append(users, m.User)
	}
	return fault.Unless(len(t.Panel) > 0, "tender.no_panel", "Name the evaluators first.")
}

// checkPerson wants a person whom papers can name.
func checkPerson(code, path, user, name string) *fault.Error {
	if user == "" || text.CheckLine(path, name, MaxName) != nil {
		return fault.Field(code, path, "Say who this is, with a name of up to %d characters.", MaxName)
	}
	return nil
}

func otherPerson(t *Tender, a Ask) *fault.Error {
	return fault.Unless(!t.Has(a.By.User, party.DutyDraft), "tender.same_person",
		"Somebody else than those who drafted must approve.")
}

// ownApprover: whether an approver of the oversight may stand in for a body
// that has none is for the rule set to say.
func ownApprover(t *Tender, a Ask) *fault.Error {
	return fault.Unless(a.By.Org == t.Buyer.ID || t.Policy.FourEyes.Exception != rules.NoException, "tender.outside_approver",
		"Under this rule set somebody of the buyer must approve.")
}

func approvalSigned(t *Tender, _ Ask) *fault.Error {
	return fault.Unless(t.Approval != nil && t.Approval.Notice == t.Notice.Hash(), "tender.approval_unsigned",
		"The approval is not signed over this version of the notice.")
}

func manifestSigned(t *Tender, _ Ask) *fault.Error { return t.Openers.signed() }

func nextSigned(t *Tender, _ Ask) *fault.Error {
	if t.Next == nil {
		return fault.New(fault.Conflict, "tender.no_next_openers", "Name the new openers first.")
	}
	return t.Next.signed()
}

func rulesKept(t *Tender, _ Ask) *fault.Error { return t.checkRules() }

func timetableKept(t *Tender, a Ask) *fault.Error { return t.checkTimetable(a.Now) }

func deadlineAhead(t *Tender, a Ask) *fault.Error {
	return fault.Unless(a.Now.Before(t.Notice.Timetable.Deadline), "tender.deadline_passed", "The deadline has passed.")
}

func deadlinePassed(t *Tender, a Ask) *fault.Error {
	return fault.Unless(!a.Now.Before(t.Notice.Timetable.Deadline), "tender.deadline_ahead", "The deadline has not passed.")
}

func windowPassed(t *Tender, a Ask) *fault.Error {
	return fault.Unless(!a.Now.Before(t.WindowEnds()), "tender.window_open", "The grace window has not ended.")
}

func reasonGiven(_ *Tender, a Ask) *fault.Error {
	if strings.TrimSpace(a.Reason) == "" {
		return fault.Field("tender.no_reason", "reason", "Say why.")
	}
	if _, err := text.CleanLines("reason", a.Reason, MaxText); err != nil {
		return fault.From(err)
	}
	return nil
}

func lotsEnded(t *Tender, _ Ask) *fault.Error {
	for _, l := range t.Lots {
		if !l.Ended() {
			return fault.New(fault.Conflict, "tender.lots_open", "Lot %s has not ended.", l.ID)
		}
	}
	return nil
}

func someContract(t *Tender, _ Ask) *fault.Error {
	return fault.Unless(t.contracted(), "tender.no_contract", "No lot has ended in a contract.")
}

func noContract(t *Tender, _ Ask) *fault.Error {
	return fault.Unless(!t.contracted(), "tender.contract", "A lot has ended in a contract.")
}

func noneContracted(t *Tender, _ Ask) *fault.Error {
	return fault.Unless(!t.contracted(), "tender.contract", "A contract is signed: end what remains lot by lot.")
}

func (t *Tender) contracted() bool {
	for _, l := range t.Lots {
		if l.Phase == Contracted {
			return true
		}
	}
	return false
}

// Conditions on one lot.

func lotReason(_ *Lot, s lotScene) *fault.Error { return reasonGiven(s.tender, s.Ask) }

func notSuspended(l *Lot, s lotScene) *fault.Error { return s.tender.Clear(l.ID) }

func oneEnvelope(_ *Lot, s lotScene) *fault.Error {
	return fault.Unless(s.tender.Notice.Envelopes == OneEnvelope, "lot.prices_sealed", "The price envelopes are not open yet.")
}

func twoEnvelopes(_ *Lot, s lotScene) *fault.Error {
	return fault.Unless(s.tender.Notice.Envelopes == TwoEnvelopes, "lot.one_envelope", "This tender has one envelope.")
}

func standstillOver(l *Lot, s lotScene) *fault.Error {
	return fault.Unless(!s.Now.Before(l.StandstillEnds), "lot.standstill", "The standstill period is not over.")
}
