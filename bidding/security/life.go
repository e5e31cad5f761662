package security

import (
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/cycle"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
)

// State is where a security is.
type State string

// The states.
const (
	Held     State = "held"
	Returned State = "returned"
	Kept     State = "kept" // forfeited
)

// Action is something done with a security; also the second half of a fact's
// name.
type Action string

// The actions.
const (
	Return  Action = "return"
	Keep    Action = "keep"
	Correct Action = "correct" // what was recorded is wrong; the buyer holds it
)

// life is the life of a security.
var life = cycle.Of[State, Action, *Settlement, scene]{
	State: func(s *Settlement) State { return s.State },
	Allowed: func(_ *Settlement, right party.Action, sc scene) error {
		return party.Allowed(sc.by, right, sc.tender.Buyer.ID)
	},
	None: func(s State, a Action) *fault.Error {
		return fault.New(fault.Conflict, "security.state", "A bid security that is %s cannot take the step %q.", s, a)
	},
	Steps: []cycle.Row[State, Action, *Settlement, scene]{
		step(Held, Return, Returned, party.SecurityReturn).When(owed).With(dayGiven),
		step(Held, Keep, Kept, party.SecurityReturn).When(owed, forgone).With(reasonGiven),
		step(Returned, Correct, Held, party.SecurityReturn).When(correctable).With(reasonGiven, upToDate),
		step(Kept, Correct, Held, party.SecurityReturn).When(correctable).With(reasonGiven, upToDate),
	},
}

var step = cycle.Step[State, Action, *Settlement, scene]

// scene is what a decision about a security looks at.
type scene struct {
	tender *tender.Tender
	end    ending
	by     party.Actor
	now    time.Time
	in     sent
}

// sent is what whoever takes a step brings along.
type sent struct {
	day    rules.Date
	reason tender.Text
	seen   int64 // the version that they saw
}

// do performs act and returns the fact to be stored with s. It is the only
// function that assigns Settlement.State.
func (s *Settlement) do(act Action, sc scene) (event.Event, error) {
	fill := s.record
	if act == Correct {
		fill = s.takeBack
	}
	to, data, err := life.Take(s, act, sc, func() (map[string]any, error) { return fill(sc) })
	if err != nil {
		return event.Event{}, err
	}
	s.State = to
	data["lot"], data["bidder"], data["amount"] = s.Lot, s.Bidder.ID, s.Security.Amount
	return event.New(Kind+"."+string(act), s.Tender, sc.by.ID(), sc.now, data), nil
}

// record writes down that the security was returned on a day, or is kept for a
// reason.
func (s *Settlement) record(sc scene) (map[string]any, error) {
	s.Record = Record{Why: sc.end.why, Since: sc.end.since, Due: sc.end.due, Day: sc.in.day, By: sc.word()}
	data := map[string]any{"why": s.Why, "since": event.Time(s.Since)}
	if !s.Due.IsZero() {
		data["due"] = event.Time(s.Due)
	}
	if s.Day != 0 {
		s.Late = !s.Due.IsZero() && !s.Day.Start(sc.tender.Policy.Location()).Before(s.Due)
		data["day"], data["late"] = s.Day, s.Late
		return data, nil
	}
	var err error
	s.Reason, err = sc.in.reason.CleanLines("reason", MaxText)
	data["reason"] = s.Reason
	return data, err
}

// takeBack puts what is recorded among what was recorded wrongly.
func (s *Settlement) takeBack(sc scene) (map[string]any, error) {
	reason, err := sc.in.reason.CleanLines("reason", MaxText)
	if err != nil {
		return nil, err
	}
	s.Earlier = append(s.Earlier, Corrected{State: s.State, Record: s.Record, Correction: award.End{Word: sc.word(), Reason: reason}})
	data := map[string]any{"recorded": s.State, "reason": reason}
	if s.Day != 0 {
		data["day"] = s.Day
	}
	s.Record = Record{}
	return data, nil
}

func (sc scene) word() award.Word { return award.Word{Person: award.PersonOf(sc.by), At: sc.now} }

// owed: the bid can no longer lead to a contract, or has led to one.
func owed(_ *Settlement, s scene) *fault.Error {
	return fault.Unless(s.end.why != "", "security.held", "This security still stands for its bid.")
}

// forgone: the bidder had won, and did not get as far as a contract.
func forgone(_ *Settlement, s scene) *fault.Error {
	return fault.Unless(s.end.why == Forgone, "security.kept",
		"A bid security can be kept only of a winner that did not go on to the contract.")
}

// dayGiven: a security is returned between the day on which it is owed and
// today, in the zone of the rules.
func dayGiven(_ *Settlement, s scene) *fault.Error {
	loc := s.tender.Policy.Location()
	if d := s.in.day; d.Start(loc).After(s.now) || !(d + 1).Start(loc).After(s.end.since) {
		return fault.Field("security.day", "day", "Give a day between the one from which the security is owed and today.")
	}
	return nil
}

func reasonGiven(_ *Settlement, s scene) *fault.Error {
	if len(s.in.reason) > 0 {
		return nil
	}
	return fault.Field("security.no_reason", "reason", "Say why.")
}

// correctable: nobody goes back and forth for ever, and no document grows
// without end.
func correctable(s *Settlement, _ scene) *fault.Error {
	if len(s.Earlier) < MaxCorrections {
		return nil
	}
	return fault.New(fault.Conflict, "security.corrections", "What is recorded of a security can be corrected %d times at most.", MaxCorrections)
}

// upToDate: what somebody else has recorded meanwhile is not taken back unseen.
func upToDate(s *Settlement, sc scene) *fault.Error {
	if sc.in.seen == s.Version {
		return nil
	}
	return fault.New(fault.Stale, Kind+".seen", "Somebody changed this record meanwhile. Look again.")
}
