package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"probity/tender/sign"
)

// frozen is testdata/amendments.json: the bytes of everything that the
// amendments added, from fixed keys and seeds. A file that exists is never
// written again: records with these bytes are in logs.
const frozenFile = "testdata/amendments.json"

func TestFrozenAmendments(t *testing.T) {
	got := amendments(t)
	raw, err := os.ReadFile(frozenFile)
	if errors.Is(err, fs.ErrNotExist) {
		raw, _ = json.MarshalIndent(got, "", " ")
		if err := os.WriteFile(frozenFile, append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Fatal("the vectors did not exist and were written; look at them before you keep them")
	}
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	for name := range got {
		if got[name] != want[name] {
			t.Errorf("%s is\n%s\nand was\n%s", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d vectors, want %d", len(got), len(want))
	}
}

// amendments makes every new form once.
func amendments(t *testing.T) map[string]string {
	h := newHouse(t, shape{{3, 5}, {1, 2}})
	m := h.manifest
	all := map[string]string{
		"manifest":             string(m.Bytes()),
		"manifest hash":        m.Openers(),
		"manifest fingerprint": m.Fingerprint(),
		"extension":            string(Extension{noon.Add(grace), later.Add(grace), m.Openers(), 1, m.Tender}.Bytes()),
		"consent":              string(signedBytes(t, sign.Manifest, m.NewConsent(1, 2).Bytes())),
	}
	container := packed(t, source("报价 1.txt", "eleven"), source("empty.txt", ""))
	all["container sha256"] = hexSum(container)
	all["container manifest"] = strings.TrimRight(string(container[block:2*block]), "\x00")

	c := Context{"b:73a0", "financial", "1", m.Openers(), 1, m.Tender}
	var seed Seed
	for i := range seed {
		seed[i] = byte(i)
	}
	p := NewPartHasher(partSmall)
	p.Write(container)
	header, err := SealHeader(m, c, seed, p.Payload())
	if err != nil {
		t.Fatal(err)
	}
	good := h.take(header, nil)
	c.Bidder = "b:void"
	if header, err = SealHeader(m, c, seed, p.Payload()); err != nil {
		t.Fatal(err)
	}
	h.spoil(5)(header, seed)
	bad := h.take(header, nil)
	all["header sha256"], all["fingerprint"] = hexSum(good.Header), good.Fingerprint().String()
	all["void header sha256"], all["void fingerprint"] = hexSum(bad.Header), bad.Fingerprint().String()
	all["bid"] = string(signedBytes(t, sign.Bid, good.Bid.Bytes()))
	all["withdrawal"] = string(signedBytes(t, sign.Withdraw, Withdrawal{Bidder: "b:73a0", Lot: "1", Seq: 2, Tender: m.Tender}.Bytes()))
	all["refusal"] = string(signedBytes(t, sign.Refusal, Refusal{At: formatTime(noon), Code: "bid.late", Offered: OfferedHash(good.Bid.Bytes()), Tender: m.Tender}.Bytes()))
	all["recovery"] = string(recoveryOf(t, c, bad.Fingerprint(), seed))
	h.freezeOpening(all)
	h.freezeActs(all)
	return all
}

// recoveryOf writes a recovery file without sealing anything.
func recoveryOf(t *testing.T, c Context, f Fingerprint, s Seed) []byte {
	t.Helper()
	b, err := Recovery{[]Recovered{{c, f.String(), hex.EncodeToString(s[:])}}, recoveryForm}.File("")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (h *house) freezeOpening(all map[string]string) {
	o := h.opening()
	o.Closed.Salt = strings.Repeat("c1", 32)
	o.Window.Salt, o.Window.Previous = strings.Repeat("c2", 32), o.Closed.Head().Hash()
	o.Batch.Window = o.Window.Head().Hash()
	all["closed list"], all["closed head"], all["closed hash"] = string(o.Closed.Bytes()), string(o.Closed.Head().Bytes()), o.Closed.Head().Hash()
	all["window-closed list"], all["window-closed head"] = string(o.Window.Bytes()), string(o.Window.Head().Bytes())
	all["entry proof"] = string(o.Closed.Prove(1).Bytes())
	all["batch"], all["batch hash"] = string(o.Batch.Bytes()), o.Batch.Hash()
	answers := h.answers(o, Seat{0, 1}, Seat{0, 3}, Seat{0, 4}, Seat{0, 5}, Seat{1, 2})
	all["answer"] = string(signedBytes(h.t, sign.Open, answers[0].Bytes()))
	all["answer with complaint"] = string(answers[3].Bytes())
	results, err := Combine(o, answers, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, r := range results {
		all["proof, "+string(r.Outcome().State)] = string(r.Proof.Bytes())
	}
}

func (h *house) freezeActs(all map[string]string) {
	hash := hexSum([]byte("paper"))
	all["approval"] = string(Approval{By: "u:1", Decision: "approve", Hash: hash, Subject: "tender T-2026-0001 v3", Tender: h.manifest.Tender}.Bytes())
	all["login"] = string(Login{Nonce: hash, Site: "tenders.example", User: "u:1"}.Bytes())
	all["contract"] = string(ContractSignature{By: "u:1", Contract: "c:1", Party: "buyer", SHA256: hash, Tender: h.manifest.Tender}.Bytes())
}

func signedBytes(t testing.TB, d sign.Domain, record []byte) []byte {
	t.Helper()
	s, err := sign.Record(signer(1), d, record)
	if err != nil {
		t.Fatal(err)
	}
	return s.Bytes()
}

// A whole sealed bid from the past must open for ever: manifest, signed record,
// header, payload and proof, as an archive holds them.
func TestASealedBidFromThePastOpens(t *testing.T) {
	const dir = "testdata/sealed-1"
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		keepSealedBid(t, dir)
		t.Fatal("the sealed bid did not exist and was made; keep it")
	}
	load := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	m, err := ParseManifest(load("manifest.json"))
	wantCode(t, err, "")
	s, err := sign.ParseSigned(load("bid.json"))
	wantCode(t, err, "")
	wantCode(t, s.Verify(signer(1).Key(), sign.Bid), "")
	b, err := ParseBid(s.Record)
	wantCode(t, err, "")
	proof, err := ParseProof(load("proof.json"))
	wantCode(t, err, "")
	v, err := Case{m, b, "financial", load("header.json")}.Judge(proof, bytes.NewReader(load("payload.age")), nil)
	wantCode(t, err, "")
	wantOutcome(t, v.Outcome, Opened, "", BlameNone)
	if len(v.Files) != 1 || v.Files[0].Name != "price.txt" {
		t.Errorf("files %v", v.Files)
	}
}

func keepSealedBid(t *testing.T, dir string) {
	h := newHouse(t, shape{{3, 5}, {1, 2}})
	c := h.bid("b:73a0")
	f := c.Fingerprint()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"manifest.json": h.manifest.Bytes(), "bid.json": signedBytes(t, sign.Bid, c.Bid.Bytes()), "header.json": c.Header,
		"payload.age": h.payloads[f.String()], "proof.json": SeedProof(f, h.seeds[f.String()]).Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Every fault code that foreign bytes can meet is on this list. Codes are part
// of the API: a line may be added, never changed.
func TestCausesAreFrozen(t *testing.T) {
	var got []string
	for c := range causes {
		got = append(got, c)
	}
	slices.Sort(got)
	want := strings.Fields(`seal.container seal.context seal.header_altered seal.header_form seal.header_missing
		seal.header_seats seal.openers seal.payload_age seal.payload_altered seal.payload_form seal.payload_missing
		seal.payload_parts seal.reseal seal.seed_unproven seal.share_commitment seal.share_decrypt seal.share_record
		seal.shares_missing seal.shares_unusable`)
	if !slices.Equal(got, want) {
		t.Errorf("causes %v", got)
	}
}
