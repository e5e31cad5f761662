package rules

import (
	"maps"
	"slices"

	"probity/tender/fault"
)

func (p *Policy) checkPrice() *fault.Error {
	for i, f := range p.Price.Formulas {
		if !known(f, formulas...) || slices.Contains(p.Price.Formulas[:i], f) {
			return wrong("price.formulas", "There is no price formula %.40q, or it is named twice.", f)
		}
	}
	if len(p.Price.Formulas) == 0 {
		return wrong("price.formulas", "Name the price formulas that are allowed.")
	}
	for _, category := range slices.Sorted(maps.Keys(p.Price.Weights)) {
		w, path := p.Price.Weights[category], "price.weights."+category
		if !known(category, "goods", "works", "services") {
			return wrong(path, "The categories are goods, works and services.")
		}
		if w.Min > w.Max || w.Max > Whole(100) {
			return wrong(path, "A weight is from 0 to 100, the least first.")
		}
		if f := w.Source.check(path); f != nil {
			return f
		}
	}
	for i, a := range p.Abnormal {
		path := at("abnormallyLow", i)
		if !known(a.Against, AgainstMean, AgainstNext, AgainstCeiling) || a.Percent <= 0 || a.Percent > Whole(100) {
			return wrong(path, "A price is compared with mean, next_lowest or ceiling, by a percentage up to 100.")
		}
		if f := a.Source.check(path); f != nil {
			return f
		}
	}
	return p.Price.Source.check("price")
}

func (p *Policy) checkPeople() *fault.Error {
	c := p.Committee
	switch {
	case c.Min < 1 || c.Min > 99 || c.Odd && c.Min%2 == 0:
		return wrong("committee.min", "The least size of a committee is 1 to 99, and odd if committees are.")
	case c.Experts != nil && (c.Experts.Part < 0 || c.Experts.Whole < 1 || c.Experts.Part > c.Experts.Whole || c.Experts.Whole > 100):
		return wrong("committee.experts", "The share of experts is a fraction such as 2 of 3.")
	case !known(c.Draw, Named, Random):
		return wrong("committee.draw", "Experts are named or drawn at random.")
	case !known(p.FourEyes.Exception, NoException, ByOversight, ByPublication):
		return wrong("fourEyes.exception", "The exception is none, oversight or published.")
	}
	for i, d := range p.Combine {
		if d.A == "" || d.B == "" || d.A == d.B {
			return wrong(at("combine", i), "Name two duties.")
		}
		if f := d.Source.check(at("combine", i)); f != nil {
			return f
		}
	}
	return first(c.Source.check("committee"), p.FourEyes.Source.check("fourEyes"))
}

func (p *Policy) checkComplaints() *fault.Error {
	var ids []string
	for i, r := range p.Complaints {
		path := at("complaints", i)
		if !nameForm.MatchString(r.ID) || slices.Contains(ids, r.ID) {
			return wrong(path+".id", "The id of a remedy is small letters and underscores, and its own.")
		}
		ids = append(ids, r.ID)
		if f := r.check(path); f != nil {
			return f
		}
	}
	return nil
}

func (r Remedy) check(path string) *fault.Error {
	switch {
	case len(r.Title) == 0:
		return wrong(path+".title", "A remedy has a title.")
	case !known(r.To, ToBuyer, ToReview):
		return wrong(path+".to", "A remedy goes to the buyer or to the review_body.")
	case !known(r.Who, WhoBidder, WhoSupplier, WhoAnyone):
		return wrong(path+".who", "A remedy is for a bidder, a supplier or anyone.")
	case len(r.About) == 0:
		return wrong(path+".about", "Say what may be challenged.")
	}
	for _, m := range r.About {
		if !known(m, AboutDocuments, AboutProcedure, AboutAward) {
			return wrong(path+".about", "A remedy is about documents, procedure or award.")
		}
	}
	for _, h := range slices.Concat(r.Suspends, r.MaySuspend) {
		if !known(h, HoldsOpening, HoldsEvaluation, HoldsAward, HoldsContract) {
			return wrong(path+".suspends", "What can be held up is opening, evaluation, award and contract.")
		}
	}
	for at, l := range map[string]*Limit{".within": &r.Within, ".decision": r.Decision, ".suspension": r.Suspension} {
		if l == nil {
			continue
		}
		if f := l.check(path + at); f != nil {
			return f
		}
	}
	return first(r.Title.CheckLine(path+".title", 200), r.Source.check(path))
}

// CheckCommittee refuses a committee of the wrong size or make. experts are
// those of its members who come from outside the buyer.
func (p *Policy) CheckCommittee(path string, members, experts int) *fault.Error {
	c := p.Committee
	switch {
	case members < c.Min:
		return fault.Field("rules.committee", path, "The committee has %d members; at least %d are needed (%s).", members, c.Min, c.Cite)
	case c.Odd && members%2 == 0:
		return fault.Field("rules.committee", path, "The committee has an even number of members; it must be odd (%s).", c.Cite)
	case c.Experts != nil && experts*c.Experts.Whole < members*c.Experts.Part:
		return fault.Field("rules.committee", path, "%d of %d members are experts; at least %d in %d must be (%s).",
			experts, members, c.Experts.Part, c.Experts.Whole, c.Cite)
	}
	return nil
}

// CheckPrice refuses a price formula, or a weight of price, that the policy
// does not allow for the category.
func (p *Policy) CheckPrice(path, category, formula string, weight Percent) *fault.Error {
	if !slices.Contains(p.Price.Formulas, formula) {
		return fault.Field("rules.formula", path+".formula", "This procedure does not know the price formula %.40q (%s).", fault.Name{Of: "formula", Word: formula}, p.Price.Cite)
	}
	if w, ok := p.Price.Weights[category]; ok && (weight < w.Min || weight > w.Max) {
		return fault.Field("rules.weight", path+".weight", "The weight of price must be %s to %s percent for %s (%s).", w.Min, w.Max, fault.Name{Of: "category", Word: category}, w.Cite)
	}
	return nil
}

// CheckShare refuses an amount that is more than the policy's percentage of
// whole. Both are in minor units of one currency.
func (p *Policy) CheckShare(path string, id ShareID, whole, part int64) *fault.Error {
	s, ok := p.Percents[id]
	if !ok || s.Percent.Of(whole, part) <= 0 {
		return nil
	}
	return fault.Field("rules.percent", path, "This is more than %s percent of the %s (%s).", s.Percent, fault.Name{Of: "amount", Word: s.Of}, s.Cite)
}
