package apptest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"probity/server/people"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
	"slices"
	"time"
)

// Admit registers an organisation, or changes it.
func (h *House) Admit(o *party.Organisation) {
	h.t.Helper()
	was, err := h.People.Orgs.Get(h.t.Context(), o.ID)
	switch {
	case err == nil:
		o.Version = was.Version
	case !errors.Is(err, &fault.Error{Code: "organisation.missing"}):
		h.t.Fatal(err)
	}
	if err := h.People.Orgs.Put(h.t.Context(), o); err != nil {
		h.t.Fatal(err)
	}
}

// Enrol registers a device key of a person.
func (h *House) Enrol(user string, key sign.Key) {
	h.t.Helper()
	devices := store.Shelf[people.Device, *people.Device]{Engine: h.Engine, Kind: "device"}
	d := &people.Device{Root: store.Root{ID: key.ID}, User: user, Label: "of the test", Key: key, Added: *h.now.Load()}
	err := devices.Put(h.t.Context(), d, event.New("device.add", "", user, d.Added, map[string]any{"user": user, "key": key}))
	if err != nil && !errors.Is(err, &fault.Error{Code: "device.taken"}) {
		h.t.Fatal(err)
	}
}

// seat makes sure that there is such a person, in such a place.
func (h *House) seat(by party.Actor) {
	h.t.Helper()
	now := *h.now.Load()
	u := &party.User{Root: store.Root{ID: by.User}, Email: by.User + "@example.org", Name: by.Name, Created: now}
	if was, err := h.People.Users.Get(h.t.Context(), by.User); err == nil {
		u = was
	} else if !errors.Is(err, &fault.Error{Code: "user.missing"}) {
		h.t.Fatal(err)
	}
	if slices.ContainsFunc(u.Memberships, func(m party.Membership) bool { return m.Org == by.Org && slices.Contains(m.Roles, by.Role) }) {
		return
	}
	u.Memberships = append(u.Memberships, party.Membership{Org: by.Org, Kind: by.OrgKind, Roles: []party.Role{by.Role}, Since: now})
	if err := h.People.Users.Put(h.t.Context(), u); err != nil {
		h.t.Fatal(err)
	}
}

// Session signs somebody in, and returns what their browser keeps: the value
// of the cookie "session". Who has several places needs the cookie "place" too,
// which is their organisation, a slash and their role.
func (h *House) Session(by party.Actor) string {
	h.t.Helper()
	h.seat(by)
	serial++
	id, secret := fmt.Sprintf("%016d", serial), fmt.Sprintf("%032d", serial)
	now := *h.now.Load()
	sum := canon.Hash("ticket", canon.Must([]string{"prs", id, secret}))
	sessions := store.Shelf[people.Session, *people.Session]{Engine: h.Engine, Kind: "session"}
	x := &people.Session{Root: store.Root{ID: id}, User: by.User, Hash: hex.EncodeToString(sum[:]), Began: now, Seen: now, Ends: now.Add(12 * time.Hour)}
	if err := sessions.Put(h.t.Context(), x); err != nil {
		h.t.Fatal(err)
	}
	return "prs_" + id + "_" + secret
}

// serial numbers the sessions of a test program.
var serial int
