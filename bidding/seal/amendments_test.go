package seal

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"probity/tender/canon"
)

// The amendments of the specification, by number.

// remake parses the manifest again after change has been at its JSON.
func remake(t *testing.T, m *Manifest, change func(*manifestJSON)) error {
	t.Helper()
	var w manifestJSON
	if err := json.Unmarshal(m.Bytes(), &w); err != nil {
		t.Fatal(err)
	}
	change(&w)
	_, err := ParseManifest(canon.Must(w))
	return err
}

// 1.
func TestNothingOpensWhileAnythingCanBeUploaded(t *testing.T) {
	m := newHouse(t, shape{{2, 3}}).manifest
	wantCode(t, m.RequireGrace(grace), "")
	wantCode(t, m.RequireGrace(grace+time.Second), "seal.manifest_opens")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = w.Deadline }), "")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = "2026-12-01T11:59:59Z" }), "seal.manifest")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = "" }), "seal.manifest")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = "2026-12-01T14:00:00+00:00" }), "seal.manifest")
	wantCode(t, remake(t, m, func(w *manifestJSON) { w.Opens = "2026-12-01T14:00:00.5Z" }), "seal.manifest")
}

// 2.
func TestOneVerdictHoldsAllSixContextFieldsToTheRecord(t *testing.T) {
	for field, change := range map[string]func(*Context){
		"bidder":   func(c *Context) { c.Bidder = "b:2" },
		"envelope": func(c *Context) { c.Envelope = "technical" },
		"lot":      func(c *Context) { c.Lot = "2" },
		"openers":  func(c *Context) { c.Openers = strings.Repeat("0", 64) },
		"seq":      func(c *Context) { c.Seq = 2 },
		"tender":   func(c *Context) { c.Tender = "T-2026-0002" },
	} {
		t.Run(field, func(t *testing.T) {
			h := newHouse(t, shape{{2, 3}})
			c := h.forge("b:1", func(x *Header, s Seed) {
				change(&x.Context)
				again, err := SealHeader(h.manifest, x.Context, s, x.Payload)
				if err != nil {
					t.Fatal(err)
				}
				*x = *again
			})
			c.Bid.Bidder, h.cases[0].Bid.Bidder = "b:1", "b:1"
			_, cause := c.Device()
			if cause != CauseContext {
				t.Fatalf("cause %q", cause)
			}
			o := h.opening()
			a := h.answers(o, seats(1)...)[0]
			if a.Shares[0].E != CauseContext || a.Shares[0].S != "" {
				t.Fatalf("a share was released: %v", a.Shares[0])
			}
			wantOutcome(t, h.combine(o, nil).Outcome(), Void, CauseContext, BlameBidder)
		})
	}
}

// 2: the numbers in the header are computed, never believed.
func TestOneVerdictHoldsThePartRule(t *testing.T) {
	for sentence, c := range map[string]struct {
		change func(*Payload)
		cause  string
	}{
		"another part size":                    {func(p *Payload) { p.Part = 4 << 20 }, CausePayloadParts},
		"the large part size too early":        {func(p *Payload) { p.Part = partLarge }, CausePayloadParts},
		"one part too many":                    {func(p *Payload) { p.Parts++ }, CausePayloadParts},
		"no part":                              {func(p *Payload) { p.Parts = 0 }, CausePayloadParts},
		"a size below any age file":            {func(p *Payload) { p.Size = 100 }, CausePayloadForm},
		"a size above what stores take":        {func(p *Payload) { p.Size = maxPayload + 1 }, CausePayloadForm},
		"the small part size above 64 GiB":     {func(p *Payload) { p.Size, p.Parts = largeAbove+1, 8193 }, CausePayloadParts},
		"the large part size above 64 GiB":     {func(p *Payload) { p.Size, p.Part, p.Parts = largeAbove+1, partLarge, 1025 }, ""},
		"the small part size at 64 GiB":        {func(p *Payload) { p.Size, p.Parts = largeAbove, 8192 }, ""},
		"a hash in capitals is no seal header": {func(p *Payload) { p.SHA256 = strings.ToUpper(p.SHA256) }, CauseHeaderForm},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := newHouse(t, shape{{2, 3}})
			x := h.forge("b:1", func(x *Header, _ Seed) { c.change(&x.Payload) })
			if _, cause := x.Device(); cause != c.cause {
				t.Fatalf("cause %q, want %q", cause, c.cause)
			}
		})
	}
}

// 2: seats.
func TestAHeaderHasOneShareForEachOpener(t *testing.T) {
	for sentence, change := range map[string]func(*Header){
		"one share less":   func(x *Header) { x.Groups[0] = x.Groups[0][:2] },
		"one share more":   func(x *Header) { x.Groups[0] = append(x.Groups[0], x.Groups[0][0]) },
		"a group too many": func(x *Header) { x.Groups = append(x.Groups, x.Groups[0]) },
		"classic key shares": func(x *Header) {
			for i := range x.Groups[0] {
				x.Groups[0][i].Cipher = make([]byte, wrapX25519)
			}
		},
	} {
		h := newHouse(t, shape{{2, 3}})
		c := h.forge("b:1", func(x *Header, _ Seed) { change(x) })
		if _, cause := c.Device(); cause != CauseHeaderSeats {
			t.Errorf("%s: cause %q", sentence, cause)
		}
	}
}

// 3.
func TestAVoidBidIsProvedBySharesNotByABareSeed(t *testing.T) {
	h := newHouse(t, shape{{3, 5}, {1, 2}})
	c := h.forge("b:1", h.spoil(5))
	o := h.opening()
	r := h.combine(o, append(h.answers(o, seats(1, 2, 3)...), h.answers(o, Seat{1, 2})...))
	wantOutcome(t, r.Outcome(), Void, CauseReseal, BlameBidder)
	if r.Proof.Seed != "" || len(r.Proof.Shares) != 4 || r.Seed != (Seed{}) {
		t.Fatalf("proof %+v", r.Proof)
	}
	proof, err := ParseProof(r.Proof.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.Judge(proof, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Void, CauseReseal, BlameBidder)

	v, err = c.Judge(SeedProof(c.Fingerprint(), h.seeds[c.Fingerprint().String()]), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Unopened, CauseUnproven, BlameNone)
}

// 3: nobody can make a good bid look void.
func TestAGoodBidCannotBeProvedVoid(t *testing.T) {
	h := newHouse(t, shape{{2, 3}})
	c := h.bid("b:1")
	o := h.opening()
	full := Proof{F: c.Fingerprint().String(), Kind: "proof", V: Version}
	for _, a := range h.answers(o, seats(1, 2, 3)...) {
		full.Shares = append(full.Shares, ProofShare{0, a.Opener, a.Shares[0].S})
	}
	with := func(shares ...ProofShare) Proof {
		p := full
		p.Shares = shares
		return p
	}
	s := full.Shares
	wrong := ProofShare{0, 2, strings.Repeat("11", 32)}
	for sentence, x := range map[string]struct {
		proof Proof
		code  string
	}{
		"with k shares it opens":                 {with(s[0], s[2]), ""},
		"a share that no opener gave is refused": {with(s[0], wrong), "seal.proof"},
		"a share moved to another opener":        {with(s[0], ProofShare{0, 3, s[1].S}), "seal.proof"},
		"one share twice":                        {with(s[0], s[0]), "seal.proof"},
		"too few":                                {with(s[0]), "seal.proof"},
		"too many":                               {with(s...), "seal.proof"},
		"a group that is not there":              {with(s[0], ProofShare{1, 1, s[1].S}), "seal.proof"},
	} {
		t.Run(sentence, func(t *testing.T) {
			v, err := c.Judge(x.proof, bytes.NewReader(h.payloads[x.proof.F]), nil)
			wantCode(t, err, x.code)
			if err == nil {
				wantOutcome(t, v.Outcome, Opened, "", BlameNone)
			}
		})
	}
	v, err := c.Judge(SeedProof(c.Fingerprint(), Seed{1}), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, v.Outcome, Unopened, CauseUnproven, BlameNone)
}
