package people

import (
	"context"
	"strings"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// Access is one sensitive read by somebody who oversees others: a fact like any
// other, stored before what was asked for is shown.
type Access struct {
	store.Root

	User    string       `json:"user"`
	Org     string       `json:"org"`
	Role    party.Role   `json:"role"`
	Action  party.Action `json:"action"`
	Topic   string       `json:"topic,omitempty"` // ocid, if it is about a procedure
	Subject string       `json:"subject"`         // what was read: kind/id
	Reason  string       `json:"reason"`
	At      time.Time    `json:"at"`
}

// Keys makes reads findable by reader and by what was read.
func (a *Access) Keys() store.Keys {
	k := store.Keys{"user": a.User, "subject": a.Subject, "at": a.At.UnixMilli(), "all": "yes"}
	if a.Topic != "" {
		k["topic"] = a.Topic
	}
	return k
}

// About are the ids of the person or the organisation that was read about, if
// it was one.
func (a *Access) About() (person, organisation string) {
	kind, id, _ := strings.Cut(a.Subject, "/")
	switch kind {
	case "user":
		return id, ""
	case "organisation":
		return "", id
	}
	return "", ""
}

var accesses = store.Collection{Kind: "access", Indexes: []store.Index{
	{Name: "user", Fields: []string{"user", "at"}},
	{Name: "subject", Fields: []string{"subject", "at"}},
	{Name: "topic", Fields: []string{"topic", "at"}},
	{Name: "all", Fields: []string{"all", "at"}},
}}

// Reading is what somebody is about to be shown.
type Reading struct {
	Action  party.Action
	Topic   string
	Subject string
	Reason  string // in the reader's words
}

// Read stores the fact of a sensitive read, where the role table wants one, and
// must be called before the thing is shown. It does not decide whether the read
// is allowed: ask party.Allowed first. A missing reason is refused.
func (s *Service) Read(ctx context.Context, by party.Actor, r Reading) error {
	if !party.Leaves(by, r.Action) {
		return nil
	}
	reason, err := text.Require("Probity-Reason", r.Reason, 500)
	if err != nil {
		return fault.Field("access.reason", "Probity-Reason", "Say why you read this. It is put on record.")
	}
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return err
	}
	a := &Access{store.Root{ID: randomText(15)}, by.User, by.Org, by.Role, r.Action, r.Topic, r.Subject, reason, now}
	return s.accesses().Put(ctx, a, event.New("access.read", r.Topic, by.ID(), now, map[string]any{
		"action": r.Action, "org": by.Org, "role": by.Role, "subject": r.Subject, "reason": reason,
	}))
}

func (s *Service) accesses() store.Shelf[Access, *Access] {
	return store.Shelf[Access, *Access]{Engine: s.Engine, Kind: accesses.Kind}
}

// AccessQuery asks for reads: of one subject, by one reader, of one procedure,
// or all.
type AccessQuery struct {
	Subject, User, Topic string

	Reason string
	After  string
	Limit  int
}

// Reads lists who has read what, newest first. To look at it is a sensitive
// read itself.
func (s *Service) Reads(ctx context.Context, by party.Actor, ask AccessQuery) ([]*Access, string, error) {
	if err := party.Allowed(by, party.PlatformAccess); err != nil {
		return nil, "", err
	}
	q := store.Query{Index: "all", Eq: []any{"yes"}, Desc: true, After: ask.After, Limit: ask.Limit}
	about := "access"
	switch {
	case ask.Subject != "" && ask.User != "", ask.Topic != "" && ask.Subject+ask.User != "":
		return nil, "", fault.New(fault.Invalid, "access.filter", "Ask by subject, by user or by procedure, one of them only.")
	case ask.Topic != "":
		q.Index, q.Eq, about = "topic", []any{ask.Topic}, "access in "+ask.Topic
	case ask.Subject != "":
		q.Index, q.Eq, about = "subject", []any{ask.Subject}, "access of "+ask.Subject
	case ask.User != "":
		q.Index, q.Eq, about = "user", []any{ask.User}, "access by "+ask.User
	}
	list, next, err := s.accesses().Find(ctx, q)
	if err != nil {
		return nil, "", err
	}
	return list, next, s.Read(ctx, by, Reading{party.PlatformAccess, ask.Topic, about, ask.Reason})
}
