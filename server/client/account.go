package client

import (
	"context"
	"net/http"
	"time"

	"probity/server/people"
	"probity/tender/party"
	"probity/tender/sign"
)

// Session is a session that was opened, or an API token that was made.
type Session struct {
	Token string    `json:"token"` // shown once
	ID    string    `json:"id"`
	User  string    `json:"user"`
	Ends  time.Time `json:"ends"`

	// Half sessions are good for making a second factor and for nothing else.
	Half bool `json:"half"`
}

// Me is who the caller is to the server.
type Me struct {
	User   string         `json:"user"`
	Name   string         `json:"name"`
	Email  string         `json:"email"`
	Org    string         `json:"organisation"`
	Role   party.Role     `json:"role"`
	Choose bool           `json:"choose"` // must say in As where they act
	Places []Place        `json:"places"`
	Rights []party.Action `json:"rights"`
}

// Place is an organisation in which somebody has roles.
type Place struct {
	Org   string        `json:"organisation"`
	Kind  party.OrgKind `json:"kind"`
	Roles []party.Role  `json:"roles"`
}

// SignIn opens a session and uses it for the calls that follow. code is of the
// second factor; "" for people who have none yet.
func (c *Client) SignIn(ctx context.Context, email, password, code string) (Session, error) {
	in := struct {
		Email    string `json:"email"`
		Password string `json:"password"`
		Code     string `json:"code,omitempty"`
	}{email, password, code}
	return c.session(ctx, "/api/v1/session", in)
}

func (c *Client) session(ctx context.Context, path string, in any) (Session, error) {
	var s Session
	err := c.Post(ctx, path, in, &s)
	if err == nil {
		c.Token = s.Token
	}
	return s, err
}

// SignOut ends the session.
func (c *Client) SignOut(ctx context.Context) error {
	err := c.Call(ctx, Request{Method: http.MethodDelete, Path: "/api/v1/session"}, nil)
	if err == nil {
		c.Token = ""
	}
	return err
}

// Me returns who the caller is.
func (c *Client) Me(ctx context.Context) (Me, error) {
	var m Me
	return m, c.Get(ctx, "/api/v1/me", &m)
}

// Factor is a new second factor, shown to its owner once.
type Factor struct {
	Secret string `json:"secret"` // base32
	URI    string `json:"uri"`    // otpauth
}

// NewFactor makes the secret of a second factor. code is of the one in use, if
// there is one.
func (c *Client) NewFactor(ctx context.Context, code string) (Factor, error) {
	var f Factor
	return f, c.Post(ctx, "/api/v1/me/factor", struct {
		Code string `json:"code,omitempty"`
	}{code}, &f)
}

// ConfirmFactor puts it in use and goes on in a new, whole session.
func (c *Client) ConfirmFactor(ctx context.Context, code string) (Session, error) {
	return c.session(ctx, "/api/v1/me/factor/confirm", map[string]string{"code": code})
}

// AcceptInvitation sets the password of somebody who was invited, and goes on
// in a half session.
func (c *Client) AcceptInvitation(ctx context.Context, invitation, password string) (Session, error) {
	return c.session(ctx, "/api/v1/invitations/accept", map[string]string{"invitation": invitation, "password": password})
}

// IssueToken makes an API token for the place one acts in. It is not used for
// the calls that follow.
func (c *Client) IssueToken(ctx context.Context, label string, days int, scopes ...string) (Session, error) {
	var s Session
	return s, c.Create(ctx, "/api/v1/tokens", struct {
		Label  string   `json:"label"`
		Scopes []string `json:"scopes"`
		Days   int      `json:"days"`
	}{label, scopes, days}, &s)
}

// Device is a key with which a person signs.
type Device struct {
	ID    string    `json:"id"`
	Label string    `json:"label"`
	Key   sign.Key  `json:"key"`
	Added time.Time `json:"added"`
}

// AddDevice registers key as one of the caller's, who must be in a session. The
// key itself says so, over a record that names its owner.
func (c *Client) AddDevice(ctx context.Context, label string, key sign.Signer) (Device, error) {
	var d Device
	me, err := c.Me(ctx)
	if err != nil {
		return d, err
	}
	proof, err := key.Sign(sign.Enrol, people.EnrolRecord(me.User, key.Key()))
	if err != nil {
		return d, err
	}
	return d, c.Create(ctx, "/api/v1/devices", struct {
		Label string         `json:"label"`
		Key   sign.Key       `json:"key"`
		Proof sign.Signature `json:"proof"`
	}{label, key.Key(), proof}, &d)
}
