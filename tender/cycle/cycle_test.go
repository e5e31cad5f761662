package cycle_test

import (
	"slices"
	"testing"

	"probity/tender/cycle"
	"probity/tender/fault"
	"probity/tender/party"
)

type (
	place string
	move  string
	door  struct{ at place }
	visit struct {
		rights []party.Action
		night  bool
		key    string
	}
)

const may, own = party.TenderEdit, party.TenderApprove

func day(_ *door, v visit) *fault.Error { return fault.Unless(!v.night, "door.night", "Come by day.") }

func key(_ *door, v visit) *fault.Error {
	return fault.Unless(v.key != "", "door.key", "Bring the key.")
}

func right(_ *door, v visit) *fault.Error {
	return fault.Unless(v.key == "right", "door.wrong", "It is another key.")
}

var step = cycle.Step[place, move, *door, visit]

var doors = cycle.Of[place, move, *door, visit]{
	State: func(d *door) place { return d.at },
	Allowed: func(_ *door, right party.Action, v visit) error {
		if slices.Contains(v.rights, right) {
			return nil
		}
		return fault.New(fault.Denied, "door.denied", "Not for you.")
	},
	None: func(s place, m move) *fault.Error { return fault.New(fault.Conflict, "door.state", "%s %s", s, m) },
	Steps: []cycle.Row[place, move, *door, visit]{
		step("shut", "open", "ajar", may).When(day).With(key, right),
		step("shut", "open", "wide", own),
		step("shut", "knock", "shut", may),
		step("ajar", "shut", "shut", may),
	},
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name string
		at   place
		do   move
		by   visit
		to   place
		code string
	}{
		{"all holds", "shut", "open", visit{[]party.Action{may}, false, "right"}, "ajar", ""},
		{"the first row that holds", "shut", "open", visit{[]party.Action{may, own}, false, "right"}, "ajar", ""},
		{"the next, where the first does not", "shut", "open", visit{[]party.Action{may, own}, true, ""}, "wide", ""},
		{"the next, by another right", "shut", "open", visit{[]party.Action{own}, true, ""}, "wide", ""},
		{"what must be so", "shut", "open", visit{[]party.Action{may}, true, ""}, "", "door.night"},
		{"what must be brought", "shut", "open", visit{[]party.Action{may}, false, ""}, "", "door.key"},
		{"what must be mended", "shut", "open", visit{[]party.Action{may}, false, "left"}, "", "door.wrong"},
		{"nobody's right", "shut", "open", visit{}, "", "door.denied"},
		{"no condition", "shut", "knock", visit{[]party.Action{may}, true, ""}, "shut", ""},
		{"not from here", "ajar", "open", visit{[]party.Action{may}, false, "right"}, "", "door.state"},
		{"unknown", "ajar", "paint", visit{[]party.Action{may}, false, ""}, "", "door.state"},
	} {
		r, err := doors.Find(&door{c.at}, c.do, c.by)
		if c.code == "" && (err != nil || r.To != c.to) || c.code != "" && !fault.Coded(err, c.code) {
			t.Errorf("%s: to %q, %v; want %q %s", c.name, r.To, err, c.to, c.code)
		}
	}
}

// TestOffered: what is offered is what would be taken, once that is brought
// which the refusal asks for.
func TestOffered(t *testing.T) {
	for _, c := range []struct {
		name string
		at   place
		by   visit
		want []move
	}{
		{"all", "shut", visit{[]party.Action{may}, false, "right"}, []move{"open", "knock"}},
		{"though a key is missing", "shut", visit{[]party.Action{may}, false, ""}, []move{"open", "knock"}},
		{"not by night", "shut", visit{[]party.Action{may}, true, "right"}, []move{"knock"}},
		{"by another row, once", "shut", visit{[]party.Action{may, own}, false, ""}, []move{"open", "knock"}},
		{"without a right", "shut", visit{}, []move{}},
		{"from elsewhere", "ajar", visit{[]party.Action{may}, false, ""}, []move{"shut"}},
	} {
		if got := doors.Offered(&door{c.at}, c.by); got == nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
