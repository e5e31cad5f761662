package tender

import (
	"context"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// DraftAmendment keeps what officers write of an amendment until they publish
// it by [Service.Amend]; nil throws it away. Nobody outside the buyer sees it,
// and nothing follows from it. version is the one that the officer saw.
func (s *Service) DraftAmendment(ctx context.Context, id string, version int64, by party.Actor, n *Notice) (*Tender, error) {
	if n != nil {
		utc := n.inUTC()
		n = &utc
	}
	return s.changeSeen(ctx, id, version, by, party.TenderAmend, func(t *Tender, ask Ask) ([]event.Event, error) {
		if t.Phase != Published {
			return nil, fault.New(fault.Conflict, "tender.phase", "A tender that is %s is not amended.", t.Phase)
		}
		data := map[string]any{}
		if n != nil {
			if err := s.checkFiles(ctx, id, n); err != nil {
				return nil, err
			}
			if f := n.checkForm(); f != nil {
				return nil, f
			}
			data["notice"] = n.Hash()
		}
		if err := t.take(by.User, party.DutyDraft); err != nil {
			return nil, err
		}
		t.Amendment = n
		return []event.Event{event.New("tender.amendment-draft", t.ID, ask.By.ID(), ask.Now, data)}, nil
	})
}
