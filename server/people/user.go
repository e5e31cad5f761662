package people

import (
	"context"
	"slices"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Invite is a person who is to have a place in an organisation.
type Invite struct {
	UserID string // used if the person is new here
	Org    string
	Roles  []party.Role
	Person Person
}

// Invited is what came of it. Ticket goes to the person by a way that the
// administrator trusts; who has it, takes the place. User is nil for a person
// who belongs elsewhere, of whom the administrator learns nothing yet.
type Invited struct {
	User   *party.User
	Ticket string
}

// Invite makes an account with a place in an organisation. A person who has an
// account keeps it: they get the place when they take the invitation themselves
// (see [Service.Join]), since a place gives its administrators a say over them.
func (s *Service) Invite(ctx context.Context, by party.Actor, in Invite) (Invited, error) {
	if err := party.Allowed(by, party.UserInvite, in.Org); err != nil {
		return Invited{}, hide(err, "organisation")
	}
	org, err := s.Orgs.Get(ctx, in.Org)
	if err != nil {
		return Invited{}, err
	}
	if len(in.Roles) == 0 {
		return Invited{}, fault.Field("user.roles", "roles", "Give at least one role.")
	}
	if f := party.CheckRoles("roles", org.Kind, in.Roles); f != nil {
		return Invited{}, f
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Invited{}, err
	}
	u, err := newUser(in.UserID, in.Person, now)
	if err != nil {
		return Invited{}, err
	}
	place := party.Membership{Org: org.ID, Kind: org.Kind, Roles: in.Roles, Since: now}
	known, err := s.byEmail(ctx, u.Email)
	switch {
	case fault.Coded(err, "user.missing"):
		u.Memberships = []party.Membership{place}
		err = s.Users.Put(ctx, u, s.fact("user.invite", by, now, placeData(u.ID, place)))
		if fault.Coded(err, "user.taken") {
			err = errEmail // somebody else was faster, or an earlier try
		}
		known = u
	case err == nil:
		u, err = s.familiar(ctx, known, org.ID)
	}
	if err != nil {
		return Invited{}, err
	}
	ticket, err := s.invite(ctx, invitation{User: known.ID, Place: &place, By: by.User}, now)
	return Invited{u, ticket}, err
}

// familiar returns a known person if they are a member whose first invitation
// was lost or ran out, and nil if they belong elsewhere.
func (s *Service) familiar(ctx context.Context, u *party.User, org string) (*party.User, error) {
	if !slices.Contains(u.Orgs(), org) {
		return nil, nil // nobody whom the administrator may know
	}
	c, err := s.credential(ctx, u.ID)
	if err == nil && c.Password != "" {
		err = fault.New(fault.Conflict, "user.member", "This person has a place in the organisation already.")
	}
	return u, err
}

// Join takes a place in another organisation, for a person who is signed in and
// was invited.
func (s *Service) Join(ctx context.Context, id Identity, presented string) (*party.User, error) {
	_, now, err := s.mine(ctx, id)
	if err != nil {
		return nil, err
	}
	x, err := s.invitation(ctx, presented, now)
	if err != nil {
		return nil, err
	}
	if x.User != id.Actor.User || x.Place == nil {
		return nil, errInvitation
	}
	u, err := s.Users.Get(ctx, x.User)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(u.Orgs(), x.Place.Org) {
		u.Memberships = append(u.Memberships, *x.Place)
		data := placeData(u.ID, *x.Place)
		data["invitedBy"] = x.By
		if err := s.Users.Put(ctx, u, s.fact("user.join", id.Actor, now, data)); err != nil {
			return nil, err
		}
	}
	_ = s.invitations().Delete(ctx, x) // taken twice it changes nothing
	return u, nil
}

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
