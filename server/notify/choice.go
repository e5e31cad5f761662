package notify

import (
	"context"
	"slices"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// choice is which kinds a person does not want by mail. Its id is the person's.
type choice struct {
	store.Root

	Off []Kind `json:"off"`
}

// Keys: choices are found by person.
func (*choice) Keys() store.Keys { return nil }

// Choices lists the kinds that a person does not want by mail.
func (s *Service) Choices(ctx context.Context, by party.Actor) ([]Kind, error) {
	if err := known(by); err != nil {
		return nil, err
	}
	c, err := s.choice(ctx, by.User)
	return c.Off, err
}

// Choose sets them.
func (s *Service) Choose(ctx context.Context, by party.Actor, off []Kind) error {
	if err := known(by); err != nil {
		return err
	}
	for _, k := range off {
		if !slices.Contains(Kinds(), k) {
			return fault.Field("notice.kind", "off", "There is no kind of notice %.30q.", k)
		}
	}
	c, err := s.choice(ctx, by.User)
	if err != nil {
		return err
	}
	if c.Off = off; off == nil {
		c.Off = []Kind{}
	}
	return s.choices().Put(ctx, c)
}

func (s *Service) choice(ctx context.Context, user string) (*choice, error) {
	c, err := s.choices().Get(ctx, user)
	if fault.Coded(err, "mailchoice.missing") {
		return &choice{Root: store.Root{ID: user}, Off: []Kind{}}, nil
	}
	return c, err
}
