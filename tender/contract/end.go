package contract

import (
	"context"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/party"
)

// Terminate ends a contract early.
func (s *Service) Terminate(ctx context.Context, id string, by party.Actor, reason tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Terminate, reason, ended)
}

// Close is the final acceptance: everything is delivered.
func (s *Service) Close(ctx context.Context, id string, by party.Actor, statement tender.Text) (*Contract, error) {
	return s.change(ctx, id, by, Complete, statement, ended)
}

// ReturnSecurity records that the performance security was given back.
func (s *Service) ReturnSecurity(ctx context.Context, id string, by party.Actor) (*Contract, error) {
	return s.change(ctx, id, by, Release, nil, func(c *Contract, sc scene) (map[string]any, error) {
		c.Guarantee.Returned = sc.now
		return map[string]any{"amount": c.Guarantee.Amount}, nil
	})
}

// ended is the step that ends a contract, for its three actions. What the last
// word says besides its reason is the sum of it all.
func ended(c *Contract, sc scene) (map[string]any, error) {
	reason, err := sc.reason.CleanLines("reason", MaxText)
	if err != nil {
		return nil, err
	}
	c.End = &End{award.Word{Person: award.PersonOf(sc.by), At: sc.now}, reason}
	data := map[string]any{"reason": reason}
	if c.Public() {
		data["value"], data["charged"], data["paid"] = c.Value, c.Charged(), c.Paid()
	}
	return data, nil
}
