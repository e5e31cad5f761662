package score

import (
	"probity/tender"
	"probity/tender/fault"
)

// known holds what a bid may refer to.
type known struct {
	scales       map[string]*Scale // by criterion
	evaluators   map[string]bool
	requirements map[string]bool
	items        map[string]bool
	costs        map[string]bool
	agreed       bool
}

func (in *Input) known() known {
	k := known{map[string]*Scale{}, set(in.Evaluators), set(in.Requirements), map[string]bool{},
		set(in.Criteria.Price.Costs), in.Criteria.Consensus == Agreed}
	for _, c := range in.Criteria.Scored() {
		k.scales[c.ID] = c.Scale
	}
	for _, x := range in.Items {
		k.items[x.ID] = true
	}
	return k
}

func set(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

// check refuses what a bid says about things that there are not, or twice.
func (k known) check(b *Bid) error {
	at := "bids." + b.ID + "."
	for _, part := range []func(string, *Bid) error{k.checkAnswers, k.checkScores, k.checkAgreements, k.checkMoney} {
		if err := part(at, b); err != nil {
			return err
		}
	}
	for _, d := range []struct {
		path string
		*Decision
	}{{"correction", b.Correction}, {"low", b.Low}} {
		if d.Decision != nil {
			if err := reason(at+d.path, d.Reason); err != nil {
				return err
			}
		}
	}
	if b.Rejected != "" {
		return reason(at+"rejected", b.Rejected)
	}
	return nil
}

func (k known) checkAnswers(at string, b *Bid) error {
	seen := make(map[string]bool, len(b.Answers))
	for _, a := range b.Answers {
		path := at + "answers." + a.Requirement
		if !k.requirements[a.Requirement] || seen[a.Requirement] {
			return fault.Field("score.requirement", path, "There is no such requirement, or it is answered twice.")
		}
		seen[a.Requirement] = true
		if !a.Pass || a.Reason != "" {
			if err := reason(path, a.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k known) checkScores(at string, b *Bid) error {
	seen := make(map[[2]string]bool, len(b.Scores))
	for _, s := range b.Scores {
		path, key := at+"scores."+s.Criterion+"."+s.Evaluator, [2]string{s.Evaluator, s.Criterion}
		if !k.evaluators[s.Evaluator] {
			return fault.Field("score.evaluator", path, "%.40q is not an evaluator of this lot.", s.Evaluator)
		}
		if seen[key] {
			return fault.Field("score.twice", path, "One evaluator gives one score for a criterion.")
		}
		seen[key] = true
		if err := k.scored(path, s.Criterion, s.Value, s.Reason); err != nil {
			return err
		}
	}
	return nil
}

func (k known) scored(path, criterion string, value tender.Decimal, why string) error {
	scale := k.scales[criterion]
	if scale == nil {
		return fault.Field("score.criterion", path, "%.40q is not a criterion that is scored in this lot.", criterion)
	}
	if !scale.Has(value) {
		return fault.Field("score.scale", path, "%s does not stand on the scale of the criterion.", value)
	}
	return reason(path, why)
}

func (k known) checkAgreements(at string, b *Bid) error {
	seen := map[string]bool{}
	for _, a := range b.Consensus {
		path := at + "consensus." + a.Criterion
		if !k.agreed {
			return fault.Field("score.consensus", path, "The published consensus is computed, not agreed on.")
		}
		if seen[a.Criterion] {
			return fault.Field("score.twice", path, "There is one consensus for a criterion.")
		}
		seen[a.Criterion] = true
		if err := k.scored(path, a.Criterion, a.Value, a.Reason); err != nil {
			return err
		}
	}
	return nil
}

// checkMoney leaves out rejected bids: what a stranger wrote into one must not
// keep the others from being ranked.
func (k known) checkMoney(at string, b *Bid) error {
	if b.Rejected != "" {
		return nil
	}
	seen := make(map[string]bool, len(b.Lines))
	for _, l := range b.Lines {
		if !k.items[l.Item] || seen[l.Item] {
			return fault.Field("score.lines", at+"lines."+l.Item, "The price list has no such item, or it is priced twice.")
		}
		seen[l.Item] = true
	}
	clear(seen)
	for _, c := range b.Costs {
		if !k.costs[c.ID] || seen[c.ID] {
			return fault.Field("score.costs", at+"costs."+c.ID, "No such cost is asked for, or it is stated twice.")
		}
		seen[c.ID] = true
	}
	return nil
}
