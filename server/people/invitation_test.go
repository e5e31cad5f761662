package people

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/store"
)

// boss is the administrator of an organisation.
func boss(org, user string) party.Actor {
	return party.Actor{User: user, Name: "Boss", Org: org, OrgKind: party.KindSupplier, Role: party.RoleAdministrator}
}

// confirmOrg lets an organisation be looked at, and found to be what it says.
func (w *world) confirmOrg(t testing.TB, org string) {
	t.Helper()
	o, err := w.Orgs.Get(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	o.Claims[0].State = party.Confirmed
	if err := w.Orgs.Put(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// host is an organisation that invites.
type host struct {
	*world
	by party.Actor
}

func newHost(t testing.TB, mails bool) host {
	t.Helper()
	w := newWorld(t)
	w.Mails = mails
	in, err := w.Register(t.Context(), someOrg("1"))
	if err != nil {
		t.Fatal(err)
	}
	w.confirmOrg(t, in.Org.ID)
	return host{w, boss(in.Org.ID, in.User.ID)}
}

// invite offers a place, and returns its ticket, wherever that goes.
func (h host) invite(t testing.TB, user, email string) (Invited, string) {
	t.Helper()
	x, err := h.Invite(t.Context(), h.by, Invite{UserID: user, Org: h.by.Org, Roles: []party.Role{party.RoleRepresentative}, Person: Person{"Ines", email, "zh"}})
	if err != nil {
		t.Fatal(err)
	}
	return x, h.ticket(t, x)
}

func (h host) ticket(t testing.TB, x Invited) string {
	t.Helper()
	if !x.Mailed {
		return x.Ticket
	}
	if x.Ticket != "" {
		t.Error("who invites sees the ticket of a letter")
	}
	l, err := h.InvitationLetter(t.Context(), x.ID)
	if err != nil || l.To != x.Email || len(l.Languages) != 1 {
		t.Fatalf("%+v %v", l, err)
	}
	return ticketOf(t, l.Link)
}

const goodPassword = "correct horse battery staple"

func TestAnInvitationMakesAnAccount(t *testing.T) {
	for _, mails := range []bool{true, false} {
		h := newHost(t, mails)
		x, ticket := h.invite(t, "u9", "Ines@example.org")
		if _, err := h.Users.Get(t.Context(), "u9"); err == nil {
			t.Error("an account is there before anybody wants one")
		}
		if _, err := h.Accept(t.Context(), ticket, "short"); !fault.Coded(err, "password.short") {
			t.Error(err)
		}
		s, err := h.Accept(t.Context(), ticket, goodPassword)
		if err != nil || s.User != "u9" || !s.Half {
			t.Fatalf("%+v %v", s, err)
		}
		u, err := h.Users.Get(t.Context(), "u9")
		if err != nil || len(u.Memberships) != 1 || u.Memberships[0].Org != h.by.Org || u.Email != "ines@example.org" || u.Languages[0] != "zh" {
			t.Fatalf("%+v %v", u, err)
		}
		if u.Confirmed.IsZero() == mails {
			t.Errorf("mail %v: the address is confirmed: %v", mails, u.Confirmed)
		}
		if _, err := h.Accept(t.Context(), ticket, goodPassword); !fault.Coded(err, "invitation.unknown") {
			t.Errorf("used twice: %v", err)
		}
		list, _, err := h.Invitations(t.Context(), h.by, h.by.Org, "a test", "", 10)
		if err != nil || len(list) != 1 || list[0].ID != x.ID || list[0].State != InvitationTaken {
			t.Errorf("%+v %v", list, err)
		}
		if _, err := h.Withdraw(t.Context(), h.by, x.ID); !fault.Coded(err, "invitation.taken") {
			t.Error(err)
		}
		if _, err := h.Invite(t.Context(), h.by, Invite{UserID: "u10", Org: h.by.Org, Roles: []party.Role{party.RoleRepresentative}, Person: Person{"Ines", "ines@example.org", ""}}); !fault.Coded(err, "user.member") {
			t.Error(err)
		}
	}
}

// For an organisation that nobody has looked at, we write to no strangers.
func TestAnUnknownOrganisationSendsNoLetters(t *testing.T) {
	w := newWorld(t)
	w.Mails = true
	in, err := w.Register(t.Context(), someOrg("1"))
	if err != nil {
		t.Fatal(err)
	}
	h := host{w, boss(in.Org.ID, in.User.ID)}
	x, ticket := h.invite(t, "u9", "ines@example.org")
	if x.Mailed || ticket == "" {
		t.Fatalf("%+v", x)
	}
	if _, err := h.InvitationLetter(t.Context(), x.ID); !fault.Coded(err, "letter.missing") {
		t.Error(err)
	}
	w.confirmOrg(t, in.Org.ID)
	if x, err = h.Resend(t.Context(), h.by, x.ID); !fault.Coded(err, "letter.wait") {
		t.Errorf("%+v %v", x, err)
	}
	w.wait(letterApart)
	if x, err = h.Resend(t.Context(), h.by, invitationID("u9")); err != nil || !x.Mailed || x.Ticket != "" {
		t.Errorf("%+v %v", x, err)
	}
	if _, err := h.Accept(t.Context(), ticket, goodPassword); !fault.Coded(err, "invitation.unknown") {
		t.Errorf("the ticket from before the letter: %v", err)
	}
}

func TestAnInvitationIsForWhomItIs(t *testing.T) {
	for _, c := range []struct {
		name             string
		mails, confirmed bool // the account with the address has shown that it is theirs
		to               string
		owner, stranger  string // what each hears who takes it with their account
	}{
		{"to an address of nobody", true, false, "ines@example.org", "", ""},
		{"to the address of an account", true, true, "p2@example.org", "", "invitation.unknown"},
		{"to an address that an account only says is its own", true, false, "p2@example.org", "", ""},
		{"handed over, to the address of an account", false, false, "p2@example.org", "", "invitation.unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, who := range []string{"owner", "stranger"} {
				h := newHost(t, c.mails)
				people := map[string]resident{"owner": h.resident(t, "2"), "stranger": h.resident(t, "3")}
				if c.confirmed {
					if _, err := h.ConfirmAddress(t.Context(), h.letter(t, "u2")); err != nil {
						t.Fatal(err)
					}
				}
				_, ticket := h.invite(t, "u9", c.to)
				p, want := people[who], map[string]string{"owner": c.owner, "stranger": c.stranger}[who]
				v, err := h.LookAtInvitation(t.Context(), p.id, ticket)
				if err != nil || v.Yours != (want == "") || v.New != (c.to == "ines@example.org") {
					t.Errorf("%s: %+v %v", who, v, err)
				}
				u, err := h.Join(t.Context(), p.id, ticket)
				if want != "" {
					if !fault.Coded(err, want) {
						t.Errorf("%s: %v", who, err)
					}
					continue
				}
				if err != nil || len(u.Memberships) != 2 {
					t.Fatalf("%s: %v", who, err)
				}
				if confirmed := !u.Confirmed.IsZero(); confirmed != (c.mails && u.Email == c.to) {
					t.Errorf("%s: the address is confirmed: %v", who, confirmed)
				}
				if _, err := h.Join(t.Context(), people["stranger"].id, ticket); !fault.Coded(err, "invitation.unknown") {
					t.Errorf("%s: used twice: %v", who, err)
				}
			}
		})
	}
}

func TestSendingAgainAndWithdrawing(t *testing.T) {
	h := newHost(t, true)
	x, first := h.invite(t, "u9", "ines@example.org")
	if _, err := h.Invite(t.Context(), h.by, Invite{UserID: "u10", Org: h.by.Org, Roles: []party.Role{party.RoleRepresentative}, Person: Person{"Ines", "ines@example.org", ""}}); !fault.Coded(err, "invitation.open") {
		t.Errorf("two for one address: %v", err)
	}
	if again, second := h.invite(t, "u9", "ines@example.org"); again.ID != x.ID || second != first {
		t.Error("asked again with the same id, there are two")
	}
	h.wait(ticketLife)
	if _, err := h.Accept(t.Context(), first, goodPassword); !fault.Coded(err, "invitation.unknown") {
		t.Errorf("after seven days: %v", err)
	}
	if list, _, _ := h.Invitations(t.Context(), h.by, h.by.Org, "a test", "", 10); list[0].State != InvitationExpired {
		t.Errorf("%+v", list)
	}
	x, err := h.Resend(t.Context(), h.by, x.ID)
	if err != nil || x.State != InvitationOpen {
		t.Fatalf("%+v %v", x, err)
	}
	second := h.ticket(t, x)
	if _, err := h.LookAtInvitation(t.Context(), Identity{}, first); !fault.Coded(err, "invitation.unknown") {
		t.Errorf("the first ticket: %v", err)
	}
	if _, err := h.LookAtInvitation(t.Context(), Identity{}, second); err != nil {
		t.Error(err)
	}
	other := boss("o7", "u7")
	if _, err := h.Withdraw(t.Context(), other, x.ID); !fault.Coded(err, "invite.missing") {
		t.Errorf("by the administrator of another organisation: %v", err)
	}
	for range 2 { // twice is once
		if x, err = h.Withdraw(t.Context(), h.by, x.ID); err != nil || x.State != InvitationWithdrawn {
			t.Fatalf("%+v %v", x, err)
		}
	}
	if _, err := h.Accept(t.Context(), second, goodPassword); !fault.Coded(err, "invitation.unknown") {
		t.Errorf("withdrawn: %v", err)
	}
	if _, err := h.Resend(t.Context(), h.by, x.ID); !fault.Coded(err, "invitation.withdrawn") {
		t.Error(err)
	}
	h.invite(t, "u11", "ines@example.org") // the address is free again
}

// Side by side, one takes it.
func TestOneTakesIt(t *testing.T) {
	h := newHost(t, true)
	a, b := h.resident(t, "2"), h.resident(t, "3")
	_, ticket := h.invite(t, "u9", "ines@example.org")
	var wg sync.WaitGroup
	var mu sync.Mutex
	took := 0
	try := func(f func() error) {
		wg.Go(func() {
			err := f()
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				took++
			} else if !fault.Coded(err, "invitation.unknown") {
				t.Error(err)
			}
		})
	}
	for _, p := range []resident{a, b} {
		try(func() error { _, err := h.Join(t.Context(), p.id, ticket); return err })
	}
	try(func() error { _, err := h.Accept(t.Context(), ticket, goodPassword); return err })
	wg.Wait()
	members := 0
	_ = h.Users.All(t.Context(), store.Query{Index: "org", Eq: []any{h.by.Org}}, func(*party.User) error { members++; return nil })
	if took != 1 || members != 2 {
		t.Errorf("%d took it, %d are members", took, members)
	}
}

// cut is an engine that fails at the n-th write from now.
type cut struct {
	store.Engine
	left int
}

var errCut = errors.New("the power is gone")

func (c *cut) Put(ctx context.Context, d *store.Doc, facts ...event.Event) error {
	if c.left--; c.left < 0 {
		return errCut
	}
	return c.Engine.Put(ctx, d, facts...)
}

// through lets all of the service go through an engine.
func (w *world) through(e store.Engine) {
	w.Engine, w.Users.Engine, w.Orgs.Engine = e, e, e
}

// Wherever taking an invitation breaks off, taking it again ends it, and nobody
// else gets it in between.
func TestTakingBreaksOffAnywhere(t *testing.T) {
	for writes := range 5 {
		h := newHost(t, true)
		other := h.resident(t, "3")
		_, ticket := h.invite(t, "u9", "ines@example.org")
		whole := h.Engine
		h.through(&cut{whole, writes})
		_, err := h.Accept(t.Context(), ticket, goodPassword)
		h.through(whole)
		if writes < 4 && !errors.Is(err, errCut) {
			t.Fatalf("after %d writes: %v", writes, err)
		}
		if writes > 0 {
			if _, err := h.Join(t.Context(), other.id, ticket); !fault.Coded(err, "invitation.unknown") {
				t.Errorf("after %d writes somebody else takes it: %v", writes, err)
			}
		}
		if writes < 3 {
			if _, err := h.Accept(t.Context(), ticket, goodPassword); err != nil {
				t.Errorf("after %d writes it cannot be taken again: %v", writes, err)
			}
		}
		in := SignIn{Email: "ines@example.org", Password: goodPassword}
		if s, err := h.SignIn(t.Context(), in); err != nil || !s.Half {
			t.Errorf("after %d writes: %v", writes, err)
		}
	}
	for writes := range 2 {
		h := newHost(t, true)
		p := h.resident(t, "3")
		_, ticket := h.invite(t, "u9", "ines@example.org")
		whole := h.Engine
		h.through(&cut{whole, writes})
		_, err := h.Join(t.Context(), p.id, ticket)
		h.through(whole)
		if !errors.Is(err, errCut) {
			t.Fatalf("after %d writes: %v", writes, err)
		}
		if u, err := h.Join(t.Context(), p.id, ticket); err != nil || len(u.Memberships) != 2 {
			t.Errorf("after %d writes: %v", writes, err)
		}
	}
}

func TestNamesOfInvitedAreForgotten(t *testing.T) {
	h := newHost(t, true)
	x, _ := h.invite(t, "u9", "ines@example.org")
	h.wait(ticketLife + forgetInvited - time.Second)
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := func() Invited {
		list, _, err := h.Invitations(t.Context(), h.by, h.by.Org, "a test", "", 10)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	if kept().Email == "" {
		t.Error("too early")
	}
	h.wait(2 * time.Second)
	for range 2 {
		if err := h.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := kept(); got.Email != "" || got.Name != "" || got.ID != x.ID {
		t.Errorf("%+v", got)
	}
}
