package web

import (
	"time"

	"probity/server/people"
	"probity/tender/party"
	"probity/tender/text"
)

func (s *Server) invitationRoutes() []Route {
	return []Route{
		{At: "POST /api/v1/users", Name: "inviteUser", Right: party.UserInvite, Status: made, Do: do(s.inviteUser), Says: "Invites a person to a place in an organisation."},
		{At: "GET /api/v1/invitations", Name: "listInvitations", Right: party.UserRead, Status: ok, Do: do(s.listInvitations), Says: "Lists who was invited to an organisation, newest first."},
		{At: "POST /api/v1/invitations/{id}/resend", Name: "resendInvitation", Right: party.UserInvite, Status: ok, Do: do(s.resendInvitation), Says: "Sends an invitation again; the link from before is void."},
		{At: "POST /api/v1/invitations/{id}/withdraw", Name: "withdrawInvitation", Right: party.UserInvite, Status: ok, Do: do(s.withdrawInvitation), Says: "Withdraws an invitation that nobody has taken."},
		{At: "POST /api/v1/invitations/look", Name: "lookAtInvitation", Right: Open, Status: ok, Costly: true, Do: do(s.lookAtInvitation), Says: "Says what an invitation is for."},
		{At: "POST /api/v1/invitations/accept", Name: "acceptInvitation", Right: Open, Status: ok, Costly: true, Do: do(s.acceptInvitation), Says: "Takes an invitation with a new account and sets the password."},
		{At: "POST /api/v1/me/places", Name: "join", Right: party.AccountEdit, Status: ok, Do: do(s.join), Says: "Takes a place that one was invited to with the account that one has."},
	}
}

type inviteIn struct {
	Org    string       `json:"organisation" validate:"required,max=100"`
	Roles  []party.Role `json:"roles" validate:"required,min=1,max=20,unique"`
	Person personIn     `json:"person" validate:"required"`
}

// invitedOut is an invitation as those see it who made it.
type invitedOut struct {
	ID         string                 `json:"id"`
	Org        string                 `json:"organisation"`
	Name       string                 `json:"name,omitempty" doc:"absent once it is long over"`
	Email      string                 `json:"email,omitempty" doc:"absent once it is long over"`
	Roles      []party.Role           `json:"roles"`
	By         string                 `json:"by"`
	Made       time.Time              `json:"made"`
	Expires    time.Time              `json:"expires"`
	Over       *time.Time             `json:"over,omitempty" doc:"when it was taken or withdrawn"`
	State      people.InvitationState `json:"state" doc:"open, expired, taken or withdrawn"`
	Mailed     bool                   `json:"mailed" doc:"it goes to the person by mail"`
	Invitation string                 `json:"invitation,omitempty" doc:"for the person, where it does not go by mail; shown once"`
}

func showInvited(x people.Invited) invitedOut {
	return invitedOut{x.ID, x.Org, x.Name, x.Email, x.Roles, x.By, x.Made, x.Expires, maybe(x.Over), x.State, x.Mailed, x.Ticket}
}

// shownInvited is showInvited behind a call that can fail.
func shownInvited(x people.Invited, err error) (invitedOut, error) {
	if err != nil {
		return invitedOut{}, err
	}
	return showInvited(x), nil
}

func (s *Server) inviteUser(c *Call, in inviteIn) (invitedOut, error) {
	return shownInvited(s.People.Invite(c.Context(), c.By, people.Invite{UserID: c.NewID(), Org: in.Org, Roles: in.Roles, Person: people.Person(in.Person)}))
}

type listInvitationsIn struct {
	Paging
	Org    string `query:"organisation" validate:"required,max=100"`
	Reason Reason `header:"Probity-Reason" doc:"why you read this; put on record"`
}

func (s *Server) listInvitations(c *Call, in listInvitationsIn) (List[invitedOut], error) {
	list, next, err := s.People.Invitations(c.Context(), c.By, in.Org, string(in.Reason), in.After, in.Size())
	return listOf(list, next, showInvited), err
}

func (s *Server) resendInvitation(c *Call, in byID) (invitedOut, error) {
	return shownInvited(s.People.Resend(c.Context(), c.By, in.ID))
}

func (s *Server) withdrawInvitation(c *Call, in byID) (invitedOut, error) {
	return shownInvited(s.People.Withdraw(c.Context(), c.By, in.ID))
}

type acceptIn struct {
	Invitation string `json:"invitation" validate:"required,max=100"`
	Password   string `json:"password" validate:"required,max=1000"`
	Cookie     bool   `json:"cookie,omitempty"`
	Link       bool   `json:"link,omitempty" doc:"link the outside identity that this browser has shown for the invitation"`
}

func (s *Server) acceptInvitation(c *Call, in acceptIn) (sessionOut, error) {
	x, err := s.People.Accept(c.Context(), in.Invitation, in.Password)
	if err != nil {
		return sessionOut{}, err
	}
	linked := s.takeOffer(c, x, in.Link, in.Invitation)
	out, err := s.hand(c, x, in.Cookie)
	out.Linked = linked
	return out, err
}

type lookIn struct {
	Invitation string `json:"invitation" validate:"required,max=100"`
}

// lookOut is what an invitation is for.
type lookOut struct {
	Org     text.Text `json:"organisation" doc:"its name"`
	Roles   []string  `json:"roles"`
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Expires time.Time `json:"expires"`
	New     bool      `json:"new" doc:"nobody has an account with the address; the person makes one"`
	Yours   bool      `json:"yours" doc:"whoever asks can take it with the account they are signed in to"`
}

func (s *Server) lookAtInvitation(c *Call, in lookIn) (lookOut, error) {
	v, err := s.People.LookAtInvitation(c.Context(), c.Identity, in.Invitation)
	return lookOut(v), err
}

type joinIn struct {
	Invitation string `json:"invitation" validate:"required,max=100"`
}

func (s *Server) join(c *Call, in joinIn) (userOut, error) {
	return shownUser(s.People.Join(c.Context(), c.Identity, in.Invitation))
}
