package award

import (
	"context"

	"probity/tender"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

// Decide is the second person's word over the proposal: sig is made by their
// device key in the domain "approve" over Decision.Record. It decides, tells
// every bidder and starts the standstill; with no winner it ends the lot.
func (s *Service) Decide(ctx context.Context, id string, by party.Actor, sig sign.Signature) (*Award, error) {
	a, err := s.Awards.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.Complaints.Settle(ctx, a.Decision.Tender); err != nil {
		return nil, err
	}
	return s.change(ctx, id, by, Decide, nil, func(a *Award, sc scene) (map[string]any, error) {
		if err := s.Devices.Verify(ctx, by.User, sign.Approve, a.Decision.Record(), sig); err != nil {
			return nil, err
		}
		if err := s.unchanged(ctx, a); err != nil {
			return nil, err
		}
		a.Approved = &Approval{Word{PersonOf(by), sc.now}, sig}
		a.Owed = OwesNotices
		return map[string]any{"decision": a.Decision, "signature": sig}, nil
	})
}

// unchanged refuses to decide on a ranking that has been replaced meanwhile.
func (s *Service) unchanged(ctx context.Context, a *Award) error {
	if a.Decision.Winner == nil {
		return nil
	}
	r, err := s.Rankings.Ranking(ctx, a.Decision.Tender, a.Decision.Lot)
	if err != nil {
		return err
	}
	if r.Hash() != a.Decision.Ranking {
		return fault.New(fault.Conflict, "award.ranking_changed", "The ranking was replaced after this proposal: propose again.")
	}
	return nil
}

// Return gives a proposal back, unapproved.
func (s *Service) Return(ctx context.Context, id string, by party.Actor, reason tender.Text) (*Award, error) {
	return s.change(ctx, id, by, Return, reason, ended("", ""))
}

// Retract takes a proposal back.
func (s *Service) Retract(ctx context.Context, id string, by party.Actor, reason tender.Text) (*Award, error) {
	return s.change(ctx, id, by, Retract, reason, ended("", ""))
}

// Decline is the winner's word that it does not want the contract.
func (s *Service) Decline(ctx context.Context, id string, by party.Actor, reason tender.Text) (*Award, error) {
	return s.change(ctx, id, by, Decline, reason, ended("", ""))
}

// PassOver gives the lot back to the ranking, because the winner has declined
// or fails to sign. The next proposal names the next in rank.
func (s *Service) PassOver(ctx context.Context, id string, by party.Actor, reason tender.Text) (*Award, error) {
	return s.change(ctx, id, by, PassOver, reason, ended("", OwesNext))
}

// SetAside annuls an award by decision of the review body. The complaint moves
// the lot. Where the award has come to nothing already, nothing happens.
func (s *Service) SetAside(ctx context.Context, id, complaint string, by party.Actor, reason tender.Text) (*Award, error) {
	a, err := s.Awards.Get(ctx, id)
	if err != nil || a.State == Returned || a.State == PassedOver || a.State == SetAside {
		return a, err
	}
	return s.change(ctx, id, by, Annul, reason, ended(complaint, ""))
}
