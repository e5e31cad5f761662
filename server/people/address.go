package people

import (
	"context"
	"slices"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
)

// An e-mail address is anybody's until the person has shown that they read what
// is sent there. So a letter with a ticket goes to a new one, and until it comes
// back the address gets no notices, and nobody is known by it.
//
// An account's address changes only once the new one is confirmed, so that a
// slip of the finger shuts nobody out; where no mail is sent, it changes at once
// and stays unconfirmed. Whoever the account is registered with, the ticket says
// only that somebody reads that mail: it opens no session.

// addressLife is how long the ticket of a letter is good.
const addressLife = 3 * 24 * time.Hour

// Letters to one address are not asked for without end.
const (
	letterApart = 5 * time.Minute
	letterDaily = 5
)

// mailbox is what waits about a person's address.
type mailbox struct {
	Pending string      `json:"pending,omitempty"` // the address that they want instead
	Asked   []time.Time `json:"asked,omitempty"`   // when letters were asked for, within a day
}

// ask notes one more letter, or refuses it.
func ask(asked []time.Time, now time.Time) ([]time.Time, error) {
	asked = slices.DeleteFunc(slices.Clone(asked), func(t time.Time) bool { return !now.Before(t.Add(24 * time.Hour)) })
	var until time.Time
	if n := len(asked); n > 0 {
		until = asked[n-1].Add(letterApart)
		if n >= letterDaily {
			until = asked[n-letterDaily].Add(24 * time.Hour)
		}
	}
	if wait := until.Sub(now); wait > 0 {
		return nil, fault.New(fault.Limited, "letter.wait", "A letter has gone out already. Look into the folder for unwanted mail, and wait a little before you ask for another.").Because(Wait(wait))
	}
	return append(asked, now), nil
}

// AddressState is how a person's address stands.
type AddressState struct {
	Email     string
	Confirmed time.Time // zero while nobody has shown that they read its mail
	Pending   string    // the address that it is to become
	Mails     bool      // this platform sends mail
}

// Address tells a person how their address stands.
func (s *Service) Address(ctx context.Context, id Identity) (AddressState, error) {
	c, _, err := s.mine(ctx, id)
	if err != nil {
		return AddressState{}, err
	}
	u, err := s.Users.Get(ctx, c.ID)
	if err != nil {
		return AddressState{}, err
	}
	return s.addressState(u, c), nil
}

func (s *Service) addressState(u *party.User, c *credential) AddressState {
	return AddressState{u.Email, u.Confirmed, c.pending(u), s.Mails}
}

// pending is the address that the person wants and does not have yet.
func (c *credential) pending(u *party.User) string {
	if c.Mailbox == nil || c.Mailbox.Pending == u.Email {
		return "" // the change broke off after the address was theirs
	}
	return c.Mailbox.Pending
}

var errNoMail = fault.New(fault.Conflict, "address.no_mail", "This platform sends no mail at present, so no address can be confirmed.")

// AskLetter sends the letter once more: to the new address if there is one, else
// to the one that nobody has confirmed.
func (s *Service) AskLetter(ctx context.Context, id Identity) (AddressState, error) {
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return AddressState{}, err
	}
	u, err := s.Users.Get(ctx, c.ID)
	switch {
	case err != nil:
		return AddressState{}, err
	case !s.Mails:
		return AddressState{}, errNoMail
	case c.pending(u) == "" && !u.Confirmed.IsZero():
		return s.addressState(u, c), nil
	}
	if err := s.noteLetter(c, c.pending(u), now); err != nil {
		return AddressState{}, err
	}
	err = s.credentials().Put(ctx, c, s.ownFact("account.address-asked", c.ID, now, map[string]any{"user": c.ID}))
	return s.addressState(u, c), err
}

func (s *Service) noteLetter(c *credential, pending string, now time.Time) error {
	var before []time.Time
	if c.Mailbox != nil {
		before = c.Mailbox.Asked
	}
	asked, err := ask(before, now)
	if err != nil {
		return err
	}
	c.Mailbox = &mailbox{pending, asked}
	return nil
}

// ChangeAddress asks for another address, for whoever gives a code of the second
// factor in use. Both addresses are written to.
func (s *Service) ChangeAddress(ctx context.Context, id Identity, address, code string) (AddressState, error) {
	if _, _, err := s.mine(ctx, id); err != nil {
		return AddressState{}, err
	}
	u, err := s.Users.Get(ctx, id.Actor.User)
	if err != nil {
		return AddressState{}, err
	}
	if address, err = s.freeAddress(ctx, u, address); err != nil {
		return AddressState{}, err // before the code, which is good once
	}
	c, now, err := s.proven(ctx, id, code)
	if err != nil {
		return AddressState{}, err
	}
	if !s.Mails {
		u.Email, u.Confirmed = address, time.Time{}
		err := s.Users.Put(ctx, u, s.ownFact("account.address", c.ID, now, map[string]any{"user": c.ID, "confirmed": false}))
		if fault.Coded(err, "user.taken") {
			err = errAddressTaken
		}
		return s.addressState(u, c), err
	}
	if err := s.noteLetter(c, address, now); err != nil {
		return AddressState{}, err
	}
	err = s.credentials().Put(ctx, c, s.ownFact("account.address-new", c.ID, now, map[string]any{"user": c.ID}))
	return s.addressState(u, c), err
}

var errAddressTaken = fault.Field("address.taken", "email", "Another account has this e-mail address.")

// freeAddress tidies an address and refuses one that somebody has.
func (s *Service) freeAddress(ctx context.Context, u *party.User, address string) (string, error) {
	address, err := party.CleanEmail("email", address)
	if err != nil {
		return "", err
	}
	if address == u.Email {
		return "", fault.Field("address.same", "email", "This is your address already.")
	}
	switch _, err := s.byEmail(ctx, address); {
	case err == nil:
		return "", errAddressTaken
	case !fault.Coded(err, "user.missing"):
		return "", err
	}
	return address, nil
}
