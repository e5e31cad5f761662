package people

import (
	"context"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// Token lets a program act for a person, in one of their places, within scopes,
// for a while. We hold a hash of its ticket.
type Token struct {
	store.Root

	User    string     `json:"user"`
	Org     string     `json:"org"`
	Role    party.Role `json:"role"`
	Scopes  []string   `json:"scopes"`
	Label   string     `json:"label"`
	Hash    string     `json:"hash"`
	Made    time.Time  `json:"made"`
	Ends    time.Time  `json:"ends"`
	Revoked time.Time  `json:"revoked,omitzero"`
}

// Keys makes tokens findable by person.
func (x *Token) Keys() store.Keys { return store.Keys{"user": x.User, "made": x.Made.UnixMilli()} }

var tokens = store.Collection{Kind: "token", Indexes: []store.Index{{Name: "user", Fields: []string{"user", "made"}}}}

func (s *Service) tokens() store.Shelf[Token, *Token] {
	return store.Shelf[Token, *Token]{Engine: s.Engine, Kind: tokens.Kind}
}

// NewToken is what a token is to be good for.
type NewToken struct {
	Label  string
	Scopes []string // names of actions, "noun.*", or party.ScopeRead
	Days   int      // 1 to 366
}

const tokenMany = 50 // in use, per person

// IssueToken makes a token for the place in which the person acts, and returns
// its ticket, which is never to be had again.
func (s *Service) IssueToken(ctx context.Context, id Identity, n NewToken) (*Token, string, error) {
	by := id.Actor
	if err := party.Allowed(by, party.TokenIssue); err != nil {
		return nil, "", err
	}
	_, now, err := s.mine(ctx, id)
	if err != nil {
		return nil, "", err
	}
	if by.Org == "" {
		return nil, "", fault.New(fault.Denied, "token.place", "A token needs an organisation to act for.")
	}
	label, err := text.Require("label", n.Label, 100)
	if err != nil {
		return nil, "", err
	}
	if f := party.CheckScopes("scopes", n.Scopes); f != nil {
		return nil, "", f
	}
	if n.Days < 1 || n.Days > 366 {
		return nil, "", fault.Field("token.days", "days", "A token lasts 1 to 366 days.")
	}
	if err := s.fewTokens(ctx, by.User, now); err != nil {
		return nil, "", err
	}
	t := newTicket(tokenPrefix)
	x := &Token{Root: store.Root{ID: t.id}, User: by.User, Org: by.Org, Role: by.Role, Scopes: n.Scopes, Label: label,
		Hash: t.hash(), Made: now, Ends: now.AddDate(0, 0, n.Days)}
	fact := event.New("token.issue", "", by.User, now, map[string]any{
		"token": x.ID, "user": x.User, "org": x.Org, "role": x.Role, "scopes": x.Scopes, "ends": event.Time(x.Ends)})
	return x, t.String(), s.tokens().Put(ctx, x, fact)
}

func (s *Service) fewTokens(ctx context.Context, user string, now time.Time) error {
	list, err := s.Tokens(ctx, user)
	if err != nil {
		return err
	}
	n := 0
	for _, x := range list {
		if x.Live(now) {
			n++
		}
	}
	if n >= tokenMany {
		return fault.New(fault.Conflict, "token.many", "You have %d tokens. Revoke one first.", n)
	}
	return nil
}

// Live reports whether the token is good at now, by the wall clock.
func (x *Token) Live(now time.Time) bool { return x.Revoked.IsZero() && now.Before(x.Ends) }

// Tokens lists all tokens a person ever had, newest first.
func (s *Service) Tokens(ctx context.Context, user string) ([]*Token, error) {
	var list []*Token
	err := s.tokens().All(ctx, store.Query{Index: "user", Eq: []any{user}, Desc: true}, func(x *Token) error {
		list = append(list, x)
		return nil
	})
	return list, err
}

// RevokeToken ends a token of the person of a session.
func (s *Service) RevokeToken(ctx context.Context, id Identity, token string) error {
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return err
	}
	x, err := s.tokens().Get(ctx, token)
	if err != nil {
		return err
	}
	if x.User != c.ID {
		return fault.New(fault.Missing, "token.missing", "There is no such token.")
	}
	if !x.Revoked.IsZero() {
		return nil
	}
	x.Revoked = now
	return s.tokens().Put(ctx, x, event.New("token.revoke", "", c.ID, now, map[string]any{"token": x.ID, "user": x.User}))
}
