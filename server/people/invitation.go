package people

import (
	"time"

	"probity/tender/party"
	"probity/tender/store"
)

// invitation is a place in an organisation that waits for its person. Nobody is
// made before they take it. Its ticket is derived (derived.go): it goes to the
// address by mail, or is shown to who invites where no mail is sent.
//
// It is taken in two writes: the first says by whom, for good; the second gives
// the place. Whoever breaks off in between takes it again.
type invitation struct {
	store.Root // the id of its ticket

	Place    party.Membership `json:"place"`
	Name     string           `json:"name,omitempty"`
	Email    string           `json:"email,omitempty"` // "" once it is long over
	Language string           `json:"language,omitempty"`
	By       string           `json:"by"`
	Made     time.Time        `json:"made"`
	Expires  time.Time        `json:"expires"`
	Mailed   bool             `json:"mailed,omitempty"` // only who reads the address's mail has the ticket
	Sent     []time.Time      `json:"sent,omitempty"`   // letters, within a day

	NewUser   string    `json:"newUser"` // id of the account that it makes
	Taker     string    `json:"taker,omitempty"`
	Withdrawn bool      `json:"withdrawn,omitempty"`
	Over      time.Time `json:"over,omitzero"` // when it was taken or withdrawn
}

// forgetInvited is how long the name and address of somebody who was invited
// are kept after it is over.
const forgetInvited = 90 * 24 * time.Hour

// Keys makes invitations findable by organisation, the open one of an address
// there, and those whose address is to be forgotten.
func (x *invitation) Keys() store.Keys {
	k := store.Keys{"org": x.Place.Org, "made": x.Made.UnixMilli()}
	if x.Email == "" {
		return k
	}
	end := x.Over
	if end.IsZero() {
		k["open"] = x.Place.Org + " " + x.Email
		end = x.Expires
	}
	k["forget"] = end.Add(forgetInvited).UnixMilli()
	return k
}

var invitations = store.Collection{Kind: "invite", Indexes: []store.Index{
	{Name: "org", Fields: []string{"org", "made"}},
	{Name: "open", Fields: []string{"open"}, Unique: true},
	{Name: "forget", Fields: []string{"forget"}},
}}

func (s *Service) invitations() store.Shelf[invitation, *invitation] {
	return store.Shelf[invitation, *invitation]{Engine: s.Engine, Kind: invitations.Kind}
}

// InvitationState is where an invitation stands.
type InvitationState string

// The states.
const (
	InvitationOpen      InvitationState = "open"
	InvitationExpired   InvitationState = "expired"
	InvitationTaken     InvitationState = "taken"
	InvitationWithdrawn InvitationState = "withdrawn"
)

func (x *invitation) state(now time.Time) InvitationState {
	switch {
	case x.Withdrawn:
		return InvitationWithdrawn
	case x.Taker != "":
		return InvitationTaken
	case !now.Before(x.Expires):
		return InvitationExpired
	}
	return InvitationOpen
}

// Invite is a person who is to have a place in an organisation.
type Invite struct {
	UserID string // used if the person makes an account
	Org    string
	Roles  []party.Role
	Person Person
}

// Invited is an invitation as those see it who have made it. Ticket goes to the
// person by a way that the administrator trusts, and is there where no mail is
// sent only; who has it, takes the place. Whether the person has an account
// here, the administrator does not learn.
type Invited struct {
	ID      string
	Org     string
	Name    string
	Email   string
	Roles   []party.Role
	By      string
	Made    time.Time
	Expires time.Time
	Over    time.Time
	State   InvitationState
	Mailed  bool
	Ticket  string
}

func (s *Service) invited(x *invitation, now time.Time) Invited {
	return Invited{x.ID, x.Place.Org, x.Name, x.Email, x.Place.Roles, x.By, x.Made, x.Expires, x.Over, x.state(now), x.Mailed, ""}
}

// sent is invited with the ticket, where it does not go by mail.
func (s *Service) sent(x *invitation, now time.Time) Invited {
	v := s.invited(x, now)
	if !x.Mailed {
		v.Ticket = s.Vault.invitationTicket(x).String()
	}
	return v
}
