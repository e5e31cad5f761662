package people

import (
	"context"
	"net/url"
	"strings"
	"time"

	"probity/tender/fault"
	"probity/tender/text"
)

// Letter is what goes to an address by mail, as it stands when it is sent. What
// has become pointless since is Missing.
type Letter struct {
	To        string
	Languages []string
	Org       text.Text // that invites
	Link      string
	Until     time.Time
}

var errLetter = fault.New(fault.Missing, "letter.missing", "There is nobody to write to.")

func (s *Service) page(path, ticket string) string {
	return strings.TrimSuffix(s.URL, "/") + path + "?ticket=" + url.QueryEscape(ticket)
}

// AddressLetter is the one that a person's new address is confirmed with. at is
// when it was asked for: a letter that is sent twice says the same.
func (s *Service) AddressLetter(ctx context.Context, user string, at time.Time) (Letter, error) {
	u, c, err := s.owner(ctx, user)
	if fault.Coded(err, errTicket.Code) {
		return Letter{}, errLetter
	}
	if err != nil {
		return Letter{}, err
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Letter{}, err
	}
	to, until := c.pending(u), at.Add(addressLife)
	if to == "" && u.Confirmed.IsZero() {
		to = u.Email
	}
	if to == "" || u.Disabled || !now.Before(until) {
		return Letter{}, errLetter
	}
	t := s.Vault.addressTicket(u.ID, to, until)
	return Letter{To: to, Languages: u.Languages, Link: s.page("/confirm", t.String()), Until: t.until}, nil
}

// MovingLetter tells the address that a person has that they want another.
func (s *Service) MovingLetter(ctx context.Context, user string) (Letter, error) {
	u, c, err := s.owner(ctx, user)
	if fault.Coded(err, errTicket.Code) {
		return Letter{}, errLetter
	}
	if err != nil {
		return Letter{}, err
	}
	if c.pending(u) == "" || u.Confirmed.IsZero() || u.Disabled {
		return Letter{}, errLetter
	}
	return Letter{To: u.Email, Languages: u.Languages, Link: strings.TrimSuffix(s.URL, "/") + "/account/sessions"}, nil
}

// InvitationLetter brings an invitation to its address.
func (s *Service) InvitationLetter(ctx context.Context, id string) (Letter, error) {
	x, err := s.invitations().Get(ctx, id)
	if fault.Coded(err, "invite.missing") {
		return Letter{}, errLetter
	}
	if err != nil {
		return Letter{}, err
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Letter{}, err
	}
	if !x.Mailed || x.Email == "" || x.state(now) != InvitationOpen {
		return Letter{}, errLetter
	}
	o, err := s.Orgs.Get(ctx, x.Place.Org)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{To: x.Email, Org: o.Name, Link: s.page("/invitation", s.Vault.invitationTicket(x).String()), Until: x.Expires}
	if x.Language != "" {
		l.Languages = []string{x.Language}
	}
	return l, nil
}
