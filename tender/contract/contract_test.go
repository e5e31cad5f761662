package contract_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/server/store/bolt"
	"probity/tender"
	"probity/tender/award"
	. "probity/tender/award/awardtest"
	"probity/tender/contract"
	"probity/tender/fault"
	"probity/tender/party"
	"probity/tender/rules"
	"probity/tender/sign"
	"probity/tender/store"
)

func open(t testing.TB, kinds []store.Collection) store.Engine {
	e, err := bolt.Open(filepath.Join(t.TempDir(), "probity.db"), kinds, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// press stands in for the one that draws papers.
type press struct {
	mu     sync.Mutex
	seals  int
	smudge string // makes the paper another one
	broken bool   // Seal fails
}

func (p *press) Draw(_ context.Context, c *contract.Contract) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]byte("%PDF of "+p.smudge), c.Record.Bytes()...), nil
}

func (p *press) Seal(_ context.Context, c *contract.Contract, body []byte) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken {
		return nil, ErrBroken
	}
	p.seals++
	return fmt.Appendf(bytes.Clone(body), "\nsealed as of %s, %d signatures, %s", c.Intent, len(c.Signatures), rand.Text()), nil
}

// files keeps papers in memory; it breaks as the engine does.
type files struct {
	mu    sync.Mutex
	kept  map[string][]byte
	fails string // "before" or "after", once, for sealed papers
}

func (f *files) Put(_ context.Context, key string, b []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	fails := f.fails
	if strings.HasSuffix(key, "sealed.pdf") {
		f.fails = ""
	} else {
		fails = ""
	}
	if fails == "before" {
		return ErrBroken
	}
	if _, ok := f.kept[key]; !ok {
		f.kept[key] = bytes.Clone(b)
	}
	if fails == "after" {
		return ErrBroken
	}
	return nil
}

func (f *files) Get(_ context.Context, key string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, ok := f.kept[key]
	if !ok {
		return nil, fault.New(fault.Missing, "file.missing", "There is no such file.")
	}
	return bytes.Clone(b), nil
}

type offers struct{ w *World }

func (o offers) Prices(_ context.Context, _, _, bid string) (map[string]tender.Decimal, error) {
	return o.w.Offers[bid], nil
}

type parties struct{}

func (parties) Party(_ context.Context, org string) (contract.Party, error) {
	return contract.Party{Org: Name(org), Address: Text("1, Street of " + org), Contact: org + "@example.org"}, nil
}

type world struct {
	*World
	*contract.Service
	Clock   *Clock
	Tenders *tender.Service
	awards  *award.Service
	press   *press
	files   *files
	award   *award.Award
}

// newWorld has the first lot awarded to Alpha, its standstill over.
func newWorld(t *testing.T) *world {
	w := New(t, open, append(award.Collections, contract.Collection)...)
	w.Close()
	a := &award.Service{
		Awards:  store.Shelf[award.Award, *award.Award]{Engine: w.Engine, Kind: award.Kind},
		Notices: store.Shelf[award.Notice, *award.Notice]{Engine: w.Engine, Kind: award.NoticeKind},
		Tenders: w.Tenders, Rankings: w.Rankings(), Complaints: NoComplaints{}, Devices: Devices{}, Clock: w.Clock,
	}
	x := &world{World: w, Clock: w.Clock, Tenders: w.Tenders, awards: a, press: &press{}, files: &files{kept: map[string][]byte{}}}
	x.Service = &contract.Service{
		Contracts: store.Shelf[contract.Contract, *contract.Contract]{Engine: w.Engine, Kind: contract.Kind},
		Tenders:   w.Tenders, Awards: a, Complaints: NoComplaints{}, Offers: offers{w}, Parties: parties{},
		Drawer: x.press, Files: x.files, Devices: Devices{}, Clock: w.Clock,
	}
	p, err := a.Propose(t.Context(), OCID, Lot1, Officer, Text("Best bid."))
	w.Ok(err)
	x.award, err = a.Decide(t.Context(), p.ID, Approver, Signature(t, Approver, sign.Approve, p.Decision.Record()))
	w.Ok(err)
	w.Clock.Set(w.Lot().StandstillEnds)
	now, _ := w.Clock.Now(t.Context())
	_, err = w.Tenders.Tick(t.Context(), now)
	w.Ok(err)
	return x
}

func day(s string) rules.Date {
	d, err := rules.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

var theDay = day("2026-05-18")

func thePlan() contract.Plan {
	return contract.Plan{Number: "2026/17", Title: Text("Contract for road salt"), Date: theDay,
		Clauses:  []contract.Clause{{Title: Text("Language"), Body: Text("Letters are in English.")}},
		Buyer:    contract.Representative{Name: "A. Buyer", Position: Text("Director")},
		Supplier: contract.Representative{Name: "B. Seller"}}
}

func (w *world) draft() *contract.Contract {
	w.Helper()
	c, err := w.Draft(w.Context(), OCID, Lot1, Officer, thePlan())
	w.Ok(err)
	return c
}

func (w *world) drawn() *contract.Contract {
	w.Helper()
	c, err := w.Draw(w.Context(), w.draft().ID, Officer)
	w.Ok(err)
	c, err = w.Secure(w.Context(), c.ID, c.Version, ContractManager, guarantee())
	w.Ok(err)
	return c
}

func guarantee() contract.Guarantee {
	return contract.Guarantee{Issuer: "A bank", Reference: "G-1", Amount: tender.MustMoney("100.00", "CNY"), Until: theDay + 200}
}

func (w *world) sign(id string, by party.Actor, side contract.Side) (*contract.Contract, error) {
	c, err := w.Contracts.Get(w.Context(), id)
	w.Ok(err)
	return w.Sign(w.Context(), id, by, Signature(w, by, sign.Contract, c.Signing(side)))
}

func (w *world) active() *contract.Contract {
	w.Helper()
	c := w.drawn()
	_, err := w.sign(c.ID, AlphasRep, contract.SupplierSide)
	w.Ok(err)
	c, err = w.sign(c.ID, Approver, contract.BuyerSide)
	w.Ok(err)
	return c
}

func (w *world) read(id string) *contract.Contract {
	w.Helper()
	c, err := w.Contracts.Get(w.Context(), id)
	w.Ok(err)
	return c
}

func TestContractFromAwardToForce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.draft()
	r := c.Record
	if r.Price != w.award.Decision.Winner.Price || len(r.Items) != 2 || r.Items[0].Total.String() != "1234.57 CNY" || r.Items[0].UnitPrice.String() != "1.234567" {
		t.Errorf("items %+v, price %s", r.Items, r.Price)
	}
	if m := r.Milestones; len(m) != 2 || m[0].Amount.String() != "544.31 CNY" || m[1].Amount.String() != "1090.26 CNY" || m[0].Due != theDay+30 {
		t.Errorf("milestones %+v", m)
	}
	if len(r.Parties) != 2 || r.Parties[0].Role != contract.BuyerSide || r.Parties[1].Org.ID != Alpha || r.Parties[1].Representative != "B. Seller" {
		t.Errorf("parties %+v", r.Parties)
	}
	if c.SignBy.IsZero() || c.ChangeLimit == nil || c.Status() != "pending" {
		t.Errorf("draft %+v", c)
	}
	c, err := w.Draw(t.Context(), c.ID, Officer)
	w.Ok(err)
	paper, err := w.Paper(t.Context(), c.ID, AlphasRep)
	w.Ok(err)
	if sum := sha256.Sum256(paper); c.State != contract.Drawn || hex.EncodeToString(sum[:]) != c.Body.SHA256 {
		t.Errorf("drawn %+v", c)
	}
	_, err = w.Secure(t.Context(), c.ID, 0, ContractManager, guarantee())
	w.Ok(err)
	c, err = w.sign(c.ID, AlphasRep, contract.SupplierSide)
	w.Ok(err)
	if c.State != contract.Drawn || w.Lot().Phase != tender.Awarded || c.Public() {
		t.Errorf("half signed: %+v", c)
	}
	c, err = w.sign(c.ID, Approver, contract.BuyerSide)
	w.Ok(err)
	if c.State != contract.Active || c.Owed != "" || !c.Public() || c.Status() != "active" || c.Value != r.Price {
		t.Errorf("signed by both: %+v", c)
	}
	if l := w.Lot(); l.Phase != tender.Contracted || l.Contract != c.ID {
		t.Errorf("lot %+v", l)
	}
	sealed, err := w.Paper(t.Context(), c.ID, party.PublicActor)
	w.Ok(err)
	if sum := sha256.Sum256(sealed); hex.EncodeToString(sum[:]) != c.Sealed.SHA256 || !bytes.Contains(sealed, []byte("2 signatures")) || !bytes.HasPrefix(sealed, paper) {
		t.Errorf("sealed %s", sealed)
	}
	for fact, by := range map[string]string{"contract.draft": Officer.User, "contract.draw": Officer.User, "contract.intend": "clock", "contract.seal": "clock", "lot.contract": Approver.User} {
		if f := w.Facts(fact); len(f) != 1 || f[0].By != by || f[0].Topic != OCID {
			t.Errorf("%s: %v", fact, f)
		}
	}
	if f := w.Facts("contract.draw"); Data(f[0], "body") != c.Body.SHA256 {
		t.Errorf("the fact has %s", f[0].Data)
	}
	if f := w.Facts("contract.sign"); len(f) != 2 {
		t.Errorf("signatures: %v", f)
	}
}

func TestConsortiumIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, err := w.awards.Awards.Get(t.Context(), w.award.ID)
	w.Ok(err)
	a.Decision.Winner.Members = []award.Member{{Org: Name(Gamma), Part: Text("Carriage")}}
	w.Ok(w.awards.Awards.Put(t.Context(), a))
	p := w.draft().Record.Parties
	if len(p) != 3 || p[2].Role != contract.MemberSide || p[2].Org.ID != Gamma || p[2].Part["en"] != "Carriage" || p[2].Address == nil {
		t.Errorf("parties %+v", p)
	}
}

func TestRedraftBeforeAnybodySigns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.drawn()
	c, err := w.Redraft(t.Context(), c.ID, Officer, Text("The number is wrong."))
	w.Ok(err)
	p := thePlan()
	p.Number = "2026/18"
	c, err = w.Service.Edit(t.Context(), c.ID, c.Version, Officer, p)
	w.Ok(err)
	first := w.Facts("contract.draw")[0]
	c, err = w.Draw(t.Context(), c.ID, Officer)
	w.Ok(err)
	if c.Body.SHA256 == Data(first, "body") || c.Record.Number != "2026/18" {
		t.Errorf("redrawn %+v", c)
	}
}

// The power goes at every line between the last signature and the sealed file.
// However often, one paper comes out, and it is the one that is recorded.
func TestSealingHealsAfterACrash(t *testing.T) {
	t.Parallel()
	type crash struct {
		name string
		set  func(*world)
	}
	crashes := []crash{
		{"the drawer breaks", func(w *world) { w.press.broken = true }},
		{"the file is not kept", func(w *world) { w.files.fails = "before" }},
		{"the file is kept, but not answered", func(w *world) { w.files.fails = "after" }},
	}
	for n := 1; n <= 6; n++ {
		crashes = append(crashes,
			crash{fmt.Sprintf("write %d fails", n), func(w *world) { w.Engine.Break(n, false) }},
			crash{fmt.Sprintf("write %d fails after it took effect", n), func(w *world) { w.Engine.Break(n, true) }})
	}
	for _, x := range crashes {
		w := newWorld(t)
		c := w.drawn()
		_, err := w.sign(c.ID, AlphasRep, contract.SupplierSide)
		w.Ok(err)
		x.set(w)
		_, _ = w.sign(c.ID, Approver, contract.BuyerSide)
		w.press.broken = false
		w.Engine.Break(0, false)
		w.Clock.Add(time.Hour)
		if w.read(c.ID).Signed(contract.BuyerSide) == nil {
			_, err = w.sign(c.ID, Approver, contract.BuyerSide)
			w.Ok(err)
		}
		_, err = w.Heal(t.Context())
		w.Ok(err)
		c = w.read(c.ID)
		if c.State != contract.Active || c.Owed != "" || w.Lot().Contract != c.ID {
			t.Errorf("%s: %+v", x.name, c)
			continue
		}
		b, err := w.Paper(t.Context(), c.ID, party.PublicActor)
		w.Ok(err)
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != c.Sealed.SHA256 {
			t.Errorf("%s: the kept file is not the recorded one", x.name)
		}
		for fact, want := range map[string]int{"contract.sign": 2, "lot.contract": 1, "contract.intend": 1, "contract.seal": 1} {
			if got := len(w.Facts(fact)); got != want {
				t.Errorf("%s: %d facts %s, want %d", x.name, got, fact, want)
			}
		}
	}
}

func TestManyServersSealOnePaper(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.drawn()
	_, err := w.sign(c.ID, AlphasRep, contract.SupplierSide)
	w.Ok(err)
	w.press.broken = true
	_, err = w.sign(c.ID, Approver, contract.BuyerSide)
	w.Ok(err)
	w.press.broken = false
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { _, _ = w.Apply(t.Context(), c.ID) })
	}
	wg.Wait()
	_, err = w.Heal(t.Context())
	w.Ok(err)
	c = w.read(c.ID)
	b, err := w.Paper(t.Context(), c.ID, party.PublicActor)
	w.Ok(err)
	if sum := sha256.Sum256(b); c.State != contract.Active || hex.EncodeToString(sum[:]) != c.Sealed.SHA256 || len(w.Facts("contract.seal")) != 1 {
		t.Errorf("after %d seals: %+v", w.press.seals, c)
	}
}

// A paper that comes out differently is never sealed; one that was exchanged
// in the file keeper is never signed.
func TestAnotherPaperIsNotSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.drawn()
	_, err := w.sign(c.ID, AlphasRep, contract.SupplierSide)
	w.Ok(err)
	w.press.smudge = "another "
	_, err = w.sign(c.ID, Approver, contract.BuyerSide)
	w.Ok(err)
	_, err = w.Heal(t.Context())
	w.Code(err, "contract.redrawn")
	if c := w.read(c.ID); c.State != contract.Sealing || w.press.seals != 0 {
		t.Errorf("sealed: %+v", c)
	}
	w.press.smudge = ""
	_, err = w.Heal(t.Context())
	w.Ok(err)

	w = newWorld(t)
	c = w.drawn()
	w.files.kept[c.Body.Key] = []byte("something else")
	_, err = w.sign(c.ID, AlphasRep, contract.SupplierSide)
	w.Code(err, "contract.paper_changed")
}

// The review body was faster than the last step: the contract is void.
func TestContractIsVoidWhenItsAwardFalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.drawn()
	_, err := w.sign(c.ID, AlphasRep, contract.SupplierSide)
	w.Ok(err)
	w.Engine.Break(2, false) // the last signature is stored, the lot is not moved
	_, err = w.sign(c.ID, Approver, contract.BuyerSide)
	w.Ok(err)
	w.Engine.Break(0, false)
	_, err = w.awards.SetAside(t.Context(), w.award.ID, "c1", Reviewer, Text("R"))
	w.Ok(err)
	_, err = w.Tenders.MoveLot(t.Context(), OCID, Lot1, tender.ReviseLot, tender.Ask{By: Reviewer, Reason: "c1"}, nil)
	w.Ok(err)
	_, err = w.Heal(t.Context())
	w.Ok(err)
	if c := w.read(c.ID); c.State != contract.Cancelled || c.End == nil || w.press.seals != 0 || w.Lot().Phase != tender.Ranked {
		t.Errorf("%+v, %+v", c, w.Lot())
	}
}

// The winner was passed over: a contract in the making ends with its award.
func TestUnsignedContractEndsWithItsAward(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.drawn()
	w.Ok(w.Void(t.Context(), c.ID))
	if c := w.read(c.ID); c.State != contract.Drawn {
		t.Errorf("ended while its award stands: %+v", c)
	}
	_, err := w.awards.PassOver(t.Context(), w.award.ID, Officer, Text("It does not sign."))
	w.Ok(err)
	for range 2 {
		w.Ok(w.Void(t.Context(), c.ID))
	}
	w.Ok(w.Void(t.Context(), "no contract was drafted"))
	if c := w.read(c.ID); c.State != contract.Cancelled || c.Status() != "cancelled" || len(w.Facts("contract.void")) != 1 {
		t.Errorf("%+v", c)
	}
}

func TestRecordIsFrozen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.drawn()
	const hash = "ab38516187ddf854d601e078d128ace017f933dbbcdd023c8a29ce74ab088b19"
	if got := c.Record.Hash(); got != hash {
		t.Errorf("the record of an equal contract has hash %s:\n%s", got, c.Record.Bytes())
	}
	want := `{"body":"` + c.Body.SHA256 + `","contract":"ocds-test-1~lot-1~1","kind":"contract","side":"supplier"}`
	if got := string(c.Signing(contract.SupplierSide)); got != want {
		t.Errorf("got %s", got)
	}
}
