package people

import (
	"context"
	"strings"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
)

// Identity is who a request comes from, and how we know.
type Identity struct {
	Actor   party.Actor
	Session string // id of the session; "" if there is none
	Token   string // id of the API token; "" if there is none

	// Half is true in a session that is good for making a second factor only.
	Half bool

	// Undecided is true for people with several places who have not said which.
	// Their actor is in none.
	Undecided bool

	// ByToken says that the request named its credential itself, rather than a
	// browser adding a cookie.
	ByToken bool
}

// How says for the log how we know.
func (i Identity) How() string {
	if i.Token != "" {
		return "token"
	}
	return "session"
}

// Identify finds out whose ticket this is. as chooses among a person's places,
// "ORG" or "ORG/ROLE"; a token has only one. Every ticket that is not good gives
// the same fault, token.unknown; a place that the person does not have gives
// actor.place.
func (s *Service) Identify(ctx context.Context, presented, as string) (Identity, error) {
	t, err := parseTicket(presented)
	if err != nil {
		return Identity{}, err
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Identity{}, err
	}
	switch t.prefix {
	case sessionPrefix:
		return s.bySession(ctx, t, as, now)
	case tokenPrefix:
		return s.byToken(ctx, t, as, now)
	}
	return Identity{}, errTicket
}

func (s *Service) bySession(ctx context.Context, t ticket, as string, now time.Time) (Identity, error) {
	x, err := s.sessions().Get(ctx, t.id)
	if err != nil {
		return Identity{}, unknown(err)
	}
	u, c, err := s.owner(ctx, x.User)
	if err != nil {
		return Identity{}, err
	}
	if !t.fits(x.Hash) || u.Disabled || !x.live(now, c.Renewed) {
		return Identity{}, errTicket
	}
	if err := s.touch(ctx, x, now); err != nil {
		return Identity{}, err
	}
	id := Identity{Session: x.ID, Half: x.Half, Actor: u.Self()}
	if x.Half {
		return id, nil
	}
	id.Actor, id.Undecided, err = placeOf(u, as)
	return id, err
}

func (s *Service) byToken(ctx context.Context, t ticket, as string, now time.Time) (Identity, error) {
	x, err := s.tokens().Get(ctx, t.id)
	if err != nil {
		return Identity{}, unknown(err)
	}
	u, c, err := s.owner(ctx, x.User)
	if err != nil {
		return Identity{}, err
	}
	if !t.fits(x.Hash) || u.Disabled || !x.Live(now) || x.Made.Before(c.Renewed) {
		return Identity{}, errTicket
	}
	if as != "" && as != x.Org && as != x.Org+"/"+string(x.Role) {
		return Identity{}, errPlace
	}
	a, err := u.TokenActor(x.Org, x.Role, x.Scopes)
	if err != nil {
		return Identity{}, errTicket // the role was taken away since
	}
	return Identity{Token: x.ID, Actor: a}, nil
}

// owner loads the person of a ticket, and what may have made it void.
func (s *Service) owner(ctx context.Context, user string) (*party.User, *credential, error) {
	u, err := s.Users.Get(ctx, user)
	if err != nil {
		return nil, nil, unknown(err)
	}
	c, err := s.credential(ctx, user)
	return u, c, err
}

// unknown hides what is missing behind the one answer for bad tickets.
func unknown(err error) error {
	if fault.From(err).Kind == fault.Missing {
		return errTicket
	}
	return err
}

var errPlace = fault.New(fault.Denied, "actor.place", "You have no such place. Probity-As is the id of an organisation, or that id, a slash and a role.")

// placeOf is the actor that a person is: the place they name, or the only one.
func placeOf(u *party.User, as string) (a party.Actor, undecided bool, err error) {
	org, role, _ := strings.Cut(as, "/")
	var found []party.Actor
	for _, m := range u.Memberships {
		for _, r := range m.Roles {
			if as != "" && (m.Org != org || role != "" && role != string(r)) {
				continue
			}
			if a, err := u.Actor(m.Org, r); err == nil {
				found = append(found, a)
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], false, nil
	case len(found) == 0 && as != "":
		return u.Self(), false, errPlace
	}
	return u.Self(), len(found) > 1, nil
}
