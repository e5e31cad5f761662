package papers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/documents/pdf"
	"probity/tender"
	"probity/tender/award"
	"probity/tender/canon"
	"probity/tender/contract"
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
	w.has(file, "SANDBOX", "This paper has no legal effect.", "示例市教育局") // the name in the register
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

var update = flag.Bool("update", false, "write the frozen data anew; see the package comment first")

// TestContractDataAreFrozen holds what a record becomes on paper.
func TestContractDataAreFrozen(t *testing.T) {
	got := append(canon.Must(ContractOf(agreed(), Imprint{Platform: "Probity Example", URL: "https://tenders.example.org"})), '\n')
	golden := filepath.Join("testdata", "contract.json")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the record becomes other data:\n%s", got)
	}
}
