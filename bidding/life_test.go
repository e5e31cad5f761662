package bidding

import (
	"errors"
	"slices"
	"testing"

	"probity/tender/fault"
)

// Every pair of state and step: those of the table move, all others are
// refused and change nothing. Only the first two states are ever left.
func TestLifeOfVersions(t *testing.T) {
	states := []State{Registered, Stored, Replaced, Withdrawn, Superseded, Lapsed, Refused, Dropped}
	to := map[Step]State{StepReplace: Replaced, StepWithdraw: Withdrawn, StepRenew: Superseded, StepLapse: Lapsed, StepRefuse: Refused, StepDrop: Dropped}
	for _, from := range states {
		for _, step := range []Step{StepStore, StepReplace, StepWithdraw, StepRenew, StepLapse, StepRefuse, StepDrop, "", "revive"} {
			want, ok := to[step]
			ok = ok && (from == Registered || from == Stored)
			if step == StepStore && from == Registered {
				want, ok = Stored, true
			}
			v := Version{State: from}
			err := v.do(step)
			if ok && (err != nil || v.State != want) {
				t.Errorf("%s %q: %s, %v; want %s", from, step, v.State, err, want)
			}
			if !ok && (!errors.Is(err, &fault.Error{Code: "bid.state"}) || v.State != from) {
				t.Errorf("%s %q: %s, %v; want a refusal", from, step, v.State, err)
			}
		}
		if live := (Version{State: from}).Live(); live != slices.Contains([]State{Registered, Stored}, from) {
			t.Errorf("%s: live is %v", from, live)
		}
	}
}

// The same for openings: nothing leads back, and nothing opens twice.
func TestLifeOfOpenings(t *testing.T) {
	allowed := map[OpeningState]map[string]OpeningState{
		"":        {"announce": Announced},
		Announced: {"answer": Announced, "fail": Announced, "rescue": Announced, "reveal": Announced, "combine": Combining},
		Combining: {"record": Recorded},
		Recorded:  {},
	}
	for from, steps := range allowed {
		for _, step := range []string{"announce", "answer", "fail", "rescue", "reveal", "combine", "record", "", "reopen"} {
			o := Opening{State: from}
			err := o.do(step)
			if want, ok := steps[step]; ok != (err == nil) || ok && o.State != want || !ok && o.State != from {
				t.Errorf("%q %q: %q, %v", from, step, o.State, err)
			}
		}
	}
}

// The version in force is the latest that is live: what was refused as late
// leaves the one before it in force.
func TestLast(t *testing.T) {
	for _, c := range []struct {
		says   string
		states []State
		want   int64
	}{
		{"none", nil, 0},
		{"one", []State{Registered}, 1},
		{"a late replacement", []State{Stored, Refused}, 1},
		{"a replacement", []State{Replaced, Registered}, 2},
		{"withdrawn", []State{Withdrawn}, 0},
		{"lapsed after a replacement", []State{Replaced, Lapsed}, 0},
	} {
		b := Bid{}
		for i, s := range c.states {
			b.Versions = append(b.Versions, Version{Seq: int64(i) + 1, State: s})
		}
		got := int64(0)
		if v := b.Last(); v != nil {
			got = v.Seq
		}
		if got != c.want {
			t.Errorf("%s: version %d is in force, want %d", c.says, got, c.want)
		}
	}
}
