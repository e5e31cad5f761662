package rules

import (
	"embed"
	"slices"
	"strings"

	"probity/tender/fault"
)

//go:embed sets/*.json
var builtin embed.FS

// Library is the rule sets of one platform. It is filled at start and only read
// from then on.
type Library struct {
	sets []*Set // by id
}

// Builtin returns a library of the sets that come along.
func Builtin() *Library {
	l := &Library{}
	files, err := builtin.ReadDir("sets")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		b, err := builtin.ReadFile("sets/" + f.Name())
		if err != nil {
			panic(err)
		}
		s, err := Parse(b)
		if err == nil && s.ID+".json" != f.Name() {
			err = wrong("id", "The file is named otherwise.")
		}
		if err == nil {
			err = l.Add(s)
		}
		if err != nil {
			panic("rules: sets/" + f.Name() + ": " + err.Error())
		}
	}
	return l
}

// Add takes in a set that an operator has loaded. An id that is there already
// is a Conflict: rules under which tenders run are not replaced by others of
// the same name; they get a new one.
func (l *Library) Add(s *Set) error {
	i, there := l.find(s.ID)
	if there {
		return fault.New(fault.Conflict, "rules.taken", "There is a rule set %s already.", s.ID)
	}
	l.sets = slices.Insert(l.sets, i, s)
	return nil
}

// Localise gives a set a time zone and a calendar. Tenders that are published
// keep those that they were published with.
func (l *Library) Localise(id, zone string, c Calendar) error {
	s, err := l.Set(id)
	if err != nil {
		return err
	}
	local, err := s.In(zone, c)
	if err != nil {
		return err
	}
	i, _ := l.find(id)
	l.sets[i] = local
	return nil
}

// Sets lists the sets in the order of their ids.
func (l *Library) Sets() []*Set { return slices.Clone(l.sets) }

// Set returns a set, or an Invalid fault rules.set.
func (l *Library) Set(id string) (*Set, error) {
	i, there := l.find(id)
	if !there {
		return nil, fault.Field("rules.set", "ruleSet", "There is no rule set %.40q.", id)
	}
	return l.sets[i], nil
}

// Policy returns the policy of a procedure of a set; the caller owns it.
func (l *Library) Policy(set, procedure string) (*Policy, error) {
	s, err := l.Set(set)
	if err != nil {
		return nil, err
	}
	return s.Policy(procedure)
}

func (l *Library) find(id string) (int, bool) {
	return slices.BinarySearchFunc(l.sets, id, func(s *Set, id string) int { return strings.Compare(s.ID, id) })
}
