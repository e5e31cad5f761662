package web

import (
	"time"

	"probity/server/people"
	"probity/tender/party"
)

// userOut is a person as they and their administrators see them.
type userOut struct {
	Versioned
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Email    string     `json:"email"`
	Speaks   []string   `json:"languages,omitempty"`
	Places   []placeOut `json:"places"`
	Disabled bool       `json:"disabled"`
	Created  time.Time  `json:"created"`
}

func showUser(u *party.User) userOut {
	return userOut{Versioned{u.Version}, u.ID, u.Name, u.Email, u.Languages, placesOf(u), u.Disabled, u.Created}
}

// shownUser is showUser behind a call that can fail.
func shownUser(u *party.User, err error) (userOut, error) {
	if err != nil {
		return userOut{}, err
	}
	return showUser(u), nil
}

type inviteIn struct {
	Org    string       `json:"organisation" validate:"required,max=100"`
	Roles  []party.Role `json:"roles" validate:"required,min=1,max=20,unique"`
	Person personIn     `json:"person" validate:"required"`
}

type invitedOut struct {
	User       string `json:"user,omitempty" doc:"absent for a person who has an account elsewhere"`
	Invitation string `json:"invitation" doc:"for the person; shown once"`
}

func (s *Server) inviteUser(c *Call, in inviteIn) (invitedOut, error) {
	done, err := s.People.Invite(c.Context(), c.By, people.Invite{UserID: c.NewID(), Org: in.Org, Roles: in.Roles, Person: people.Person(in.Person)})
	if err != nil {
		return invitedOut{}, err
	}
	if done.User == nil {
		return invitedOut{"", done.Ticket}, nil
	}
	c.Location("/api/v1/users/%s", done.User.ID)
	return invitedOut{done.User.ID, done.Ticket}, nil
}

type acceptIn struct {
	Invitation string `json:"invitation" validate:"required,max=100"`
	Password   string `json:"password" validate:"required,max=1000"`
	Cookie     bool   `json:"cookie,omitempty"`
}

func (s *Server) acceptInvitation(c *Call, in acceptIn) (sessionOut, error) {
	x, err := s.People.Accept(c.Context(), in.Invitation, in.Password)
	if err != nil {
		return sessionOut{}, err
	}
	return s.hand(c, x, in.Cookie)
}

type joinIn struct {
	Invitation string `json:"invitation" validate:"required,max=100"`
}

func (s *Server) join(c *Call, in joinIn) (userOut, error) {
	return shownUser(s.People.Join(c.Context(), c.Identity, in.Invitation))
}

type listUsersIn struct {
	Paging
	Org    string `query:"organisation" validate:"required,max=100"`
	Reason Reason `header:"Probity-Reason" doc:"why you read this; put on record"`
}

func (s *Server) listUsers(c *Call, in listUsersIn) (List[userOut], error) {
	list, next, err := s.People.Members(c.Context(), c.By, in.Org, string(in.Reason), in.After, in.Size())
	return listOf(list, next, showUser), err
}

func (s *Server) getUser(c *Call, in reasonIn) (userOut, error) {
	return shownUser(s.People.User(c.Context(), c.By, in.ID, string(in.Reason)))
}

type rolesIn struct {
	ID    string       `path:"id"`
	Match IfMatch      `header:"If-Match"`
	Org   string       `json:"organisation" validate:"required,max=100"`
	Roles []party.Role `json:"roles,omitempty" validate:"max=20,unique" doc:"none ends the membership"`
}

func (s *Server) setRoles(c *Call, in rolesIn) (userOut, error) {
	return shownUser(s.People.SetRoles(c.Context(), c.By, in.ID, int64(in.Match), in.Org, in.Roles))
}

type selfIn struct {
	Match     IfMatch  `header:"If-Match"`
	Name      string   `json:"name" validate:"required,max=200"`
	Languages []string `json:"languages,omitempty" validate:"max=24,unique,dive,max=35" doc:"BCP 47, best first"`
}

func (s *Server) editSelf(c *Call, in selfIn) (userOut, error) {
	return shownUser(s.People.EditSelf(c.Context(), c.Identity, int64(in.Match), in.Name, in.Languages))
}

type disableIn struct {
	ID       string  `path:"id"`
	Match    IfMatch `header:"If-Match"`
	Disabled bool    `json:"disabled"`
}

func (s *Server) disableUser(c *Call, in disableIn) (userOut, error) {
	return shownUser(s.People.Disable(c.Context(), c.By, in.ID, int64(in.Match), in.Disabled))
}

// recoveryOut is where the recovery of a second factor stands. Ticket is there
// once, when the second administrator has confirmed it.
type recoveryOut struct {
	Settled bool   `json:"settled" doc:"false: a second administrator must confirm"`
	Ticket  string `json:"ticket,omitempty" doc:"for the person, in place of one code; shown once"`
}

func (s *Server) resetFactor(c *Call, in byID) (recoveryOut, error) {
	t, err := s.People.ResetFactor(c.Context(), c.By, in.ID)
	return recoveryOut{t != "", t}, err
}

type accessesIn struct {
	Paging
	Subject string `query:"subject" validate:"max=512"`
	User    string `query:"user" validate:"max=100"`
	Reason  Reason `header:"Probity-Reason" doc:"why you read this; put on record"`
}

// accessOut is one sensitive read.
type accessOut struct {
	User    string       `json:"user"`
	Org     string       `json:"organisation"`
	Role    party.Role   `json:"role"`
	Action  party.Action `json:"action"`
	Topic   string       `json:"topic,omitempty"`
	Subject string       `json:"subject"`
	Reason  string       `json:"reason"`
	At      time.Time    `json:"at"`
}

func (s *Server) listAccesses(c *Call, in accessesIn) (List[accessOut], error) {
	q := people.AccessQuery{Subject: in.Subject, User: in.User, Reason: string(in.Reason), After: in.After, Limit: in.Size()}
	list, next, err := s.People.Reads(c.Context(), c.By, q)
	return listOf(list, next, func(a *people.Access) accessOut {
		return accessOut{a.User, a.Org, a.Role, a.Action, a.Topic, a.Subject, a.Reason, a.At}
	}), err
}
