package audit

import (
	"probity/bidding/seal"
)

// lots holds the start of every lot to the number of stored bids: with fewer
// than the policy wants it ended there, sealed for ever, and with enough it
// went on.
func (v *verifier) lots() error {
	s := v.step("lot.minimum", "Every lot went on, or ended, by the number of complete bids that the policy wants")
	defer s.end()
	facts := map[string]map[string]string{} // by lot, then name: the first fact of that name
	for _, f := range v.named("lot.seal", "lot.fail", "lot.cancel-lot", "lot.contract") {
		d, ok := data[struct{ Lot string }](v, f)
		if !ok {
			continue
		}
		if facts[d.Lot] == nil {
			facts[d.Lot] = map[string]string{}
		}
		if facts[d.Lot][f.Name] == "" {
			facts[d.Lot][f.Name] = f.ID
		}
	}
	v.lotFacts = facts
	if v.window == nil || v.p.policy == nil || len(facts) == 0 || len(v.named("tender.cancel")) > 0 {
		return nil
	}
	stored := map[string]int{}
	for _, e := range v.window.Entries {
		if e.State == seal.Stored {
			stored[e.Lot]++
		}
	}
	least := max(1, v.p.policy.MinimumBids.N)
	for _, l := range v.p.notice.Lots {
		if facts[l.ID]["lot.cancel-lot"] != "" && facts[l.ID]["lot.seal"] == "" {
			continue
		}
		n := stored[l.ID]
		if n >= least {
			s.expect(facts[l.ID]["lot.seal"] != "", l.ID, "The lot has %d complete bids of the %d that are wanted, and the log does not say that it went on.", n, least)
		} else {
			s.expect(facts[l.ID]["lot.fail"] != "" && facts[l.ID]["lot.seal"] == "", l.ID, "The lot has %d complete bids of the %d that are wanted, and did not end there.", n, least)
		}
	}
	return nil
}
