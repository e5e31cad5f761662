package tender

import (
	"context"

	"probity/tender/event"
	"probity/tender/party"
)

// Cancel ends the procedure. Envelopes that are sealed stay so for ever, and
// are deleted: the fact says which.
func (s *Service) Cancel(ctx context.Context, id string, by party.Actor, reason string) (*Tender, error) {
	return s.change(ctx, id, by, party.TenderCancel, func(t *Tender, ask Ask) ([]event.Event, error) {
		ask.Reason = reason
		fact, err := t.do(Cancel, ask, map[string]any{"reason": reason, "sealed": t.sealed()})
		if err != nil {
			return nil, err
		}
		t.Reason, t.Ended = reason, ask.Now
		for i := range t.Lots {
			if l := &t.Lots[i]; !l.Ended() {
				if _, err := t.doLot(l.ID, CancelLot, ask, nil); err != nil {
					return nil, err
				}
				l.Reason = reason
			}
		}
		return []event.Event{fact}, nil
	})
}

// sealed lists, lot by lot, the envelopes that nobody has opened.
func (t *Tender) sealed() map[string][]string {
	list := map[string][]string{}
	for _, l := range t.Lots {
		if names := t.sealedOf(l); len(names) > 0 {
			list[l.ID] = names
		}
	}
	return list
}

func (t *Tender) sealedOf(l Lot) []string {
	names := t.Notice.Envelopes.Names()
	switch l.Phase {
	case Competing, Waiting:
		return names
	case Opened, Qualified:
		return names[1:]
	}
	return nil
}
