package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/app"
	"probity/server/audit"
	"probity/server/config"
	"probity/server/people"
	"probity/tender"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
	"probity/tender/store"
	"probity/tender/text"
)

// world is a real platform in a sandbox, without HTTP in front of it.
type world struct {
	testing.TB
	*app.App
	id      string
	keys    map[string]*sign.Private   // device keys, by person
	openers map[string]*seal.OpenerKey // by person
	stop    func()                     // ends the platform
	leave   func()                     // ends its work, and keeps its stores open
}

const (
	buyer   = "org-buyer"
	lot     = "lot-1"
	other   = "lot-2"
	logName = "audit.example/log"
)

func person(user, org string, kind party.OrgKind, role party.Role) party.Actor {
	return party.Actor{User: user, Name: "Name of " + user, Org: org, OrgKind: kind, Role: role}
}

var (
	officer    = person("u-officer", buyer, party.KindBuyer, party.RoleOfficer)
	approver   = person("u-approver", buyer, party.KindBuyer, party.RoleApprover)
	manager    = person("u-manager", buyer, party.KindBuyer, party.RoleContractManager)
	committee  = []party.Actor{opener("u-opener-1"), opener("u-opener-2"), opener("u-opener-3")}
	evaluators = []party.Actor{evaluator("u-eva-1"), evaluator("u-eva-2"), evaluator("u-eva-3")}
)

func opener(user string) party.Actor { return person(user, buyer, party.KindBuyer, party.RoleOpener) }
func evaluator(user string) party.Actor {
	return person(user, buyer, party.KindBuyer, party.RoleEvaluator)
}

// bidder is the person who acts for a supplier.
func bidder(org string) party.Actor {
	return person("u-"+org, org, party.KindSupplier, party.RoleRepresentative)
}

// newWorld opens a platform and lets its log and readers run.
func newWorld(t testing.TB) *world {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, config.Server{Data: t.TempDir(), Listen: "127.0.0.1:8080", URL: "http://audit.example", Origin: logName,
		Prefix: "ocds-213czf", Sandbox: true, Uptime: true, Plain: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, App: a, keys: map[string]*sign.Private{}, openers: map[string]*seal.OpenerKey{}}
	done := make(chan struct{})
	go func() { defer close(done); a.Work(ctx) }()
	w.leave = func() { cancel(); <-done }
	w.stop = func() { w.leave(); a.Close() }
	w.arrive()
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func must[T any](v T, err error) func(*world) T {
	return func(w *world) T {
		w.Helper()
		w.ok(err)
		return v
	}
}

func ctx() context.Context { return context.Background() }

// arrive registers the organisations, and a device key for everybody.
func (w *world) arrive() {
	w.Helper()
	w.organisation(buyer, party.KindBuyer)
	for _, p := range append(append([]party.Actor{officer, approver, manager}, committee...), evaluators...) {
		w.device(p.User)
	}
}

func (w *world) supplier(org string) party.Actor {
	w.Helper()
	w.organisation(org, party.KindSupplier)
	w.device("u-" + org)
	return bidder(org)
}

func (w *world) organisation(id string, kind party.OrgKind) {
	w.Helper()
	now := must(w.Clock.Now(ctx()))(w)
	o := &party.Organisation{Root: store.Root{ID: id}, Kind: kind, Name: text.Text{"en": "Name of " + id}, Created: now,
		Claims: []party.Claim{{Identifier: party.Identifier{Scheme: "XX-TEST", ID: id, LegalName: "Name of " + id}, State: party.Confirmed}}}
	w.ok(w.People.Orgs.Put(ctx(), o, event.New("organisation.register", "", "u-admin", now, map[string]any{"organisation": id})))
}

// device registers a key as the service of accounts does.
func (w *world) device(user string) {
	w.Helper()
	key := sign.FromSeed(sha256.Sum256([]byte(user)))
	w.keys[user] = key
	now := must(w.Engine.Time(ctx()))(w)
	d := &people.Device{Root: store.Root{ID: key.Key().ID}, User: user, Label: "test", Key: key.Key(), Added: now}
	shelf := store.Shelf[people.Device, *people.Device]{Engine: w.Engine, Kind: "device"}
	w.ok(shelf.Put(ctx(), d, event.New("device.add", "", user, now, map[string]any{"user": user, "key": key.Key()})))
}

func (w *world) sign(by party.Actor, d sign.Domain, record []byte) sign.Signature {
	w.Helper()
	return must(w.keys[by.User].Sign(d, record))(w)
}

// step moves the legal clock.
func (w *world) step(to time.Time) {
	w.Helper()
	must(w.Clock.Step(ctx(), officer, to))(w)
}

func (w *world) now() time.Time { return must(w.Clock.Now(ctx()))(w) }

// until waits for what the log and its readers bring about.
func (w *world) until(what string, is func() bool) {
	w.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatalf("waited in vain for %s", what)
		}
	}
}

func (w *world) tender() *tender.Tender {
	w.Helper()
	return must(w.Tenders.Tenders.Get(ctx(), w.id))(w)
}

// logged waits until a fact is in the log.
func (w *world) logged(fact string) {
	w.Helper()
	w.until(fact, func() bool { _, err := w.Engine.EntryOf(ctx(), fact); return err == nil })
}

// settled waits until every fact is in the log.
func (w *world) settled() {
	w.Helper()
	w.until("an empty outbox", func() bool { list, err := w.Engine.Pending(ctx(), 1); return err == nil && len(list) == 0 })
}

// store is the world's object store, as an archive reads it.
func (w *world) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	return w.Objects.Get(ctx, key, 0, -1)
}

func (w *world) sources() audit.Sources {
	return audit.Sources{Engine: w.Engine, Objects: w, Origin: logName, Signers: signersOf(w), Seals: w.Papers.Certificates()}
}

// archive builds the archive of the procedure.
func (w *world) archive(scope audit.Scope) []byte {
	w.Helper()
	var out bytes.Buffer
	_, err := audit.Build(ctx(), &out, w.sources(), w.id, scope)
	w.ok(err)
	return out.Bytes()
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func isFault(err error, code string) bool { return errors.Is(err, &fault.Error{Code: code}) }

// sealed is a bid as its bidder has it: records signed, envelopes sealed.
type sealed struct {
	by       party.Actor
	record   seal.Bid
	envelope map[string]*seal.Envelope
	payload  map[string][]byte
}

// seal makes a bid on the bidder's own machine.
func (w *world) seal(by party.Actor, lot string, seq int64, offers ...bidding.Offer) *sealed {
	w.Helper()
	m := must(seal.ParseManifest([]byte(w.tender().Openers.Manifest)))(w)
	s := &sealed{by: by, envelope: map[string]*seal.Envelope{}, payload: map[string][]byte{}}
	s.record = seal.Bid{Bidder: by.Org, Lot: lot, Openers: m.Openers(), Seq: seq, Tender: w.id}
	for _, o := range offers {
		var out bytes.Buffer
		paper := []byte("a paper of " + by.Org + " for " + o.Envelope)
		e := must(seal.Seal(&out, m, m.Context(s.record, o.Envelope), []seal.Source{
			source(bidding.OfferFile, "application/json", o.Bytes()), source("paper.txt", "text/plain", paper)}))(w)
		s.envelope[o.Envelope], s.payload[o.Envelope] = e, out.Bytes()
		s.record.Envelopes = append(s.record.Envelopes, seal.EnvelopeRef{F: e.Fingerprint.String(), Name: o.Envelope})
	}
	return s
}

func source(name, media string, b []byte) seal.Source {
	return seal.Source{File: seal.File{MediaType: media, Name: name, SHA256: hexSum(b), Size: int64(len(b))},
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// submit registers the fingerprints.
func (w *world) submit(s *sealed) error {
	record := s.record.Bytes()
	_, v, err := w.Bids.Submit(ctx(), s.by, bidding.Submission{Signed: sign.Signed{Record: record, Signature: w.sign(s.by, sign.Bid, record)}})
	if err == nil {
		w.logged(v.Fact)
	}
	return err
}

// upload sends the sealed parts.
func (w *world) upload(s *sealed) {
	w.Helper()
	for name, e := range s.envelope {
		d := bidding.Delivery{Tender: w.id, Lot: s.record.Lot, Seq: s.record.Seq, Envelope: name, Header: e.HeaderBytes, Sums: e.PartHashes}
		u, _, _, err := w.Bids.Begin(ctx(), s.by, d)
		w.ok(err)
		w.ok(w.Bids.Part(ctx(), u.ID, 1, bytes.NewReader(s.payload[name])))
		_, _, err = w.Bids.Finish(ctx(), s.by, d)
		w.ok(err)
	}
}
