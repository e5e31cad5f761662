package site

import (
	"time"

	"probity/tender"
	"probity/tender/party"
)

// Access is one sensitive read, as the API lists it; the partials "read-who"
// and "read-what" show it.
type Access struct {
	User    string       `json:"user"`
	Name    string       `json:"name"`
	Org     string       `json:"organisation"`
	For     tender.Text  `json:"organisationName"`
	Role    party.Role   `json:"role"`
	Action  party.Action `json:"action"`
	Topic   string       `json:"topic"`
	Title   tender.Text  `json:"title"`
	Subject string       `json:"subject"`
	Person  string       `json:"person"`
	Body    tender.Text  `json:"body"`
	Reason  string       `json:"reason"`
	At      time.Time    `json:"at"`
}
