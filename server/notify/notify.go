// Package notify tells people what they wait for: in the pages, and by mail to
// those who want it.
//
// Start with rules.go: which fact is told to whom, as what. [Service.Take] is a
// reader of the log; it makes one [Notice] for each person, under an id that
// follows from the fact, so that a fact that is taken in twice tells nobody
// twice. A notice is its own outbox: deliver.go sends what is due, at least
// once, later again if the mail server is away, and keeps what cannot be sent
// where administrators see it.
//
// What goes to an address rather than to a person (letters.go) waits in the same
// outbox and holds no more than whom to ask for it: its ticket is derived when
// it is sent.
//
// A notice holds no secret and nothing from a bid: what happened, the title of
// the procedure, and the page where the rest is. Who bids on a tender and who
// merely follows it are told the same, in the same words, so that neither the
// mail server nor a list of undelivered mail tells bidders from others.
//
// Trusted: the engine. Not trusted: the mail server, which learns what the
// public page says, and the addresses of people.
package notify

import (
	"context"
	"time"

	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// Notice is one thing that one person is told.
type Notice struct {
	store.Root

	User  string    `json:"user,omitempty"`  // "" for what goes to an address
	About string    `json:"about,omitempty"` // of a letter: the account or the invitation
	Kind  Kind      `json:"kind"`
	Topic string    `json:"topic,omitempty"` // ocid
	Title text.Text `json:"title,omitempty"` // of the procedure, or name of an organisation
	Path  string    `json:"path"`            // of the page where the rest is
	At    time.Time `json:"at"`              // of the fact
	Made  time.Time `json:"made"`
	Read  time.Time `json:"read,omitzero"`

	Searches []Search `json:"searches,omitempty"` // of the person, that find something new

	Mail    Mail      `json:"mail,omitempty"`
	Tries   int       `json:"tries,omitempty"`
	Next    time.Time `json:"next,omitzero"` // when it is tried again
	Why     string    `json:"why,omitempty"` // of the last failure
	Expires time.Time `json:"expires"`
}

// Mail is where a notice stands on its way by mail; "" for one that is in the
// pages only.
type Mail string

// The states of a mail.
const (
	Due  Mail = "due"
	Sent Mail = "sent"
	Dead Mail = "dead" // given up; an administrator can try again
)

// Keys makes notices findable by person, unread ones, and those to be sent.
func (n *Notice) Keys() store.Keys {
	k := store.Keys{"made": n.Made.UnixMilli(), "expires": n.Expires.UnixMilli()}
	if n.User != "" {
		k["user"] = n.User
		if n.Read.IsZero() {
			k["unread"] = n.User
		}
	}
	if n.Mail == Due || n.Mail == Dead {
		k["mail"], k["next"] = string(n.Mail), n.Next.UnixMilli()
	}
	return k
}

var (
	notices = store.Collection{Kind: "notice", Ephemeral: true, Indexes: []store.Index{
		{Name: "user", Fields: []string{"user", "made"}},
		{Name: "unread", Fields: []string{"unread", "made"}},
		{Name: "mail", Fields: []string{"mail", "next"}},
		{Name: "expires", Fields: []string{"expires"}},
	}}
	watches = store.Collection{Kind: "watch", Ephemeral: true, Indexes: []store.Index{
		{Name: "user", Fields: []string{"user", "since"}},
		{Name: "topic", Fields: []string{"topic", "since"}},
	}}
	choices = store.Collection{Kind: "mailchoice", Ephemeral: true}
)

// Collections declares what this package stores to the engine.
func Collections() []store.Collection { return []store.Collection{notices, watches, choices} }

// Sources is what the rules ask about the things that facts are about. Each
// function may answer Missing; then nobody is told.
type Sources struct {
	Tender    func(ctx context.Context, id string) (*tender.Tender, error)
	Plan      func(ctx context.Context, id string) (buyer string, title text.Text, err error)
	Bidders   func(ctx context.Context, tender string) (orgs []string, err error)
	Contract  func(ctx context.Context, id string) (buyer, supplier string, err error)
	Complaint func(ctx context.Context, id string) (org string, heard bool, err error) // heard: the buyer may know of it

	// Slip tells how a letter stands: where it goes now, and with which link.
	Slip func(ctx context.Context, kind Kind, about string, at time.Time) (Slip, error)

	// Searches finds the saved searches, by person, that find what a fact has
	// published; Quieten stops mail about some of them. Both may be nil.
	Searches func(ctx context.Context, f event.Event) (map[string][]Search, error)
	Quieten  func(ctx context.Context, user string, searches []string) error
}

// Service is what can be done with notices.
type Service struct {
	Engine  store.Engine
	Users   store.Shelf[party.User, *party.User]
	Orgs    store.Shelf[party.Organisation, *party.Organisation]
	Sources Sources

	// Mails says that there is a mail server; without one notices are in the
	// pages only.
	Mails bool

	// URL is where people reach the pages.
	URL string

	// Platform is its name.
	Platform string

	// Key makes the links by which mail is stopped without signing in.
	Key []byte
}

const (
	keepNotice = 180 * 24 * time.Hour

	// tooOld is when nobody wants to be told any more. After a restore the log
	// is carried again: what is older than this makes no second notice, what is
	// younger is known by its id.
	tooOld = 14 * 24 * time.Hour

	inboxMost = 200 // notices that one request marks as read
	// CountMost bounds what is counted for the header: more is "9+".
	CountMost = 10
)

func (s *Service) notices() store.Shelf[Notice, *Notice] {
	return store.Shelf[Notice, *Notice]{Engine: s.Engine, Kind: notices.Kind}
}

func (s *Service) watches() store.Shelf[watch, *watch] {
	return store.Shelf[watch, *watch]{Engine: s.Engine, Kind: watches.Kind}
}

func (s *Service) choices() store.Shelf[choice, *choice] {
	return store.Shelf[choice, *choice]{Engine: s.Engine, Kind: choices.Kind}
}

// known refuses strangers.
func known(by party.Actor) error {
	if !by.SignedIn() {
		return fault.New(fault.Unknown, "actor.unknown", "Please sign in.")
	}
	return nil
}
