package people

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/server/store/bolt"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// world is a service on a real engine whose clock is moved by hand.
type world struct {
	*Service
	mu   sync.Mutex
	now  time.Time
	file string // of the engine
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// Now is the legal clock, here the same.
func (w *world) Now(context.Context) (time.Time, error) { return w.time(), nil }

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{now: time.Now().UTC().Truncate(time.Millisecond)}
	dir := t.TempDir()
	w.file = filepath.Join(dir, "db")
	engine, err := bolt.Open(w.file, Collections(), bolt.Options{Now: w.time})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	vault, err := NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w.Service = &Service{Engine: engine, Clock: w, Vault: vault, Hasher: NewHasher(4), Issuer: "Test", RP: "localhost", SetupFile: filepath.Join(dir, "setup"),
		Users: store.Shelf[party.User, *party.User]{Engine: engine, Kind: party.Users.Kind},
		Orgs:  store.Shelf[party.Organisation, *party.Organisation]{Engine: engine, Kind: party.Organisations.Kind}}
	return w
}

func someOrg(id string) Registration {
	return Registration{OrgID: "o" + id, UserID: "u" + id, Kind: party.KindSupplier, Name: text.Of("en", "Org "+id),
		Identifier: party.Identifier{Scheme: "GB-COH", ID: id, LegalName: "Org " + id},
		Person:     Person{"Somebody", "p" + id + "@example.org", ""}, Password: "correct horse battery staple"}
}

func TestAPersonHasSoManySessions(t *testing.T) {
	w := newWorld(t)
	in, err := w.Register(t.Context(), someOrg("1"))
	if err != nil {
		t.Fatal(err)
	}
	var last Signed
	for range sessionMany + 5 {
		w.wait(time.Millisecond)
		if last, err = w.open(t.Context(), in.User.ID, w.time(), false); err != nil {
			t.Fatal(err)
		}
	}
	list, err := w.sessionsOf(t.Context(), in.User.ID)
	if err != nil || len(list) != sessionMany || list[0].ID != last.ID {
		t.Errorf("%d sessions, %v", len(list), err)
	}
	if _, err := w.Identify(t.Context(), in.Session.Ticket, ""); !fault.Coded(err, "token.unknown") {
		t.Errorf("the oldest is still good: %v", err)
	}
}

// With no seat free for a password, everybody who signs in is told so: also for
// accounts that do not exist, are disabled or have no password. So everybody's
// answer takes the time of one hash.
func TestEverySignInWorksOnAPassword(t *testing.T) {
	w := newWorld(t)
	var emails = []string{"nobody@example.org"}
	for _, id := range []string{"1", "2"} {
		in, err := w.Register(t.Context(), someOrg(id))
		if err != nil {
			t.Fatal(err)
		}
		emails = append(emails, in.User.Email)
		if id == "2" {
			in.User.Disabled = true
			if err := w.Users.Put(t.Context(), in.User); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.Hasher = NewHasher(1)
	w.Hasher.seats <- struct{}{}
	for _, email := range emails {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, err := w.SignIn(ctx, SignIn{Email: email, Password: "x", Address: email})
		cancel()
		if !fault.Coded(err, "session.crowded") {
			t.Errorf("%s: %v", email, err)
		}
	}
}

func TestSweepForgetsWhatIsOver(t *testing.T) {
	w := newWorld(t)
	in, err := w.Register(t.Context(), someOrg("1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SignIn(t.Context(), SignIn{Email: in.User.Email, Password: "wrong"}); err == nil {
		t.Fatal("signed in")
	}
	count := func() (n int) {
		for _, c := range Collections() {
			if c.Ephemeral {
				page, err := w.Engine.Find(t.Context(), store.Query{Kind: c.Kind, Index: "expires", Limit: 100})
				if err != nil {
					t.Fatal(err)
				}
				n += len(page.Docs)
			}
		}
		return n
	}
	before := count()
	if err := w.Sweep(t.Context()); err != nil || count() != before {
		t.Errorf("a sweep took what is not over: %d, %v", before-count(), err)
	}
	w.wait(100 * 24 * time.Hour)
	if err := w.Sweep(t.Context()); err != nil || count() != 0 || before < 4 {
		t.Errorf("of %d, %d are left, %v", before, count(), err)
	}
}

// register is an official register with one entry.
type register struct{ down bool }

func (r register) Lookup(_ context.Context, id party.Identifier) (string, bool, error) {
	if r.down {
		return "", false, errors.New("no answer")
	}
	return "Org 1 Ltd", id.ID == "1", nil
}

func TestTheRegisterIsEvidenceToo(t *testing.T) {
	for _, c := range []struct {
		id   string
		down bool
		want string
	}{{"1", false, "under the name: Org 1 Ltd"}, {"2", false, "has no such entry"}, {"1", true, "could not be asked"}} {
		w := newWorld(t)
		w.Official = register{c.down}
		in, err := w.Register(t.Context(), someOrg(c.id))
		if err != nil {
			t.Fatal(err)
		}
		admin := party.Actor{User: "admin", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}
		o, err := w.Settle(t.Context(), 1, in.Org.ID, party.Finding{Claim: in.Org.Claims[0].Key(), Step: party.ConfirmClaim, By: admin,
			Evidence: []party.Evidence{{Kind: "document", Text: "extract"}}})
		if err != nil || len(o.Claims[0].Evidence) != 2 || !strings.Contains(o.Claims[0].Evidence[1].Text, c.want) {
			t.Errorf("%+v, %v", o, err)
		}
	}
}

func TestTwoMayClaimButOneIsConfirmed(t *testing.T) {
	w := newWorld(t)
	admin := party.Actor{User: "admin", Org: "platform", OrgKind: party.KindOversight, Role: party.RoleAdministrator}
	var got []string
	for _, id := range []string{"1", "2"} {
		r := someOrg(id)
		r.Identifier.ID = "same"
		in, err := w.Register(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Settle(t.Context(), 1, in.Org.ID, party.Finding{Claim: "GB-COH-same", Step: party.ConfirmClaim, By: admin,
			Evidence: []party.Evidence{{Kind: "document", Text: "extract"}}})
		if err != nil {
			got = append(got, fault.From(err).Code)
		}
	}
	if len(got) != 1 || got[0] != "claim.taken" {
		t.Errorf("%v", got)
	}
}

func BenchmarkIdentify(b *testing.B) {
	w := newWorld(b)
	in, err := w.Register(b.Context(), someOrg("1"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := w.Identify(b.Context(), in.Session.Ticket, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPassword(b *testing.B) {
	h := NewHasher(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Matches(b.Context(), nobody, "x"); err != nil {
			b.Fatal(err)
		}
	}
}
