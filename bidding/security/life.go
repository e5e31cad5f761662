package security

import (
	"time"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/cycle"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
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
	Return Action = "return"
	Keep   Action = "keep"
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
	},
}

var step = cycle.Step[State, Action, *Settlement, scene]

// scene is what a decision about a security looks at.
type scene struct {
	tender *tender.Tender
	end    ending
	by     party.Actor
	now    time.Time
	in     Settlement // what is sent along
}

// do performs act and returns the fact to be stored with s. It is the only
// function that assigns Settlement.State.
func (s *Settlement) do(act Action, sc scene) (event.Event, error) {
	r, err := life.Find(s, act, sc)
	if err != nil {
		return event.Event{}, err
	}
	data := map[string]any{"lot": s.Lot, "bidder": s.Bidder.ID, "amount": s.Security.Amount, "why": sc.end.why, "since": event.Time(sc.end.since)}
	if !sc.end.due.IsZero() {
		data["due"] = event.Time(sc.end.due)
	}
	s.State, s.Why, s.Since, s.Due = r.To, sc.end.why, sc.end.since, sc.end.due
	s.By = award.Word{Person: award.PersonOf(sc.by), At: sc.now}
	if act == Return {
		s.Day = sc.in.Day
		s.Late = !s.Due.IsZero() && !s.Day.Start(sc.tender.Policy.Location()).Before(s.Due)
		data["day"], data["late"] = s.Day, s.Late
	} else if s.Reason, err = sc.in.Reason.CleanLines("reason", MaxText); err != nil {
		return event.Event{}, err
	} else {
		data["reason"] = s.Reason
	}
	return event.New(Kind+"."+string(act), s.Tender, sc.by.ID(), sc.now, data), nil
}

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
	if d := s.in.Day; d.Start(loc).After(s.now) || !(d + 1).Start(loc).After(s.end.since) {
		return fault.Field("security.day", "day", "Give a day between the one from which the security is owed and today.")
	}
	return nil
}

func reasonGiven(_ *Settlement, s scene) *fault.Error {
	if len(s.in.Reason) > 0 {
		return nil
	}
	return fault.Field("security.no_reason", "reason", "Say why.")
}
