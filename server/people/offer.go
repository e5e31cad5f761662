package people

import (
	"context"
	"slices"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// errInvitation is the one answer for invitations that are unknown, expired,
// withdrawn, taken, or somebody else's.
var errInvitation = fault.New(fault.Unknown, "invitation.unknown", "This invitation is not good, or no longer. Ask for a new one.")

// offer is an invitation in the hands of somebody, with the account that has
// its address, if there is one.
type offer struct {
	*invitation
	known *party.User
	cred  *credential // of known
	now   time.Time
}

// fresh reports whether the invitation makes an account, or gives one its first
// password.
func (o offer) fresh() bool { return o.known == nil || o.cred.bare() }

// maybe reports whether a person may take the place with the account that they
// have. If the address belongs to an account, it is for that one alone; an
// account that only says so is in nobody's way who has read the letter.
func (o offer) maybe(user string) bool {
	bound := o.known != nil && (!o.Mailed || !o.known.Confirmed.IsZero())
	return user != "" && (!bound || o.known.ID == user) && (o.Taker == "" || o.Taker == user)
}

// offer finds the invitation that was presented.
func (s *Service) offer(ctx context.Context, presented string) (offer, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return offer{}, err
	}
	t, err := parseTicket(presented)
	if err != nil || t.prefix != invitePrefix {
		return offer{}, errInvitation
	}
	x, err := s.invitations().Get(ctx, t.id)
	switch {
	case fault.Coded(err, "invite.missing"):
		return offer{}, errInvitation
	case err != nil:
		return offer{}, err
	case x.Email == "" || x.Withdrawn || !now.Before(x.Expires) || !t.fits(s.Vault.invitationTicket(x).hash()):
		return offer{}, errInvitation
	}
	o := offer{invitation: x, now: now}
	if o.known, o.cred, err = s.holder(ctx, x.Email); err != nil {
		return offer{}, err
	}
	if x.Taker != "" {
		err = s.unfinished(ctx, x)
	}
	return o, err
}

// unfinished refuses an invitation that was taken, unless taking it broke off.
func (s *Service) unfinished(ctx context.Context, x *invitation) error {
	u, err := s.Users.Get(ctx, x.Taker)
	if fault.Coded(err, "user.missing") {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := s.credential(ctx, u.ID)
	if err == nil && !c.bare() && slices.Contains(u.Orgs(), x.Place.Org) {
		return errInvitation
	}
	return err
}

// take says by whom the invitation is taken. Of two, one is.
func (s *Service) take(ctx context.Context, o offer, user string) error {
	if o.Taker == user {
		return nil
	}
	if o.Taker != "" {
		return errInvitation
	}
	o.Taker, o.Over = user, o.now
	fact := event.New("invitation.take", "", user, o.now, map[string]any{"invitation": o.ID, "organisation": o.Place.Org, "user": user})
	err := s.invitations().Put(ctx, o.invitation, fact)
	if lost(err) {
		return errInvitation
	}
	return err
}

// settle gives u the place of a taken invitation, and returns the facts. Who
// has the ticket of a letter has read it.
func (s *Service) settle(o offer, u *party.User) []event.Event {
	var facts []event.Event
	if !slices.Contains(u.Orgs(), o.Place.Org) {
		place := o.Place
		place.Since = o.now
		u.Memberships = append(u.Memberships, place)
		data := placeData(u.ID, place)
		data["invitedBy"], data["invitation"] = o.By, o.ID
		facts = append(facts, event.New("user.join", "", u.ID, o.now, data))
	}
	if o.Mailed && u.Email == o.Email && u.Confirmed.IsZero() {
		facts = append(facts, s.confirmed(u, o.now))
	}
	return facts
}

// Accept makes an account for an invited person, with their password, and opens
// a half session to make a second factor in. The invitation is used up.
func (s *Service) Accept(ctx context.Context, presented, password string) (Signed, error) {
	o, err := s.offer(ctx, presented)
	if err != nil {
		return Signed{}, err
	}
	if !o.fresh() {
		return Signed{}, errInvitation
	}
	u, c := o.known, o.cred
	if u == nil {
		if u, err = newUser(o.NewUser, Person{o.Name, o.Email, o.Language}, o.now); err != nil {
			return Signed{}, err
		}
		c = &credential{Root: store.Root{ID: u.ID}}
	}
	if f := CheckPassword("password", password, u.Email); f != nil {
		return Signed{}, f
	}
	if c.Password, err = s.Hasher.Hash(ctx, password); err != nil {
		return Signed{}, err
	}
	if err := s.take(ctx, o, u.ID); err != nil {
		return Signed{}, err
	}
	if facts := s.settle(o, u); len(facts) > 0 {
		if err := s.Users.Put(ctx, u, facts...); fault.Coded(err, "user.taken") {
			return Signed{}, errEmail // somebody has registered with the address just now
		} else if err != nil {
			return Signed{}, err
		}
	}
	c.Renewed = o.now
	if err := s.credentials().Put(ctx, c, s.ownFact("account.password", c.ID, o.now, map[string]any{"user": c.ID})); err != nil {
		return Signed{}, err
	}
	return s.open(ctx, u.ID, o.now, true)
}

// Join takes a place with the account that one is signed in to.
func (s *Service) Join(ctx context.Context, id Identity, presented string) (*party.User, error) {
	if _, _, err := s.mine(ctx, id); err != nil {
		return nil, err
	}
	o, err := s.offer(ctx, presented)
	if err != nil {
		return nil, err
	}
	if !o.maybe(id.Actor.User) {
		return nil, errInvitation
	}
	u, err := s.Users.Get(ctx, id.Actor.User)
	if err != nil {
		return nil, err
	}
	if len(u.Memberships) >= 50 && !slices.Contains(u.Orgs(), o.Place.Org) {
		return nil, fault.New(fault.Conflict, "roles.many", "A person is a member of up to 50 organisations.")
	}
	if err := s.take(ctx, o, u.ID); err != nil {
		return nil, err
	}
	if facts := s.settle(o, u); len(facts) > 0 {
		return u, s.Users.Put(ctx, u, facts...)
	}
	return u, nil
}

// InvitationView is what an invitation says to whoever holds it.
type InvitationView struct {
	Org     text.Text
	Roles   []string
	Name    string
	Email   string
	Expires time.Time
	New     bool // nobody has an account with the address: the person makes one
	Yours   bool // whoever asks may take it with the account they are signed in to
}

// LookAtInvitation tells what an invitation is for, without taking it.
func (s *Service) LookAtInvitation(ctx context.Context, id Identity, presented string) (InvitationView, error) {
	o, err := s.offer(ctx, presented)
	if err != nil {
		return InvitationView{}, err
	}
	org, err := s.Orgs.Get(ctx, o.Place.Org)
	if err != nil {
		return InvitationView{}, err
	}
	v := InvitationView{Org: org.Name, Name: o.Name, Email: o.Email, Expires: o.Expires, New: o.fresh(),
		Yours: id.Session != "" && !id.Half && o.maybe(id.Actor.User)}
	for _, r := range o.Place.Roles {
		v.Roles = append(v.Roles, string(r))
	}
	return v, nil
}
