package enquiry

import (
	"slices"
	"time"

	"probity/tender"
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
var life = []rule{
	// from   action    to         right of             provided that
	{Unasked, Ask, Asked, party.EnquiryAsk, all(notTheBuyer, enquiriesTaken)},
	{Asked, Answer, Answered, party.EnquiryAnswer, all(answersTaken)},
	{Answered, Correct, Answered, party.EnquiryAnswer, all(answersTaken, reasonGiven)},
	{Asked, Decline, Declined, party.EnquiryAnswer, all(reasonGiven)},
	{Asked, Withdraw, Withdrawn, party.EnquiryAsk, nil},
}

type rule struct {
	from State
	do   Action
	to   State
	may  party.Action
	when condition // nil: always
}

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

// find returns the rule that allows a now, or says why there is none.
func (e *Enquiry) find(a Action, s scene) (rule, error) {
	for _, r := range life {
		if r.from != e.State || r.do != a {
			continue
		}
		if err := e.mayDo(r.may, s); err != nil {
			return rule{}, err
		}
		if r.when != nil {
			if f := r.when(e, s); f != nil {
				return rule{}, f
			}
		}
		return r, nil
	}
	return rule{}, fault.New(fault.Conflict, "enquiry.state", "A question that is %s cannot take the step %q.", e.State, a)
}

// do performs a and returns the fact to be stored with e. fill brings what
// comes with the action and tells what the fact says; it is asked only if the
// action is allowed. do is the only function that assigns Enquiry.State.
func (e *Enquiry) do(a Action, s scene, fill func() (map[string]any, error)) (event.Event, error) {
	r, err := e.find(a, s)
	if err != nil {
		return event.Event{}, err
	}
	data, err := fill()
	if err != nil {
		return event.Event{}, err
	}
	data["enquiry"] = e.ID
	if e.Lot != "" {
		data["lot"] = e.Lot
	}
	e.State = r.to
	return event.New(Kind+"."+string(a), e.Tender, s.by.ID(), s.now, data), nil
}

// actions lists what could be done with e at this moment. Conditions on what is
// sent along are not asked.
func (e *Enquiry) actions(s scene) []Action {
	var list []Action
	for _, r := range life {
		if r.from == e.State && e.mayDo(r.may, s) == nil && !slices.Contains(list, r.do) {
			list = append(list, r.do)
		}
	}
	return list
}

// mayDo asks the role table. A question belongs to who asked, its answer to the
// buyer.
func (e *Enquiry) mayDo(right party.Action, s scene) error {
	if right == party.EnquiryAsk {
		return party.Allowed(s.by, right, e.Asker.Org.ID)
	}
	return party.Allowed(s.by, right, s.tender.Buyer.ID)
}

// condition is one sentence of the rules. nil: it holds.
type condition func(*Enquiry, scene) *fault.Error

func all(list ...condition) condition {
	return func(e *Enquiry, s scene) *fault.Error {
		for _, c := range list {
			if f := c(e, s); f != nil {
				return f
			}
		}
		return nil
	}
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
