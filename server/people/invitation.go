package people

import (
	"context"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// invitation lets somebody who was invited choose a password, or take a place
// besides those they have.
type invitation struct {
	store.Root // the id of its ticket

	User    string            `json:"user"`
	Place   *party.Membership `json:"place,omitempty"`
	By      string            `json:"by,omitempty"`
	Hash    string            `json:"hash"`
	Expires time.Time         `json:"expires"`
}

// Keys makes invitations findable by when they may be forgotten.
func (i *invitation) Keys() store.Keys { return store.Keys{"expires": i.Expires.UnixMilli()} }

var invitations = store.Collection{Kind: "invitation", Ephemeral: true, Indexes: byExpiry}

func (s *Service) invitations() store.Shelf[invitation, *invitation] {
	return store.Shelf[invitation, *invitation]{Engine: s.Engine, Kind: invitations.Kind}
}

// invite stores x and returns its ticket.
func (s *Service) invite(ctx context.Context, x invitation, now time.Time) (string, error) {
	t := newTicket(invitePrefix)
	x.ID, x.Hash, x.Expires = t.id, t.hash(), now.Add(ticketLife)
	return t.String(), s.invitations().Put(ctx, &x)
}

var errInvitation = fault.New(fault.Unknown, "invitation.unknown", "This invitation is not good, or no longer. Ask for a new one.")

// invitation returns the stored one that was presented.
func (s *Service) invitation(ctx context.Context, presented string, now time.Time) (*invitation, error) {
	t, err := parseTicket(presented)
	if err != nil || t.prefix != invitePrefix {
		return nil, errInvitation
	}
	x, err := s.invitations().Get(ctx, t.id)
	switch {
	case fault.Coded(err, "invitation.missing"):
		return nil, errInvitation
	case err != nil:
		return nil, err
	case !t.fits(x.Hash) || !now.Before(x.Expires):
		return nil, errInvitation
	}
	return x, nil
}

// Accept gives an invited person their password, and a half session to make a
// second factor in. The invitation is used up.
func (s *Service) Accept(ctx context.Context, presented, password string) (Signed, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Signed{}, err
	}
	x, err := s.invitation(ctx, presented, now)
	if err != nil {
		return Signed{}, err
	}
	c, err := s.credential(ctx, x.User)
	if err != nil {
		return Signed{}, err
	}
	if c.Password != "" {
		return Signed{}, errInvitation
	}
	if err := s.setPassword(ctx, c, password); err != nil {
		return Signed{}, err
	}
	c.Renewed = now
	err = s.credentials().Put(ctx, c, event.New("account.password", "", c.ID, now, map[string]any{"user": c.ID}))
	if err != nil {
		return Signed{}, err
	}
	_ = s.invitations().Delete(ctx, x) // it is void already: there is a password
	return s.open(ctx, c.ID, now, true)
}
