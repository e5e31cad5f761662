package party

import (
	"slices"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/store"
	"probity/tender/text"
)

// User is a person. How they prove who they are is kept apart; nothing here is
// secret, but all of it is personal.
type User struct {
	store.Root

	Email       string       `json:"email"`              // see CleanEmail; unique
	Confirmed   time.Time    `json:"confirmed,omitzero"` // when they have shown that they read its mail
	Name        string       `json:"name"`               // as papers print it
	Languages   []string     `json:"languages,omitempty"`
	Memberships []Membership `json:"memberships,omitempty"`
	Disabled    bool         `json:"disabled,omitempty"`
	Created     time.Time    `json:"created"`
}

// Membership is what a person is in one organisation.
type Membership struct {
	Org   string    `json:"org"`
	Kind  OrgKind   `json:"kind"` // of the organisation, which never changes
	Roles []Role    `json:"roles"`
	Since time.Time `json:"since"`
}

// Users declares people to the engine.
var Users = store.Collection{Kind: "user", Indexes: []store.Index{
	{Name: "email", Fields: []string{"email"}, Unique: true},
	{Name: "org", Fields: []string{"org", "created"}},
}}

// Keys makes people findable by address and by organisation.
func (u *User) Keys() store.Keys {
	k := store.Keys{"email": u.Email, "created": u.Created.UnixMilli()}
	if orgs := u.Orgs(); len(orgs) > 0 {
		k["org"] = orgs
	}
	return k
}

// Clean checks and tidies what a person says about themselves.
func (u *User) Clean() error {
	var err error
	if reserved(u.ID) {
		return fault.New(fault.Invalid, "user.id", "This id is not for people.")
	}
	if u.Email, err = CleanEmail("email", u.Email); err != nil {
		return err
	}
	if u.Name, err = text.Require("name", u.Name, 200); err != nil {
		return err
	}
	if len(u.Languages) > text.MaxLanguages {
		return fault.Field("text.language", "languages", "Name up to %d languages.", text.MaxLanguages)
	}
	for i, l := range u.Languages {
		if err := text.CheckTag(at("languages", i), l); err != nil {
			return err
		}
	}
	return nil
}

// Orgs lists the organisations that the person is a member of.
func (u *User) Orgs() []string {
	var list []string
	for _, m := range u.Memberships {
		list = append(list, m.Org)
	}
	return list
}

// Actor returns the person as they act for an organisation in a role that they
// hold there, or a Denied fault: user.disabled or user.role.
func (u *User) Actor(org string, role Role) (Actor, error) {
	if u.Disabled {
		return Actor{}, fault.New(fault.Denied, "user.disabled", "This account is disabled.")
	}
	for _, m := range u.Memberships {
		if m.Org == org && slices.Contains(m.Roles, role) {
			a := Actor{User: u.ID, Name: u.Name, Org: org, OrgKind: m.Kind, Role: role}
			return a, a.Check()
		}
	}
	return Actor{}, fault.New(fault.Denied, "user.role", "You do not have this role there.")
}

// TokenActor is Actor for a program that acts with a token of the person. It
// can do nothing that scopes do not name, and nothing at all without any.
func (u *User) TokenActor(org string, role Role, scopes []string) (Actor, error) {
	a, err := u.Actor(org, role)
	a.Scopes = listed(slices.Clone(scopes))
	return a, err
}

// Self returns the person acting for nobody but themselves.
func (u *User) Self() Actor { return Actor{User: u.ID, Name: u.Name, Role: RolePublic} }

// rolesApart lists roles that one person may not hold in one organisation, as
// pairs of one with all others.
var rolesApart = []struct {
	kind OrgKind
	role Role
	why  string
}{
	{KindBuyer, RoleAuditor, "Who audits a body has no other role in it."},
	{KindOversight, RoleAuditor, "Who audits has no other role in the oversight."},
	{KindOversight, RoleAdministrator, "Who administers the platform has no other role in the oversight."},
	{KindReview, RoleReviewer, "Who decides complaints has no other role in the review body."},
}

// CheckRoles refuses roles that there are not in an organisation of kind k, or
// that one person may not hold together.
func CheckRoles(path string, k OrgKind, roles []Role) *fault.Error {
	for i, r := range roles {
		if !slices.Contains(held[k], r) {
			return fault.Field("roles.kind", path, "There is no role %.30q in an organisation of kind %q.", r, k)
		}
		if slices.Contains(roles[:i], r) {
			return fault.Field("roles.twice", path, "The role %q is named twice.", r)
		}
	}
	for _, apart := range rolesApart {
		if apart.kind == k && len(roles) > 1 && slices.Contains(roles, apart.role) {
			return fault.Field("roles.apart", path, "%s", apart.why)
		}
	}
	return nil
}

// SetRoles gives a person the roles in an organisation, in place of those they
// had; none ends the membership. It returns the fact. Nobody changes their own
// roles.
func (u *User) SetRoles(o *Organisation, roles []Role, by Actor, now time.Time) (event.Event, error) {
	if err := Allowed(by, UserRoles, o.ID); err != nil {
		return event.Event{}, err
	}
	if by.User == u.ID {
		return event.Event{}, fault.New(fault.Denied, "roles.own", "Somebody else must change your roles.")
	}
	if f := CheckRoles("roles", o.Kind, roles); f != nil {
		return event.Event{}, f
	}
	i := slices.IndexFunc(u.Memberships, func(m Membership) bool { return m.Org == o.ID })
	since := now
	if i >= 0 {
		since = u.Memberships[i].Since
	}
	rest := slices.DeleteFunc(slices.Clone(u.Memberships), func(m Membership) bool { return m.Org == o.ID })
	if len(rest) >= 50 {
		return event.Event{}, fault.New(fault.Conflict, "roles.many", "A person is a member of up to 50 organisations.")
	}
	if len(roles) > 0 {
		rest = append(rest, Membership{o.ID, o.Kind, slices.Clone(roles), since})
	}
	u.Memberships = rest
	return event.New("user.roles", "", by.ID(), now, map[string]any{"user": u.ID, "organisation": o.ID, "roles": listed(roles)}), nil
}
