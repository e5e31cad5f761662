package tender

import (
	"context"

	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/sign"
)

// ApprovalRecord is what an approver signs.
type ApprovalRecord struct {
	Kind   string `json:"kind"` // "approve"
	Notice string `json:"notice"`
	Tender string `json:"tender"`
}

// Submit hands the draft to a second person.
func (s *Service) Submit(ctx context.Context, id string, by party.Actor) (*Tender, error) {
	return s.step(ctx, id, by, Submit, "", nil)
}

// Return gives a submitted or approved notice back to its drafters.
func (s *Service) Return(ctx context.Context, id string, by party.Actor, reason string) (*Tender, error) {
	return s.step(ctx, id, by, Return, reason, func(t *Tender, _ Ask) error {
		was := t.Notice
		t.Approval, t.Returned = nil, &was
		t.Openers.forget()
		return nil
	})
}

// Approve is the second person's signed word over the notice as it stands.
func (s *Service) Approve(ctx context.Context, id string, by party.Actor, sig sign.Signature) (*Tender, error) {
	return s.change(ctx, id, by, party.TenderApprove, func(t *Tender, ask Ask) ([]event.Event, error) {
		hash := t.Notice.Hash()
		record := canon.Must(ApprovalRecord{"approve", hash, t.ID})
		if err := s.Devices.Verify(ctx, by.User, sign.Approve, record, sig); err != nil {
			return nil, err
		}
		t.Approval = &Approval{By: by.User, Name: by.Name, At: ask.Now, Notice: hash, Signature: sig}
		fact, err := t.do(Approve, ask, map[string]any{"notice": hash, "signature": sig})
		if err != nil {
			return nil, err
		}
		if err := t.take(by.User, party.DutyApprove); err != nil {
			return nil, err
		}
		return []event.Event{fact}, s.draw(t, &t.Openers)
	})
}
