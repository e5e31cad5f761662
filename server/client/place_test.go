package client_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"probity/bidding"
	"probity/bidding/seal"
	"probity/server/client"
	"probity/tender"
	"probity/tender/party"
	"probity/tender/sign"
)

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
