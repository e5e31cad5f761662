package store

import (
	"context"

	"probity/tender/event"
	"probity/tender/fault"
)

// An aggregate may owe something: an effect of its last step on others. It is
// stored with the step, so that a crash between the two loses nothing, and the
// aggregate stands in the index "owed" until it has come about.

// overtaken bounds how often a write is tried that others were quicker than.
const overtaken = 8

// Settle brings about what the aggregate owes, and returns it as it then is. Do
// brings about one effect, notes in x what is owed next and returns the facts
// that belong to it; it reports false if there is nothing to do now. Do must
// bear to be asked again, after a crash and beside other servers: each effect
// happens once.
func (s Shelf[T, P]) Settle(ctx context.Context, id string, do func(x P) ([]event.Event, bool, error)) (P, error) {
	for try := 0; ; try++ {
		x, err := s.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		facts, more, err := do(x)
		if err != nil {
			return nil, err
		}
		if !more {
			return x, nil
		}
		if err := s.Put(ctx, x, facts...); err != nil && (!fault.Coded(err, s.Kind+".stale") || try == overtaken) {
			return nil, err
		}
	}
}

// Heal settles every aggregate that owes something, and returns how many it
// settled. Faults of one do not keep the others waiting; the first is returned.
func (s Shelf[T, P]) Heal(ctx context.Context, settle func(ctx context.Context, id string) error) (int, error) {
	var ids []string
	err := s.All(ctx, Query{Index: "owed"}, func(x P) error {
		ids = append(ids, x.Base().ID)
		return nil
	})
	n := 0
	for _, id := range ids {
		if e := settle(ctx, id); e == nil {
			n++
		} else if err == nil {
			err = e
		}
	}
	return n, err
}
