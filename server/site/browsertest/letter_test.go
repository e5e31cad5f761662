package browsertest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"probity/server/app/apptest"
	"probity/server/notify"
	accounts "probity/server/people"
	"probity/server/search"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/store"
)

// letters is a mail server that keeps what it takes.
type letters []notify.Letter

// Send takes a letter.
func (l *letters) Send(_ context.Context, x notify.Letter) error {
	*l = append(*l, x)
	return nil
}

// saved is a search of somebody's that everything fits.
func saved(user string, now time.Time) search.Saved {
	return search.Saved{ID: "all-" + user, Name: "打印机 Printers of any kind", Made: now.Add(-time.Hour), Seen: now.Add(-time.Hour)}
}

// stopping has everybody save a search, tells them of a tender that it fits,
// and returns the ticket of a mail about it.
func stopping(t *testing.T, h *apptest.House, people []party.Actor, tender string) string {
	t.Helper()
	h.Notices.Mails = true
	now, err := h.Engine.Time(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range people[1:] {
		confirm(t, h, who.User, now)
		if err := h.Web.Search.Memory.Keep(t.Context(), who.User, saved(who.User, now)); err != nil {
			t.Fatal(err)
		}
	}
	f := event.New("tender.publish", tender, "nobody", now, map[string]any{})
	f.ID = "tender/" + tender + "#example"
	if err := h.Notices.Take(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	got := delivered(t, h)
	for _, l := range got {
		if _, ticket, ok := strings.Cut(l.Stop, "/mail/stop/"); ok {
			return ticket
		}
	}
	t.Fatalf("of %d letters none can be stopped", len(got))
	return ""
}

// delivered sends all mail that is due.
func delivered(t *testing.T, h *apptest.House) (got letters) {
	t.Helper()
	h.Notices.Mails = true
	for {
		if n, err := h.Notices.Deliver(t.Context(), &got); err != nil {
			t.Fatal(err)
		} else if n == 0 {
			return got
		}
	}
}

// confirm says that somebody reads the mail of their address.
func confirm(t *testing.T, h *apptest.House, user string, now time.Time) {
	t.Helper()
	u, err := h.People.Users.Get(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	u.Confirmed = now
	if err := h.People.Users.Put(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

// asked makes letters to strangers, and returns what stands behind the
// addresses of the pages that their links open, for an address to confirm and
// for an invitation.
func asked(t *testing.T, h *apptest.House, people []party.Actor) facts {
	t.Helper()
	h.People.Mails, h.People.URL = true, "http://127.0.0.1"
	found := facts{}
	for _, who := range people {
		if who.Role != party.RoleAdministrator || who.OrgKind != party.KindBuyer {
			continue
		}
		for i, email := range []string{"ines.of.the.long.address@department-of-public-works.example.org", "paul@example.org"} {
			x, err := h.People.Invite(t.Context(), who, accounts.Invite{UserID: fmt.Sprint("newcomer", i), Org: who.Org, Roles: []party.Role{party.RoleOfficer, party.RoleEvaluator},
				Person: accounts.Person{Name: "Ines Newcomer", Email: email}})
			if err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				if _, err := h.People.Withdraw(t.Context(), who, x.ID); err != nil {
					t.Fatal(err)
				}
				continue
			}
			found["/invitation"] = append(found["/invitation"], "", behind(t, h.People.InvitationLetter, x.ID))
		}
	}
	u, err := h.People.Users.Get(t.Context(), people[1].User)
	if err != nil {
		t.Fatal(err)
	}
	u.Confirmed = time.Time{}
	if err := h.People.Users.Put(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	now, err := h.Engine.Time(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	link := &accounts.Link{Root: store.Root{ID: "of-the-test"}, User: u.ID, Issuer: "https://login.example.org", Subject: "17", Email: "somebody@login.example.org", Linked: now}
	if err := (store.Shelf[accounts.Link, *accounts.Link]{Engine: h.Engine, Kind: "outsidelink"}).Put(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	found["/confirm"] = []string{behind(t, func(ctx context.Context, user string) (accounts.Letter, error) {
		return h.People.AddressLetter(ctx, user, now)
	}, u.ID)}
	return found
}

// behind is the question mark of a letter's link and what follows.
func behind(t *testing.T, letter func(context.Context, string) (accounts.Letter, error), about string) string {
	t.Helper()
	l, err := letter(t.Context(), about)
	if err != nil {
		t.Fatal(err)
	}
	return l.Link[strings.Index(l.Link, "?"):]
}
