package people

import (
	"context"
	"crypto/rand"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// credential is how a person proves who they are. It has the id of its user and
// is apart from it, so that nothing that shows users can show it.
type credential struct {
	store.Root

	Password string `json:"password,omitempty"` // argon2id; none before an invitation is taken
	Factor   []byte `json:"factor,omitempty"`   // sealed secret of the second factor in use
	Pending  []byte `json:"pending,omitempty"`  // the same, until a first code shows that it works
	Step     int64  `json:"step,omitempty"`     // of the last code taken: no code is taken twice

	// Codes are hashes of the recovery codes that are left (codes.go).
	Codes []string `json:"codes,omitempty"`

	// Recovery is how a lost second factor comes back: two different
	// administrators, then a ticket that stands for one code.
	Recovery *recovery `json:"recovery,omitempty"`

	// Mailbox is what waits about the person's address (address.go).
	Mailbox *mailbox `json:"mailbox,omitempty"`

	Renewed time.Time `json:"renewed"` // sessions and tokens from before are void
}

// recovery is two administrators' word that a person has lost their factor.
type recovery struct {
	First   string    `json:"first"`
	Since   time.Time `json:"since"`
	Second  string    `json:"second,omitempty"`
	Ticket  string    `json:"ticket,omitempty"` // hash
	Expires time.Time `json:"expires,omitzero"`
}

// bare reports whether the person has nothing yet to sign in with.
func (c *credential) bare() bool { return c.Password == "" && c.Factor == nil }

// Keys: credentials are found by id alone.
func (c *credential) Keys() store.Keys { return nil }

var credentials = store.Collection{Kind: "credential"}

func (s *Service) credentials() store.Shelf[credential, *credential] {
	return store.Shelf[credential, *credential]{Engine: s.Engine, Kind: credentials.Kind}
}

// credential returns the stored one, or a new one for a user without.
func (s *Service) credential(ctx context.Context, user string) (*credential, error) {
	c, err := s.credentials().Get(ctx, user)
	if fault.Coded(err, "credential.missing") {
		return &credential{Root: store.Root{ID: user}}, nil
	}
	return c, err
}

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

// ChangePassword needs the old one. All sessions of the person end.
func (s *Service) ChangePassword(ctx context.Context, id Identity, old, password string) (Signed, error) {
	c, now, err := s.account(ctx, id)
	if err != nil {
		return Signed{}, err
	}
	if err := s.slow(ctx, now, "password "+c.ID); err != nil {
		return Signed{}, err
	}
	switch ok, err := s.Hasher.Matches(ctx, c.Password, old); {
	case err != nil:
		return Signed{}, err
	case !ok:
		return Signed{}, fault.Field("password.wrong", "old", "This is not your password.")
	}
	if err := s.setPassword(ctx, c, password); err != nil {
		return Signed{}, err
	}
	c.Renewed = now
	if err := s.credentials().Put(ctx, c, event.New("account.password", "", c.ID, now, map[string]any{"user": c.ID})); err != nil {
		return Signed{}, err
	}
	return s.open(ctx, c.ID, now, id.Half)
}

func (s *Service) setPassword(ctx context.Context, c *credential, password string) error {
	u, err := s.Users.Get(ctx, c.ID)
	if err != nil {
		return err
	}
	if f := CheckPassword("password", password, u.Email); f != nil {
		return f
	}
	c.Password, err = s.Hasher.Hash(ctx, password)
	return err
}

// proven is mine for what wants a fresh second factor: code is of the one in
// use, or a recovery code, and is used up.
func (s *Service) proven(ctx context.Context, id Identity, code string) (*credential, time.Time, error) {
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return nil, now, err
	}
	if c.Factor == nil {
		return nil, now, errHalf
	}
	if err := s.slow(ctx, now, "factor "+c.ID); err != nil {
		return nil, now, err
	}
	return c, now, s.takeCode(ctx, c, code, now)
}

// mine is account for people who have a second factor in use.
func (s *Service) mine(ctx context.Context, id Identity) (*credential, time.Time, error) {
	if id.Half {
		return nil, time.Time{}, errHalf
	}
	return s.account(ctx, id)
}

// account returns the credential of the person of a session. API tokens never
// get to it.
func (s *Service) account(ctx context.Context, id Identity) (*credential, time.Time, error) {
	if id.Session == "" {
		return nil, time.Time{}, fault.New(fault.Denied, "session.needed", "Sign in yourself to do this; a token is not enough.")
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return nil, now, err
	}
	c, err := s.credential(ctx, id.Actor.User)
	return c, now, err
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

// How long the two administrators have, and the person with the ticket.
const (
	recoverWithin = 24 * time.Hour
	ticketLife    = 7 * 24 * time.Hour
)

// ownFact is a fact about what a person did to their own account.
func (s *Service) ownFact(name, user string, at time.Time, data map[string]any) event.Event {
	return event.New(name, "", user, at, data)
}

func (s *Service) fact(name string, by party.Actor, at time.Time, data map[string]any) event.Event {
	return event.New(name, "", by.ID(), at, data)
}
