package rules

import (
	"fmt"
	"maps"
	"slices"
)

// Number is one number of a policy, for pages that show them all.
type Number struct {
	Name  string // path in the policy: "limits.amendment"
	Value string // "15 calendar days"
	Source
}

// Numbers lists every number of p with its source.
func (p *Policy) Numbers() []Number {
	var list []Number
	add := func(name, value string, s Source) { list = append(list, Number{name, value, s}) }
	p.Bids.numbers("bids", add)
	p.Requests.numbers("requests", add)
	for _, m := range limits {
		if l, ok := p.Limits[m.ID]; ok {
			add("limits."+string(m.ID), l.Span.String(), l.Source)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.Percents)) {
		s := p.Percents[id]
		add("percents."+string(id), fmt.Sprintf("%s %% of the %s", s.Percent, s.Of), s.Source)
	}
	for _, c := range []struct {
		name string
		Count
	}{{"minimumBids", p.MinimumBids}, {"minimumInvited", p.MinimumInvited}, {"maximumRanked", p.Candidates}} {
		if c.N > 0 {
			add(c.name, fmt.Sprint(c.N), c.Source)
		}
	}
	for _, category := range slices.Sorted(maps.Keys(p.Price.Weights)) {
		w := p.Price.Weights[category]
		add("price.weights."+category, fmt.Sprintf("%s to %s %%", w.Min, w.Max), w.Source)
	}
	for i, a := range p.Abnormal {
		add(at("abnormallyLow", i), fmt.Sprintf("below %s %% of %s", a.Percent, a.Against), a.Source)
	}
	p.peopleNumbers(add)
	return list
}

func (p *Policy) peopleNumbers(add func(name, value string, s Source)) {
	size := fmt.Sprintf("%d or more", p.Committee.Min)
	if p.Committee.Odd {
		size += ", odd"
	}
	if e := p.Committee.Experts; e != nil {
		size += fmt.Sprintf(", %d in %d experts", e.Part, e.Whole)
	}
	add("committee", size, p.Committee.Source)
	add("grace", fmt.Sprintf("%d to %d hours", p.Grace.MinHours, p.Grace.MaxHours), p.Grace.Source)
	if o := p.Outage; o != nil {
		rule := fmt.Sprintf("%d minutes in %d hours: %d hours more", o.LeastMinutes, o.WatchHours, o.ExtendHours)
		if o.WholeWindow {
			rule += "; the grace window is made whole"
		}
		add("outage", rule, o.Source)
	}
	for _, r := range p.Complaints {
		path := "complaints." + r.ID
		add(path+".within", r.Within.Span.String(), r.Within.Source)
		if r.Decision != nil {
			add(path+".decision", r.Decision.Span.String(), r.Decision.Source)
		}
		if r.Suspension != nil {
			add(path+".suspension", r.Suspension.Span.String(), r.Suspension.Source)
		}
	}
}

func (m *Minimum) numbers(path string, add func(name, value string, s Source)) {
	if m == nil {
		return
	}
	add(path, m.Span.String(), m.Source)
	for i, r := range m.Less {
		add(at(path+".less", i), r.Span.String(), r.Source)
	}
	for i, x := range m.Instead {
		add(at(path+".instead", i), x.Span.String(), x.Source)
	}
	if m.Floor != nil {
		add(path+".floor", m.Floor.Span.String(), m.Floor.Source)
	}
}
