// Package people is accounts: organisations and their claims, people and their
// roles, and how they prove who they are.
//
// Start with [Service]; then register.go and organisation.go (how somebody comes
// in), invitation.go and offer.go (how they are asked in, and come), address.go
// (whose mail it is), session.go and outside.go (how they sign in), credential.go
// (second factors and their loss), token.go and device.go. Who may do what is not
// decided here but in the role table of package party; every change is a fact,
// and no fact holds a secret or more about a person than it must.
//
// Secrets: passwords as argon2id; sessions and API tokens as hashes of random
// tickets (secret.go); what goes out by mail as derived tickets, which are not
// stored at all (derived.go); the secrets of second factors sealed by a
// [Vault], because codes must be computed from them. Sessions, codes and
// invitations follow the wall clock, never a sandbox's legal clock.
//
// Trusted: the engine, for what it stores; whoever holds the vault's key file
// together with the engine's data can compute codes and tickets of letters, but no
// password.
//
// Frozen: the kinds and ids of documents, the names of facts, the prefixes and
// form of tickets, and what a new device key signs (EnrolRecord).
package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// Service is what can be done with accounts. Its fields are set once, in main.
type Service struct {
	Engine store.Engine
	Users  store.Shelf[party.User, *party.User]
	Orgs   store.Shelf[party.Organisation, *party.Organisation]
	Hasher *Hasher
	Vault  *Vault

	// Clock is the legal clock. Debarments follow it.
	Clock Clock

	// Mails says that there is a mail server; without one no address can be
	// confirmed, and invitations are handed over by who made them.
	Mails bool

	// URL is where people reach the pages.
	URL string

	// Issuer is what authenticator programs show: the platform's name.
	Issuer string

	// RP is the domain name that passkeys must be bound to.
	RP string

	// SetupFile is where the one-time set-up ticket lies, see [Service.Setup].
	SetupFile string

	// Many says that other servers may have made the ticket, which lies with
	// them then.
	Many bool

	// Outside is the provider that people may sign in by; may be nil.
	Outside Outsider

	// Official looks an identifier up in the official register; may be nil.
	Official Register
}

// Clock is the legal clock.
type Clock interface {
	Now(ctx context.Context) (time.Time, error)
}

// Register is an official register of organisations that can be asked.
type Register interface {
	// Lookup returns the legal name under which the register has the
	// identifier. ok is false if it has none; an error says that the register
	// could not be asked, and nothing about the identifier.
	Lookup(ctx context.Context, id party.Identifier) (legalName string, ok bool, err error)
}

// Collections declares what this package stores to the engine.
func Collections() []store.Collection {
	return []store.Collection{party.Users, party.Organisations, credentials, devices, tokens, accesses,
		sessions, locks, invitations, setups, answers, outsideLinks}
}

var byExpiry = []store.Index{{Name: "expires", Fields: []string{"expires"}}}

// Sweep forgets what has expired.
func (s *Service) Sweep(ctx context.Context) error {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	var all []error
	for _, kind := range []string{sessions.Kind, locks.Kind, setups.Kind, answers.Kind} {
		all = append(all, s.sweep(ctx, store.Query{Kind: kind, Index: "expires", To: now.UnixMilli(), Limit: 500}))
	}
	return errors.Join(append(all, s.forget(ctx, now))...)
}

// sweep deletes what q finds. What was changed meanwhile is not old any more.
func (s *Service) sweep(ctx context.Context, q store.Query) error {
	for {
		page, err := s.Engine.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			if err := s.Engine.Delete(ctx, q.Kind, d.ID, d.Version); err != nil && !lost(err) {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

// reach returns a user on whose account by may act. An administrator who is one
// for some of a person's organisations only may not: the account is for all.
func (s *Service) reach(ctx context.Context, by party.Actor, act party.Action, user string) (*party.User, error) {
	if err := party.Allowed(by, act, by.Org); err != nil {
		return nil, err // strangers learn nothing about who exists
	}
	u, err := s.Users.Get(ctx, user)
	if err != nil {
		return nil, err
	}
	if err := party.Allowed(by, act, u.Orgs()...); err != nil {
		return nil, hide(err, "user")
	}
	for _, org := range u.Orgs() {
		if err := party.Allowed(by, act, org); err != nil {
			return nil, fault.New(fault.Denied, "user.elsewhere", "This person has places in other organisations too. Ask an administrator of the platform.").Because(err)
		}
	}
	return u, nil
}

// hide turns "belongs to another" into "there is none": an administrator of one
// organisation may not learn who is in others.
func hide(err error, kind string) error {
	if fault.Coded(err, "actor.foreign") {
		return fault.New(fault.Missing, kind+".missing", "There is no such %s.", fault.Name{Of: "kind", Word: kind})
	}
	return err
}

// normalEmail is the form in which addresses are stored and compared. The local
// part may be read with respect to case by its host, but no two people depend
// on that.
func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// byEmail finds a user.
func (s *Service) byEmail(ctx context.Context, email string) (*party.User, error) {
	list, _, err := s.Users.Find(ctx, store.Query{Index: "email", Eq: []any{email}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.Missing, "user.missing", "There is no such user.")
	}
	return list[0], nil
}
