package people

import (
	"context"
	"time"

	"probity/tender/fault"
	"probity/tender/store"
)

// Session is one sign-in of a person. It follows the wall clock, in a sandbox
// too. The person holds a ticket; we hold its hash.
type Session struct {
	store.Root

	User  string    `json:"user"`
	Hash  string    `json:"hash"`
	Began time.Time `json:"began"`
	Seen  time.Time `json:"seen"` // to about a minute
	Ends  time.Time `json:"ends"` // whatever happens

	// Half sessions are those of people without a second factor in use. They
	// are good for making one, and for nothing else.
	Half bool `json:"half,omitempty"`
}

// Keys makes sessions findable by person and by when they may be forgotten.
func (x *Session) Keys() store.Keys {
	return store.Keys{"user": x.User, "began": x.Began.UnixMilli(), "expires": x.Ends.UnixMilli()}
}

var sessions = store.Collection{Kind: "session", Ephemeral: true, Indexes: append([]store.Index{
	{Name: "user", Fields: []string{"user", "began"}},
}, byExpiry...)}

// How long sessions last. Half ones only serve to scan a code.
const (
	sessionIdle = time.Hour
	sessionLife = 12 * time.Hour
	sessionHalf = 30 * time.Minute
	sessionMany = 20 // per person; the oldest goes
	sessionSeen = time.Minute
)

func (s *Service) sessions() store.Shelf[Session, *Session] {
	return store.Shelf[Session, *Session]{Engine: s.Engine, Kind: sessions.Kind}
}

// Signed is a fresh session. Ticket is shown to the person alone, once.
type Signed struct {
	Ticket string
	Session

	Codes []string // recovery codes, if they were made with it; shown once
}

// SignIn is what a person gives to sign in. Code is of the second factor, or
// the ticket that two administrators gave in place of a lost one.
type SignIn struct {
	Email, Password, Code string
	Address               string // for locks; an IPv6 network for an address
}

// errSignIn is the one answer, whatever was wrong: no account, no such password,
// a wrong or used code, somebody who may not sign in any more.
var errSignIn = fault.New(fault.Unknown, "session.refused", "E-mail address, password or code is wrong.")

// SignIn opens a session. It takes the same time for accounts that do not
// exist, and does not say which of the three was wrong.
func (s *Service) SignIn(ctx context.Context, in SignIn) (Signed, error) {
	now, err := s.Engine.Time(ctx)
	if err != nil {
		return Signed{}, err
	}
	email := normalEmail(in.Email)
	l := s.locker(now, email, in.Address)
	if err := l.try(ctx); err != nil {
		return Signed{}, err
	}
	c, err := s.byPassword(ctx, email, in.Password)
	if err != nil {
		return Signed{}, err
	}
	half, err := s.bySecond(ctx, c, in.Code, now)
	if err != nil {
		return Signed{}, err
	}
	if err := l.opened(ctx); err != nil {
		return Signed{}, err
	}
	return s.open(ctx, c.ID, now, half)
}

// byPassword returns the credential that belongs to both.
func (s *Service) byPassword(ctx context.Context, email, password string) (*credential, error) {
	hash, c := nobody, (*credential)(nil)
	u, err := s.byEmail(ctx, email)
	if err != nil && fault.From(err).Kind != fault.Missing {
		return nil, err
	}
	if err == nil && !u.Disabled {
		if c, err = s.credential(ctx, u.ID); err != nil {
			return nil, err
		}
		if c.Password != "" {
			hash = c.Password
		}
	}
	ok, err := s.Hasher.Matches(ctx, hash, password)
	switch {
	case err != nil:
		return nil, err
	case !ok || c == nil || c.Password == "":
		return nil, errSignIn
	}
	return c, nil
}

// bySecond checks the second proof. half is true for people who have none yet.
func (s *Service) bySecond(ctx context.Context, c *credential, code string, now time.Time) (half bool, err error) {
	switch r := c.Recovery; {
	case c.Factor != nil:
		err := s.takeCode(ctx, c, code, now)
		if fault.Coded(err, errCode.Code) {
			return false, errSignIn
		}
		return false, err
	case r == nil || r.Second == "":
		return true, nil
	case !now.Before(r.Expires):
		return false, errSignIn
	default:
		t, err := parseTicket(code)
		if err != nil || t.prefix != invitePrefix || !t.fits(r.Ticket) {
			return false, errSignIn
		}
		r.Expires = now // once; whoever breaks off here asks the two again
		if err := s.credentials().Put(ctx, c); lost(err) {
			return false, errSignIn
		} else if err != nil {
			return false, err
		}
		return true, nil
	}
}

// open makes a session with a ticket that nobody has seen before.
func (s *Service) open(ctx context.Context, user string, now time.Time, half bool) (Signed, error) {
	t := newTicket(sessionPrefix)
	x := Session{Root: store.Root{ID: t.id}, User: user, Hash: t.hash(), Began: now, Seen: now, Ends: now.Add(sessionLife), Half: half}
	if half {
		x.Ends = now.Add(sessionHalf)
	}
	if err := s.sessions().Put(ctx, &x); err != nil {
		return Signed{}, err
	}
	list, err := s.sessionsOf(ctx, user)
	if err != nil {
		return Signed{}, err
	}
	for _, old := range list[min(len(list), sessionMany):] {
		if err := s.sessions().Delete(ctx, old); err != nil && !lost(err) {
			return Signed{}, err
		}
	}
	return Signed{Ticket: t.String(), Session: x}, nil
}

// sessionsOf lists a person's sessions, newest first.
func (s *Service) sessionsOf(ctx context.Context, user string) ([]*Session, error) {
	list, _, err := s.sessions().Find(ctx, store.Query{Index: "user", Eq: []any{user}, Desc: true, Limit: 4 * sessionMany})
	return list, err
}

// live refuses a session that is over, or older than its person's credentials.
func (x *Session) live(now, renewed time.Time) bool {
	return now.Before(x.Ends) && now.Before(x.Seen.Add(sessionIdle)) && !x.Began.Before(renewed)
}

// touch keeps a session from falling idle. That two requests do it at once, or
// that the session ends meanwhile, does not matter.
func (s *Service) touch(ctx context.Context, x *Session, now time.Time) error {
	if now.Before(x.Seen.Add(sessionSeen)) {
		return nil
	}
	x.Seen = now
	if err := s.sessions().Put(ctx, x); err != nil && !lost(err) {
		return err
	}
	return nil
}

// Sessions lists the sessions of the person that are not over.
func (s *Service) Sessions(ctx context.Context, id Identity) ([]*Session, error) {
	c, now, err := s.mine(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := s.sessionsOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var live []*Session
	for _, x := range list {
		if x.live(now, c.Renewed) {
			live = append(live, x)
		}
	}
	return live, nil
}

// SignOut ends one session of the person: "" for the one that asks.
func (s *Service) SignOut(ctx context.Context, id Identity, session string) error {
	if id.Session == "" {
		return fault.New(fault.Denied, "session.needed", "A token does not sign out. Revoke it instead.")
	}
	if session == "" {
		session = id.Session
	}
	for range 8 {
		x, err := s.sessions().Get(ctx, session)
		if err != nil {
			return err
		}
		if x.User != id.Actor.User {
			return fault.New(fault.Missing, "session.missing", "There is no such session.")
		}
		if err = s.sessions().Delete(ctx, x); err == nil || !lost(err) {
			return err
		}
	}
	return fault.New(fault.Busy, "session.contended", "Try again in a moment.")
}
