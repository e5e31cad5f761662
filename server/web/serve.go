package web

import (
	"cmp"
	"context"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"probity/server/people"
	"probity/tender/fault"
	"probity/tender/party"
)

// serve makes Echo's handler for a row: who asks, may they, what do they ask,
// do it, answer.
func (s *Server) serve(r *Route) echo.HandlerFunc {
	return func(ec echo.Context) error {
		n := noteOf(ec)
		n.route = r.path()
		c := &Call{server: s, echo: ec, Address: ec.RealIP(), header: http.Header{}, ctx: ec.Request().Context()}
		within := cmp.Or(r.Within, DefaultTime)
		if r.Do.in.stream == nil {
			ctx, cancel := context.WithTimeout(c.ctx, within)
			defer cancel()
			c.ctx = ctx
		}
		if r.Costly {
			if err := s.limit(c.ctx, "costly "+block(c.Address), s.Rates.Costly); err != nil {
				return err
			}
		}
		if err := s.admit(c, r, n); err != nil {
			return err
		}
		if r.changes() && s.Accepting != nil {
			if err := s.Accepting(c.ctx); err != nil {
				return err
			}
		}
		body, err := s.body(ec, r)
		if err != nil {
			return err
		}
		_ = http.NewResponseController(ec.Response().Writer).SetWriteDeadline(time.Now().Add(within + stall))
		in := reflect.New(r.Do.in.of).Elem()
		if err := r.Do.in.read(ec, in, body); err != nil {
			return err
		}
		a, err := s.once(c, r, body, func() (*answer, error) {
			out, err := r.Do.run(c, in)
			if err != nil {
				return nil, err
			}
			return c.answerOf(r, out)
		})
		if err != nil {
			return err
		}
		return s.write(ec, a)
	}
}

// admit finds out who asks and whether the door is open for them.
func (s *Server) admit(c *Call, r *Route, n *note) error {
	id, err := s.identify(c)
	if err != nil {
		if r.Right != Open || id.ByToken || fault.From(err).Kind != fault.Unknown {
			return err
		}
		id = people.Identity{Actor: party.PublicActor}
	}
	c.Identity, c.By = id, id.Actor
	if c.By.SignedIn() {
		n.user, n.org, n.by = c.By.User, c.By.Org, id.How()
		if err := s.limit(c.ctx, "account "+c.By.User, s.Rates.Account); err != nil {
			return err
		}
	}
	switch r.Right {
	case Open:
		return nil
	case SignedIn:
		if !c.By.SignedIn() {
			return fault.New(fault.Unknown, "actor.unknown", "Please sign in.")
		}
		return nil
	}
	err = party.Allowed(c.By, r.Right, c.By.Org)
	switch {
	case err != nil && id.Half:
		return fault.New(fault.Denied, "session.half", "Make a second factor first.")
	case err != nil && id.Undecided:
		return fault.New(fault.Denied, "actor.place", "You have several places. Say in Probity-As which one you act in.")
	}
	return err
}

// PlaceCookie is the name of the cookie with the place that a person acts in.
const PlaceCookie = "place"

// identify reads the credentials: a bearer token or the session cookie. The
// header Probity-As chooses among a person's places: "ORG" or "ORG/ROLE"; a
// browser, which sends no such header with a link, keeps the choice in a cookie.
func (s *Server) identify(c *Call) (people.Identity, error) {
	h := c.echo.Request().Header
	as := h.Get("Probity-As")
	if list := h.Values("Authorization"); len(list) > 0 {
		kind, token, _ := strings.Cut(list[0], " ")
		if len(list) > 1 || !strings.EqualFold(kind, "Bearer") {
			return people.Identity{ByToken: true}, fault.New(fault.Unknown, "token.form", "Authorization is one bearer token.")
		}
		id, err := s.People.Identify(c.ctx, token, as)
		id.ByToken = true
		return id, err
	}
	if cookie, err := c.echo.Request().Cookie(s.cookieName()); err == nil {
		if place, err := c.echo.Request().Cookie(PlaceCookie); err == nil && as == "" {
			as = place.Value
		}
		return s.People.Identify(c.ctx, cookie.Value, as)
	}
	return people.Identity{Actor: party.PublicActor}, nil
}

// body reads what is not a stream, within the route's limit.
func (s *Server) body(c echo.Context, r *Route) ([]byte, error) {
	req := c.Request()
	limit := cmp.Or(r.Limit, DefaultLimit)
	if req.ContentLength > limit {
		return nil, fault.New(fault.TooLarge, "request.size", "At most %d bytes are allowed here.", limit)
	}
	req.Body = http.MaxBytesReader(c.Response(), req.Body, limit)
	if r.Do.in.stream != nil {
		return nil, nil
	}
	b, err := io.ReadAll(dripping(c))
	if err != nil {
		return nil, err
	}
	takes := r.Do.in.body != nil || r.Do.in.whole != nil
	if !takes && len(b) > 0 && string(b) != "{}" {
		return nil, malformed("", "there is nothing to send here")
	}
	if takes && len(b) > 0 && !isJSON(req.Header.Get("Content-Type")) {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, code: "request.type", text: "Send application/json."}
	}
	if takes && len(b) == 0 && r.Do.in.whole != nil {
		return nil, malformed("", "there is no body")
	}
	return b, nil
}

func isJSON(kind string) bool {
	t, p, err := mime.ParseMediaType(kind)
	return err == nil && t == "application/json" && (p["charset"] == "" || strings.EqualFold(p["charset"], "utf-8"))
}

// streamOf wraps the body of a request that is read while it comes. A slow line
// is served as long as bytes come; one that stalls, or drips, is cut.
func streamOf(c echo.Context) Stream {
	return Stream{Reader: dripping(c), Length: c.Request().ContentLength}
}

func dripping(c echo.Context) *drip {
	return &drip{body: c.Request().Body, rc: http.NewResponseController(c.Response().Writer), began: time.Now()}
}

// drip moves the deadline of the connection on while bytes come.
type drip struct {
	body  io.Reader
	rc    *http.ResponseController
	began time.Time
	got   int64
}

// The slowest line that is served: after a first minute, 256 bytes a second,
// and never a minute without a byte.
const (
	slowest = 256
	stall   = time.Minute
)

func (d *drip) Read(p []byte) (int, error) {
	if now := time.Now(); now.Sub(d.began) > time.Minute && d.got < slowest*int64(now.Sub(d.began)/time.Second) {
		return 0, &refusal{status: http.StatusRequestTimeout, code: "request.slow", text: "The request came too slowly."}
	}
	_ = d.rc.SetReadDeadline(time.Now().Add(stall)) // what has no deadline needs none
	_ = d.rc.SetWriteDeadline(time.Now().Add(stall + DefaultTime))
	n, err := d.body.Read(p)
	d.got += int64(n)
	if err != nil && err != io.EOF {
		err = lineBroke(err)
	}
	return n, err
}
