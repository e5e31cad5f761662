package web

import (
	"time"

	"probity/server/people"
	"probity/tender/party"
	"probity/tender/sign"
)

type tokenIn struct {
	Label  string   `json:"label" validate:"required,max=100"`
	Scopes []string `json:"scopes" validate:"required,min=1,max=100,unique,dive,max=60" doc:"rights, noun.*, or read"`
	Days   int      `json:"days" validate:"required,gte=1,lte=366"`
}

// tokenOut is an API token. Token is there once, when it is made.
type tokenOut struct {
	Token   string     `json:"token,omitempty" doc:"for Authorization: Bearer; shown once"`
	ID      string     `json:"id"`
	Label   string     `json:"label"`
	Org     string     `json:"organisation"`
	Role    party.Role `json:"role"`
	Scopes  []string   `json:"scopes"`
	Made    time.Time  `json:"made"`
	Ends    time.Time  `json:"ends"`
	Revoked *time.Time `json:"revoked,omitempty"`
	Live    bool       `json:"live" doc:"neither revoked nor run out"`
}

func showToken(x *people.Token, now time.Time) tokenOut {
	return tokenOut{"", x.ID, x.Label, x.Org, x.Role, x.Scopes, x.Made, x.Ends, maybe(x.Revoked), x.Live(now)}
}

// maybe is nil for a time that has not come.
func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *Server) issueToken(c *Call, in tokenIn) (tokenOut, error) {
	x, ticket, err := s.People.IssueToken(c.Context(), c.Identity, people.NewToken{Label: in.Label, Scopes: in.Scopes, Days: in.Days})
	if err != nil {
		return tokenOut{}, err
	}
	c.Location("/api/v1/tokens/%s", x.ID)
	out := showToken(x, x.Made)
	out.Token = ticket
	return out, nil
}

func (s *Server) listTokens(c *Call, _ Nothing) (List[tokenOut], error) {
	list, err := s.People.Tokens(c.Context(), c.By.User)
	if err != nil {
		return List[tokenOut]{}, err
	}
	now, err := s.Engine.Time(c.Context())
	return listOf(list, "", func(x *people.Token) tokenOut { return showToken(x, now) }), err
}

func (s *Server) revokeToken(c *Call, in byID) (Nothing, error) {
	return Nothing{}, s.People.RevokeToken(c.Context(), c.Identity, in.ID)
}

type deviceIn struct {
	Label string         `json:"label" validate:"required,max=100"`
	Key   sign.Key       `json:"key" validate:"required"`
	Proof sign.Signature `json:"proof" validate:"required" doc:"by the key, domain enrol, over {key, kind: enrol, user} in canonical JSON"`
}

// deviceOut is a key with which a person signs.
type deviceOut struct {
	ID      string     `json:"id"`
	Label   string     `json:"label"`
	Key     sign.Key   `json:"key"`
	Added   time.Time  `json:"added"`
	Revoked *time.Time `json:"revoked,omitempty"`
}

func showDevice(d *people.Device) deviceOut {
	return deviceOut{d.ID, d.Label, d.Key, d.Added, maybe(d.Revoked)}
}

func (s *Server) addDevice(c *Call, in deviceIn) (deviceOut, error) {
	d, err := s.People.AddDevice(c.Context(), c.Identity, people.NewDevice{Label: in.Label, Key: in.Key, Proof: in.Proof})
	if err != nil {
		return deviceOut{}, err
	}
	c.Location("/api/v1/devices/%s", d.ID)
	return showDevice(d), nil
}

func (s *Server) listDevices(c *Call, _ Nothing) (List[deviceOut], error) {
	list, err := s.People.Devices(c.Context(), c.By.User)
	return listOf(list, "", showDevice), err
}

func (s *Server) revokeDevice(c *Call, in byID) (deviceOut, error) {
	d, err := s.People.RevokeDevice(c.Context(), c.Identity, in.ID)
	if err != nil {
		return deviceOut{}, err
	}
	return showDevice(d), nil
}
