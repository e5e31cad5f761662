package seal

import (
	"bytes"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"probity/tender/fault"
	"probity/tender/sign"
)

var (
	noon  = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	grace = 2 * time.Hour
	later = noon.Add(grace)
)

// house is a tender with its openers and bids, made from fixed keys so that
// vectors repeat.
type house struct {
	t        testing.TB
	manifest *Manifest
	keys     [][]*OpenerKey
	cases    []Case
	payloads map[string][]byte // by fingerprint
	seeds    map[string]Seed
	closed   Closing
	window   Closing
}

// fixedKey is the opener key whose 32 secret bytes are all n.
func fixedKey(t testing.TB, n int, kind Kind) *OpenerKey {
	t.Helper()
	human := "age-secret-key-pq-"
	if kind == X25519 {
		human = "age-secret-key-"
	}
	key, err := ParseOpenerKey(strings.ToUpper(bechEncode(human, bytes.Repeat([]byte{byte(n)}, 32))))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// shape is k of n for each group.
type shape [][2]int

func newHouse(t testing.TB, s shape) *house {
	t.Helper()
	h := &house{t: t, payloads: map[string][]byte{}, seeds: map[string]Seed{}}
	var groups []Group
	n := 0
	for j, kn := range s {
		g := Group{K: kn[0], Name: []string{"committee", "guardian", "third"}[j]}
		var keys []*OpenerKey
		for range kn[1] {
			n++
			key := fixedKey(t, n, Hybrid)
			keys = append(keys, key)
			g.Openers = append(g.Openers, Opener{ID: "o-" + hex.EncodeToString([]byte{byte(n)}), Key: key.Public(), Name: "Opener " + string(rune('A'+n-1))})
		}
		groups, h.keys = append(groups, g), append(h.keys, keys)
	}
	m, err := NewManifest("T-2026-0001", noon, later, groups)
	if err != nil {
		t.Fatal(err)
	}
	h.manifest = m
	return h
}

func source(name, text string) Source {
	return Source{
		File{"text/plain", name, hexSum([]byte(text)), int64(len(text))},
		func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

// bid seals one file as the bidder's financial envelope and keeps it.
func (h *house) bid(bidder string) Case {
	h.t.Helper()
	c := Context{bidder, "financial", "1", h.manifest.Openers(), 1, h.manifest.Tender}
	var out bytes.Buffer
	e, err := Seal(&out, h.manifest, c, []Source{source("price.txt", "the price of "+bidder)})
	if err != nil {
		h.t.Fatal(err)
	}
	h.seeds[e.Fingerprint.String()] = e.Seed
	return h.take(e.Header, out.Bytes())
}

// forge keeps a bid whose header was made by change, with all else as an
// honest bidder has it. The bid record names the forged header's fingerprint.
func (h *house) forge(bidder string, change func(*Header, Seed)) Case {
	h.t.Helper()
	honest := h.bid(bidder)
	h.cases = h.cases[:len(h.cases)-1]
	f := honest.Fingerprint().String()
	header, err := ParseHeader(honest.Header)
	if err != nil {
		h.t.Fatal(err)
	}
	change(header, h.seeds[f])
	c := h.take(header, h.payloads[f])
	h.seeds[c.Fingerprint().String()] = h.seeds[f]
	return c
}

func (h *house) take(header *Header, payload []byte) Case {
	raw := header.Bytes()
	f := FingerprintOf(raw).String()
	b := Bid{
		Bidder: header.Context.Bidder, Envelopes: []EnvelopeRef{{f, "financial"}}, Kind: "bid", Lot: "1",
		Openers: h.manifest.Openers(), Seq: 1, Tender: h.manifest.Tender, V: Version,
	}
	c := Case{h.manifest, b, "financial", raw}
	h.payloads[f] = payload
	h.cases = append(h.cases, c)
	return c
}

// opening closes the tender and returns what everybody then knows.
func (h *house) opening() Opening {
	h.t.Helper()
	var entries []Entry
	for i, c := range h.cases {
		entries = append(entries, Entry{c.Bid.Bidder, c.Bid.Envelopes, int64(10 + i), "1", c.Bid.Seq, Live})
	}
	var err error
	if h.closed, err = NewClosing(Closed, "", h.manifest.Tender, entries); err != nil {
		h.t.Fatal(err)
	}
	entries = slices.Clone(h.closed.Entries)
	for i := range entries {
		entries[i].State = Stored
	}
	if h.window, err = NewClosing(WindowClosed, h.closed.Head().Hash(), h.manifest.Tender, entries); err != nil {
		h.t.Fatal(err)
	}
	b, err := NewBatch(h.manifest, h.window, "1", "financial")
	if err != nil {
		h.t.Fatal(err)
	}
	return Opening{Manifest: h.manifest, Closed: h.closed, Window: h.window, Batch: b, Cases: h.cases, Now: later}
}

// answers lets the named seats answer.
func (h *house) answers(o Opening, seats ...Seat) []Answer {
	h.t.Helper()
	var list []Answer
	for _, s := range seats {
		a, err := OpenShares(h.keys[s.Group][s.Opener-1], o)
		if err != nil {
			h.t.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

// seats of group 0.
func seats(numbers ...int) (list []Seat) {
	for _, n := range numbers {
		list = append(list, Seat{0, n})
	}
	return list
}

// combine combines and returns the only result.
func (h *house) combine(o Opening, answers []Answer, failed ...Seat) Result {
	h.t.Helper()
	results, err := Combine(o, answers, failed)
	if err != nil {
		h.t.Fatal(err)
	}
	if len(results) != 1 {
		h.t.Fatalf("%d results", len(results))
	}
	return results[0]
}

// judge judges with the stored payload, by result and by proof, which must
// agree.
func (h *house) judge(r Result) Verdict {
	h.t.Helper()
	payload := h.payloads[r.Case.Fingerprint().String()]
	v, err := r.Judge(bytes.NewReader(payload), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if r.Proof.F != "" {
		again, err := r.Case.Judge(r.Proof, bytes.NewReader(payload), nil)
		if err != nil || again.Outcome != v.Outcome {
			h.t.Fatalf("a stranger finds %v, %v; the server %v", again.Outcome, err, v.Outcome)
		}
	}
	return v
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Coded(err, code) {
		t.Fatalf("got %v, want %q", err, code)
	}
}

func wantOutcome(t testing.TB, o Outcome, state State, cause string, blame Blame) {
	t.Helper()
	if o.State != state || o.Cause != cause || o.Blame != blame || o.Text == "" {
		t.Fatalf("got %s %q %s, want %s %q %s", o.State, o.Cause, o.Blame, state, cause, blame)
	}
}

func signer(n byte) *sign.Private { return sign.FromSeed([32]byte{n}) }

// encryptTo encrypts plain with stock age to the payload key of seed s, and to
// more keys.
func (h *house) encryptTo(c Context, s Seed, plain []byte, more ...*OpenerKey) []byte {
	h.t.Helper()
	id, err := PayloadIdentity(s, c)
	if err != nil {
		h.t.Fatal(err)
	}
	to := []age.Recipient{id.Recipient()}
	for _, k := range more {
		r, err := age.ParseHybridRecipient(k.Public())
		if err != nil {
			h.t.Fatal(err)
		}
		to = append(to, r)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		h.t.Fatal(err)
	}
	w.Write(plain)
	if err := w.Close(); err != nil {
		h.t.Fatal(err)
	}
	return out.Bytes()
}

// locked puts plain under "a passphrase" as an age file of little strength, so
// that tests do not wait for scrypt.
func locked(t testing.TB, plain []byte) []byte {
	t.Helper()
	to, err := age.NewScryptRecipient("a passphrase")
	if err != nil {
		t.Fatal(err)
	}
	to.SetWorkFactor(10)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
