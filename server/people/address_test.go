package people

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
)

// resident is a person with a second factor, in a whole session.
type resident struct {
	w  *world
	id Identity
}

func (w *world) resident(t testing.TB, n string) resident {
	t.Helper()
	in, err := w.Register(t.Context(), someOrg(n))
	if err != nil {
		t.Fatal(err)
	}
	id, err := w.Identify(t.Context(), in.Session.Ticket, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.NewFactor(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	r := resident{w, id}
	done, err := w.ConfirmFactor(t.Context(), id, r.code(t))
	if err != nil {
		t.Fatal(err)
	}
	if r.id, err = w.Identify(t.Context(), done.Ticket, ""); err != nil {
		t.Fatal(err)
	}
	return r
}

// code is the next one of the person's second factor.
func (r resident) code(t testing.TB) string {
	t.Helper()
	r.w.wait(codePeriod)
	c, err := r.w.credential(t.Context(), r.id.Actor.User)
	if err != nil {
		t.Fatal(err)
	}
	sealed := c.Factor
	if sealed == nil {
		sealed = c.Pending
	}
	secret, err := r.w.Vault.open(c.ID, sealed)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(base32Plain.EncodeToString(secret), r.w.time())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// facts lists what was told of the people's doings since the start.
func (w *world) facts(t testing.TB) (list []event.Event) {
	t.Helper()
	list, err := w.Engine.Pending(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// ticketOf is what a letter's link carries.
func ticketOf(t testing.TB, link string) string {
	t.Helper()
	_, ticket, ok := strings.Cut(link, "?ticket=")
	if !ok {
		t.Fatal(link)
	}
	return ticket
}

func (w *world) letter(t testing.TB, user string) string {
	t.Helper()
	l, err := w.AddressLetter(t.Context(), user, w.time())
	if err != nil {
		t.Fatal(err)
	}
	return ticketOf(t, l.Link)
}

func TestAnAddressIsConfirmedOnce(t *testing.T) {
	w := newWorld(t)
	w.Mails, w.URL = true, "https://tenders.example/"
	r := w.resident(t, "1")
	user := r.id.Actor.User
	asked := w.time()
	l, err := w.AddressLetter(t.Context(), user, asked)
	if err != nil || l.To != "p1@example.org" || !strings.HasPrefix(l.Link, "https://tenders.example/confirm?ticket=pra_") {
		t.Fatalf("%+v %v", l, err)
	}
	w.wait(time.Hour)
	if again, _ := w.AddressLetter(t.Context(), user, asked); again.Link != l.Link {
		t.Error("a letter that is tried again says something else")
	}
	ticket := ticketOf(t, l.Link)
	for range 2 { // looking changes nothing
		v, err := w.LookAtAddress(t.Context(), ticket)
		if err != nil || v.Done || v.Email != "p1@example.org" {
			t.Fatalf("%+v %v", v, err)
		}
	}
	if v, err := w.ConfirmAddress(t.Context(), ticket); err != nil || !v.Done {
		t.Fatal(v, err)
	}
	if _, err := w.ConfirmAddress(t.Context(), ticket); !fault.Coded(err, "address.confirmed") {
		t.Errorf("used twice: %v", err)
	}
	if _, err := w.AddressLetter(t.Context(), user, w.time()); !fault.Coded(err, "letter.missing") {
		t.Errorf("a confirmed address is written to: %v", err)
	}
	n := 0
	for _, f := range w.facts(t) {
		if f.Name == "account.address-confirmed" {
			n++
		}
		if bytes.Contains(f.Data, []byte("@")) {
			t.Errorf("an address stands in the record: %s", f.Data)
		}
	}
	if n != 1 {
		t.Errorf("%d facts", n)
	}
}

func TestTicketsOfLettersThatAreNotGood(t *testing.T) {
	w := newWorld(t)
	w.Mails = true
	r, other := w.resident(t, "1"), w.resident(t, "2")
	good := w.letter(t, r.id.Actor.User)
	parts := strings.Split(good, "_")
	theirs := strings.Split(w.letter(t, other.id.Actor.User), "_")
	for name, ticket := range map[string]string{
		"nothing":                "",
		"a session":              "prs_0000000000000000_00000000000000000000000000000000",
		"another secret":         strings.Join([]string{parts[0], parts[1], parts[2], strings.Repeat("0", 32)}, "_"),
		"another's account":      strings.Join([]string{parts[0], theirs[1], parts[2], parts[3]}, "_"),
		"a later end":            strings.Join([]string{parts[0], parts[1], "zzzzzz", parts[3]}, "_"),
		"an end in other digits": strings.Join([]string{parts[0], parts[1], "0" + parts[2], parts[3]}, "_"),
		"an account of nobody":   strings.Join([]string{parts[0], "nobody", parts[2], parts[3]}, "_"),
		"no id at all":           strings.Join([]string{parts[0], "\x00", parts[2], parts[3]}, "_"),
	} {
		if _, err := w.ConfirmAddress(t.Context(), ticket); !fault.Coded(err, "address.unknown") {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.wait(addressLife)
	if _, err := w.ConfirmAddress(t.Context(), good); !fault.Coded(err, "address.unknown") {
		t.Errorf("after three days: %v", err)
	}
}

func TestAnotherAddress(t *testing.T) {
	w := newWorld(t)
	w.Mails = true
	r, other := w.resident(t, "1"), w.resident(t, "2")
	user := r.id.Actor.User
	old := w.letter(t, user)
	if _, err := w.ConfirmAddress(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ address, code, want string }{
		{"nonsense", r.code(t), "email.form"},
		{"P1@example.org", r.code(t), "address.same"},
		{"p2@example.org", r.code(t), "address.taken"},
		{"new@example.org", "000000", "session.code"},
	} {
		if _, err := w.ChangeAddress(t.Context(), r.id, x.address, x.code); !fault.Coded(err, x.want) {
			t.Errorf("%s: %v, not %s", x.address, err, x.want)
		}
	}
	a, err := w.ChangeAddress(t.Context(), r.id, "New@example.org", r.code(t))
	if err != nil || a.Pending != "new@example.org" || a.Email != "p1@example.org" {
		t.Fatalf("%+v %v", a, err)
	}
	if l, err := w.MovingLetter(t.Context(), user); err != nil || l.To != "p1@example.org" || strings.Contains(l.Link, "ticket") {
		t.Errorf("the old address is told %+v %v", l, err)
	}
	ticket := w.letter(t, user)
	if _, err := w.ConfirmAddress(t.Context(), ticket); err != nil {
		t.Fatal(err)
	}
	if a, err = w.Address(t.Context(), r.id); err != nil || a.Email != "new@example.org" || a.Pending != "" || a.Confirmed.IsZero() {
		t.Errorf("%+v %v", a, err)
	}
	if _, err := w.ConfirmAddress(t.Context(), old); !fault.Coded(err, "address.unknown") {
		t.Errorf("the ticket of the old address: %v", err)
	}
	if _, err := w.ConfirmAddress(t.Context(), ticket); !fault.Coded(err, "address.confirmed") {
		t.Errorf("used twice: %v", err)
	}

	// Two want one address: who shows first that it is theirs has it.
	if _, err := w.ChangeAddress(t.Context(), r.id, "both@example.org", r.code(t)); err == nil {
		t.Fatal("letters are asked for without end")
	}
	w.wait(letterApart)
	for _, p := range []resident{r, other} {
		if _, err := w.ChangeAddress(t.Context(), p.id, "both@example.org", p.code(t)); err != nil {
			t.Fatal(err)
		}
	}
	first, second := w.letter(t, user), w.letter(t, other.id.Actor.User)
	if _, err := w.ConfirmAddress(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ConfirmAddress(t.Context(), second); !fault.Coded(err, "address.taken") {
		t.Errorf("two accounts with one address: %v", err)
	}
}

// A crash after the address has changed leaves the wish for it behind, which is
// one no more.
func TestAChangeThatBreaksOff(t *testing.T) {
	w := newWorld(t)
	w.Mails = true
	r := w.resident(t, "1")
	if _, err := w.ChangeAddress(t.Context(), r.id, "new@example.org", r.code(t)); err != nil {
		t.Fatal(err)
	}
	u, err := w.Users.Get(t.Context(), r.id.Actor.User)
	if err != nil {
		t.Fatal(err)
	}
	u.Email, u.Confirmed = "new@example.org", w.time()
	if err := w.Users.Put(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if a, err := w.Address(t.Context(), r.id); err != nil || a.Pending != "" || a.Email != "new@example.org" {
		t.Errorf("%+v %v", a, err)
	}
	if _, err := w.AddressLetter(t.Context(), u.ID, w.time()); !fault.Coded(err, "letter.missing") {
		t.Error(err)
	}
}

func TestLettersAreRationed(t *testing.T) {
	w := newWorld(t)
	w.Mails = true
	r := w.resident(t, "1")
	sent := 0
	for range 60 { // a day, every 24 minutes
		switch _, err := w.AskLetter(t.Context(), r.id); {
		case err == nil:
			sent++
			if _, err := w.AskLetter(t.Context(), r.id); !fault.Coded(err, "letter.wait") {
				t.Fatalf("two at once: %v", err)
			}
		case !fault.Coded(err, "letter.wait"):
			t.Fatal(err)
		}
		w.wait(23 * time.Minute)
		w.keep(t, r)
	}
	if sent != letterDaily {
		t.Errorf("%d letters in a day", sent)
	}
}

// keep keeps the session of somebody from falling idle, or makes another.
func (w *world) keep(t testing.TB, r resident) {
	t.Helper()
	x, err := w.sessions().Get(t.Context(), r.id.Session)
	if err != nil {
		t.Fatal(err)
	}
	x.Seen, x.Ends = w.time(), w.time().Add(sessionLife)
	if err := w.sessions().Put(t.Context(), x); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutMailAnAddressChangesAtOnce(t *testing.T) {
	w := newWorld(t)
	r := w.resident(t, "1")
	if _, err := w.AskLetter(t.Context(), r.id); !fault.Coded(err, "address.no_mail") {
		t.Error(err)
	}
	a, err := w.ChangeAddress(t.Context(), r.id, "new@example.org", r.code(t))
	if err != nil || a.Email != "new@example.org" || !a.Confirmed.IsZero() || a.Pending != "" {
		t.Errorf("%+v %v", a, err)
	}
}

// Nothing that is stored, and nothing that waits to be mailed, holds a ticket.
func TestNoTicketIsStored(t *testing.T) {
	w := newWorld(t)
	w.Mails = true
	r := w.resident(t, "1")
	w.confirmOrg(t, "o1")
	inv, err := w.Invite(t.Context(), boss("o1", r.id.Actor.User), Invite{UserID: "u9", Org: "o1", Roles: []party.Role{party.RoleRepresentative}, Person: Person{"Ines", "ines@example.org", ""}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.InvitationLetter(t.Context(), inv.ID)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{w.letter(t, r.id.Actor.User), ticketOf(t, l.Link)}
	all, err := os.ReadFile(w.file)
	if err != nil || !bytes.Contains(all, []byte("ines@example.org")) {
		t.Fatal("nothing was looked at", err)
	}
	for _, s := range secrets {
		if bytes.Contains(all, []byte(s[len(s)-32:])) {
			t.Errorf("the ticket %s is stored", s)
		}
	}
}
