package tender

import (
	"context"

	"probity/tender/event"
	"probity/tender/party"
)

// Publish makes the notice public, with the policy it is run under and the
// opener manifest.
func (s *Service) Publish(ctx context.Context, id string, by party.Actor) (*Tender, error) {
	return s.change(ctx, id, by, party.TenderPublish, func(t *Tender, ask Ask) ([]event.Event, error) {
		policy, err := s.Rules.Policy(t.RuleSet, t.Notice.Procedure)
		if err != nil {
			return nil, err
		}
		t.Policy, t.Returned = policy, nil
		t.Published, t.Revision = ask.Now, 1
		t.Openers.Fact = t.nextFact(0)
		t.Lots = nil
		for _, l := range t.Notice.Lots {
			t.Lots = append(t.Lots, Lot{ID: l.ID, Phase: Competing})
		}
		fact, err := t.do(Publish, ask, map[string]any{
			"notice": t.Notice, "policy": t.Policy, "ruleSet": t.RuleSet, "buyer": t.Buyer,
			"openers": t.Openers.Manifest, "revision": t.Revision,
		})
		return []event.Event{fact}, err
	})
}

// Reseal puts the new openers in force. Bids made for the old manifest are
// void and must be made anew: their bidders are told by the fact.
func (s *Service) Reseal(ctx context.Context, id string, by party.Actor, reason string) (*Tender, error) {
	return s.change(ctx, id, by, party.TenderAmend, func(t *Tender, ask Ask) ([]event.Event, error) {
		ask.Reason = reason
		data := map[string]any{"before": t.Openers.Hash, "reason": reason}
		if t.Next != nil {
			data["openers"] = t.Next.Manifest
		}
		fact, err := t.do(Reseal, ask, data)
		if err != nil {
			return nil, err
		}
		t.Openers, t.Next = *t.Next, nil
		t.Openers.Fact = t.nextFact(0)
		t.Revision++
		return []event.Event{fact}, nil
	})
}
