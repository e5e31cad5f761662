package tender

import (
	"context"

	"probity/tender/fault"
)

// Planned names the entry of a published plan that a procedure comes from.
type Planned struct {
	Plan  string `json:"plan"`
	Entry string `json:"entry"`
}

// Plans tells about published plans.
type Plans interface {
	// PlannedIn refuses an entry that is not one of the buyer's published plan,
	// or is withdrawn.
	PlannedIn(ctx context.Context, buyer string, from Planned) error
}

// checkPlanned refuses an entry that nobody has planned. One that the draft
// names already is not asked about again: what is withdrawn meanwhile is for
// the approver to see, and must not keep a draft from being saved.
func (s *Service) checkPlanned(ctx context.Context, t *Tender, from *Planned) error {
	if from == nil || t.Notice.Planned != nil && *t.Notice.Planned == *from {
		return nil
	}
	if s.Plans == nil {
		return notPlanned()
	}
	return s.Plans.PlannedIn(ctx, t.Buyer.ID, *from)
}

func notPlanned() *fault.Error {
	return fault.Field("notice.planned", "planned", "This is no entry of a published plan of yours, or it is withdrawn.")
}
