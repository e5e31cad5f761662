package web

import (
	"net/http"
	"time"

	"probity/server/people"
	"probity/tender/party"
	"probity/tender/sign"
)

// cookieName binds the cookie to this host and to TLS where there is TLS.
func (s *Server) cookieName() string {
	if s.secure() {
		return "__Host-session"
	}
	return "session"
}

// setCookie gives the session to a browser; an empty ticket takes it back. No
// script can read it and no other site can use it.
func (s *Server) setCookie(c *Call, ticket string, ends time.Time) {
	k := &http.Cookie{Name: s.cookieName(), Value: ticket, Path: "/", HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode, Expires: ends}
	if ticket == "" {
		k.MaxAge = -1
	}
	c.header.Add("Set-Cookie", k.String())
}

// sessionOut is a fresh session. Token is absent if it went into a cookie.
type sessionOut struct {
	Token string    `json:"token,omitempty" doc:"for Authorization: Bearer; shown once"`
	ID    string    `json:"id"`
	User  string    `json:"user"`
	Ends  time.Time `json:"ends"`
	Half  bool      `json:"half" doc:"good for making a second factor only"`
	Codes []string  `json:"codes,omitempty" doc:"recovery codes, each good once in place of a code; shown once"`

	Linked bool `json:"linked,omitempty" doc:"an outside account was linked, as asked"`
}

// hand gives a fresh session to the caller, in a cookie if that is asked for or
// how they came. The session they came with ends: who planted it has nothing.
func (s *Server) hand(c *Call, x people.Signed, cookie bool) (sessionOut, error) {
	if c.Identity.Session != "" && c.Identity.Session != x.ID {
		if err := s.People.SignOut(c.Context(), c.Identity, ""); err != nil {
			s.Log.WarnContext(c.Context(), "old session not ended", "error", err)
		}
	}
	out := sessionOut{Token: x.Ticket, ID: x.ID, User: x.User, Ends: x.Ends, Half: x.Half, Codes: x.Codes}
	if cookie || c.Identity.Session != "" && !c.Identity.ByToken {
		s.setCookie(c, x.Ticket, x.Ends)
		out.Token = ""
	}
	return out, nil
}

type signInIn struct {
	Email    string `json:"email" validate:"required,max=254"`
	Password string `json:"password" validate:"required,max=1000"`
	Code     string `json:"code,omitempty" validate:"max=100" doc:"of the second factor, or the recovery ticket"`
	Cookie   bool   `json:"cookie,omitempty" doc:"put the session into a cookie"`
	Link     bool   `json:"link,omitempty" doc:"link the outside identity that this browser has shown, if its address is that of the account"`
}

func (s *Server) signIn(c *Call, in signInIn) (sessionOut, error) {
	x, err := s.People.SignIn(c.Context(), people.SignIn{Email: in.Email, Password: in.Password, Code: in.Code, Address: block(c.Address)})
	if err != nil {
		return sessionOut{}, err
	}
	linked := s.takeOffer(c, x, in.Link, "")
	out, err := s.hand(c, x, in.Cookie)
	out.Linked = linked
	return out, err
}

// challengeOut is what a passkey is to sign.
type challengeOut struct {
	Domain sign.Domain `json:"domain"`
	Record string      `json:"record" doc:"canonical JSON; good for five minutes"`
}

func (s *Server) passkeyChallenge(c *Call, _ Nothing) (challengeOut, error) {
	b, err := s.People.Challenge(c.Context())
	return challengeOut{sign.Login, string(b)}, err
}

type passkeyIn struct {
	User      string         `json:"user" validate:"required,max=100" doc:"the authenticator's user handle"`
	Record    string         `json:"record" validate:"required,max=1000" doc:"as it was given"`
	Signature sign.Signature `json:"signature" validate:"required" doc:"authenticatorData, clientDataJSON and sig; the others may be empty"`
	Cookie    bool           `json:"cookie,omitempty" doc:"put the session into a cookie"`
	Link      bool           `json:"link,omitempty" doc:"as for a password"`
}

func (s *Server) signInByPasskey(c *Call, in passkeyIn) (sessionOut, error) {
	x, err := s.People.SignInByPasskey(c.Context(), people.PasskeyIn{User: in.User, Record: []byte(in.Record), Signature: in.Signature, Address: block(c.Address)})
	if err != nil {
		return sessionOut{}, err
	}
	linked := s.takeOffer(c, x, in.Link, "")
	out, err := s.hand(c, x, in.Cookie)
	out.Linked = linked
	return out, err
}

func (s *Server) signOut(c *Call, _ Nothing) (Nothing, error) {
	err := s.People.SignOut(c.Context(), c.Identity, "")
	if err == nil && !c.Identity.ByToken {
		s.setCookie(c, "", time.Time{})
	}
	return Nothing{}, err
}

// openSession is a session as its owner sees it in the list.
type openSession struct {
	ID      string    `json:"id"`
	Began   time.Time `json:"began"`
	Seen    time.Time `json:"seen"`
	Ends    time.Time `json:"ends"`
	Current bool      `json:"current"`
}

func (s *Server) listSessions(c *Call, _ Nothing) (List[openSession], error) {
	list, err := s.People.Sessions(c.Context(), c.Identity)
	return listOf(list, "", func(x *people.Session) openSession {
		return openSession{x.ID, x.Began, x.Seen, x.Ends, x.ID == c.Identity.Session}
	}), err
}

func (s *Server) endSession(c *Call, in byID) (Nothing, error) {
	return Nothing{}, s.People.SignOut(c.Context(), c.Identity, in.ID)
}

// byID is the request of routes that need no more.
type byID struct {
	ID string `path:"id"`
}

// meOut is who the caller is to us.
type meOut struct {
	Versioned
	User   string         `json:"user"`
	Name   string         `json:"name"`
	Email  string         `json:"email"`
	Speaks []string       `json:"languages,omitempty"`
	Org    string         `json:"organisation,omitempty" doc:"where they act in this request"`
	Role   party.Role     `json:"role"`
	Half   bool           `json:"half" doc:"must make a second factor first"`
	Choose bool           `json:"choose" doc:"must say in Probity-As where they act"`
	Scopes []string       `json:"scopes,omitempty"`
	Places []placeOut     `json:"places"`
	Rights []party.Action `json:"rights" doc:"what they could do in this place"`
	Unread int            `json:"unread" doc:"notices, counted up to ten"`
}

type placeOut struct {
	Org   string        `json:"organisation"`
	Kind  party.OrgKind `json:"kind"`
	Roles []party.Role  `json:"roles"`
}

func placesOf(u *party.User) []placeOut {
	list := []placeOut{}
	for _, m := range u.Memberships {
		list = append(list, placeOut{m.Org, m.Kind, m.Roles})
	}
	return list
}

func (s *Server) me(c *Call, _ Nothing) (meOut, error) {
	u, err := s.People.User(c.Context(), c.By, c.By.User, "")
	if err != nil {
		return meOut{}, err
	}
	out := meOut{Versioned{u.Version}, u.ID, u.Name, u.Email, u.Languages, c.By.Org, c.By.Role, c.Identity.Half, c.Identity.Undecided, c.By.Scopes, placesOf(u), nil, 0}
	if s.Notices != nil && !c.Identity.Half && !c.Identity.ByToken {
		if out.Unread, err = s.Notices.Unread(c.Context(), u.ID); err != nil {
			return meOut{}, err
		}
	}
	for _, a := range party.Actions() {
		if party.Could(c.By, a) {
			out.Rights = append(out.Rights, a)
		}
	}
	return out, nil
}

type passwordIn struct {
	Old      string `json:"old" validate:"required,max=1000"`
	Password string `json:"password" validate:"required,max=1000"`
}

func (s *Server) changePassword(c *Call, in passwordIn) (sessionOut, error) {
	x, err := s.People.ChangePassword(c.Context(), c.Identity, in.Old, in.Password)
	if err != nil {
		return sessionOut{}, err
	}
	return s.hand(c, x, false)
}

type factorIn struct {
	Code string `json:"code,omitempty" validate:"max=40" doc:"of the factor in use, to replace it; or a recovery code"`
}

type factorOut struct {
	Secret string `json:"secret" doc:"base32; shown once"`
	URI    string `json:"uri" doc:"for an authenticator program"`
}

func (s *Server) newFactor(c *Call, in factorIn) (factorOut, error) {
	f, err := s.People.NewFactor(c.Context(), c.Identity, in.Code)
	return factorOut(f), err
}

type codeIn struct {
	Code string `json:"code" validate:"required,len=6"`
}

func (s *Server) confirmFactor(c *Call, in codeIn) (sessionOut, error) {
	x, err := s.People.ConfirmFactor(c.Context(), c.Identity, in.Code)
	if err != nil {
		return sessionOut{}, err
	}
	return s.hand(c, x, false)
}

// factorState is how one's own second factor stands.
type factorState struct {
	InUse bool `json:"inUse"`
	Codes int  `json:"codes" doc:"recovery codes that are left"`
}

func (s *Server) getFactor(c *Call, _ Nothing) (factorState, error) {
	f, err := s.People.Factor(c.Context(), c.Identity)
	return factorState(f), err
}

type newCodesIn struct {
	Code string `json:"code" validate:"required,max=40" doc:"of the factor in use"`
}

type codesMade struct {
	Codes []string `json:"codes" doc:"each good once in place of a code; shown once"`
}

func (s *Server) newCodes(c *Call, in newCodesIn) (codesMade, error) {
	list, err := s.People.NewCodes(c.Context(), c.Identity, in.Code)
	return codesMade{list}, err
}
