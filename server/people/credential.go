package people

import (
	"context"
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
