package people

import (
	"context"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// AddressView is what a letter's ticket says to whoever holds it.
type AddressView struct {
	Email string
	Name  string // of the person whose account it is
	Done  bool   // it was confirmed before
}

var errAddress = fault.New(fault.Unknown, "address.unknown", "This link is not good, or no longer. Sign in and ask for a new letter on the page of your account.")

// LookAtAddress tells what a ticket is for, and changes nothing: mail scanners
// open links.
func (s *Service) LookAtAddress(ctx context.Context, presented string) (AddressView, error) {
	x, _, err := s.addressFor(ctx, presented)
	return AddressView{x.address, x.name(), x.done()}, err
}

// claimed is an account and the address of it that a ticket is for.
type claimed struct {
	u       *party.User
	c       *credential
	address string
}

func (x claimed) name() string {
	if x.u == nil {
		return ""
	}
	return x.u.Name
}

func (x claimed) done() bool { return x.u != nil && x.u.Email == x.address && !x.u.Confirmed.IsZero() }

// addressFor finds what a ticket is for.
func (s *Service) addressFor(ctx context.Context, presented string) (claimed, time.Time, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return claimed{}, now, err
	}
	t, err := parseAddress(presented)
	if err != nil || !now.Before(t.until) {
		return claimed{}, now, errAddress
	}
	u, err := s.Users.Get(ctx, t.user)
	switch {
	case fault.Coded(err, "user.missing"), fault.Coded(err, store.ErrInput.Code):
		return claimed{}, now, errAddress
	case err != nil:
		return claimed{}, now, err
	case u.Disabled:
		return claimed{}, now, errAddress
	}
	c, err := s.credential(ctx, u.ID)
	if err != nil {
		return claimed{}, now, err
	}
	for _, address := range []string{u.Email, c.pending(u)} {
		if address != "" && t.fits(s.Vault.addressTicket(u.ID, address, t.until)) {
			return claimed{u, c, address}, now, nil
		}
	}
	return claimed{}, now, errAddress
}

// ConfirmAddress takes the ticket of a letter, once: the address is the person's
// from then on.
func (s *Service) ConfirmAddress(ctx context.Context, presented string) (AddressView, error) {
	x, now, err := s.addressFor(ctx, presented)
	if err != nil {
		return AddressView{}, err
	}
	if x.done() {
		return AddressView{}, fault.New(fault.Conflict, "address.confirmed", "This address is confirmed already. There is nothing left to do.")
	}
	fact := s.confirmed(x.u, now)
	if x.u.Email != x.address {
		x.u.Email = x.address
		fact = s.ownFact("account.address", x.u.ID, now, map[string]any{"user": x.u.ID, "confirmed": true})
	}
	err = s.Users.Put(ctx, x.u, fact)
	if fault.Coded(err, "user.taken") {
		err = errAddressTaken // somebody else was faster
	}
	if err != nil {
		return AddressView{}, err
	}
	if x.c.Mailbox != nil && x.c.Mailbox.Pending != "" {
		x.c.Mailbox.Pending = ""
		_ = s.credentials().Put(ctx, x.c) // what is left says nothing any more, see pending
	}
	return AddressView{x.address, x.u.Name, true}, nil
}

// confirmed notes on u that its address is the person's, and returns the fact.
func (s *Service) confirmed(u *party.User, now time.Time) event.Event {
	u.Confirmed = now
	return s.ownFact("account.address-confirmed", u.ID, now, map[string]any{"user": u.ID})
}
