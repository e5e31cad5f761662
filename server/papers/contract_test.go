package papers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/documents/pdf"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/award/awardtest"
	"probity/tender/contract"
	"probity/tender/fault"
	"probity/tender/rules"
	"probity/tender/sign"
	"probity/tender/store"
)

// drawn is a contract over the record, its body drawn and kept.
func (w *world) drawn(r contract.Record) *contract.Contract {
	w.Helper()
	c := &contract.Contract{Root: store.Root{ID: r.ID}, Record: r, State: contract.Drawn, Intent: ranked}
	body, err := w.papers.Draw(w.Context(), c)
	if err != nil {
		w.Fatal(err)
	}
	sum := sha256.Sum256(body)
	c.Body = &contract.File{Key: "contracts/body.pdf", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(body))}
	if err := w.papers.Put(w.Context(), c.Body.Key, body); err != nil {
		w.Fatal(err)
	}
	return c
}

// sign has a side sign, and stores the fact.
func (w *world) sign(c *contract.Contract, side contract.Side, who string) {
	w.Helper()
	s, err := sign.FromSeed(sha256.Sum256([]byte(who))).Sign(sign.Contract, c.Signing(side))
	if err != nil {
		w.Fatal(err)
	}
	c.Signatures = append(c.Signatures, contract.Signature{Side: side, Signature: s,
		Word: award.Word{Person: award.Person{User: "u-" + who, Name: who}, At: ranked.Add(-time.Duration(3-len(c.Signatures)) * time.Hour)}})
	put(w, contract.Kind, c, "contract.sign", ocid, map[string]any{"body": c.Body.SHA256, "side": side, "signature": s})
}

// sealed is a contract signed by both sides and sealed.
func (w *world) sealed(r contract.Record) (*contract.Contract, []byte) {
	w.Helper()
	c := w.drawn(r)
	w.sign(c, contract.BuyerSide, "王晓明")
	w.sign(c, contract.SupplierSide, "李𬕂")
	put(w, contract.Kind, c, "contract.intend", ocid, map[string]any{"body": c.Body.SHA256})
	body, err := w.papers.Get(w.Context(), c.Body.Key)
	if err != nil {
		w.Fatal(err)
	}
	file, err := w.papers.Seal(w.Context(), c, body)
	if err != nil {
		w.Fatal(err)
	}
	return c, file
}

func TestContractSaysEverything(t *testing.T) {
	w := newWorld(t)
	r := agreed()
	c, file := w.sealed(r)
	w.show("contract", file)
	want := []string{r.Number, r.Tender, r.Lot, r.Award, r.Title["en"], r.Title["zh-CN"], "2026-11-23", "1,392,029.32", "within 30 days", "30日内", "CNY 69,601.47",
		"When accepted: Sample approved", "验收合格后：样品确认", "30 %", "70 %", "417,608.80", "974,420.52", "2026-12-23", "2027-03-31",
		"Transport and assembly", "运输与安装", "812.123456", "301.5", "1,250", "1,015,154.32", "376,875.00", "CPV 39121200-8", "UN/ECE C62", "each"}
	for _, y := range r.Parties {
		want = append(want, y.Org.Name["en"], y.Org.Name["zh-CN"], y.Org.Identifier.Scheme, y.Org.Identifier.ID, y.Address["en"], y.Address["zh-CN"],
			y.Contact, y.Representative, y.Position["en"], y.Position["zh-CN"])
	}
	for _, l := range r.Items {
		want = append(want, l.ID, l.Description["en"])
	}
	for _, s := range c.Signatures {
		want = append(want, s.Name, s.Signature.Key, s.At.Format("2006-01-02 15:04:05"))
	}
	want = append(want, c.Body.SHA256, origin, "Warranty", "质量保证", "At its cost.", "Risk passes with the signed delivery note.")
	w.has(file, want...)
}

func TestSealedContractChecksOut(t *testing.T) {
	w := newWorld(t)
	c, file := w.sealed(agreed())
	k, err := CheckContract(file, w.papers.Roots())
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(k.Body.Hash[:]) != c.Body.SHA256 || !k.Seal.At.Equal(c.Intent) || len(k.Certificate.Signatures) != 2 {
		t.Errorf("checked: %+v", k.Seal)
	}
	for i, s := range k.Certificate.Signatures {
		if s.LogIndex != uint64(i+1) || s.Signatory != c.Signatures[i].Name || s.Position["zh"] == "" || s.Method != "device_key" {
			t.Errorf("signature %d: %+v", i, s)
		}
	}
	if k.Certificate.Log.Index != 2 || k.Certificate.Log.Origin != origin || k.Certificate.Log.Size < 3 {
		t.Errorf("place: %+v", k.Certificate.Log)
	}
	if err := SameContract(k, c.Record); err != nil {
		t.Error(err)
	}
	other := agreed()
	other.PaymentDays++
	w.code(SameContract(k, other), "paper.record")
	out := string(w.tool(file, "pdfsig", "-nocert", "FILE"))
	if !strings.Contains(out, "Signature is Valid") || !strings.Contains(out, "Total document signed") {
		t.Errorf("pdfsig: %s", out)
	}
	changed := bytes.Clone(file)
	changed[len(changed)/3] ^= 1
	if _, err := CheckContract(changed, w.papers.Roots()); err == nil {
		t.Error("a changed contract checks out")
	}
	if _, err := pdf.Verify(append(file, '\n'), w.papers.Roots()); err == nil {
		t.Error("an appended byte is not found")
	}
}

func TestEqualRecordsMakeEqualBodies(t *testing.T) {
	w := newWorld(t)
	bodies := make([][]byte, 12)
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() {
			c := &contract.Contract{Root: store.Root{ID: agreed().ID, Version: int64(i)}, Record: agreed(), State: contract.Draft}
			b, err := w.papers.Draw(t.Context(), c)
			if err != nil {
				t.Error(err)
			}
			bodies[i] = b
		})
	}
	all.Wait()
	for _, b := range bodies {
		if !bytes.Equal(b, bodies[0]) {
			t.Fatal("equal records make different bodies")
		}
	}
	for name, change := range map[string]func(*contract.Record){
		"price": func(r *contract.Record) { r.Items[0].UnitPrice = dec("812.123457") },
		"date":  func(r *contract.Record) { r.Date++ },
		"part":  func(r *contract.Record) { r.Parties[2].Part = say("Transport", "运输") },
		"bond":  func(r *contract.Record) { r.Security = nil },
	} {
		r := agreed()
		change(&r)
		b, err := w.papers.Draw(t.Context(), &contract.Contract{Record: r})
		if err != nil || bytes.Equal(b, bodies[0]) {
			t.Errorf("another %s makes the same body, %v", name, err)
		}
	}
}

func TestBodyKeepsItsAddressWhenThePlatformMoves(t *testing.T) {
	w := newWorld(t)
	c := w.drawn(agreed())
	body, err := w.papers.Get(t.Context(), c.Body.Key)
	if err != nil {
		t.Fatal(err)
	}
	moved := w.open(Config{URL: "https://elsewhere.example.net"})
	if err := moved.Put(t.Context(), c.Body.Key, body); err != nil {
		t.Fatal(err)
	}
	again, err := moved.Draw(t.Context(), c)
	if err != nil || !bytes.Equal(again, body) {
		t.Fatalf("moved, the platform draws another body: %v", err)
	}
	w.sign(c, contract.BuyerSide, "王晓明")
	w.sign(c, contract.SupplierSide, "李𬕂")
	file, err := moved.Seal(t.Context(), c, body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CheckContract(file, moved.Roots()); err != nil {
		t.Error(err)
	}
	c.Body.SHA256 = hash("another")
	_, err = moved.Draw(t.Context(), c)
	w.code(err, "paper.body_changed")
}

func TestSealRefuses(t *testing.T) {
	w := newWorld(t)
	c := w.drawn(agreed())
	body, err := w.papers.Get(t.Context(), c.Body.Key)
	if err != nil {
		t.Fatal(err)
	}
	w.sign(c, contract.BuyerSide, "王晓明")
	_, err = w.papers.Seal(t.Context(), c, body)
	w.code(err, "paper.signature_missing")

	w.sign(c, contract.SupplierSide, "李𬕂")
	w.papers.patience = 300 * time.Millisecond
	forged := *c
	forged.Signatures = append([]contract.Signature{}, c.Signatures...)
	forged.Signatures[1].Signature.Sig = bytes.Repeat([]byte{7}, 64)
	_, err = w.papers.Seal(t.Context(), &forged, body)
	w.code(err, "paper.not_logged")

	changed := *c
	changed.Record.PaymentDays++
	_, err = w.papers.Seal(t.Context(), &changed, body)
	w.code(err, "paper.body_changed")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = w.papers.Seal(ctx, &forged, body); err == nil {
		t.Error("sealed under a context that has ended")
	}
}

func TestSandboxIsMarked(t *testing.T) {
	w := newWorld(t)
	w.papers = w.open(Config{Sandbox: true})
	r := agreed()
	r.Bilingual = false
	_, file := w.sealed(r)
	w.show("contract-sandbox", file)
	w.has(file, "SANDBOX", "This paper has no legal effect.")
	if k, err := CheckContract(file, w.papers.Roots()); err != nil || !k.Contract.Sandbox || len(k.Contract.Languages) != 1 {
		t.Errorf("%v", err)
	}
}

func TestOddTextsAreDrawn(t *testing.T) {
	w := newWorld(t)
	r := agreed()
	r.Terms = tender.Text{"fr": "Livraison\tà pied d'œuvre"}
	r.Title = tender.Text{"fr": "Mobilier \u2066scolaire\u2069"}
	r.Bilingual = false
	b, err := w.papers.Draw(t.Context(), &contract.Contract{Record: r})
	if err != nil {
		t.Fatal(err)
	}
	w.has(b, "Mobilier scolaire", "Livraison à pied d'œuvre")
}

type offers map[string]map[string]tender.Decimal

func (o offers) Prices(_ context.Context, _, _, bid string) (map[string]tender.Decimal, error) {
	return o[bid], nil
}

type parties struct{}

func (parties) Party(_ context.Context, org string) (contract.Party, error) {
	return contract.Party{Org: awardtest.Name(org), Address: awardtest.Text("1, Street of " + org), Contact: org + "@example.org"}, nil
}

// TestContractFromAwardToSeal runs the contract's own service over these
// papers, a real engine and a real log.
func TestContractFromAwardToSeal(t *testing.T) {
	x := awardtest.New(t, engineOf, append(award.Collections, contract.Collection)...)
	x.Close()
	w := &world{T: t, engine: x.Engine, folder: t.TempDir()}
	keepLog(t, x.Engine)
	w.papers = w.open(Config{})
	a := &award.Service{
		Awards:  store.Shelf[award.Award, *award.Award]{Engine: x.Engine, Kind: award.Kind},
		Notices: store.Shelf[award.Notice, *award.Notice]{Engine: x.Engine, Kind: award.NoticeKind},
		Tenders: x.Tenders, Rankings: x.Rankings(), Complaints: awardtest.NoComplaints{}, Devices: awardtest.Devices{}, Clock: x.Clock,
	}
	s := &contract.Service{
		Contracts: store.Shelf[contract.Contract, *contract.Contract]{Engine: x.Engine, Kind: contract.Kind},
		Tenders:   x.Tenders, Awards: a, Complaints: awardtest.NoComplaints{}, Offers: offers(x.Offers), Parties: parties{},
		Drawer: w.papers, Files: w.papers, Devices: awardtest.Devices{}, Clock: x.Clock,
	}
	ctx := t.Context()
	p, err := a.Propose(ctx, awardtest.OCID, awardtest.Lot1, awardtest.Officer, awardtest.Text("Best bid."))
	x.Ok(err)
	_, err = a.Decide(ctx, p.ID, awardtest.Approver, awardtest.Signature(t, awardtest.Approver, sign.Approve, p.Decision.Record()))
	x.Ok(err)
	x.Clock.Set(x.Lot().StandstillEnds)
	now, _ := x.Clock.Now(ctx)
	_, err = x.Tenders.Tick(ctx, now)
	x.Ok(err)
	day, err := rules.ParseDate("2026-05-18")
	x.Ok(err)
	c, err := s.Draft(ctx, awardtest.OCID, awardtest.Lot1, awardtest.Officer, contract.Plan{Number: "2026/17", Title: awardtest.Text("Contract for road salt"), Date: day, Buyer: contract.Representative{Name: "A. Buyer"}})
	x.Ok(err)
	c, err = s.Draw(ctx, c.ID, awardtest.Officer)
	x.Ok(err)
	c, err = s.Secure(ctx, c.ID, awardtest.ContractManager, contract.Guarantee{Issuer: "A bank", Reference: "G-1", Amount: tender.MustMoney("100.00", "CNY"), Until: day + 200})
	x.Ok(err)
	_, err = s.Sign(ctx, c.ID, awardtest.Approver, awardtest.Signature(t, awardtest.Approver, sign.Contract, c.Signing(contract.BuyerSide)))
	x.Ok(err)
	c, err = s.Sign(ctx, c.ID, awardtest.AlphasRep, awardtest.Signature(t, awardtest.AlphasRep, sign.Contract, c.Signing(contract.SupplierSide)))
	x.Ok(err)
	for try := 0; c.Sealed == nil && try < 50; try++ {
		_, err = s.Heal(ctx)
		x.Ok(err)
		c, err = s.Contracts.Get(ctx, c.ID)
		x.Ok(err)
	}
	if c.State != contract.Active {
		t.Fatalf("the contract is %s", c.State)
	}
	file, err := s.Paper(ctx, c.ID, awardtest.AlphasRep)
	x.Ok(err)
	w.show("contract-salt", file)
	k, err := CheckContract(file, w.papers.Roots())
	x.Ok(err)
	x.Ok(SameContract(k, c.Record))
	if f := fault.From(SameContract(k, contract.Record{})); f.Kind != fault.Invalid {
		t.Errorf("another record: %v", f)
	}
}
