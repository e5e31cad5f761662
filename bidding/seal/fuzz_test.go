package seal

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"probity/tender/canon"
)

// Every parser of foreign bytes: it must not panic, and what it accepts it must
// write back to the same bytes.

// roundTrip is the property of all record parsers.
func roundTrip[T interface{ Bytes() []byte }](t *testing.T, b []byte, parse func([]byte) (T, error)) {
	v, err := parse(b)
	if err != nil {
		return
	}
	if !bytes.Equal(v.Bytes(), b) {
		t.Fatalf("%q was read as %q", b, v.Bytes())
	}
	if err := canon.Check(b); err != nil {
		t.Fatalf("%q is not canonical and was read", b)
	}
}

func FuzzManifest(f *testing.F) {
	m := newHouse(f, shape{{1, 1}}).manifest
	f.Add(m.Bytes())
	f.Add(bytes.Replace(m.Bytes(), []byte(`"v"`), []byte(`"V"`), 1))
	f.Fuzz(func(t *testing.T, b []byte) { roundTrip(t, b, ParseManifest) })
}

func FuzzHeader(f *testing.F) {
	raw := newHouse(f, shape{{1, 1}}).bid("b:1").Header
	f.Add(raw)
	f.Add(append([]byte(" "), raw...))
	f.Add(bytes.Replace(raw, []byte(`{"ctx"`), []byte(`{"ctx":{},"ctx"`), 1))
	f.Fuzz(func(t *testing.T, b []byte) { roundTrip(t, b, ParseHeader) })
}

func FuzzRecords(f *testing.F) {
	h := newHouse(f, shape{{1, 1}})
	bid := h.bid("b:1").Bid
	o := h.opening()
	for _, b := range [][]byte{
		bid.Bytes(), Withdrawal{Bidder: "b", Lot: "1", Seq: 2, Tender: "T"}.Bytes(), o.Batch.Bytes(), o.Closed.Bytes(), o.Closed.Head().Bytes(),
		o.Closed.Prove(0).Bytes(), h.answers(o, seats(1)...)[0].Bytes(), SeedProof(Fingerprint{}, Seed{}).Bytes(),
		Extension{noon, later, o.Batch.Openers, 1, "T"}.Bytes(), h.manifest.NewConsent(0, 1).Bytes(),
		Login{Nonce: hexSum(nil), Site: "s", User: "u"}.Bytes(), Refusal{At: formatTime(noon), Code: "c", Offered: hexSum(nil), Tender: "T"}.Bytes(),
		Approval{By: "u", Decision: "approve", Hash: hexSum(nil), Subject: "s", Tender: "T"}.Bytes(),
		ContractSignature{By: "u", Contract: "c", Party: "p", SHA256: hexSum(nil), Tender: "T"}.Bytes(),
	} {
		f.Add(b)
		f.Add(bytes.Replace(b, []byte(`"v":`), []byte(`"V":`), 1))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		roundTrip(t, b, ParseBid)
		roundTrip(t, b, ParseWithdrawal)
		roundTrip(t, b, ParseBatch)
		roundTrip(t, b, ParseClosing)
		roundTrip(t, b, ParseClosingHead)
		roundTrip(t, b, ParseEntryProof)
		roundTrip(t, b, ParseAnswer)
		roundTrip(t, b, ParseProof)
		roundTrip(t, b, ParseExtension)
		roundTrip(t, b, ParseConsent)
		roundTrip(t, b, ParseLogin)
		roundTrip(t, b, ParseRefusal)
		roundTrip(t, b, ParseApproval)
		roundTrip(t, b, ParseContractSignature)
		RecordKind(b)
	})
}

// The corpus must hold a good example of each form, or the fuzzing above would
// only ever refuse.
func TestEveryRecordFormReadsItself(t *testing.T) {
	h := newHouse(t, shape{{1, 1}})
	bid := h.bid("b:1").Bid
	o := h.opening()
	accept := func(name string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := ParseBid(bid.Bytes())
	accept("bid", err)
	_, err = ParseWithdrawal(Withdrawal{Bidder: "b", Lot: "1", Seq: 2, Tender: "T"}.Bytes())
	accept("withdrawal", err)
	_, err = ParseBatch(o.Batch.Bytes())
	accept("batch", err)
	_, err = ParseClosing(o.Closed.Bytes())
	accept("closing", err)
	_, err = ParseClosingHead(o.Window.Head().Bytes())
	accept("closing head", err)
	_, err = ParseAnswer(h.answers(o, seats(1)...)[0].Bytes())
	accept("answer", err)
	_, err = ParseProof(SeedProof(Fingerprint{}, Seed{}).Bytes())
	accept("proof", err)
	_, err = ParseExtension(Extension{noon, later, o.Batch.Openers, 1, "T"}.Bytes())
	accept("extension", err)
	_, err = ParseConsent(h.manifest.NewConsent(0, 1).Bytes())
	accept("consent", err)
	_, err = ParseLogin(Login{Nonce: hexSum(nil), Site: "s", User: "u"}.Bytes())
	accept("login", err)
	_, err = ParseRefusal(Refusal{At: formatTime(noon), Code: "c", Offered: hexSum(nil), Tender: "T"}.Bytes())
	accept("refusal", err)
	_, err = ParseApproval(Approval{By: "u", Decision: "refuse", Hash: hexSum(nil), Subject: "s", Tender: "T"}.Bytes())
	accept("approval", err)
	_, err = ParseContractSignature(ContractSignature{By: "u", Contract: "c", Party: "p", SHA256: hexSum(nil), Tender: "T"}.Bytes())
	accept("contract signature", err)
	if k := RecordKind(bid.Bytes()); k != "bid" {
		t.Errorf("kind %q", k)
	}
}

func FuzzShareRecord(f *testing.F) {
	f.Add(writeShare([32]byte{1}, 0, 1, [32]byte{2}))
	f.Add([]byte(shareMark))
	f.Fuzz(func(t *testing.T, b []byte) {
		share, ok := readShare(b, [32]byte{1}, 0, 1)
		if ok && !bytes.Equal(b, writeShare([32]byte{1}, 0, 1, share)) {
			t.Fatalf("%x was read", b)
		}
	})
}

func FuzzWrappedShare(f *testing.F) {
	h := newHouse(f, shape{{1, 1}})
	c := Context{"b:1", "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
	header, err := SealHeader(h.manifest, c, Seed{1}, Payload{})
	if err != nil {
		f.Fatal(err)
	}
	good := header.Groups[0][0]
	f.Add(good.Cipher)
	f.Add(make([]byte, wrapHybrid))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := &Header{Context: c, Groups: [][]Wrapped{{{good.Commitment, b}}}}
		if _, cause := openShare(h.keys[0][0], x, 0, 1); cause == "" && !bytes.Equal(b, good.Cipher) {
			t.Fatalf("%x opens too", b)
		}
	})
}

func FuzzContainer(f *testing.F) {
	f.Add(packed(f, source("a.txt", "first")))
	f.Add(packed(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		var list []Source
		files, err := readContainer(bytes.NewReader(b), nil)
		if err != nil {
			return
		}
		content := map[string]*bytes.Buffer{}
		if _, err := readContainer(bytes.NewReader(b), func(x File, _ int) (io.Writer, error) {
			content[x.Name] = &bytes.Buffer{}
			return content[x.Name], nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, x := range files {
			list = append(list, Source{x, func() (io.ReadCloser, error) { return io.NopCloser(content[x.Name]), nil }})
		}
		if !bytes.Equal(packed(t, list...), b) {
			t.Fatal("another container came back")
		}
	})
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"a.pdf", "..", "a\u202eb", "con.txt"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if CheckFileName(s) == nil && (strings.ContainsAny(s, "/\\\x00\n\u202e") || len(s) == 0 || s[0] == '.') {
			t.Fatalf("%q was accepted", s)
		}
	})
}

func FuzzOpenerKey(f *testing.F) {
	for _, k := range []Kind{X25519, Hybrid} {
		file, err := fixedKey(f, 1, k).File("")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
		f.Add(bytes.ToLower(file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := ParseOpenerKeyFile(b, "x")
		if err != nil {
			return
		}
		if again, _ := key.File(""); !bytes.Equal(again, b) {
			t.Fatalf("%q was read as %q", b, again)
		}
	})
}

func FuzzRecipient(f *testing.F) {
	f.Add(fixedKey(f, 1, X25519).Public())
	f.Add(fixedKey(f, 1, Hybrid).Public())
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := parseRecipient(s); err == nil && s != strings.ToLower(s) {
			t.Fatalf("%q has capitals", s)
		}
	})
}

func FuzzRecovery(f *testing.F) {
	r := Recovery{[]Recovered{{Context{"b", "e", "1", hexSum(nil), 1, "T"}, hexSum(nil), hexSum(nil)}}, recoveryForm}
	file, err := r.File("")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseRecovery(b, "x")
		if err != nil {
			return
		}
		if again, _ := r.File(""); !bytes.Equal(again, b) {
			t.Fatalf("%q was read as %q", b, again)
		}
	})
}

// FuzzPayload: bytes that are not the payload are the operator's fault, always.
func FuzzPayload(f *testing.F) {
	h := newHouse(f, shape{{1, 1}})
	c := h.bid("b:1")
	own := c.Fingerprint()
	good := h.payloads[own.String()]
	f.Add(good[:2000])
	f.Add([]byte("age-encryption.org/v1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := c.Judge(SeedProof(own, h.seeds[own.String()]), bytes.NewReader(b), nil)
		if err != nil || v.Cause != CausePayloadAltered || v.Blame != BlameOperator {
			t.Fatalf("%v, %v", v.Outcome, err)
		}
	})
}
