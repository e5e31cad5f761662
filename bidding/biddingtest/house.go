// Package biddingtest is a procedure for tests of what happens to bids: a
// published tender with openers, bidders and a panel, who hold real keys and
// seal real bids. It runs on the platform that it is given, without its doors.
//
// Start with [New]. house.go says what the platform must offer, procedure.go
// makes the tender, bidder.go and opener.go are people's machines.
package biddingtest

import (
	"context"
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"probity/bidding"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
)

// House is a platform as a test sees it. server/app/apptest makes one.
type House struct {
	Engine   store.Engine
	Tenders  *tender.Service
	Bids     *bidding.Service
	Openings *bidding.Openings
	Judging  *bidding.Judging

	// Set moves the clock to a later time.
	Set func(time.Time)

	// Settle waits until everything that has happened is in the log and has
	// moved what it moves.
	Settle func()

	// Admit registers an organisation, or changes it.
	Admit func(*party.Organisation)

	// Enrol registers a device key of a person.
	Enrol func(user string, key sign.Key)

	// Objects lists the keys of all stored objects below a prefix.
	Objects func(prefix string) []string
}

// World is one procedure on a house.
type World struct {
	testing.TB
	*House
	ID     string // of the tender
	Lot    string // its first lot
	Terms  Terms
	Unlock map[string]Opener // by user

	mu   sync.Mutex // guards keys: bidders may act side by side
	keys map[string]*sign.Private
}

// The organisations beside bidders.
const (
	Buyer     = "org-buyer"
	Oversight = "org-oversight"
)

// Published is when the procedure is published, Deadline when bids are due.
var (
	Published = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	Deadline  = time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC)
)

// Person is somebody with a role.
func Person(user, org string, kind party.OrgKind, role party.Role) party.Actor {
	return party.Actor{User: user, Name: "Name of " + user, Org: org, OrgKind: kind, Role: role}
}

// The people of the buyer.
var (
	Officer  = Person("u-officer", Buyer, party.KindBuyer, party.RoleOfficer)
	Approver = Person("u-approver", Buyer, party.KindBuyer, party.RoleApprover)
	Auditor  = Person("u-auditor", Oversight, party.KindOversight, party.RoleAuditor)
	Anybody  = party.PublicActor
)

// Ctx is the test's context.
func (w *World) Ctx() context.Context { return w.TB.Context() }

// Ok ends the test on an error.
func (w *World) Ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Code demands that err is a fault with the code; "" demands none.
func (w *World) Code(what string, err error, code string) {
	w.Helper()
	if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
		w.Errorf("%s: got %v, want %q", what, err, code)
	}
}

// Key returns the device key of a person, registered at the first call.
func (w *World) Key(user string) *sign.Private {
	k := DeviceKey(user)
	if w.known(user, k) {
		return k
	}
	w.Enrol(user, k.Key())
	return k
}

// known reports whether somebody's key has been asked for, and remembers it.
func (w *World) known(user string, k *sign.Private) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, was := w.keys[user]
	w.keys[user] = k
	return was
}

// DeviceKey is the device key that a person has in tests.
func DeviceKey(user string) *sign.Private { return sign.FromSeed(sha256.Sum256([]byte(user))) }

// Sign signs a record with somebody's device key.
func (w *World) Sign(user string, d sign.Domain, record []byte) sign.Signature {
	w.Helper()
	s, err := w.Key(user).Sign(d, record)
	w.Ok(err)
	return s
}

// Org registers an organisation whose claim is confirmed.
func (w *World) Org(id string, kind party.OrgKind) *party.Organisation {
	o := &party.Organisation{Root: store.Root{ID: id}, Kind: kind, Name: Text("Name of " + id), Created: Published,
		Claims: []party.Claim{{Identifier: party.Identifier{Scheme: "XX-TEST", ID: id, LegalName: "Name of " + id}, State: party.Confirmed}}}
	w.Admit(o)
	return o
}

// Tender returns the procedure as it is stored.
func (w *World) Tender() *tender.Tender {
	w.Helper()
	t, err := w.Tenders.Tenders.Get(w.Ctx(), w.ID)
	w.Ok(err)
	return t
}

// Facts lists the procedure's facts in the log, with the given name or all.
func (w *World) Facts(name string) []bidding.Placed {
	w.Helper()
	all, err := w.Bids.Log.Facts(w.Ctx(), w.ID)
	w.Ok(err)
	var list []bidding.Placed
	for _, f := range all {
		if name == "" || f.Name == name {
			list = append(list, f)
		}
	}
	return list
}

// Pending lists the facts that wait for the log.
func (w *World) Pending() []event.Event {
	w.Helper()
	list, err := w.Engine.Pending(w.Ctx(), 1000)
	w.Ok(err)
	return list
}

// Text is a text in English.
func Text(s string) tender.Text { return tender.Text{"en": s} }
