package command_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"probity/bidding/biddingtest"
	"probity/server/app/apptest"
	"probity/server/command"
	"probity/server/people"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// program is the part of the real program that is under test here.
type program struct {
	Keygen command.Keygen `cmd:""`
	Seal   command.Seal   `cmd:""`
	Submit command.Submit `cmd:""`
	Open   command.Open   `cmd:""`
}

// desk is a person at a machine, with a folder of their own.
type desk struct {
	t   testing.TB
	dir string
	ask []string // what is typed
	err bytes.Buffer
}

func newDesk(t testing.TB) *desk {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	return &desk{t: t, dir: t.TempDir()}
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) write(name, content string) string {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), []byte(content), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return d.path(name)
}

// run types a command. Names that begin with @ are files of the desk.
func (d *desk) run(line ...string) (string, error) {
	d.t.Helper()
	for i, word := range line {
		if before, name, ok := strings.Cut(word, "@"); ok && (before == "" || strings.HasSuffix(before, "=")) {
			line[i] = before + d.path(name)
		}
	}
	var p program
	k, err := kong.New(&p, kong.Exit(func(int) { d.t.Error("the parser ends the program") }))
	if err != nil {
		d.t.Fatal(err)
	}
	parsed, err := k.Parse(line)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	d.err.Reset()
	c := &command.Console{Out: &out, Err: &d.err}
	if d.ask != nil {
		c.Ask = func(string) (string, error) {
			if len(d.ask) == 0 {
				return "", errors.New("nothing more is typed")
			}
			s := d.ask[0]
			d.ask = d.ask[1:]
			return s, nil
		}
	}
	parsed.BindTo(d.t.Context(), (*context.Context)(nil))
	err = parsed.Run(c)
	return out.String(), err
}

// does runs a command that must succeed.
func (d *desk) does(line ...string) string {
	d.t.Helper()
	out, err := d.run(line...)
	if err != nil {
		d.t.Fatalf("%s: %s", line[0], command.Explain(err))
	}
	return out
}

// fails runs a command that must be refused.
func (d *desk) fails(code string, line ...string) {
	d.t.Helper()
	out, err := d.run(line...)
	if !fault.Coded(err, code) || out != "" {
		d.t.Errorf("%v: got %v, want %q; printed %q", line, err, code, out)
	}
}

// town is a real server with a published tender.
type town struct {
	*biddingtest.World
	house *apptest.House
	url   string
}

func newTown(t testing.TB, terms biddingtest.Terms, begin func(testing.TB, *biddingtest.House, biddingtest.Terms) *biddingtest.World) *town {
	h := apptest.Open(t, apptest.Options{})
	x := &town{house: h, World: begin(t, h.Bidding(), terms)}
	// The server believes that it is reached under another address.
	web := h.Web.Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "/envelopes/") {
			web.ServeHTTP(w, r)
			return
		}
		rec := httptest.NewRecorder()
		web.ServeHTTP(rec, r)
		for name, v := range rec.Header() {
			w.Header()[name] = v
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(rec.Code)
		w.Write(bytes.ReplaceAll(rec.Body.Bytes(), []byte(h.Config.URL), []byte("http://"+r.Host)))
	}))
	t.Cleanup(srv.Close)
	x.url = srv.URL
	return x
}

// token is an API token of somebody, in a file of their desk.
func (x *town) token(d *desk, a party.Actor) string {
	x.Helper()
	users := store.Shelf[party.User, *party.User]{Engine: x.Engine, Kind: party.Users.Kind}
	if _, err := users.Get(x.Ctx(), a.User); err != nil {
		x.Ok(users.Put(x.Ctx(), &party.User{Root: store.Root{ID: a.User}, Name: a.Name, Email: a.User + "@example.org",
			Memberships: []party.Membership{{Org: a.Org, Kind: a.OrgKind, Roles: []party.Role{a.Role}}}}))
	}
	_, token, err := x.house.People.IssueToken(x.Ctx(), people.Identity{Actor: a, Session: "test"},
		people.NewToken{Label: "test", Scopes: []string{"read", "bid.*", "opening.*"}, Days: 366})
	x.Ok(err)
	d.write("device", string(must(x.Key(a.User).File(""))))
	return d.write("token", token+"\n")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
