package web

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"probity/server/people"
	"probity/server/store/bolt"
	"probity/tender/party"
	"probity/tender/store"
)

// clock is the engine's, and can be moved forward.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// legal is a legal clock of tests: an hour ahead, so that nobody confuses the two.
type legal struct{ c *clock }

func (l legal) Now(context.Context) (time.Time, error) { return l.c.now().Add(time.Hour), nil }

func newServer(t testing.TB) *Server {
	s, _, _, _ := newBuilt(t)
	s.build()
	return s
}

func newBuilt(t testing.TB) (*Server, *logged, *clock, string) {
	t.Helper()
	tick := &clock{}
	dir := t.TempDir()
	engine, err := bolt.Open(filepath.Join(dir, "db"), append(Collections(), people.Collections()...), bolt.Options{Now: tick.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	log := &logged{}
	return &Server{
		People: newPeople(t, engine, legal{tick}),
		Engine: engine, Clock: legal{tick}, Log: slog.New(slog.NewJSONHandler(log, nil)),
		Rates: Rates{Address: Rate{time.Microsecond, 1 << 20}, Account: Rate{time.Microsecond, 1 << 20}, Costly: Rate{time.Microsecond, 1 << 20}},
	}, log, tick, dir
}

// Walk asks every route of a whole platform as everybody, and sends what
// strangers send. It is for the test that can import the wiring.
func Walk(t *testing.T, srv *Server) {
	srv.Rates = Rates{Rate{time.Microsecond, 1 << 20}, Rate{time.Microsecond, 1 << 20}, Rate{time.Microsecond, 1 << 20}}
	hs := httptest.NewServer(srv.Handler())
	t.Cleanup(hs.Close)
	s := &site{Server: hs, t: t, srv: srv, tick: &clock{}, whole: true}
	cast := s.cast()
	s.everyRole(cast)
	s.strange(cast)
}

// newSite is a server with the routes of accounts, and of things that stand for
// a domain. Those of the real domains are walked by [Walk].
func newSite(t *testing.T, with ...func(*Server)) *site {
	t.Helper()
	srv, log, tick, dir := newBuilt(t)
	made := &things{}
	srv.table = func() []Route {
		return slices.Concat(srv.platformRoutes(), srv.accountRoutes(), srv.outsideRoutes(), srv.addressRoutes(), srv.invitationRoutes(), srv.organisationRoutes(), srv.userRoutes(), made.routes())
	}
	for _, f := range with {
		f(srv)
	}
	hs := httptest.NewServer(srv.Handler())
	t.Cleanup(hs.Close)
	return &site{Server: hs, t: t, log: log, srv: srv, made: made, tick: tick, dir: dir}
}

func newPeople(t testing.TB, engine store.Engine, c people.Clock) *people.Service {
	t.Helper()
	vault, err := people.NewVault(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return &people.Service{
		Engine: engine, Clock: c, Vault: vault, Hasher: people.NewHasher(4), Issuer: "Probity test", RP: "localhost",
		SetupFile: filepath.Join(t.TempDir(), "setup"),
		Users:     store.Shelf[party.User, *party.User]{Engine: engine, Kind: party.Users.Kind},
		Orgs:      store.Shelf[party.Organisation, *party.Organisation]{Engine: engine, Kind: party.Organisations.Kind},
	}
}
