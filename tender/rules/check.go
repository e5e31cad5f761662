package rules

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"probity/tender/canon"
	"probity/tender/fault"
	"probity/tender/text"
)

var (
	setForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
)

// maxSpan bounds a period: a hundred years of days.
const maxSpan = 36600

// formulas are the names by which package tender knows the ways from price to
// points.
var formulas = []string{"lowest_price", "lowest_ratio", "linear", "mean"}

// wrong is an Invalid fault about one member of a policy.
func wrong(path, format string, args ...any) *fault.Error {
	return fault.Field("rules.policy", path, format, args...)
}

// first returns the first fault there is.
func first(faults ...*fault.Error) *fault.Error { return cmp.Or(faults...) }

// check refuses a policy that says nothing, or what makes no sense.
func (p *Policy) check() *fault.Error {
	if _, err := canon.Marshal(p); err != nil {
		return wrong("policy", "The policy has no canonical form: a number is negative, or a name is not ASCII.").Because(err)
	}
	return first(p.checkHead(), p.checkStages(), p.checkMinimums(), p.checkLimits(), p.checkCounts(),
		p.checkPrice(), p.checkPeople(), p.checkComplaints())
}

func (p *Policy) checkHead() *fault.Error {
	switch {
	case p.V != PolicyForm:
		return wrong("v", "A policy says %q here.", PolicyForm)
	case !setForm.MatchString(p.RuleSet):
		return wrong("id", "The id of a rule set is small letters, digits and dashes.")
	case p.Edition == "" || len(p.Edition) > 40:
		return wrong("edition", "A rule set has an edition such as 2026.1.")
	case !nameForm.MatchString(p.Procedure):
		return wrong("procedure", "The name of a procedure is small letters, digits and underscores.")
	case !known(p.Method, Open, Selective, Limited, Direct):
		return wrong("method", "The method is open, selective, limited or direct.")
	}
	if _, err := zone(p.Zone); err != nil {
		return wrong("zone", "%.60q is not a time zone such as Asia/Shanghai.", p.Zone).Because(err)
	}
	if len(p.Title) == 0 {
		return wrong("title", "A procedure has a title.")
	}
	return first(p.Title.CheckLine("title", 200), p.Calendar.check("calendar"), p.Rolls.check("rolls"))
}

func (p *Policy) checkStages() *fault.Error {
	order := []Stage{Prequalification, Invitation, Bidding, Negotiation, Auction}
	at := -1
	for _, s := range p.Stages {
		i := slices.Index(order, s)
		if i <= at {
			return wrong("stages", "%.30q is not a stage, or stands in the wrong place.", s)
		}
		at = i
	}
	if !slices.Contains(p.Stages, Bidding) {
		return wrong("stages", "A procedure has a stage in which bids are made.")
	}
	for i, e := range p.Envelopes {
		if !known(e, "one", "two") || slices.Contains(p.Envelopes[:i], e) {
			return wrong("envelopes", "Envelopes are one or two, each named once.")
		}
	}
	if len(p.Envelopes) == 0 {
		return wrong("envelopes", "Say whether bids have one envelope or two.")
	}
	return nil
}

func (p *Policy) checkMinimums() *fault.Error {
	if p.Bids == nil && p.Method != Direct {
		return wrong("bids", "Say how long bids are taken at least.")
	}
	return first(p.Bids.check("bids"), p.Requests.check("requests"))
}

func (m *Minimum) check(path string) *fault.Error {
	if m == nil {
		return nil
	}
	if f := m.Limit.check(path); f != nil {
		return f
	}
	if !known(m.From, FromPublished, FromInvited) {
		return wrong(path+".from", "A minimum runs from published or from invited.")
	}
	left := m.N
	for i, r := range m.Less {
		left -= r.N
		if f := m.shorter(at(path+".less", i), r.Limit, r.When); f != nil {
			return f
		}
	}
	for i, x := range m.Instead {
		if len(x.When) == 0 {
			return wrong(at(path+".instead", i), "Say when this applies instead.")
		}
		if f := m.shorter(at(path+".instead", i), x.Limit, x.When...); f != nil {
			return f
		}
	}
	if m.Floor != nil {
		return m.shorter(path+".floor", *m.Floor)
	}
	if left < 0 {
		return wrong(path+".less", "The reductions leave nothing of the period; set a floor.")
	}
	return nil
}

// shorter checks a period that cuts this one down when facts hold.
func (m *Minimum) shorter(path string, l Limit, when ...Fact) *fault.Error {
	for _, f := range when {
		if !known(f, facts...) {
			return wrong(path+".when", "There is no fact %.40q.", f)
		}
	}
	if l.Unit != m.Unit || l.N > m.N {
		return wrong(path, "This is counted in %s like the period itself, and is not longer.", m.Unit)
	}
	return l.check(path)
}

func (p *Policy) checkLimits() *fault.Error {
	for _, id := range slices.Sorted(maps.Keys(p.Limits)) {
		path := "limits." + string(id)
		if _, ok := meaning(id); !ok {
			return wrong(path, "There is no limit of this name.")
		}
		if f := p.Limits[id].check(path); f != nil {
			return f
		}
		if id == BidValidity && p.Limits[id].Unit == Hours {
			return wrong(path, "Bids bind for days, not hours.")
		}
	}
	for _, id := range []LimitID{Standstill, Retention, AwardNotice} {
		if _, ok := p.Limits[id]; !ok {
			return wrong("limits."+string(id), "Every policy has this limit; it may be 0.")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.Percents)) {
		s, path := p.Percents[id], "percents."+string(id)
		if !known(id, BidSecurity, PerformanceSecurity, ContractChange) {
			return wrong(path, "There is no percentage of this name.")
		}
		if !known(s.Of, "budget", "value", "contract") {
			return wrong(path+".of", "It is a percentage of the budget, the value or the contract.")
		}
		if f := s.Source.check(path); f != nil {
			return f
		}
	}
	return nil
}

func (p *Policy) checkCounts() *fault.Error {
	if p.MinimumBids.N < 1 {
		return wrong("minimumBids", "At least one bid is needed.")
	}
	for path, c := range map[string]Count{"minimumBids": p.MinimumBids, "minimumInvited": p.MinimumInvited, "maximumRanked": p.Candidates} {
		if c.N < 0 || c.N > 1000 {
			return wrong(path, "This number is out of range.")
		}
		if c.N > 0 {
			if f := c.Source.check(path); f != nil {
				return f
			}
		}
	}
	g := p.Grace
	if g.MinHours < 0 || g.MinHours > g.MaxHours || g.MaxHours > 24 {
		return wrong("grace", "The grace window is 0 to 24 hours.")
	}
	o := p.Outage
	if o == nil {
		return g.Source.check("grace")
	}
	if o.WatchHours < 1 || o.WatchHours > 24*30 || o.LeastMinutes < 1 || o.LeastMinutes > 60*o.WatchHours || o.ExtendHours < 1 || o.ExtendHours > 24*30 {
		return wrong("outage", "The numbers of the outage rule are out of range.")
	}
	return first(g.Source.check("grace"), o.Source.check("outage"))
}

// check refuses a span without length or unit, and a number without source.
func (l Limit) check(path string) *fault.Error {
	if l.N < 0 || l.N > maxSpan || !known(l.Unit, Hours, CalendarDays, WorkingDays, Weeks, Months, Years) ||
		known(l.Unit, Months, Years) && l.N > 1200 {
		return wrong(path, "A period is a number and a unit such as calendar_days.")
	}
	return l.Source.check(path)
}

func (c Choice) check(path string) *fault.Error { return c.Source.check(path) }

func (s Source) check(path string) *fault.Error {
	if !known(s.Status, Read, Secondary, Memory, Own) {
		return wrong(path+".status", "The status of a source is left out, or secondary, memory or own.")
	}
	return cited(path+".cite", string(s.Cite), true)
}

// cited refuses a rule that does not say where it comes from.
func cited(path, cite string, must bool) *fault.Error {
	if cite == "" && !must {
		return nil
	}
	if cite == "" {
		return wrong(path, "Say where this comes from.")
	}
	return text.CheckLine(path, cite, 300)
}

func known[T comparable](x T, list ...T) bool { return slices.Contains(list, x) }

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
