package enquiry

import (
	"time"

	"probity/tender"
	"probity/tender/cycle"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// State is where an enquiry is in its life.
type State string

// The states. What is not asked yet is in none.
const (
	Unasked   State = ""
	Asked     State = "asked"
	Answered  State = "answered"
	Declined  State = "declined" // not to be answered in public, with the reason
	Withdrawn State = "withdrawn"
)

// Action is something done to an enquiry; also the second half of a fact's name.
type Action string

// The actions.
const (
	Ask      Action = "ask"
	Answer   Action = "answer"
	Correct  Action = "correct" // the answer was wrong; the old one is in the log
	Decline  Action = "decline"
	Withdraw Action = "withdraw"
)

// life is the life of an enquiry.
var life = cycle.Of[State, Action, *Enquiry, scene]{
	State:   func(e *Enquiry) State { return e.State },
	Allowed: (*Enquiry).mayDo,
	None: func(s State, a Action) *fault.Error {
		return fault.New(fault.Conflict, "enquiry.state", "A question that is %s cannot take the step %q.", s, a)
	},
	Steps: []cycle.Row[State, Action, *Enquiry, scene]{
		step(Unasked, Ask, Asked, party.EnquiryAsk).When(notTheBuyer, enquiriesTaken),
		step(Asked, Answer, Answered, party.EnquiryAnswer).When(answersTaken),
		step(Answered, Correct, Answered, party.EnquiryAnswer).When(answersTaken).With(reasonGiven),
		step(Asked, Decline, Declined, party.EnquiryAnswer).With(reasonGiven),
		step(Asked, Withdraw, Withdrawn, party.EnquiryAsk),
	},
}

var step = cycle.Step[State, Action, *Enquiry, scene]

// ask is who does something, when, and what they say about it.
type ask struct {
	by     party.Actor
	now    time.Time
	reason tender.Text
}

// scene is what a decision about an enquiry looks at.
type scene struct {
	tender *tender.Tender
	ask
}

// do performs a and returns the fact to be stored with e. fill brings what
// comes with the action and tells what the fact says. do is the only function
// that assigns Enquiry.State.
func (e *Enquiry) do(a Action, s scene, fill func() (map[string]any, error)) (event.Event, error) {
	to, data, err := life.Take(e, a, s, fill)
	if err != nil {
		return event.Event{}, err
	}
	data["enquiry"] = e.ID
	if e.Lot != "" {
		data["lot"] = e.Lot
	}
	e.State = to
	return event.New(Kind+"."+string(a), e.Tender, s.by.ID(), s.now, data), nil
}

// mayDo asks the role table. A question belongs to who asked, its answer to the
// buyer.
func (e *Enquiry) mayDo(right party.Action, s scene) error {
	if right == party.EnquiryAsk {
		return party.Allowed(s.by, right, e.Asker.Org.ID)
	}
	return party.Allowed(s.by, right, s.tender.Buyer.ID)
}

func notTheBuyer(_ *Enquiry, s scene) *fault.Error {
	if s.by.Org != s.tender.Buyer.ID {
		return nil
	}
	return fault.New(fault.Denied, "enquiry.buyer", "The buyer does not ask itself.")
}

// enquiriesTaken: strictly before the end of the enquiry period.
func enquiriesTaken(_ *Enquiry, s scene) *fault.Error {
	if s.tender.Phase == tender.Published && s.now.Before(s.tender.Notice.Timetable.EnquiriesUntil) {
		return nil
	}
	return fault.New(fault.Conflict, "enquiry.period_over", "The time for questions is over.")
}

// answersTaken: an answer that comes too late to be used would suit only those
// who knew it before, so the deadline must move first.
func answersTaken(_ *Enquiry, s scene) *fault.Error {
	deadline := s.tender.Notice.Timetable.Deadline
	switch {
	case s.tender.Phase != tender.Published || !s.now.Before(deadline):
		return fault.New(fault.Conflict, "tender.deadline_passed", "The deadline has passed.")
	case !s.now.Before(s.tender.Policy.AnswersUntil(deadline)):
		return fault.New(fault.Conflict, "enquiry.answer_late", "The deadline is too near for an answer: extend it first.")
	}
	return nil
}

func reasonGiven(_ *Enquiry, s scene) *fault.Error {
	if len(s.reason) > 0 {
		return nil
	}
	return fault.Field("enquiry.no_reason", "reason", "Say why.")
}
