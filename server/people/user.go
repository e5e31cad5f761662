package people

import (
	"context"
	"slices"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// SetRoles gives a person other roles in one organisation; none takes the place
// away. version is the one that the administrator saw.
func (s *Service) SetRoles(ctx context.Context, by party.Actor, user string, version int64, org string, roles []party.Role) (*party.User, error) {
	if err := party.Allowed(by, party.UserRoles, org); err != nil {
		return nil, hide(err, "organisation")
	}
	u, err := s.Users.Get(ctx, user)
	if err != nil {
		return nil, err
	}
	o, err := s.Orgs.Get(ctx, org)
	if err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(u.Orgs(), org):
		return nil, fault.New(fault.Missing, "user.missing", "There is no such user.")
	case version != u.Version:
		return nil, fault.New(fault.Stale, "user.stale", "Somebody changed this user meanwhile. Look again.")
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return nil, err
	}
	fact, err := u.SetRoles(o, roles, by, now)
	if err != nil {
		return nil, err
	}
	return u, s.Users.Put(ctx, u, fact)
}

// Disable keeps a person from signing in and voids all they hold, or undoes it.
func (s *Service) Disable(ctx context.Context, by party.Actor, user string, version int64, disabled bool) (*party.User, error) {
	u, err := s.reach(ctx, by, party.UserDisable, user)
	if err != nil {
		return nil, err
	}
	switch {
	case u.ID == by.User:
		return nil, fault.New(fault.Conflict, "user.self", "You cannot disable yourself. Another administrator can.")
	case version != u.Version:
		return nil, fault.New(fault.Stale, "user.stale", "Somebody changed this user meanwhile. Look again.")
	case u.Disabled == disabled:
		return u, nil
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return nil, err
	}
	u.Disabled = disabled
	name := "user.disable"
	if !disabled {
		name = "user.enable"
	}
	return u, s.Users.Put(ctx, u, s.fact(name, by, now, map[string]any{"user": u.ID}))
}

// User shows a person to who may know them: themselves, and administrators, the
// reads of whom are facts.
func (s *Service) User(ctx context.Context, by party.Actor, user, reason string) (*party.User, error) {
	if by.User == user && by.SignedIn() {
		return s.Users.Get(ctx, user)
	}
	if err := party.Allowed(by, party.UserRead, by.Org); err != nil {
		return nil, err
	}
	u, err := s.Users.Get(ctx, user)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(by, party.UserRead, u.Orgs()...); err != nil {
		return nil, hide(err, "user")
	}
	return u, s.Read(ctx, by, Reading{party.UserRead, "", "user/" + u.ID, reason})
}

// UserByEmail finds a person for an administrator of the platform, or for one of
// an organisation of theirs. The read is a fact.
func (s *Service) UserByEmail(ctx context.Context, by party.Actor, email, reason string) (*party.User, error) {
	if err := party.Allowed(by, party.UserRead, by.Org); err != nil {
		return nil, err
	}
	u, err := s.byEmail(ctx, normalEmail(email))
	if err != nil {
		return nil, err
	}
	return s.User(ctx, by, u.ID, reason)
}

// EditSelf lets a person change how they are called and in which languages they
// read. What they have signed before keeps the name of that time.
func (s *Service) EditSelf(ctx context.Context, id Identity, version int64, name string, languages []string) (*party.User, error) {
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return nil, err
	}
	u, err := s.Users.Get(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if version != u.Version {
		return nil, fault.New(fault.Stale, "user.stale", "Somebody changed this user meanwhile. Look again.")
	}
	u.Name, u.Languages = name, languages
	if err := u.Clean(); err != nil {
		return nil, err
	}
	return u, s.Users.Put(ctx, u, s.fact("user.edit", id.Actor, now, map[string]any{"user": u.ID}))
}

// Members lists who has a place in an organisation, oldest first.
func (s *Service) Members(ctx context.Context, by party.Actor, org, reason, after string, limit int) ([]*party.User, string, error) {
	if err := party.Allowed(by, party.UserRead, org); err != nil {
		return nil, "", hide(err, "organisation")
	}
	if err := s.Read(ctx, by, Reading{party.UserRead, "", "organisation/" + org, reason}); err != nil {
		return nil, "", err
	}
	return s.Users.Find(ctx, store.Query{Index: "org", Eq: []any{org}, After: after, Limit: limit})
}

func placeData(user string, m party.Membership) map[string]any {
	roles := m.Roles
	if roles == nil {
		roles = []party.Role{}
	}
	return map[string]any{"user": user, "organisation": m.Org, "roles": roles}
}
