package browsertest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"probity/bidding"
	"probity/server/app/apptest"
	"probity/server/notify"
	"probity/server/site"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/complaint"
	"probity/tender/contract"
	"probity/tender/event"
	"probity/tender/party"
	"probity/tender/plan"
	"probity/tender/store"
)

// TestEveryNoticeLeadsSomewhere tells of every fact that anybody is told of, on
// a platform that has lived, and opens what each notice and each mail leads to,
// as the one who was told. A page that its reader may not open is a dead end.
func TestEveryNoticeLeadsSomewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("it lives through a purchase first")
	}
	h := lived(t)
	h.Notices.Mails = true // nobody sends it: there is no server
	d := daily{t, h, members(t, h)}
	d.tellOfEverything()
	opened := map[string]string{}
	kinds := map[notify.Kind]bool{}
	for _, u := range d.people {
		list, _, err := h.Notices.Inbox(t.Context(), party.Actor{User: u.ID, Role: party.RolePublic}, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range list {
			kinds[n.Kind] = true
			key := u.ID + " " + n.Path
			if opened[key] == "" {
				opened[key] = d.opens(u, n.Path)
			}
			if opened[key] != "200" {
				t.Errorf("%s (%s) is led to %s: %s", n.Kind, u.Name, n.Path, opened[key])
			}
		}
	}
	for _, k := range notify.Kinds() {
		if !kinds[k] {
			t.Errorf("nobody was told of anything as %s", k)
		}
	}
	d.lettersLead()
	d.publicPages()
}

// daily is a platform and its people.
type daily struct {
	t      *testing.T
	h      *apptest.House
	people []*party.User
}

// members are all people with a place.
func members(t *testing.T, h *apptest.House) (list []*party.User) {
	seen := map[string]bool{}
	for _, who := range everybody(t, h)[1:] {
		err := h.People.Users.All(t.Context(), store.Query{Index: "org", Eq: []any{who.Org}}, func(u *party.User) error {
			if !seen[u.ID] {
				list, seen[u.ID] = append(list, u), true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// first is the first of a kind.
func first[T any, P store.Aggregate[T]](t *testing.T, shelf store.Shelf[T, P], index string, eq ...any) P {
	t.Helper()
	list, _, err := shelf.Find(t.Context(), store.Query{Index: index, Eq: eq, Limit: 1})
	if err != nil || len(list) == 0 {
		t.Fatalf("there is no %s: %v", shelf.Kind, err)
	}
	return list[0]
}

// tellOfEverything takes in one fact of each name, about things that are there.
func (d daily) tellOfEverything() {
	t, h := d.t, d.h
	now, err := h.Engine.Time(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x := first(t, h.Tenders.Tenders, "published", "yes")
	c := first[contract.Contract](t, h.Contracts.Contracts, "tender", x.ID)
	file := d.file(x, now)
	fan := party.Actor{User: d.people[0].ID, Role: party.RolePublic}
	if err := h.Notices.Watch(t.Context(), fan, x.ID); err != nil {
		t.Fatal(err)
	}
	bidder := first[bidding.Bid](t, h.Bids.Bids, "lot", x.ID).Bidder.ID
	for _, u := range d.people {
		confirm(t, h, u.ID, now)
		if err := h.Web.Search.Memory.Keep(t.Context(), u.ID, saved(u.ID, now)); err != nil {
			t.Fatal(err)
		}
	}
	p := &plan.Plan{Root: store.Root{ID: "plan-of-the-test"}, Buyer: x.Buyer, State: plan.Draft, Created: now, Content: plan.Content{Year: now.Year() + 5, Title: tender.Text{"en": "Paper"}}}
	if err := h.Plans.Plans.Put(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, name := range notify.Facts() {
		topic := x.ID
		if strings.HasPrefix(name, "plan.") {
			topic = p.ID
		}
		f := event.New(name, topic, "nobody", now, map[string]any{"contract": c.ID, "complaint": file.ID, "bidder": bidder, "organisation": bidder, "user": d.people[0].ID})
		f.ID = "example/" + name + "#1"
		if err := h.Notices.Take(t.Context(), f); err != nil {
			t.Fatal(name, err)
		}
	}
}

// file puts a complaint there, as if one had been filed in time.
func (d daily) file(x *tender.Tender, now time.Time) *complaint.Complaint {
	d.t.Helper()
	b := first[bidding.Bid](d.t, d.h.Bids.Bids, "lot", x.ID)
	c := &complaint.Complaint{Root: store.Root{ID: "complaint-of-the-test"}, Tender: x.ID, State: complaint.Pending, Remedy: x.Policy.Complaints[len(x.Policy.Complaints)-1],
		By: b.Bidder, Filed: award.Word{At: now}, Accepted: &complaint.Words{}, About: x.Policy.Complaints[len(x.Policy.Complaints)-1].About[0], Basis: now, Grounds: tender.Text{"en": "The paper tray."}}
	if err := d.h.Complaints.Complaints.Put(d.t.Context(), c); err != nil {
		d.t.Fatal(err)
	}
	return c
}

// opens asks for a page at each of somebody's places, and says what came of the
// best try.
func (d daily) opens(u *party.User, path string) string {
	tried := ""
	for _, m := range u.Memberships {
		for _, role := range m.Roles {
			status := d.status(party.Actor{User: u.ID, Name: u.Name, Org: m.Org, OrgKind: m.Kind, Role: role}, path)
			if status == http.StatusOK {
				return "200"
			}
			tried += " " + string(role) + " " + http.StatusText(status)
		}
	}
	return strings.TrimSpace(tried)
}

// lettersLead opens the links of one mail of each kind, as its receiver.
func (d daily) lettersLead() {
	got := delivered(d.t, d.h)
	if len(got) == 0 {
		d.t.Error("no mail was written")
	}
	for _, l := range got {
		for _, word := range strings.Fields(l.Body) {
			path, ours := strings.CutPrefix(word, d.h.Notices.URL)
			if strings.Contains(word, "://") && !ours {
				d.t.Errorf("a mail leads away: %s", word)
			}
			for _, u := range d.people {
				if ours && u.Email == l.To {
					if how := d.opens(u, path); how != "200" {
						d.t.Errorf("the mail %q leads %s to %s: %s", l.Subject, u.Name, path, how)
					}
				}
			}
		}
	}
}

// publicPages opens what anybody may see as each who has a place: to sign in
// takes nothing away.
func (d daily) publicPages() {
	known := examples(d.t, d.h.Serve(d.t))
	known["ticket"] = nil
	for _, r := range d.h.Web.Pages.(*site.Site).Routes() {
		path, get := strings.CutPrefix(r.At, "GET ")
		if !r.Public || !get {
			continue
		}
		for _, address := range known.fill(path) {
			if d.status(party.Actor{}, address) != http.StatusOK {
				continue // not there for the public either
			}
			for _, who := range everybody(d.t, d.h)[1:] {
				if got := d.status(who, address); got != http.StatusOK {
					d.t.Errorf("the public page %s is refused to a %s: %d", address, who.Role, got)
				}
			}
		}
	}
}

// status is what a page answers to somebody at one of their places.
func (d daily) status(who party.Actor, path string) int {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if who.User != "" {
		r.AddCookie(&http.Cookie{Name: "session", Value: d.h.Session(who)})
		r.AddCookie(&http.Cookie{Name: "place", Value: who.Org + "/" + string(who.Role)})
	}
	w := httptest.NewRecorder()
	d.h.Web.Handler().ServeHTTP(w, r)
	return w.Code
}
