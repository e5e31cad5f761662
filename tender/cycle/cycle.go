// Package cycle reads the tables in which every life cycle is written: who may
// take which step, from where to where, and provided what. The tables stand in
// the packages of their subjects (tender, lot, enquiry, complaint, award,
// contract, plan, bid security) and are the only place where these rules are.
package cycle

import (
	"slices"

	"probity/tender/fault"
	"probity/tender/party"
)

// Condition is one sentence of the rules about a subject in a scene: who asks,
// when, what they bring. nil: it holds.
type Condition[T, K any] = func(subject T, scene K) *fault.Error

// Row is one row of a table: what is in From may take the step Do to To, by the
// right May; see the role table.
type Row[S, A ~string, T, K any] struct {
	From S
	Do   A
	To   S
	May  party.Action

	when, with []Condition[T, K]
}

// Step is a row without conditions.
func Step[S, A ~string, T, K any](from S, do A, to S, may party.Action) Row[S, A, T, K] {
	return Row[S, A, T, K]{From: from, Do: do, To: to, May: may}
}

// When adds what must be so already; until it is, the step is not offered.
func (r Row[S, A, T, K]) When(list ...Condition[T, K]) Row[S, A, T, K] {
	r.when = list
	return r
}

// With adds what whoever takes the step has to bring, or to mend, for it. The
// step is offered, and the refusal says what is missing.
func (r Row[S, A, T, K]) With(list ...Condition[T, K]) Row[S, A, T, K] {
	r.with = list
	return r
}

// first is what the first condition that does not hold says.
func first[T, K any](list []Condition[T, K], subject T, scene K) *fault.Error {
	for _, c := range list {
		if f := c(subject, scene); f != nil {
			return f
		}
	}
	return nil
}

// Of is the life cycle of subjects T, of states S and actions A, in scenes K.
type Of[S, A ~string, T, K any] struct {
	Steps []Row[S, A, T, K]
	State func(T) S
	// Allowed asks the role table whether whoever asks in the scene has the right.
	Allowed func(subject T, right party.Action, scene K) error
	// None is the sentence for a step that the state does not have.
	None func(S, A) *fault.Error
}

// Find returns the step by which subject may do a now, or says why there is
// none. Where rows differ only in their conditions or in whose right they are,
// the first that holds is taken; what a condition says to somebody who has the
// right counts more than whose right it is.
func (c Of[S, A, T, K]) Find(subject T, a A, scene K) (Row[S, A, T, K], error) {
	from := c.State(subject)
	var refusal, denial error
	for _, r := range c.Steps {
		if r.From != from || r.Do != a {
			continue
		}
		if err := c.Allowed(subject, r.May, scene); err != nil {
			denial = err
			continue
		}
		f := first(append(slices.Clip(r.when), r.with...), subject, scene)
		if f == nil {
			return r, nil
		}
		refusal = f
	}
	switch {
	case refusal != nil:
		return Row[S, A, T, K]{}, refusal
	case denial != nil:
		return Row[S, A, T, K]{}, denial
	}
	return Row[S, A, T, K]{}, c.None(from, a)
}

// Take finds the step by which subject may do a now, and asks fill to bring what
// comes with it. It returns where the step leads and what its fact says; the
// subject does the rest. Fill is asked only if the step is allowed.
func (c Of[S, A, T, K]) Take(subject T, a A, scene K, fill func() (map[string]any, error)) (to S, data map[string]any, err error) {
	r, err := c.Find(subject, a, scene)
	if err != nil {
		return to, nil, err
	}
	data, err = fill()
	return r.To, data, err
}

// Offered lists what could be done with subject now, in the order of the table.
func (c Of[S, A, T, K]) Offered(subject T, scene K) []A {
	list := []A{}
	for _, r := range c.Steps {
		open := r.From == c.State(subject) && !slices.Contains(list, r.Do)
		if open && c.Allowed(subject, r.May, scene) == nil && first(r.when, subject, scene) == nil {
			list = append(list, r.Do)
		}
	}
	return list
}
