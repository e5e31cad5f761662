package tender_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
	"probity/tender/store"
	"probity/tender/store/storetest"
)

// The organisations.
const (
	buyer     = "org-buyer"
	rival     = "org-rival" // another buyer
	supplier  = "org-supplier"
	oversight = "org-oversight"
	shady     = "org-shady" // a buyer whose claim nobody has confirmed
)

func person(user, org string, kind party.OrgKind, role party.Role) party.Actor {
	return party.Actor{User: user, Name: "Name of " + user, Org: org, OrgKind: kind, Role: role}
}

// The people. One plays two roles, as in a small body.
var (
	officer         = person("u-officer", buyer, party.KindBuyer, party.RoleOfficer)
	officerApproves = person("u-officer", buyer, party.KindBuyer, party.RoleApprover)
	colleague       = person("u-colleague", buyer, party.KindBuyer, party.RoleOfficer)
	approver        = person("u-approver", buyer, party.KindBuyer, party.RoleApprover)
	manager         = person("u-manager", buyer, party.KindBuyer, party.RoleContractManager)
	judge           = person("u-judge-1", buyer, party.KindBuyer, party.RoleEvaluator)
	judgeApproves   = person("u-judge-1", buyer, party.KindBuyer, party.RoleApprover)
	openers         = []party.Actor{
		person("u-opener-1", buyer, party.KindBuyer, party.RoleOpener),
		person("u-opener-2", buyer, party.KindBuyer, party.RoleOpener),
		person("u-opener-3", buyer, party.KindBuyer, party.RoleOpener),
	}
	spare    = person("u-spare", buyer, party.KindBuyer, party.RoleOpener)
	guardian = person("u-guardian", oversight, party.KindOversight, party.RoleOpener)
	outside  = person("u-outside", oversight, party.KindOversight, party.RoleApprover)
	auditor  = person("u-auditor", oversight, party.KindOversight, party.RoleAuditor)
	foreign  = person("u-foreign", rival, party.KindBuyer, party.RoleOfficer)
	bidder   = person("u-bidder", supplier, party.KindSupplier, party.RoleRepresentative)
	shadow   = person("u-shadow", shady, party.KindBuyer, party.RoleOfficer)
)

// hands are the device keys of all, made from their names.
type hands struct{}

func key(user string) *sign.Private { return sign.FromSeed(sha256.Sum256([]byte(user))) }

func (hands) Verify(_ context.Context, user string, d sign.Domain, record []byte, s sign.Signature) error {
	return sign.Verify(key(user).Key(), d, record, s)
}

// register names organisations.
type register struct{}

func (register) Buyer(_ context.Context, org string) (tender.OrgName, error) {
	if org == shady {
		return tender.OrgName{}, fault.New(fault.Conflict, "org.unconfirmed", "This organisation is not confirmed.")
	}
	return tender.OrgName{ID: org, Name: tender.Text{"en": "Name of " + org},
		Identifier: party.Identifier{Scheme: "XX-TEST", ID: org, LegalName: "Name of " + org}}, nil
}

// shelf has the files that were uploaded, by hash and size.
type shelf struct{ sync.Map }

func (s *shelf) Has(_ context.Context, id, sum string, size int64) (bool, error) {
	_, ok := s.Load(fmt.Sprintf("%s/%s/%d", id, sum, size))
	return ok, nil
}

// world is one platform with a single procedure, on a real engine.
type world struct {
	testing.TB
	*tender.Service
	Engine *storetest.Faulty
	Lib    *rules.Library
	Shelf  *shelf
	ID     string

	now     atomic.Pointer[time.Time]
	ids     atomic.Int64
	secrets sync.Map // user to *seal.OpenerKey
}

func (w *world) Now(context.Context) (time.Time, error) { return *w.now.Load(), nil }

func (w *world) set(t time.Time) { w.now.Store(&t) }

// newWorld has no procedure yet. When its test ends, every fact that was stored
// is read back as strangers will read it.
func newWorld(t testing.TB) *world {
	t.Helper()
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), []store.Collection{tender.Collection}, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	w := &world{TB: t, Engine: storetest.NewFaulty(e), Lib: rules.Builtin(), Shelf: &shelf{}}
	w.set(today)
	w.Service = &tender.Service{
		Tenders: store.Shelf[tender.Tender, *tender.Tender]{Engine: w.Engine, Kind: tender.Kind},
		Clock:   w, Rules: w.Lib, Buyers: register{}, Sealing: bidding.Sealing{}, Devices: hands{}, Files: w.Shelf,
		NewID: func(ctx context.Context) string {
			return cmp.Or(store.NextID(ctx), fmt.Sprintf("ocds-test-%d", w.ids.Add(1)))
		},
	}
	t.Cleanup(w.checkFacts)
	return w
}

// checkFacts holds every stored fact to its form.
func (w *world) checkFacts() {
	all, err := w.Engine.Engine.Pending(context.Background(), 1000)
	w.ok(err)
	for _, f := range all {
		back, err := event.Parse(f.Record())
		if err != nil || canon.Check(f.Data) != nil || back.Name != f.Name || back.ID != f.ID || !back.At.Equal(f.At) {
			w.Errorf("the fact %s %s is not what was stored: %v", f.ID, f.Name, err)
		}
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// code demands a fault with the code, and none of our own making; "" demands
// none at all.
func (w *world) code(what string, err error, code string) {
	w.Helper()
	switch {
	case code == "" && err != nil:
		w.Errorf("%s: %v", what, err)
	case code != "" && (!fault.Coded(err, code) || fault.From(err).Kind == fault.Internal):
		w.Errorf("%s: got %v, want %q", what, err, code)
	}
}

// tender reads what is stored.
func (w *world) tender() *tender.Tender {
	w.Helper()
	x, err := w.Tenders.Get(context.Background(), w.ID)
	w.ok(err)
	return x
}

// force changes the stored tender as no service would.
func (w *world) force(f func(*tender.Tender)) {
	w.Helper()
	x := w.tender()
	f(x)
	w.ok(w.Tenders.Put(context.Background(), x))
}

// facts lists the stored facts of the procedure with the name, oldest first.
func (w *world) facts(name string) []event.Event {
	w.Helper()
	all, err := w.Engine.Engine.Pending(context.Background(), 1000)
	w.ok(err)
	var list []event.Event
	for _, f := range all {
		if f.Name == name && f.Topic == w.ID {
			list = append(list, f)
		}
	}
	return list
}

// sign is by's signature over record.
func (w *world) sign(by party.Actor, d sign.Domain, record []byte) sign.Signature {
	w.Helper()
	s, err := key(by.User).Sign(d, record)
	w.ok(err)
	return s
}

// secret is the key that an opener has made for the procedure.
func (w *world) secret(user string) *seal.OpenerKey {
	w.Helper()
	if k, ok := w.secrets.Load(user); ok {
		return k.(*seal.OpenerKey)
	}
	k, err := seal.GenerateOpenerKey()
	w.ok(err)
	had, _ := w.secrets.LoadOrStore(user, k)
	return had.(*seal.OpenerKey)
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func fieldsOf(err error) map[string]string { return fault.From(err).Field }
