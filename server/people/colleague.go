package people

import (
	"context"
	"slices"

	"probity/tender/party"
	"probity/tender/store"
)

// Colleague is a person whom a drafter may name in a procedure: no more of them
// than papers will print.
type Colleague struct {
	User  string        `json:"user"`
	Name  string        `json:"name"`
	Kind  party.OrgKind `json:"kind"` // of the organisation: the buyer's own, or the oversight
	Roles []party.Role  `json:"roles"`
}

// Colleagues lists the people of by's own organisation with their roles, and
// the openers of the oversight, who can be guardians.
func (s *Service) Colleagues(ctx context.Context, by party.Actor) ([]Colleague, error) {
	if err := party.Allowed(by, party.TenderEdit, by.Org); err != nil {
		return nil, err
	}
	list, err := s.colleagues(ctx, by.Org, nil)
	if err != nil {
		return nil, err
	}
	overseers, _, err := s.Orgs.Find(ctx, store.Query{Index: "kind", Eq: []any{string(party.KindOversight)}, Limit: 20})
	if err != nil {
		return nil, err
	}
	for _, o := range overseers {
		more, err := s.colleagues(ctx, o.ID, []party.Role{party.RoleOpener})
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// colleagues lists the people of an organisation; only those with one of the
// roles, where some are given.
func (s *Service) colleagues(ctx context.Context, org string, only []party.Role) ([]Colleague, error) {
	list := []Colleague{}
	err := s.Users.All(ctx, store.Query{Index: "org", Eq: []any{org}, Limit: 500}, func(u *party.User) error {
		for _, m := range u.Memberships {
			if m.Org != org || u.Disabled {
				continue
			}
			c := Colleague{User: u.ID, Name: u.Name, Kind: m.Kind}
			for _, r := range m.Roles {
				if only == nil || slices.Contains(only, r) {
					c.Roles = append(c.Roles, r)
				}
			}
			if len(c.Roles) > 0 {
				list = append(list, c)
			}
		}
		return nil
	})
	return list, err
}
