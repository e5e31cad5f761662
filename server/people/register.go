package people

import (
	"context"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// Person is what is known about somebody who gets an account: no more than
// papers and mail need.
type Person struct {
	Name     string
	Email    string
	Language string // in which they are written to; "" for the platform's first
}

// Registration is an organisation that comes in with its first representative.
type Registration struct {
	OrgID, UserID string
	Kind          party.OrgKind
	Name          text.Text
	Identifier    party.Identifier
	Person        Person
	Password      string
}

// Registered is what came of it. The session is a half one: the person makes a
// second factor next. The organisation acts once its claim is confirmed.
type Registered struct {
	Org     *party.Organisation
	User    *party.User
	Session Signed
}

// founders are the roles of the person who registers an organisation. Of the
// oversight there is one, which the set-up makes.
var founders = map[party.OrgKind][]party.Role{
	party.KindSupplier:  {party.RoleAdministrator, party.RoleRepresentative},
	party.KindBuyer:     {party.RoleAdministrator},
	party.KindReview:    {party.RoleAdministrator},
	party.KindOversight: {party.RoleAdministrator},
}

// Register takes in an organisation with its first person. The same ids may be
// given again after a failure; nothing is made twice then.
func (s *Service) Register(ctx context.Context, r Registration) (Registered, error) {
	if r.Kind == party.KindOversight {
		return Registered{}, fault.Field("organisation.kind", "kind", "The organisation that runs the platform is there already.")
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Registered{}, err
	}
	in, err := s.prepare(ctx, r, now)
	if err != nil {
		return Registered{}, err
	}
	if err := s.keep(ctx, in, now); err != nil {
		return Registered{}, err
	}
	session, err := s.open(ctx, in.user.ID, now, true)
	return Registered{in.org, in.user, session}, err
}

// RegisterMore takes in one more organisation of a person who is signed in.
func (s *Service) RegisterMore(ctx context.Context, id Identity, r Registration) (*party.Organisation, error) {
	if r.Kind == party.KindOversight {
		return nil, fault.Field("organisation.kind", "kind", "The organisation that runs the platform is there already.")
	}
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return nil, err
	}
	org, fact, err := newOrg(r, c.ID, now)
	if err != nil {
		return nil, err
	}
	u, err := s.Users.Get(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if len(u.Memberships) >= 50 {
		return nil, fault.New(fault.Conflict, "roles.many", "A person is a member of up to 50 organisations.")
	}
	if err := s.Orgs.Put(ctx, org, fact); err != nil {
		return nil, err
	}
	u.Memberships = append(u.Memberships, place(org, now))
	return org, s.Users.Put(ctx, u, event.New("user.join", "", u.ID, now, placeData(u.ID, place(org, now))))
}

// coming is all that one registration stores.
type coming struct {
	org  *party.Organisation
	user *party.User
	cred *credential
	fact event.Event // of the organisation
}

// prepare checks a registration and stores nothing.
func (s *Service) prepare(ctx context.Context, r Registration, now time.Time) (coming, error) {
	org, fact, err := newOrg(r, r.UserID, now)
	if err != nil {
		return coming{}, err
	}
	user, err := newUser(r.UserID, r.Person, now)
	if err != nil {
		return coming{}, err
	}
	user.Memberships = []party.Membership{place(org, now)}
	if f := CheckPassword("password", r.Password, user.Email); f != nil {
		return coming{}, f
	}
	switch known, err := s.byEmail(ctx, user.Email); {
	case err == nil && known.ID != user.ID:
		return coming{}, errEmail
	case err != nil && !fault.Coded(err, "user.missing"):
		return coming{}, err
	}
	hash, err := s.Hasher.Hash(ctx, r.Password)
	cred := &credential{Root: store.Root{ID: user.ID}, Password: hash, Renewed: now}
	return coming{org, user, cred, fact}, err
}

func place(o *party.Organisation, now time.Time) party.Membership {
	return party.Membership{Org: o.ID, Kind: o.Kind, Roles: founders[o.Kind], Since: now}
}

// newOrg makes an organisation with its one claim, and the fact of it.
func newOrg(r Registration, by string, now time.Time) (*party.Organisation, event.Event, error) {
	org := &party.Organisation{Root: store.Root{ID: r.OrgID}, Kind: r.Kind, Name: r.Name, Created: now}
	if err := org.Clean(); err != nil {
		return nil, event.Event{}, err
	}
	if _, err := org.AddClaim("identifier", r.Identifier, party.Actor{User: by}, now); err != nil {
		return nil, event.Event{}, err
	}
	fact := event.New("organisation.register", "", by, now, map[string]any{
		"organisation": org.ID, "kind": org.Kind, "name": org.Name, "identifier": org.Claims[0].Identifier})
	return org, fact, nil
}

// keep stores a registration: the credential, the user, and last the
// organisation. If it breaks off, the person can sign in and register again. A
// document that is there under the same id is from an earlier try, by the same
// person, whose latest word counts.
func (s *Service) keep(ctx context.Context, in coming, now time.Time) error {
	err := s.credentials().Put(ctx, in.cred)
	if lost(err) {
		err = s.again(ctx, in.cred)
	}
	if err != nil {
		return err
	}
	if err := s.keepUser(ctx, in, now); err != nil {
		return err
	}
	err = s.Orgs.Put(ctx, in.org, in.fact)
	if !lost(err) {
		return err
	}
	known, err := s.Orgs.Get(ctx, in.org.ID)
	if err == nil {
		*in.org = *known
	}
	return err
}

func (s *Service) keepUser(ctx context.Context, in coming, now time.Time) error {
	fact := event.New("user.register", "", in.user.ID, now, map[string]any{"user": in.user.ID, "organisation": in.org.ID})
	err := s.Users.Put(ctx, in.user, fact)
	if !lost(err) {
		return err
	}
	known, err := s.Users.Get(ctx, in.user.ID)
	switch {
	case fault.Coded(err, "user.missing"):
		return errEmail // the id is free, so it is the address that is taken
	case err != nil:
		return err
	}
	in.user.Version = known.Version
	return s.Users.Put(ctx, in.user, fact)
}

// again replaces the password of an account that has no second factor yet.
func (s *Service) again(ctx context.Context, c *credential) error {
	known, err := s.credentials().Get(ctx, c.ID)
	if err != nil {
		return err
	}
	if known.Factor != nil {
		return errEmail
	}
	c.Version = known.Version
	return s.credentials().Put(ctx, c)
}

var errEmail = fault.New(fault.Conflict, "user.email_taken", "There is an account with this e-mail address already. Sign in to it.")

// newUser checks a person and makes the user of it.
func newUser(id string, p Person, now time.Time) (*party.User, error) {
	u := &party.User{Root: store.Root{ID: id}, Name: p.Name, Email: p.Email, Created: now}
	if p.Language != "" {
		u.Languages = []string{p.Language}
	}
	err := u.Clean()
	if f := fault.From(err); err != nil && f.Kind == fault.Invalid && f.Field != nil {
		return nil, f.Below("person")
	}
	return u, err
}
