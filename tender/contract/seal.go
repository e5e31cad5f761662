package contract

import (
	"context"
	"fmt"
	"slices"

	"probity/tender"
	"probity/tender/award"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// Apply does what the contract's last step still owes, and returns the contract
// as it then is. It may run again after a crash at any line, and any number of
// servers may run it.
func (s *Service) Apply(ctx context.Context, id string) (*Contract, error) {
	return s.Contracts.Settle(ctx, id, func(c *Contract) ([]event.Event, bool, error) {
		if c.Owed == "" {
			return nil, false, nil
		}
		fact, err := s.effect(ctx, c)
		if err != nil {
			err = fmt.Errorf("contract: %s of %q: %w", c.Owed, c.ID, err)
		}
		return []event.Event{fact}, true, err
	})
}

// Heal applies every contract that owes something, and returns how many it settled.
func (s *Service) Heal(ctx context.Context) (int, error) {
	return s.Contracts.Heal(ctx, func(ctx context.Context, id string) error { _, err := s.Apply(ctx, id); return err })
}

func (s *Service) effect(ctx context.Context, c *Contract) (event.Event, error) {
	sc, err := s.scene(ctx, c, party.ClockActor)
	if err != nil {
		return event.Event{}, err
	}
	switch c.Owed {
	case OwesLot:
		return s.conclude(ctx, c, sc)
	case OwesSeal:
		return s.seal(ctx, c, sc)
	}
	return event.Event{}, fault.New(fault.Internal, "contract.owed", "There is no effect %q.", c.Owed)
}

// conclude marks the lot as contracted, in the name of who signed for the
// buyer, and records that the paper is about to be sealed. If the award fell
// between the last signature and this, the contract is void.
func (s *Service) conclude(ctx context.Context, c *Contract, sc scene) (event.Event, error) {
	if awardFallen(c, sc) == nil {
		return c.void(sc)
	}
	if sc.tender.Lot(c.Record.Lot).Contract != c.ID {
		ask := tender.Ask{By: c.Signed(BuyerSide).Actor()}
		_, err := s.Tenders.MoveLot(ctx, c.Record.Tender, c.Record.Lot, tender.SignLot, ask, func(l *tender.Lot) error { l.Contract = c.ID; return nil })
		if err != nil {
			return event.Event{}, err
		}
	}
	return c.do(Intend, sc, func() (map[string]any, error) {
		c.Intent, c.Owed = sc.now, OwesSeal
		return map[string]any{"body": c.Body.SHA256}, nil
	})
}

// Void ends the contract of an award that has come to nothing, before it was in
// force. The award's facts drive it, perhaps more than once: where there is no
// such contract, its award stands, or it is in force or has ended, nothing
// happens.
func (s *Service) Void(ctx context.Context, id string) error {
	for try := 0; ; try++ {
		c, err := s.Contracts.Get(ctx, id)
		if fault.Coded(err, Kind+".missing") {
			return nil
		}
		if err != nil {
			return err
		}
		sc, err := s.scene(ctx, c, party.ClockActor)
		if err != nil {
			return err
		}
		fact, err := c.void(sc)
		if fault.Coded(err, "contract.award") || fault.Coded(err, "contract.state") {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.Contracts.Put(ctx, c, fact); !fault.Coded(err, Kind+".stale") || try == 8 {
			return err
		}
	}
}

func (c *Contract) void(sc scene) (event.Event, error) {
	return c.do(Void, sc, func() (map[string]any, error) {
		c.End = &End{award.Word{Person: award.PersonOf(sc.by), At: sc.now}, tender.Text{"en": "The award fell before the contract was in force."}}
		c.Owed = ""
		return map[string]any{"reason": c.End.Reason}, nil
	})
}

// seal seals the paper, once. The place of the sealed file is fixed before it
// is made and takes no second one, so whichever run came first is kept.
func (s *Service) seal(ctx context.Context, c *Contract, sc scene) (event.Event, error) {
	key := c.folder() + "sealed.pdf"
	sealed, err := s.Files.Get(ctx, key)
	if err != nil && fault.From(err).Kind == fault.Missing {
		sealed, err = s.sealNow(ctx, c, key)
	}
	if err != nil {
		return event.Event{}, err
	}
	return c.do(Seal, sc, func() (map[string]any, error) {
		f := fileOf("", "", sealed)
		f.Key, f.At = key, sc.now
		c.Sealed, c.Owed = f, ""
		c.Milestones, c.Value = slices.Clone(c.Record.Milestones), c.Record.Price
		for i := range c.Milestones {
			c.Milestones[i].Status = Scheduled
		}
		return map[string]any{"body": c.Body.SHA256, "file": f.SHA256, "size": f.Size}, nil
	})
}

func (s *Service) sealNow(ctx context.Context, c *Contract, key string) ([]byte, error) {
	body, err := s.redraw(ctx, c)
	if err != nil {
		return nil, err
	}
	sealed, err := s.Drawer.Seal(ctx, c, body)
	if err != nil {
		return nil, err
	}
	if err := s.Files.Put(ctx, key, sealed); err != nil {
		return nil, err
	}
	return s.Files.Get(ctx, key)
}
