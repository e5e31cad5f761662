package web

import (
	"net/http"
	"time"

	"probity/server/people"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/text"
)

func (s *Server) outsideRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/session/outside", Name: "outsideService", Right: Open, Status: ok, Do: do(s.outsideService), Says: "Says by which outside service people may sign in, if by any."},
		{At: "POST /api/v1/session/outside/go", Name: "goOutside", Right: Open, Status: ok, Costly: true, Do: do(s.goOutside), Says: "Sends a browser to the outside service to sign in."},
		{At: "POST /api/v1/session/outside/back", Name: "comeHome", Right: Open, Status: ok, Costly: true, Do: do(s.comeHome), Says: "Takes a browser back from the outside service."},
		{At: "POST /api/v1/session/outside/code", Name: "outsideCode", Right: Open, Status: ok, Costly: true, Do: do(s.outsideCode), Says: "Gives the second factor that an outside sign-in has left open."},
		{At: "GET /api/v1/me/links", Name: "listLinks", Right: party.AccountEdit, Status: ok, Do: do(s.listLinks), Says: "Lists the outside accounts that one signs in by."},
		{At: "POST /api/v1/me/links", Name: "goLink", Right: party.AccountEdit, Status: ok, Costly: true, Do: do(s.goLink), Says: "Sends a browser to the outside service to link an account there to one's own."},
		{At: "DELETE /api/v1/me/links/{id}", Name: "unlink", Right: party.AccountEdit, Status: nothing, Do: do(s.unlink), Says: "Ends a link to an outside account."},
	}
}

// outsideCookie binds a way to the outside service and back to one browser.
func (s *Server) outsideCookie() string {
	if s.secure() {
		return "__Host-outside"
	}
	return "outside"
}

// carryOn gives the browser what it carries next; "" takes it back. Lax, since
// the way back is a link from another site.
func (s *Server) carryOn(c *Call, sealed string) {
	k := &http.Cookie{Name: s.outsideCookie(), Value: sealed, Path: "/", HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode, MaxAge: int(20 * time.Minute / time.Second)}
	if sealed == "" {
		k.MaxAge = -1
	}
	c.header.Add("Set-Cookie", k.String())
}

// carried is what the browser has brought.
func (s *Server) carried(c *Call) string {
	k, err := c.echo.Request().Cookie(s.outsideCookie())
	if err != nil {
		return ""
	}
	return k.Value
}

// serviceOut is the outside service, if there is one.
type serviceOut struct {
	There bool      `json:"there"`
	Name  text.Text `json:"name,omitempty"`
}

func (s *Server) outsideService(*Call, Nothing) (serviceOut, error) {
	if s.People.Outside == nil {
		return serviceOut{}, nil
	}
	return serviceOut{true, s.People.Outside.Title()}, nil
}

type goOutsideIn struct {
	Next       string `json:"next,omitempty" validate:"max=1000" doc:"comes back unread"`
	Invitation string `json:"invitation,omitempty" validate:"max=100" doc:"that the person is about to take"`
}

// goOut is where the browser goes. What it carries is in a cookie.
type goOut struct {
	URL string `json:"url"`
}

func (s *Server) goOutside(c *Call, in goOutsideIn) (goOut, error) {
	return s.gone(c)(s.People.GoOutside(c.Context(), in.Next, in.Invitation))
}

// gone hands out what a journey begins with.
func (s *Server) gone(c *Call) func(people.Outing, error) (goOut, error) {
	return func(o people.Outing, err error) (goOut, error) {
		if err != nil {
			return goOut{}, s.outsideCause(c, err)
		}
		s.carryOn(c, o.Sealed)
		return goOut{o.URL}, nil
	}
}

// outsideCause tells the operator why the outside service did not do. The cause
// names no secret and nobody.
func (s *Server) outsideCause(c *Call, err error) error {
	if f := fault.From(err); f.Code == "outside.away" || f.Code == "outside.refused" {
		s.Log.WarnContext(c.Context(), "outside sign-in", "code", f.Code, "cause", f.Unwrap())
	}
	return err
}

type homeIn struct {
	State  string `json:"state" validate:"required,max=200"`
	Code   string `json:"code,omitempty" validate:"max=4000"`
	Issuer string `json:"iss,omitempty" validate:"max=1000"`
	Error  string `json:"error,omitempty" validate:"max=200"`
}

// homeOut is what came of the way there and back.
type homeOut struct {
	Outcome    people.Outcome `json:"outcome" doc:"signed: there is a session; code: the second factor is missing; linked: to the account of who is signed in; offer: it can be linked by signing in once; stranger: nobody here"`
	Half       bool           `json:"half,omitempty" doc:"the session is good for making a second factor only"`
	Next       string         `json:"next,omitempty" doc:"as it was given; trust it as far as who gave it"`
	Invitation string         `json:"invitation,omitempty" doc:"of an offer, as it was given"`
	Email      string         `json:"email,omitempty" doc:"of an offer or a stranger, as the service says"`
}

func (s *Server) comeHome(c *Call, in homeIn) (homeOut, error) {
	h, err := s.People.ComeHome(c.Context(), c.Identity, s.carried(c), people.OutsideAnswer{State: in.State, Code: in.Code, Issuer: in.Issuer, Error: in.Error})
	if err != nil {
		return homeOut{}, s.outsideCause(c, err)
	}
	s.carryOn(c, h.Sealed)
	if h.Outcome == people.OutsideSigned {
		if _, err := s.hand(c, h.Session, true); err != nil {
			return homeOut{}, err
		}
	}
	return homeOut{h.Outcome, h.Session.Half, h.Next, h.Invitation, h.Email}, nil
}

type outsideCodeIn struct {
	Code string `json:"code" validate:"required,max=100" doc:"of the second factor, or the recovery ticket"`
}

// outsideSession is the session of an outside sign-in, which is in a cookie.
type outsideSession struct {
	Half bool   `json:"half"`
	Next string `json:"next,omitempty" doc:"as it was given"`
}

func (s *Server) outsideCode(c *Call, in outsideCodeIn) (outsideSession, error) {
	x, next, err := s.People.OutsideCode(c.Context(), s.carried(c), in.Code, block(c.Address))
	if err != nil {
		return outsideSession{}, err
	}
	s.carryOn(c, "")
	_, err = s.hand(c, x, true)
	return outsideSession{x.Half, next}, err
}

// takeOffer links the outside identity that the browser carries to who has
// signed in just now. They are signed in, whatever comes of it.
func (s *Server) takeOffer(c *Call, x people.Signed, wanted bool, invitation string) (linked bool) {
	if !wanted || s.carried(c) == "" {
		return false
	}
	err := s.People.TakeOffer(c.Context(), x, s.carried(c), invitation)
	if f := fault.From(err); err != nil && f.Kind == fault.Internal {
		s.Log.WarnContext(c.Context(), "an outside identity was not linked", "error", err)
	}
	if err == nil {
		s.carryOn(c, "")
	}
	return err == nil
}

// linkOut is an outside account that one signs in by.
type linkOut struct {
	ID     string    `json:"id"`
	Issuer string    `json:"issuer"`
	Email  string    `json:"email,omitempty" doc:"as the service said it then"`
	Linked time.Time `json:"linked"`
}

func (s *Server) listLinks(c *Call, _ Nothing) (List[linkOut], error) {
	list, err := s.People.Links(c.Context(), c.Identity)
	return listOf(list, "", func(x *people.Link) linkOut { return linkOut{x.ID, x.Issuer, x.Email, x.Linked} }), err
}

type goLinkIn struct {
	Code string `json:"code" validate:"required,max=40" doc:"of the second factor in use, or a recovery code"`
}

func (s *Server) goLink(c *Call, in goLinkIn) (goOut, error) {
	return s.gone(c)(s.People.GoLink(c.Context(), c.Identity, in.Code))
}

func (s *Server) unlink(c *Call, in byID) (Nothing, error) {
	return Nothing{}, s.People.Unlink(c.Context(), c.Identity, in.ID)
}
