package people

import (
	"context"
	"slices"
	"time"

	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Invite offers a place in an organisation to whoever reads the mail of an
// address. They take it with a new account or with the one that they have, and
// themselves: a place gives its administrators a say over them. The same id
// may be given again after a failure; nothing is made twice then.
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
	if err := s.notMember(ctx, u.Email, org.ID); err != nil {
		return Invited{}, err
	}
	x := &invitation{Root: store.Root{ID: invitationID(u.ID)}, Place: party.Membership{Org: org.ID, Kind: org.Kind, Roles: in.Roles, Since: now},
		Name: u.Name, Email: u.Email, Language: in.Person.Language, By: by.User, Made: now, Expires: now.Add(ticketLife),
		Mailed: s.writes(org), Sent: []time.Time{now}, NewUser: u.ID}
	err = s.invitations().Put(ctx, x, s.invitationFact("user.invite", by, x, now))
	if lost(err) {
		x, err = s.invitedBefore(ctx, x)
	}
	if err != nil {
		return Invited{}, err
	}
	return s.sent(x, now), nil
}

// writes reports whether invitations of an organisation go by mail. For one that
// nobody has looked at we write to no strangers: its name says whatever it likes.
func (s *Service) writes(o *party.Organisation) bool {
	return s.Mails && slices.ContainsFunc(o.Claims, func(c party.Claim) bool { return c.State == party.Confirmed })
}

// invitationID makes the id of an invitation of that of its account to be.
func invitationID(user string) string {
	h := canon.Hash("invitation id", canon.Must([]string{user}))
	return alphabet.EncodeToString(h[:10])
}

// invitedBefore is the invitation of an earlier try, unless it is another that
// is in the way.
func (s *Service) invitedBefore(ctx context.Context, x *invitation) (*invitation, error) {
	known, err := s.invitations().Get(ctx, x.ID)
	if fault.Coded(err, "invite.missing") || err == nil && (known.Email != x.Email || known.Place.Org != x.Place.Org) {
		return nil, fault.Field("invitation.open", "person.email", "This address is invited already. Send that invitation again, or withdraw it.")
	}
	return known, err
}

// notMember refuses an address whose person has a place in the organisation.
func (s *Service) notMember(ctx context.Context, email, org string) error {
	u, c, err := s.holder(ctx, email)
	if err == nil && u != nil && !c.bare() && slices.Contains(u.Orgs(), org) {
		return fault.New(fault.Conflict, "user.member", "This person has a place in the organisation already.")
	}
	return err
}

// holder is the account with an address; nil if there is none.
func (s *Service) holder(ctx context.Context, email string) (*party.User, *credential, error) {
	u, err := s.byEmail(ctx, email)
	switch {
	case fault.Coded(err, "user.missing"):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	}
	c, err := s.credential(ctx, u.ID)
	return u, c, err
}

func (s *Service) invitationFact(name string, by party.Actor, x *invitation, now time.Time) event.Event {
	return s.fact(name, by, now, map[string]any{"invitation": x.ID, "organisation": x.Place.Org, "roles": x.Place.Roles})
}

// Resend makes a new ticket for an invitation that nobody has taken, and sends
// it. The one before is void, and the time begins anew.
func (s *Service) Resend(ctx context.Context, by party.Actor, id string) (Invited, error) {
	x, now, err := s.openInvitation(ctx, by, id)
	if err != nil {
		return Invited{}, err
	}
	org, err := s.Orgs.Get(ctx, x.Place.Org)
	if err != nil {
		return Invited{}, err
	}
	if x.Mailed = s.writes(org); x.Mailed {
		if x.Sent, err = ask(x.Sent, now); err != nil {
			return Invited{}, err
		}
	}
	x.Expires = later(now.Add(ticketLife), x.Expires.Add(time.Millisecond))
	if err := s.invitations().Put(ctx, x, s.invitationFact("invitation.resend", by, x, now)); err != nil {
		return Invited{}, err
	}
	return s.sent(x, now), nil
}

// Withdraw ends an invitation that nobody has taken.
func (s *Service) Withdraw(ctx context.Context, by party.Actor, id string) (Invited, error) {
	x, now, err := s.openInvitation(ctx, by, id)
	if fault.Coded(err, "invitation.withdrawn") {
		return s.invited(x, now), nil // twice is once
	}
	if err != nil {
		return Invited{}, err
	}
	x.Withdrawn, x.Over = true, now
	return s.invited(x, now), s.invitations().Put(ctx, x, s.invitationFact("invitation.withdraw", by, x, now))
}

// openInvitation is one that by may send again or withdraw.
func (s *Service) openInvitation(ctx context.Context, by party.Actor, id string) (*invitation, time.Time, error) {
	if err := party.Allowed(by, party.UserInvite, by.Org); err != nil {
		return nil, time.Time{}, err
	}
	x, err := s.invitations().Get(ctx, id)
	if err != nil {
		return nil, time.Time{}, err
	}
	if err := party.Allowed(by, party.UserInvite, x.Place.Org); err != nil {
		return nil, time.Time{}, hide(err, "invite")
	}
	now, err := s.Engine.Time(ctx)
	switch {
	case err != nil:
		return nil, now, err
	case x.Withdrawn:
		return x, now, fault.New(fault.Conflict, "invitation.withdrawn", "This invitation was withdrawn. Make a new one.")
	case x.Taker != "":
		return x, now, fault.New(fault.Conflict, "invitation.taken", "The person has taken this invitation. Their roles can be changed on their page.")
	}
	return x, now, nil
}

// Invitations lists who was invited to an organisation, newest first.
func (s *Service) Invitations(ctx context.Context, by party.Actor, org, reason, after string, limit int) ([]Invited, string, error) {
	if err := party.Allowed(by, party.UserRead, org); err != nil {
		return nil, "", hide(err, "organisation")
	}
	if err := s.Read(ctx, by, Reading{party.UserRead, "", "organisation/" + org, reason}); err != nil {
		return nil, "", err
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return nil, "", err
	}
	list, next, err := s.invitations().Find(ctx, store.Query{Index: "org", Eq: []any{org}, Desc: true, After: after, Limit: limit})
	out := make([]Invited, len(list))
	for i, x := range list {
		out[i] = s.invited(x, now)
	}
	return out, next, err
}

// forget takes names and addresses out of invitations that are long over.
func (s *Service) forget(ctx context.Context, now time.Time) error {
	for {
		list, _, err := s.invitations().Find(ctx, store.Query{Index: "forget", To: now.UnixMilli(), Limit: 200})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, x := range list {
			x.Name, x.Email = "", ""
			if err := s.invitations().Put(ctx, x); err != nil && !lost(err) {
				return err
			}
		}
	}
}
