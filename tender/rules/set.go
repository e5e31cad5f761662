// Package rules is what differs between countries, funders and procedures, as
// data. A rule set names the procedures that it knows and gives each its
// [Policy]: periods and calendar, numbers of bids, committee, price formulas,
// complaints, standstill. Start with policy.go, then the sets themselves in
// sets/*.json; the code here knows mechanisms and no country.
//
// Every number carries its source and how far that is to be trusted (see
// [Status]). Three sets come along: generic (our own choices), wto-gpa (the
// WTO Agreement on Government Procurement of 2012) and cn-gpl (China's
// Government Procurement Law). Operators load others in the same form, and the
// holidays of their country.
//
// How days are counted, everywhere here: the day of an event is not counted.
// A period of days ends with its last day, that is, at the first instant of
// the next; what must be done within it is done strictly before. So a notice of
// 1 March with a minimum of 20 calendar days may have the deadline 22 March
// 00:00: all of 21 March is left for bids. Where the rule set says so, a period
// whose last day is a day off ends with the next working day. Days begin and
// end in the zone of the policy; instants are UTC.
//
// Frozen: the names of limits, percentages, facts, steps and members, since
// policies are stored in tenders, logged and hashed. A new member must be left
// out of the JSON when it says nothing, so that old hashes stay.
package rules

import (
	"encoding/json"
	"maps"
	"slices"

	"probity/tender/fault"
	"probity/tender/text"
)

// SetForm labels the file of a rule set.
const SetForm = "probity-rules/1"

// Set is a rule set. It is read-only and safe for concurrent use.
type Set struct {
	ID      string
	Edition string
	Title   text.Text
	Laws    []Law

	policies []*Policy // in the order of the file
}

// Law is a text that a set is drawn from, under the name that sources use.
type Law struct {
	Name  string    `json:"name"`
	Title text.Text `json:"title"`
}

// setFile is the file of a rule set. Every procedure is a block of members of
// [Policy]. What all have in common stands once: a member of a procedure takes
// the place of the common one, except that limits and percents are taken
// together by name. A common limit cannot be taken back.
type setFile struct {
	V          string                       `json:"v"`
	ID         string                       `json:"id"`
	Edition    string                       `json:"edition"`
	Title      text.Text                    `json:"title"`
	Laws       []Law                        `json:"laws,omitempty"`
	Common     map[string]json.RawMessage   `json:"common,omitempty"`
	Procedures []map[string]json.RawMessage `json:"procedures"`
}

// Parse reads and checks the file of a rule set. Faults are Invalid and name
// the member that is wrong.
func Parse(b []byte) (*Set, error) {
	var file setFile
	if err := decode(b, &file); err != nil {
		return nil, err
	}
	if f := file.check(); f != nil {
		return nil, f
	}
	s := &Set{ID: file.ID, Edition: file.Edition, Title: file.Title, Laws: file.Laws}
	for i, own := range file.Procedures {
		p, err := file.policy(own)
		if err != nil {
			return nil, fault.From(err).Below(at("procedures", i))
		}
		if slices.Contains(s.Procedures(), p.Procedure) {
			return nil, wrong(at("procedures", i)+".procedure", "The procedure %s stands here twice.", p.Procedure)
		}
		s.policies = append(s.policies, p)
	}
	return s, nil
}

func (f *setFile) check() *fault.Error {
	switch {
	case f.V != SetForm:
		return wrong("v", "The file of a rule set says %q here.", SetForm)
	case len(f.Title) == 0:
		return wrong("title", "A rule set has a title.")
	case len(f.Procedures) == 0 || len(f.Procedures) > 50:
		return wrong("procedures", "A rule set knows 1 to 50 procedures.")
	}
	for i, l := range f.Laws {
		if l.Name == "" || len(l.Title) == 0 {
			return wrong(at("laws", i), "A law has a name and a title.")
		}
		if bad := first(text.CheckLine(at("laws", i)+".name", l.Name, 100), l.Title.CheckLine(at("laws", i)+".title", 300)); bad != nil {
			return bad
		}
	}
	return f.Title.CheckLine("title", 200)
}

// policy puts one procedure together and checks it.
func (f *setFile) policy(own map[string]json.RawMessage) (*Policy, error) {
	all := maps.Clone(f.Common)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	for name, value := range own {
		switch name {
		case "v", "ruleSet", "edition":
			return nil, wrong(name, "This is said once, at the head of the file.")
		case "limits", "percents":
			both, err := join(all[name], value)
			if err != nil {
				return nil, err
			}
			value = both
		}
		all[name] = value
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return nil, form(err)
	}
	p := &Policy{}
	if err := decode(raw, p); err != nil {
		return nil, err
	}
	p.V, p.RuleSet, p.Edition = PolicyForm, f.ID, f.Edition
	if bad := p.check(); bad != nil {
		return nil, bad
	}
	return p, nil
}

// join takes two objects together; members of the second win.
func join(x, y json.RawMessage) (json.RawMessage, error) {
	both := map[string]json.RawMessage{}
	for _, raw := range []json.RawMessage{x, y} {
		if raw == nil {
			continue
		}
		if err := json.Unmarshal(raw, &both); err != nil {
			return nil, form(err)
		}
	}
	return json.Marshal(both)
}

// Procedures lists the names of the procedures, in the order of the file.
func (s *Set) Procedures() []string {
	var list []string
	for _, p := range s.policies {
		list = append(list, p.Procedure)
	}
	return list
}

// Policy returns a copy of the policy of a procedure, which the caller owns, or
// an Invalid fault rules.procedure.
func (s *Set) Policy(procedure string) (*Policy, error) {
	for _, p := range s.policies {
		if p.Procedure == procedure {
			return p.clone(), nil
		}
	}
	return nil, fault.Field("rules.procedure", "procedure", "The rule set %s knows no procedure %.40q.", s.ID, procedure)
}

// clone copies p through its own JSON, so that nothing is shared.
func (p *Policy) clone() *Policy {
	c := &Policy{}
	if err := json.Unmarshal(p.Bytes(), c); err != nil {
		panic("rules: a checked policy cannot be read back: " + err.Error())
	}
	return c
}

// ParsePolicy reads the canonical JSON of a policy, as tenders carry and the
// log keeps it, and checks it.
func ParsePolicy(b []byte) (*Policy, error) {
	p := &Policy{}
	if err := decode(b, p); err != nil {
		return nil, err
	}
	if bad := p.check(); bad != nil {
		return nil, bad
	}
	if string(p.Bytes()) != string(b) {
		return nil, wrong("policy", "This is not the canonical form of a policy.")
	}
	return p, nil
}

// In returns the set for people of another time zone, with the calendar of
// their country. The sets that come along know weekends only.
func (s *Set) In(zone string, c Calendar) (*Set, error) {
	local := *s
	local.policies = nil
	for _, p := range s.policies {
		q := p.clone()
		q.Zone, q.Calendar = zone, c
		if bad := q.check(); bad != nil {
			return nil, bad
		}
		local.policies = append(local.policies, q.clone())
	}
	return &local, nil
}
