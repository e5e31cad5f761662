package plan

import (
	"context"
	"slices"

	"probity/tender/party"
	"probity/tender/sign"
)

// ToSign returns the record that an approver signs, and what it is the hash of:
// the plan as the public will see it.
func (s *Service) ToSign(ctx context.Context, id string, by party.Actor) ([]byte, Content, error) {
	p, err := s.load(ctx, id, by)
	if err != nil {
		return nil, Content{}, err
	}
	if err := party.Allowed(by, party.PlanPublish, p.Buyer.ID); err != nil {
		return nil, Content{}, err
	}
	return p.Record(), p.Content.open(), nil
}

// Approve is the second person's signed word over what is written, as the
// public will see it.
func (s *Service) Approve(ctx context.Context, id string, by party.Actor, sig sign.Signature) (View, error) {
	return s.change(ctx, id, 0, by, Approve, "", func(p *Plan, k ask) (any, error) {
		if err := s.Devices.Verify(ctx, by.User, sign.Approve, p.Record(), sig); err != nil {
			return nil, err
		}
		hash := p.Content.Hash()
		p.Approval = &Approval{By: by.User, Name: by.Name, At: k.now, Content: hash, Signature: sig}
		return map[string]any{"content": hash, "edition": p.edition() + 1, "signature": sig}, nil
	})
}

// Publish makes what was approved the next edition.
func (s *Service) Publish(ctx context.Context, id string, by party.Actor) (View, error) {
	p, err := s.load(ctx, id, by)
	if err != nil {
		return View{}, err
	}
	step := Publish
	if p.Published() {
		step = Revise
	}
	return s.change(ctx, id, 0, by, step, "", func(p *Plan, k ask) (any, error) {
		public := p.Content.open().copied()
		e := Edition{Number: p.edition() + 1, At: k.now, Content: p.Content.Hash(), Fact: p.nextFact(), Entries: len(public.Entries)}
		data := map[string]any{"content": public, "buyer": p.Buyer, "edition": e.Number, "approval": p.Approval}
		p.Editions = append(p.Editions, e)
		p.Public, p.Approval, p.Drafters = &public, nil, nil
		return data, nil
	})
}

// copied returns c with a list of entries of its own.
func (c Content) copied() Content {
	c.Entries = slices.Clone(c.Entries)
	return c
}

// keep gives entries that withhold their value the one that is written in was.
func (c *Content) keep(was Content) {
	for i := range c.Entries {
		e := &c.Entries[i]
		if x := was.Entry(e.ID); x != nil && e.Withheld {
			e.Value = x.Value
		}
	}
}
