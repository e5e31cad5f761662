package people

import (
	"context"
	"crypto/rand"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
)

// Factor is a new second factor, shown to its owner once.
type Factor struct {
	Secret string // base32, for typing
	URI    string // otpauth, for scanning
}

// NewFactor makes the secret of a second factor for the person of a session. It
// is in use from [Service.ConfirmFactor] on. A person who has one in use must
// give a code of it.
func (s *Service) NewFactor(ctx context.Context, id Identity, code string) (Factor, error) {
	c, now, err := s.account(ctx, id)
	if err != nil {
		return Factor{}, err
	}
	if c.Factor != nil {
		if err := s.slow(ctx, now, "factor "+c.ID); err != nil {
			return Factor{}, err
		}
		if err := s.takeCode(ctx, c, code, now); err != nil {
			return Factor{}, err
		}
	}
	secret := make([]byte, 20)
	rand.Read(secret)
	c.Pending = s.Vault.seal(c.ID, secret)
	if err := s.credentials().Put(ctx, c); err != nil {
		return Factor{}, err
	}
	u, err := s.Users.Get(ctx, c.ID)
	if err != nil {
		return Factor{}, err
	}
	return Factor{base32Plain.EncodeToString(secret), codeURI(s.Issuer, u.Email, secret)}, nil
}

// ConfirmFactor puts the new second factor in use once a code shows that it
// works. The session is replaced by a new one; all others of the person end.
func (s *Service) ConfirmFactor(ctx context.Context, id Identity, code string) (Signed, error) {
	c, now, err := s.account(ctx, id)
	if err != nil {
		return Signed{}, err
	}
	if c.Pending == nil {
		return Signed{}, fault.New(fault.Conflict, "factor.none", "Ask for a second factor first.")
	}
	if err := s.slow(ctx, now, "factor "+c.ID); err != nil {
		return Signed{}, err
	}
	secret, err := s.Vault.open(c.ID, c.Pending)
	if err != nil {
		return Signed{}, err
	}
	step, ok := codeAt(secret, code, now)
	if !ok {
		return Signed{}, errCode
	}
	c.Factor, c.Pending, c.Step, c.Recovery, c.Renewed = c.Pending, nil, step, nil, now
	codes := c.newCodes()
	if err := s.credentials().Put(ctx, c, s.ownFact("account.factor", c.ID, now, map[string]any{"user": c.ID})); err != nil {
		return Signed{}, err
	}
	x, err := s.open(ctx, c.ID, now, false)
	x.Codes = codes
	return x, err
}

var errHalf = fault.New(fault.Denied, "session.half", "Make a second factor first.")

var errCode = fault.Field("session.code", "code", "This code is wrong, or was used already. Wait for the next one.")

// takeCode accepts a code of the factor in use, or a recovery code, once. Two requests with one code
// meet at the version of the credential, and one of them is refused.
func (s *Service) takeCode(ctx context.Context, c *credential, code string, now time.Time) error {
	secret, err := s.Vault.open(c.ID, c.Factor)
	if err != nil {
		return err
	}
	step, ok := codeAt(secret, code, now)
	if !ok {
		return s.takeRecovery(ctx, c, code, now)
	}
	if step <= c.Step {
		return errCode
	}
	c.Step = step
	if err := s.credentials().Put(ctx, c); lost(err) {
		return errCode
	} else if err != nil {
		return err
	}
	return nil
}

// ResetFactor is an administrator's word that a person has lost their second
// factor. The first one opens the case; a different one within a day settles
// it and gets a ticket to hand to the person, who signs in with it, once, in
// place of a code, and then makes a new factor. Nobody acts in their own case.
func (s *Service) ResetFactor(ctx context.Context, by party.Actor, user string) (ticketText string, err error) {
	u, err := s.reach(ctx, by, party.UserRecover, user)
	if err != nil {
		return "", err
	}
	if by.User == u.ID {
		return "", fault.New(fault.Denied, "factor.own", "Two other administrators must do this for you.")
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return "", err
	}
	c, err := s.credential(ctx, u.ID)
	if err != nil {
		return "", err
	}
	r := c.Recovery
	if r == nil || r.Second != "" || !now.Before(r.Since.Add(recoverWithin)) {
		c.Recovery = &recovery{First: by.User, Since: now}
		return "", s.credentials().Put(ctx, c, s.fact("user.totp-reset-asked", by, now, map[string]any{"user": u.ID}))
	}
	if r.First == by.User {
		return "", fault.New(fault.Conflict, "factor.second", "You have said so already. A second administrator must confirm it.")
	}
	t := newTicket(invitePrefix)
	c.Recovery = &recovery{First: r.First, Since: r.Since, Second: by.User, Ticket: t.hash(), Expires: now.Add(ticketLife)}
	c.Factor, c.Pending, c.Codes, c.Renewed = nil, nil, nil, now
	err = s.credentials().Put(ctx, c, s.fact("user.totp-reset", by, now, map[string]any{"user": u.ID, "first": r.First, "second": by.User}))
	return t.String(), err
}
