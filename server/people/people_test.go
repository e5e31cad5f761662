package people

import (
	"bytes"
	"context"
	"encoding/base32"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/server/store/bolt"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
	"probity/tender/text"
)

// world is a service on a real engine whose clock is moved by hand.
type world struct {
	*Service
	mu  sync.Mutex
	now time.Time
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
	engine, err := bolt.Open(filepath.Join(dir, "db"), Collections(), bolt.Options{Now: w.time})
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
		Person:     Person{"Somebody", "p" + id + "@example.org"}, Password: "correct horse battery staple"}
}

func TestPasswordHashes(t *testing.T) {
	h := NewHasher(2)
	ctx := t.Context()
	one, err := h.Hash(ctx, "páss phrase of words")
	if err != nil {
		t.Fatal(err)
	}
	two, _ := h.Hash(ctx, "páss phrase of words")
	if one == two || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s %s", one, two)
	}
	for password, want := range map[string]bool{"páss phrase of words": true, "pa\u0301ss phrase of words": true, "pass phrase of words": false, "": false} {
		if ok, err := h.Matches(ctx, one, password); ok != want || err != nil {
			t.Errorf("%q: %v %v", password, ok, err)
		}
	}
	if ok, err := h.Matches(ctx, nobody, ""); ok || err != nil {
		t.Errorf("nobody's hash: %v %v", ok, err)
	}
}

// The vector was written once; a change of it shuts everybody out.
func TestFrozenPasswordHash(t *testing.T) {
	const stored = "$argon2id$v=19$m=19456,t=2,p=1$AQIDBAUGBwgJCgsMDQ4PEA$At0qvquDBa27vweBRU8Oc0xEtJEDcE2iuaBt/nwryhE"
	if ok, err := NewHasher(1).Matches(t.Context(), stored, "frozen password"); !ok || err != nil {
		salt := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
		t.Errorf("%v %v; it is %s", ok, err, today.text(salt, today.key("frozen password", salt)))
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add(nobody)
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		if c, salt, key, err := parseHash(s); err == nil && (c.text(salt, key) != s || c.memory > ceiling.memory || c.time > ceiling.time) {
			t.Fatalf("%q was read as %q", s, c.text(salt, key))
		}
	})
}

func TestWeakPasswords(t *testing.T) {
	for password, code := range map[string]string{"": "password.short", "elevenchars": "password.short", "十一个汉字的密码不够长": "password.short",
		"aaaaaaaaaaaaaaaa": "password.simple", "abababababababab": "password.simple", strings.Repeat("long password", 20): "password.long",
		"somebody was here": "password.name", "twelve chars": "", "这个密码一共有十二个汉字吧对": ""} {
		got := ""
		if err := CheckPassword("password", password, "somebody@example.org"); err != nil {
			got = err.Code
		}
		if got != code {
			t.Errorf("%q: %q, want %q", password, got, code)
		}
	}
}

func TestFewPasswordsAreWorkedOnAtOnce(t *testing.T) {
	h := NewHasher(1)
	h.seats <- struct{}{} // somebody is at work
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := h.Hash(ctx, "x")
	if !fault.Coded(err, "session.crowded") || fault.From(err).Kind != fault.Limited {
		t.Errorf("%v", err)
	}
}

// The secret and the codes are those of RFC 6238 appendix B, cut to six digits.
func TestCodesOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"} {
		now := time.Unix(at, 0)
		if step, ok := codeAt(secret, code, now); !ok || step != at/30 {
			t.Errorf("%s at %d: %d %v", code, at, step, ok)
		}
		for _, d := range []time.Duration{-30 * time.Second, 30 * time.Second} {
			if step, ok := codeAt(secret, code, now.Add(d)); !ok || step != at/30 {
				t.Errorf("%s a step off: %d %v", code, step, ok)
			}
		}
		for _, d := range []time.Duration{-61 * time.Second, 61 * time.Second} {
			if _, ok := codeAt(secret, code, now.Add(d)); ok && now.Add(d).Unix() >= 0 {
				t.Errorf("%s is good at %v", code, d)
			}
		}
		for _, wrong := range []string{"", code[:5], code + "0", " " + code, "x" + code[1:]} {
			if _, ok := codeAt(secret, wrong, now); ok {
				t.Errorf("%q is good", wrong)
			}
		}
	}
	if u := codeURI("Pro bity", "a+b@example.org", secret); u != "otpauth://totp/Pro%20bity:a+b@example.org?issuer=Pro%20bity&secret="+base32.StdEncoding.EncodeToString(secret) {
		t.Error(u)
	}
}

func TestTheVaultBindsToTheOwner(t *testing.T) {
	v, err := NewVault(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	sealed := v.seal("a", []byte("secret"))
	if plain, err := v.open("a", sealed); err != nil || string(plain) != "secret" {
		t.Errorf("%q %v", plain, err)
	}
	if _, err := v.open("b", sealed); err == nil {
		t.Error("a secret was moved to another account")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := v.open("a", sealed); err == nil {
		t.Error("a changed secret was opened")
	}
	other, _ := NewVault(bytes.Repeat([]byte{1}, 32))
	if _, err := other.open("a", v.seal("a", []byte("secret"))); err == nil {
		t.Error("another key opens it")
	}
	if _, err := NewVault([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}

func TestTickets(t *testing.T) {
	x := newTicket(tokenPrefix)
	y, err := parseTicket(x.String())
	if err != nil || y != x || !y.fits(x.hash()) || y.fits(newTicket(tokenPrefix).hash()) || strings.Contains(x.hash(), x.secret) {
		t.Errorf("%v %v %v", x, y, err)
	}
	moved := x
	moved.prefix = sessionPrefix
	if moved.fits(x.hash()) {
		t.Error("a token is good as a session")
	}
	for _, s := range []string{"", "_", "__", "a_b_c", x.String() + "0", x.String()[1:] + "0_", strings.ToUpper(x.String()), strings.Replace(x.String(), "_", "-", 1), x.String() + "_x"} {
		if _, err := parseTicket(s); err == nil && s != x.String() {
			t.Errorf("%q is a ticket", s)
		}
	}
}

func FuzzParseTicket(f *testing.F) {
	f.Add(newTicket(sessionPrefix).String())
	f.Add("prt_aaaaaaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, s string) {
		if x, err := parseTicket(s); err == nil && x.String() != s {
			t.Fatalf("%q was read as %q", s, x)
		}
	})
}

func TestLocksGrowAndForget(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	try := func(account, address string) time.Duration {
		err := w.locker(w.time(), account, address).try(ctx)
		var wait Wait
		if err != nil && !errors.As(err, &wait) {
			t.Fatal(err)
		}
		return time.Duration(wait)
	}
	var waits []time.Duration
	for range 12 {
		d := try("a", "1")
		if d > 0 {
			waits = append(waits, d)
			w.wait(d)
			if try("a", "1") != 0 {
				t.Fatal("the wait was longer than said")
			}
		}
	}
	for i := 1; i < len(waits); i++ {
		if waits[i] < waits[i-1] || waits[i] > 15*time.Minute {
			t.Errorf("waits %v", waits)
		}
	}
	if len(waits) < 5 {
		t.Fatalf("waits %v", waits)
	}
	if d := try("b", "2"); d != 0 {
		t.Errorf("somebody else elsewhere waits %v", d)
	}
	if d := try("a", "2"); d > 30*time.Second {
		t.Errorf("the owner waits %v at their own address", d)
	}
	w.wait(80 * time.Minute)
	for range 5 {
		if d := try("a", "1"); d != 0 {
			t.Errorf("after a quiet hour: %v", d)
		}
	}
}

func TestNobodyLocksAnotherOutForLong(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	owner := func() locker { return w.locker(w.time(), "owner", "home") }
	if err := errors.Join(owner().try(ctx), owner().opened(ctx)); err != nil {
		t.Fatal(err)
	}
	for i := range 200 { // a guesser with many addresses
		_ = w.locker(w.time(), "owner", "evil "+string(rune('a'+i))).try(ctx)
	}
	if err := owner().try(ctx); err != nil {
		t.Errorf("the owner is kept out of a known place: %v", err)
	}
	stranger := w.locker(w.time(), "owner", "hotel")
	err := stranger.try(ctx)
	var wait Wait
	if !errors.As(err, &wait) || time.Duration(wait) > 30*time.Second {
		t.Errorf("from a new place: %v", err)
	}
}

func TestAMinistrySignsInFromOneAddress(t *testing.T) {
	w := newWorld(t)
	for i := range 100 {
		l := w.locker(w.time(), "person "+string(rune('a'+i)), "ministry")
		if err := errors.Join(l.try(t.Context()), l.opened(t.Context())); err != nil {
			t.Fatalf("person %d: %v", i, err)
		}
	}
}

func TestTriesSideBySideAllCount(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	let := 0
	for range 30 {
		wg.Go(func() {
			if w.locker(w.time(), "a", "1").try(t.Context()) == nil {
				mu.Lock()
				let++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if let > pacePair.free+1 {
		t.Errorf("%d of 30 tries at once were let through", let)
	}
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

func TestSweepForgetsWhatIsOver(t *testing.T) {
	w := newWorld(t)
	in, err := w.Register(t.Context(), someOrg("1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SignIn(t.Context(), SignIn{Email: in.User.Email, Password: "wrong"}); err == nil {
		t.Fatal("signed in")
	}
	if _, err := w.invite(t.Context(), invitation{User: in.User.ID}, w.time()); err != nil {
		t.Fatal(err)
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
	if err := w.Sweep(t.Context()); err != nil || count() != 0 || before < 5 {
		t.Errorf("of %d, %d are left, %v", before, count(), err)
	}
}

// broken fails the n-th Put, before or after it took effect.
type broken struct {
	store.Engine
	at    int
	after bool
}

func (b *broken) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	b.at--
	if b.at != 0 {
		return b.Engine.Put(ctx, d, facts...)
	}
	if b.after {
		if err := b.Engine.Put(ctx, d, facts...); err != nil {
			return err
		}
	}
	return store.ErrBusy
}

// A registration and a set-up that break off at any write, before or after it
// took effect, can be done again, and leave one organisation and one person.
func TestWhatBreaksOffCanBeDoneAgain(t *testing.T) {
	for _, after := range []bool{false, true} {
		for at := 1; at <= 7; at++ {
			w := newWorld(t)
			real := w.Engine
			ticket, err := w.PrepareSetup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			w.swap(&broken{real, at, after})
			reg := someOrg("1")
			_, err1 := w.Register(t.Context(), reg)
			w.swap(&broken{real, at, after})
			p := Platform{"o2", "u2", reg.Name, party.Identifier{Scheme: "GB-COH", ID: "2", LegalName: "x"}, Person{"Admin", "admin@example.org"}, reg.Password}
			_, err2 := w.Setup(t.Context(), ticket, p)
			w.swap(real)
			if err1 != nil {
				if _, err := w.Register(t.Context(), reg); err != nil {
					t.Errorf("write %d, after %v: register again: %v", at, after, err)
				}
			}
			if err2 != nil {
				p.OrgID, p.UserID = "o3", "u3" // a new request has new ids
				if _, err := w.Setup(t.Context(), ticket, p); err != nil && !fault.Coded(err, "setup.unknown") {
					t.Errorf("write %d, after %v: set up again: %v", at, after, err)
				}
			}
			for kind, want := range map[party.OrgKind]int{party.KindSupplier: 1, party.KindOversight: 1} {
				list, _, err := w.Orgs.Find(t.Context(), store.Query{Index: "kind", Eq: []any{string(kind)}, Limit: 10})
				if err != nil || len(list) != want {
					t.Errorf("write %d, after %v: %d organisations of kind %s, %v", at, after, len(list), kind, err)
				}
			}
			if again, err := w.PrepareSetup(t.Context()); again != "" || err != nil {
				t.Errorf("write %d, after %v: the platform can be set up again, %v", at, after, err)
			}
		}
	}
}

func (w *world) swap(e store.Engine) { w.Engine, w.Users.Engine, w.Orgs.Engine = e, e, e }

func TestTheSetupFileIsForTheOperatorAlone(t *testing.T) {
	w := newWorld(t)
	trap := filepath.Join(t.TempDir(), "trap")
	if err := os.Symlink(trap, w.SetupFile); err != nil {
		t.Skipf("this system has no symbolic links: %v", err)
	}
	if _, err := w.PrepareSetup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(trap); err == nil {
		t.Error("the ticket went where somebody's link pointed")
	}
	if st, err := os.Lstat(w.SetupFile); err != nil || st.Mode() != 0o600 {
		t.Errorf("%v %v", st.Mode(), err)
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
