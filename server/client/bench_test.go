package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/documents/ledger"
	"probity/server/client"
	"probity/tender"
	"probity/tender/canon"
	"probity/tender/event"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/sign"
)

// keeper is a real log in memory, which tests can make lie.
type keeper struct {
	t     testing.TB
	key   ledger.Key
	mu    sync.Mutex
	size  int64
	tiles map[string][]byte
	facts []event.Event
}

func newKeeper(t testing.TB, origin string) *keeper {
	t.Helper()
	skey, err := ledger.NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ReadKey(skey)
	if err != nil {
		t.Fatal(err)
	}
	return &keeper{t: t, key: key, tiles: map[string][]byte{}}
}

// fork is another log by the same key that has begun alike.
func (k *keeper) fork() *keeper {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := &keeper{t: k.t, key: k.key, size: k.size, tiles: map[string][]byte{}, facts: append([]event.Event(nil), k.facts...)}
	for path, b := range k.tiles {
		f.tiles[path] = append([]byte(nil), b...)
	}
	return f
}

func (k *keeper) tree() *ledger.Tree {
	return ledger.NewTree(k.size, func(base string) ([]byte, error) {
		if b, ok := k.tiles[base]; ok {
			return b, nil
		}
		return nil, fmt.Errorf("no tile %s", base)
	})
}

// put appends a fact and returns its index.
func (k *keeper) put(name, topic string, at time.Time, data any) int64 {
	k.t.Helper()
	f := event.New(name, topic, "somebody", at, data)
	f.ID = fmt.Sprintf("%s/%s#%d", name, topic, len(k.facts))
	return k.append(f)
}

func (k *keeper) append(f event.Event) int64 {
	k.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	g, err := k.tree().Grow([][]byte{ledger.Leaf(f.Salt, f.Record())})
	if err != nil {
		k.t.Fatal(err)
	}
	for path, b := range g.Tiles {
		k.tiles[path] = b
	}
	k.facts, k.size = append(k.facts, f), g.Size
	return g.Size - 1
}

func (k *keeper) checkpoint() []byte {
	k.t.Helper()
	root, err := k.tree().RootHash()
	if err != nil {
		k.t.Fatal(err)
	}
	b, err := ledger.Checkpoint{Origin: k.key.Name(), Size: k.size, Root: root}.Sign(k.key)
	if err != nil {
		k.t.Fatal(err)
	}
	return b
}

func (k *keeper) receipt(index int64) string {
	k.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	p, err := k.tree().Prove(index)
	if err != nil {
		k.t.Fatal(err)
	}
	f := k.facts[index]
	return string(ledger.Receipt{Index: index, Salt: f.Salt, Record: f.Record(), Proof: p, Checkpoint: k.checkpoint()}.Marshal())
}

// given is what the API says about an entry.
func (k *keeper) given(index int64) map[string]any {
	f := k.facts[index]
	return map[string]any{"fact": f.ID, "accepted": f.Name != bidding.FactLate, "index": index, "receipt": k.receipt(index)}
}

// desk is a server whose routes are those that the test gives it. Anything else
// is a 404 as the real one writes it.
type desk struct {
	*httptest.Server
	t     testing.TB
	mux   *http.ServeMux
	log   *keeper
	mu    sync.Mutex
	asked map[string]int // route to calls

	handovers []string
}

func newDesk(t testing.TB, k *keeper) *desk {
	t.Helper()
	d := &desk{t: t, mux: http.NewServeMux(), log: k, asked: map[string]int{}}
	d.Server = httptest.NewServer(d.mux)
	t.Cleanup(d.Close)
	d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, 404, "request.path", "There is nothing under this address.")
	})
	if k == nil {
		return d
	}
	d.on("GET /api/v1/log", func(*http.Request) (int, any) {
		return 200, client.Announcement{Origin: d.log.key.Name(), Keys: []string{d.log.key.Public}, Handovers: d.handovers}
	})
	d.mux.HandleFunc("GET /log/checkpoint", func(w http.ResponseWriter, _ *http.Request) { w.Write(d.log.checkpoint()) })
	d.mux.HandleFunc("GET /log/tile/", func(w http.ResponseWriter, r *http.Request) {
		tile, err := ledger.ParsePath(strings.TrimPrefix(r.URL.Path, "/log/"))
		if err != nil {
			refuse(w, 422, "log.path", "no")
			return
		}
		d.log.mu.Lock()
		defer d.log.mu.Unlock()
		b := d.log.tiles[ledger.Base(tile)]
		if len(b) < ledger.TileSize(tile) {
			refuse(w, 404, "log.range", "no")
			return
		}
		w.Write(b[:ledger.TileSize(tile)])
	})
	return d
}

func refuse(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Request-Id", "r-1")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"type": "urn:probity:problem:" + code, "title": http.StatusText(status), "status": status, "code": code, "detail": text})
}

// on answers a route with a status and a value; a *fault.Error is a refusal.
func (d *desk) on(route string, answer func(*http.Request) (int, any)) {
	d.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.asked[route]++
		d.mu.Unlock()
		status, v := answer(r)
		if f, ok := v.(*fault.Error); ok {
			refuse(w, status, f.Code, f.Text)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		if v != nil {
			e.Encode(v)
		}
	})
}

func (d *desk) count(route string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked[route]
}

// client trusts the desk's log by its key.
func (d *desk) client() *client.Client {
	d.t.Helper()
	c := &client.Client{Base: d.URL, Token: "prt_x", Patience: 3 * time.Second}
	if d.log != nil {
		c.Log = must(client.NewLog(d.log.key.Public))
	}
	return c
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// place is a published tender with three openers, of whom two must act.
type place struct {
	t       testing.TB
	tender  *client.Tender
	openers []*seal.OpenerKey
	devices []*sign.Private
}

var (
	noon  = time.Date(2031, 3, 3, 12, 0, 0, 0, time.UTC)
	opens = noon.Add(2 * time.Hour)
)

func newPlace(t testing.TB, envelopes tender.Envelopes) *place {
	t.Helper()
	p := &place{t: t, tender: &client.Tender{}}
	x := &p.tender.Tender
	x.ID, x.Phase, x.Published = "ocds-213czf-1", tender.Published, noon.AddDate(0, -1, 0)
	x.Notice = notice(envelopes)
	g := tender.OpenerGroup{Name: "committee", K: 2}
	for i := range 3 {
		key := must(seal.GenerateOpenerKey())
		p.openers = append(p.openers, key)
		p.devices = append(p.devices, must(sign.Generate()))
		g.Members = append(g.Members, tender.Opener{User: fmt.Sprintf("opener-%d", i+1), Name: fmt.Sprintf("Opener %d", i+1), Key: key.Public()})
	}
	x.Openers = tender.Openers{Groups: []tender.OpenerGroup{g}}
	m, hash, err := bidding.Sealing{}.Manifest(x, x.Openers)
	if err != nil {
		t.Fatal(err)
	}
	x.Openers.Manifest, x.Openers.Hash = m, hash
	p.tender.Evidence = &client.Evidence{Devices: map[string][]sign.Key{}}
	for i := range p.devices {
		o := &x.Openers.Groups[0].Members[i]
		s := must(p.devices[i].Sign(sign.Manifest, p.manifest().NewConsent(0, i+1).Bytes()))
		o.Signature = &s
		p.tender.Evidence.Devices[o.User] = []sign.Key{p.devices[i].Key()}
	}
	return p
}

func (p *place) manifest() *seal.Manifest {
	return must(seal.ParseManifest([]byte(p.tender.Openers.Manifest)))
}

func notice(envelopes tender.Envelopes) tender.Notice {
	return tender.Notice{
		Title: tender.Text{"en": "Chairs"}, Currency: "EUR", Envelopes: envelopes,
		Lots: []tender.LotNotice{{ID: "1", Items: []tender.Item{
			{ID: "chair", Quantity: must(tender.ParseDecimal("40"))}, {ID: "desk", Quantity: must(tender.ParseDecimal("2.5"))},
		}}},
		Requirements: []tender.Requirement{{ID: "tax", Kind: "exclusion"}, {ID: "iso", Kind: "technical"}},
		Timetable:    tender.Timetable{Deadline: noon, GraceMinutes: 120, Opens: opens},
	}
}

// making is a bid of bidder, ready to be sealed into a fresh folder.
func (p *place) making(bidder string, files map[string][]string) client.Making {
	p.t.Helper()
	dir := p.t.TempDir()
	return client.Making{
		Prepared: must(client.Inspect(p.tender)), Bidder: bidder, Lot: "1", Seq: 1,
		Prices:    map[string]tender.Decimal{"chair": must(tender.ParseDecimal("12.345")), "desk": must(tender.ParseDecimal("99"))},
		Responses: []bidding.Response{{Requirement: "iso", Met: true}, {Requirement: "tax", Met: true}},
		Files:     files, Dir: filepath.Join(dir, "bid"), Recovery: filepath.Join(dir, "recovery"),
	}
}

func (p *place) sealed(bidder string) *client.Folder {
	p.t.Helper()
	f, err := p.making(bidder, nil).Seal()
	if err != nil {
		p.t.Fatal(err)
	}
	return f
}

// big writes a file of so many bytes that do not repeat.
func big(t testing.TB, size int64) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "plan.pdf")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1<<20)
	for i := range b {
		b[i] = byte(i * i >> 3)
	}
	for n := int64(0); n < size; n += int64(len(b)) {
		b[0], b[1] = byte(n>>20), byte(n>>28)
		if _, err := f.Write(b[:min(int64(len(b)), size-n)]); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// wantFault checks a code; "" wants no error.
func wantFault(t testing.TB, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
		t.Errorf("got %v, want %q", err, code)
	}
}

// logIn logs a manifest and takes its receipt into the tender's evidence.
func (p *place) logIn(k *keeper, name, manifest string) {
	i := k.put(name, p.tender.ID, noon.AddDate(0, -1, 0), map[string]any{"openers": manifest, "revision": 1})
	p.tender.Evidence.Manifest = k.receipt(i)
}

// classicKeys gives the tender a manifest of X25519 keys.
func classicKeys(p *place) {
	m := must(seal.NewManifest(p.tender.ID, noon, opens, []seal.Group{{K: 1, Name: "committee", Openers: []seal.Opener{{
		ID: "opener-1", Name: "Opener 1", Key: "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"}}}}))
	p.tender.Openers.Manifest, p.tender.Openers.Hash = string(m.Bytes()), m.Openers()
}

func partyMember() party.Party { return party.Party{Organisation: "org-2", Role: party.PartyMember} }

func edit(dir, name string, f func([]byte) []byte) {
	name = filepath.Join(dir, name)
	if err := os.WriteFile(name, f(must(os.ReadFile(name))), 0o600); err != nil {
		panic(err)
	}
}

func swap(from, to, name string) {
	edit(to, name, func([]byte) []byte { return must(os.ReadFile(filepath.Join(from, name))) })
}

func canonOf(v any) ([]byte, error) { return canon.Marshal(v) }

func errorsAs(err error) *client.Objection {
	o, _ := errors.AsType[*client.Objection](err)
	return o
}
