package web

import (
	"time"

	"probity/tender/fault"
	"probity/tender/party"
)

// userOut is a person as they and their administrators see them.
type userOut struct {
	Versioned
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Email    string     `json:"email"`
	Proven   *time.Time `json:"confirmed,omitempty" doc:"when they have shown that they read the mail of this address"`
	Speaks   []string   `json:"languages,omitempty"`
	Places   []placeOut `json:"places"`
	Disabled bool       `json:"disabled"`
	Created  time.Time  `json:"created"`
}

func showUser(u *party.User) userOut {
	return userOut{Versioned{u.Version}, u.ID, u.Name, u.Email, maybe(u.Confirmed), u.Languages, placesOf(u), u.Disabled, u.Created}
}

// shownUser is showUser behind a call that can fail.
func shownUser(u *party.User, err error) (userOut, error) {
	if err != nil {
		return userOut{}, err
	}
	return showUser(u), nil
}

type listUsersIn struct {
	Paging
	Org    string `query:"organisation" validate:"max=100"`
	Email  string `query:"email" validate:"max=254" doc:"the one person with this address, instead"`
	Reason Reason `header:"Probity-Reason" doc:"why you read this; put on record"`
}

func (s *Server) listUsers(c *Call, in listUsersIn) (List[userOut], error) {
	switch {
	case in.Email == "" && in.Org == "":
		return List[userOut]{}, mistaken(map[string]fault.Sentence{"organisation": fault.Say("Fill this in.")})
	case in.Email != "":
		u, err := s.People.UserByEmail(c.Context(), c.By, in.Email, string(in.Reason))
		if err != nil {
			return List[userOut]{}, err
		}
		return listOf([]*party.User{u}, "", showUser), nil
	}
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
