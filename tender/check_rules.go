package tender

import (
	"fmt"
	"slices"

	"probity/tender/fault"
	"probity/tender/rules"
)

// checkRules holds what is neither a date nor a duty against the policy:
// envelopes, price formulas and weights, the bid security, the committee. How
// many of its members come from outside the buyer the platform does not know.
func (t *Tender) checkRules() *fault.Error {
	n := &t.Notice
	if !slices.Contains(t.Policy.Envelopes, string(n.Envelopes)) {
		return fault.Field("rules.envelopes", "envelopes", "This procedure does not know %s envelopes.", n.Envelopes)
	}
	for i, l := range n.Lots {
		weight, err := rules.ParsePercent(l.Criteria.Price.Weight.String())
		if err != nil {
			return fault.From(fmt.Errorf("tender: weight of price of lot %q: %w", l.ID, err))
		}
		at := "lots[" + itoa(i) + "].criteria.price"
		if f := t.Policy.CheckPrice(at, string(n.Category), string(l.Criteria.Price.Formula), weight); f != nil {
			return f
		}
	}
	if f := t.checkSecurity(); f != nil {
		return f
	}
	return t.Policy.CheckCommittee("panel", len(t.Panel), len(t.Panel))
}

// checkSecurity compares the bid security with the amount that the policy
// names, where the notice says it.
func (t *Tender) checkSecurity() *fault.Error {
	n := &t.Notice
	share, ok := t.Policy.Share(rules.BidSecurity)
	whole := map[string]*Money{"value": n.Value, "budget": n.Budget}[share.Of]
	if !ok || n.Security == nil || whole == nil {
		return nil
	}
	return t.Policy.CheckShare("security.amount", rules.BidSecurity, whole.Minor, n.Security.Amount.Minor)
}
