package web

import (
	"time"

	"probity/server/people"
	"probity/tender/party"
)

func (s *Server) addressRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/me/address", Name: "getAddress", Right: party.AccountEdit, Status: ok, Do: do(s.getAddress), Says: "Says how one's own e-mail address stands."},
		{At: "PUT /api/v1/me/address", Name: "changeAddress", Right: party.AccountEdit, Status: ok, Do: do(s.changeAddress), Says: "Asks for another e-mail address; it is one's own once it is confirmed."},
		{At: "POST /api/v1/me/address/letter", Name: "askLetter", Right: party.AccountEdit, Status: ok, Do: do(s.askLetter), Says: "Sends the letter again by which an address is confirmed."},
		{At: "POST /api/v1/addresses/look", Name: "lookAtAddress", Right: Open, Status: ok, Costly: true, Do: do(s.lookAtAddress), Says: "Says what the ticket of a letter is for."},
		{At: "POST /api/v1/addresses/confirm", Name: "confirmAddress", Right: Open, Status: ok, Costly: true, Do: do(s.confirmAddress), Says: "Confirms an e-mail address by the ticket of a letter."},
	}
}

// addressOut is how one's own address stands.
type addressOut struct {
	Email     string     `json:"email"`
	Confirmed *time.Time `json:"confirmed,omitempty" doc:"absent while it is not; until then no notices are mailed to it"`
	Pending   string     `json:"pending,omitempty" doc:"the address that it becomes once that is confirmed"`
	Mails     bool       `json:"mails" doc:"the platform sends mail at all"`
}

func shownAddress(a people.AddressState, err error) (addressOut, error) {
	return addressOut{a.Email, maybe(a.Confirmed), a.Pending, a.Mails}, err
}

func (s *Server) getAddress(c *Call, _ Nothing) (addressOut, error) {
	return shownAddress(s.People.Address(c.Context(), c.Identity))
}

type changeAddressIn struct {
	Email string `json:"email" validate:"required,max=254"`
	Code  string `json:"code" validate:"required,max=40" doc:"of the second factor in use, or a recovery code"`
}

func (s *Server) changeAddress(c *Call, in changeAddressIn) (addressOut, error) {
	return shownAddress(s.People.ChangeAddress(c.Context(), c.Identity, in.Email, in.Code))
}

func (s *Server) askLetter(c *Call, _ Nothing) (addressOut, error) {
	return shownAddress(s.People.AskLetter(c.Context(), c.Identity))
}

type addressTicketIn struct {
	Ticket string `json:"ticket" validate:"required,max=200" doc:"of a letter"`
}

// lookAddressOut is what the ticket of a letter is for.
type lookAddressOut struct {
	Email string `json:"email"`
	Name  string `json:"name" doc:"of the person whose account it is"`
	Done  bool   `json:"done" doc:"the address is confirmed"`
}

func (s *Server) lookAtAddress(c *Call, in addressTicketIn) (lookAddressOut, error) {
	v, err := s.People.LookAtAddress(c.Context(), in.Ticket)
	return lookAddressOut(v), err
}

func (s *Server) confirmAddress(c *Call, in addressTicketIn) (lookAddressOut, error) {
	v, err := s.People.ConfirmAddress(c.Context(), in.Ticket)
	return lookAddressOut(v), err
}
